"""The values that nodes have of one attribute, by `attrd_updater --query --all` (attrd_updater(8)).

Transient attributes: of a node that is lost there is none any more.
"""

import re
from collections.abc import Mapping

from quorate.errors import Unknown
from quorate.machines.host import Command, command

NOBODY_HAS_IT = (6, 105)  # ENXIO, and CRM_EX_NOSUCH


def command_for(name: str) -> Command:
    """Return the query."""
    return command("attrd_updater", f"--name={name}", "--query", "--all")


def parse(output: str, status: int) -> Mapping[str, str]:
    """Return the values by node, of those that have one; Unknown where Pacemaker does not run."""
    if status not in (0, *NOBODY_HAS_IT):
        raise Unknown("What nodes have told each other is not known.", "Does Pacemaker run? systemctl status pacemaker")
    return {host: value for host, value in re.findall(r'host="([^"]*)" value="([^"]*)"', output) if value}
