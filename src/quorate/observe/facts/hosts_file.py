"""What /etc/hosts says (hosts(5)): the names a node can resolve without any name server."""

from collections.abc import Mapping
from types import MappingProxyType

from quorate.errors import Unknown
from quorate.machines.host import command

COMMAND = command("cat", "/etc/hosts")


def parse(output: str, status: int) -> Mapping[str, tuple[str, ...]]:
    """Return name -> addresses in the order of the file; the resolver takes the first of each family."""
    if status != 0:
        raise Unknown("/etc/hosts cannot be read.")
    names: dict[str, tuple[str, ...]] = {}
    for line in output.splitlines():
        address, *called = line.partition("#")[0].split() or [""]
        for name in called:
            if address not in names.get(name, ()):
                names[name] = (*names.get(name, ()), address)
    return MappingProxyType(names)
