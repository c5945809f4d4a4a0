"""Proxied: what a service has a proxy pass on to its servers, one on each node. Data only, pure.

A service says it of itself (Service.proxied); the proxy's kind makes its own configuration of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

CONNECT_S = 1.0
"""How long a proxy waits for a server to take a connection, and at least for the answer to a check."""
REFUSED_S = 0.5
"""How long a client may need to ask again, whose connection ended with the server: an assumption, not measured yet."""
FAST = 0.1
"""From the first failed check on it waits for this share of the interval; the second one that fails is the last."""


@dataclass(frozen=True, slots=True)
class Proxied:
    """One port that clients use at the proxy's address.

    name: of the section, the service's own or begins with it. port: at the floating address, and where each server
    listens. servers: node -> the server's address, in the order in which they are preferred.
    mode: "http" or "tcp". single: all clients go to one server at a time, the others stand by (a database with one
    writer); sessions of one that is gone are ended. check: how a server is asked whether it is fit: the path of a GET
    over HTTP, "" for a connection alone. check_port: where, 0 for `port`. check_s: how often; from the first failed
    check or connection on it is asked ten times as often. patience_s: how long the answer to a check may take, 0 for
    as long as `check_s`. idle_s: how long client and server may be silent. statuses: the HTTP statuses of a server
    that is fit, as haproxy's rstatus takes them. at_once: so many requests a server is given at a time, the others wait
    at the proxy, and those whose client has gone are dropped there; 0 for any number. leaves: one that is about to be
    stopped says first that it is not fit, for as long as a proxy needs to hear it.
    """

    name: str
    port: int
    servers: Mapping[str, str]
    mode: Literal["http", "tcp"] = "http"
    single: bool = False
    check: str = ""
    check_port: int = 0
    check_s: float = 1.0
    patience_s: float = 0.0
    idle_s: float = 60.0
    statuses: str = "2.."
    at_once: int = 0
    leaves: bool = False

    @property
    def check_limit_s(self) -> float:
        """How long a server has for the answer to a check."""
        return max(CONNECT_S, self.patience_s or self.check_s)

    @property
    def died_s(self) -> float:
        """How long clients wait at the most for another server when one ends.

        One that refuses a connection is down in that moment, and the connection goes to another. But where all clients
        are at one server, it may take connections for a while that it no longer serves: until two checks have failed.
        """
        return self.check_s * (1 + FAST) if self.single else REFUSED_S

    @property
    def stopped_s(self) -> float:
        """How long clients wait at the most when a server is stopped in order.

        From one that says so first the proxy takes its clients away: where all are at it, they have to come anew.
        """
        if not self.leaves:
            return self.died_s
        return REFUSED_S if self.single else 0.0

    @property
    def hung_s(self) -> float:
        """How long clients wait at the most when a server hangs: its host takes connections that nobody answers.

        New ones come to it until two checks had no answer. Who is at it already waits as long as it may say nothing.
        """
        return self.check_s * (1 + FAST) + 2 * self.check_limit_s

    @property
    def silent_s(self) -> float:
        """How long clients wait at the most when a server's host is silent.

        Where all clients are at one server, until two checks had no answer. Where they are spread over several, new
        ones still come to that server: the first connection that has no answer is passed on, and is enough. Who is at
        it already waits for longer: over HTTP 5 s.
        """
        return self.hung_s if self.single else 2 * CONNECT_S
