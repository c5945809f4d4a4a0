"""Who is changing the cluster from a node's point of view: the words that the holder of apply's lock left beside it.

Words are only believed while the process that wrote them is alive (build/lock.py): one that was killed leaves them.
"""

from quorate.errors import Unknown
from quorate.machines.host import command

PATH = "/run/quorate/apply.lock"

SCRIPT = """read -r process who 2>/dev/null <"$1.holder" && kill -0 "$process" 2>/dev/null && echo "$who"
exit 0"""

COMMAND = command("sh", "-c", SCRIPT, "quorate-holder", PATH)


def parse(output: str, status: int) -> str | None:
    """Return who, in words; None where nobody does."""
    if status != 0:
        raise Unknown("Whether somebody changes the cluster is not known.")
    return output.strip() or None
