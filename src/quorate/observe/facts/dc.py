"""The designated controller: the node whose scheduler decides, by `crmadmin --dc_lookup` (crmadmin(8))."""

import re

from quorate.errors import Unknown
from quorate.machines.host import command

COMMAND = command("crmadmin", "--dc_lookup", "--timeout=5s")

NAME = re.compile(r"Designated Controller is: (\S+)")


def parse(output: str, status: int) -> str | None:
    """Return the node's name, or None while none is elected; Unknown when Pacemaker does not run."""
    if "not yet elected" in output:
        return None
    if match := NAME.search(output):
        return match[1]
    hint = "Is Pacemaker running there? systemctl status pacemaker"
    raise Unknown(f"The designated controller is not known: crmadmin ended with status {status}.", hint)
