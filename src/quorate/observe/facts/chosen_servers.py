"""Which server of several has all clients, by the proxy of a host (catalog/programs/haproxy)."""

from collections.abc import Mapping

from quorate.errors import Unknown
from quorate.machines.host import Command, command


def command_for(program: str, socket: str) -> Command:
    """Return the query. program: quorate's own on the host; socket: where the proxy is asked by root."""
    return command(program, "chosen", socket)


def parse(output: str, status: int) -> Mapping[str, str]:
    """Return the server by its section; a section that has had no clients yet is not there."""
    if status != 0:
        raise Unknown("The proxy does not say which servers have the clients.", "Does HAProxy run there?")
    lines = (line.partition(" ") for line in output.splitlines())
    return {section: server for section, _, server in lines}
