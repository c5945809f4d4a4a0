"""Servers: how the servers of a service, one on each of several nodes, stand in for each other. Data only, pure.

A service says it of itself (Service.servers); exploring, planning and status go by it. What a proxy before them takes
to pass clients on to another comes on top of that (Proxied).
"""

from dataclasses import dataclass
from typing import Literal

Enough = Literal["one", "most", "most of the rest"]
"""How many of them clients need. one: any. most: more than half of all that there are, or they stop serving
(RabbitMQ's pause_minority). most of the rest: the same, but one that is stopped in order does not count any more; those
that die do (Galera's quorum)."""


@dataclass(frozen=True, slots=True)
class Servers:
    """enough: how many have to run. arbitrators: (primitive, node) of members that vote and serve nobody.

    died_s, silent_s: for how long, at the most, all clients wait when one of the servers ends, or when its host falls
    silent and nothing ends its connections: until the others have expelled it, or until a client that knows several
    addresses has gone on to the next. stopped_s: the same of one that is stopped in order, and takes its leave. source:
    where these figures come from.
    """

    enough: Enough = "one"
    arbitrators: tuple[tuple[str, str], ...] = ()
    died_s: float = 0.0
    silent_s: float = 0.0
    stopped_s: float = 0.0
    source: str = ""
