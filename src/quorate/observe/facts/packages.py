"""Installed versions of given packages, by dpkg-query(1), or by rpm(8) where there is no dpkg."""

from collections.abc import Mapping

from quorate.errors import Unknown
from quorate.machines.host import Command, command

# Both end with a status above 0 when a package is not known, which is an answer and no error.
SCRIPT = r"""if command -v dpkg-query >/dev/null; then
  dpkg-query --show --showformat='${binary:Package}\t${db:Status-Status}\t${Version}\n' -- "$@" 2>/dev/null
elif command -v rpm >/dev/null; then
  rpm --query --queryformat '%{NAME}\tinstalled\t%{VERSION}-%{RELEASE}\n' -- "$@"
else
  exit 127
fi
true"""


def command_for(*names: str) -> Command:
    """Return the query for these packages."""
    return command("sh", "-c", SCRIPT, "quorate-packages", *names)


def parse(output: str, status: int) -> Mapping[str, str]:
    """Return package -> version for those that are fully installed; others are left out.

    A package of a foreign architecture is named "name:arch" by dpkg; the name alone is used, since one is enough.
    """
    if status != 0:
        raise Unknown("The installed packages are not known: neither dpkg-query nor rpm is there.")
    installed = {}
    for line in output.splitlines():
        name, _, rest = line.partition("\t")
        state, _, version = rest.partition("\t")
        if state == "installed":
            installed[name.partition(":")[0]] = version
    return installed
