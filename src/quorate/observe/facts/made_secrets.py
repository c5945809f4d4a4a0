"""The made secrets that lie on a host (catalog/made.py): by name, with whether the file is closed to others.

Values are in it: it is never printed, and no text of an error holds one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from quorate.catalog.made import FOLDER
from quorate.errors import Unknown
from quorate.machines.host import Command

SCRIPT = """cd "$0" 2>/dev/null || exit 0
for file in *; do [ -f "$file" ] && printf '%s %s %s\\n' "$file" "$(stat -c %a:%U -- "$file")" "$(head -n 1 "$file")"
done; exit 0"""
COMMAND = Command(("sh", "-c", SCRIPT, FOLDER), secret=True, purpose="reading the made secrets")


@dataclass(frozen=True, slots=True)
class Kept:
    """One secret on one host. is_closed: only root may read it."""

    value: str = field(repr=False)
    is_closed: bool = True


def parse(output: str, status: int) -> Mapping[str, Kept]:
    """Return the secrets by name."""
    if status != 0:
        raise Unknown("Which secrets were made for services is not known: they cannot be read.")
    found = {}
    for line in output.splitlines():
        name, _, rest = line.partition(" ")
        owned, _, value = rest.partition(" ")
        found[name] = Kept(value, owned in {"600:root", "400:root"})
    return found
