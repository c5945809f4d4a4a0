"""Installed versions of given Debian packages, by dpkg-query(1)."""

from collections.abc import Mapping

from quorate.errors import Unknown
from quorate.machines.host import Command, command

FORMAT = "${binary:Package}\t${db:Status-Status}\t${Version}\n"


def command_for(*names: str) -> Command:
    """Return the query for these packages; dpkg-query ends with 1 when one of them is not known, which is no error."""
    return command("dpkg-query", "--show", f"--showformat={FORMAT}", "--", *names)


def parse(output: str, status: int) -> Mapping[str, str]:
    """Return package -> version for those that are fully installed; others are left out.

    A package of a foreign architecture is named "name:arch" by dpkg; the name alone is used, since one is enough.
    """
    if status not in {0, 1}:
        raise Unknown("The installed packages are not known: dpkg-query failed.", "quorate knows Debian and Ubuntu.")
    installed = {}
    for line in output.splitlines():
        name, state, version = line.split("\t")
        if state == "installed":
            installed[name.partition(":")[0]] = version
    return installed
