"""Folders of keys on a host (catalog/key_repository.py): each key's digest, age, and who may read it; never a key."""

from collections.abc import Mapping
from dataclasses import dataclass

from quorate.catalog.key_repository import Keys
from quorate.errors import Unknown
from quorate.machines.host import Command, command

# A line per key: folder, owner and mode of the folder, number, owner and mode of the file, age in seconds, digest.
SCRIPT = """now=$(date +%s)
for folder; do
  [ -d "$folder" ] || continue
  around=$(stat -c %U:%a -- "$folder")
  for file in "$folder"/*; do
    number=${file##*/}
    case $number in *[!0-9]*|'') continue;; esac
    [ -f "$file" ] || continue
    changed=$(stat -c %Y -- "$file") && sum=$(sha256sum <"$file") || exit 1
    printf '%s\\t%s\\t%s\\t%s\\t%s\\t%s\\n' "$folder" "$around" "$number" "$(stat -c %U:%a -- "$file")" \\
      $((now - changed)) "${sum%% *}"
  done
done"""


@dataclass(frozen=True, slots=True)
class KeyFolder:
    """keys: number -> digest (SHA-256, hexadecimal). ages_s: how long ago each came there, in seconds.

    owners: of the folder and of its keys, as USER:MODE.
    """

    keys: Keys
    ages_s: Mapping[int, float]
    owners: frozenset[str]


NO_KEYS = KeyFolder({}, {}, frozenset())


def command_for(*paths: str) -> Command:
    """Return the query for these folders."""
    return command("sh", "-c", SCRIPT, "quorate-keys", *paths)


def parse(output: str, status: int) -> Mapping[str, KeyFolder]:
    """Return the folders that have keys, by path."""
    if status != 0:
        raise Unknown("Which keys are there is not known: they cannot be read.", "log in as root")
    lines = [line.split("\t") for line in output.splitlines()]
    found = {}
    for path in dict.fromkeys(line[0] for line in lines):
        own = [line for line in lines if line[0] == path]
        found[path] = KeyFolder(
            {int(number): digest for _, _, number, _, _, digest in own},
            {int(number): float(age) for _, _, number, _, age, _ in own},
            frozenset(owner for _, around, _, owned, _, _ in own for owner in (around, owned)),
        )
    return found
