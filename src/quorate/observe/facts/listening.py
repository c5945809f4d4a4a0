"""Sockets that wait for packets or connections, by `ss -lntup` (ss(8))."""

import re
from dataclasses import dataclass

from quorate.errors import Unknown
from quorate.machines.host import command

COMMAND = command("ss", "--listening", "--numeric", "--tcp", "--udp", "--processes", "--no-header")

PROCESS = re.compile(r'\("([^"]*)",pid=(\d+)')


@dataclass(frozen=True, slots=True)
class Socket:
    """protocol: "tcp" or "udp". address: "*" for all of both families, "0.0.0.0", "::" or one address.

    processes: names of those that hold it; empty when seen without root rights or when the kernel itself holds it.
    """

    protocol: str
    address: str
    port: int
    processes: tuple[str, ...]

    @property
    def everywhere(self) -> bool:
        """Whether it answers on every address of its family."""
        return self.address in {"*", "0.0.0.0", "::"}  # noqa: S104 - nothing is bound here


def parse(output: str, status: int) -> tuple[Socket, ...]:
    """Return the sockets as they are listed."""
    if status != 0:
        raise Unknown("The open ports are not known: ss failed.", "Install iproute2 on the node.")
    sockets = []
    for line in output.splitlines():
        words = line.split(None, 6)
        if len(words) < 6:
            continue
        address, _, port = words[4].rpartition(":")
        holders = PROCESS.findall(words[6]) if len(words) > 6 else []
        names = tuple(dict.fromkeys(name for name, _ in holders))
        sockets.append(Socket(words[0], address.partition("%")[0].strip("[]"), int(port), names))
    return tuple(sockets)
