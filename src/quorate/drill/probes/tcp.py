"""TCP probe: a client that opens a fresh TCP connection every 20 ms and closes it again, whatever became of the last.

In: Settings (_process.py) as JSON on standard input; target is host:port. Out: JSON lines; `result` of an attempt is
one of

    ok            connected: somebody listens there; a hung server is connected to, as well (its kernel answers)
    refused       nobody listens        reset        cut off by the other side (RST)
    timeout       not done in its time  unreachable  no route, no neighbour        error

Asking 50 times a second costs 2.2 % of a core of a small machine.
"""

from quorate.drill.probes._connections import Connections, Exchange, Found
from quorate.drill.probes._process import Output, Settings, address, run


class TcpClient(Connections):
    """Connects, again and again."""

    def __init__(self, settings: Settings, output: Output) -> None:
        super().__init__(settings, output, *address(settings.target))

    def connected(self, exchange: Exchange) -> Found:  # noqa: ARG002 - the protocol's
        """That is all."""
        return "ok", "", ""


if __name__ == "__main__":
    run("tcp", TcpClient)
