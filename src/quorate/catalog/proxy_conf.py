"""What HAProxy is told of the services behind it: one section each, all with the same defaults. Pure.

In: what services have passed on (Proxied), where the proxies stand. Out: a Configuration of dialect/haproxy.
HAProxy 2.6 reads it behind the operator's own file; nothing in it changes what stands there but what is named below
in `_global`. Source: HAProxy's configuration manual, and experiments with 2.6.12 where it says so.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from quorate.catalog.proxied import CONNECT_S, FAST, Proxied
from quorate.dialect.haproxy.model import Configuration, Keyword, Section

NAME = "quorate"
USER = "quorate"  # of the page of statistics

DEFAULTS = """\
log /dev/log local0
option dontlognull
retries 3
option redispatch 1
timeout connect {connect}
timeout queue 30s
timeout http-request 10s
timeout client-fin 10s
option clitcpka
clitcpka-idle 10s
clitcpka-intvl 3s
clitcpka-cnt 3
option srvtcpka
srvtcpka-idle 10s
srvtcpka-intvl 3s
srvtcpka-cnt 3
load-server-state-from-file global
"""
WHY = {
    "log": "# Not `log global`: what the operator's global section says is for the operator's own sections.",
    "option redispatch": "# A connection that a server refuses goes to another at once.",
    "option clitcpka": "# A client at the address's former node, or a client whose host is dead, is let go after 19 s.",
    "option idle-close-on-response": "# A reload closes no connection on which a request may be on its way.",
    "option abortonclose": "# A client that has gone is dropped from the queue: nothing is worked out for nobody.",
    "load-server-state-from-file": "# A reload does not take a server that is down for one that is up.",
}


@dataclass(frozen=True, slots=True)
class Proxy:
    """One proxy of several. node: its name among `proxies`, node -> address. address: where clients come to.

    connections: at most so many at a time. drain_s: how long connections of before a reload may last. password: of the
    page of statistics. log_all: every request is logged, not only those that went wrong. state: the file in which a
    reload finds what servers were like. socket: where the proxy is asked and told things by root.
    """

    node: str
    address: str
    proxies: Mapping[str, str]
    peers: int
    statistics: int
    password: str
    socket: str
    state: str
    threads: int
    connections: int
    drain_s: float
    log_all: bool = False


def configuration(proxy: Proxy, behind: Iterable[Proxied]) -> Configuration:
    """Return the whole file."""
    head = ("# Written by quorate. The operator's own sections stand in haproxy.cfg, which is read before this file.",)
    sections = [
        Section("global", "", tuple(_global(proxy)), head),
        Section("defaults", NAME, tuple(_defaults(proxy))),
        Section("peers", NAME, tuple(_peers(proxy))),
        *(_listen(one, proxy) for one in behind),
        Section("listen", f"{NAME}-statistics from {NAME}", tuple(_statistics(proxy))),
    ]
    return Configuration(tuple(sections))


def _lines(text: str) -> Iterator[Keyword]:
    for line in text.splitlines():
        name, _, rest = line.partition(" ")
        why = [words for begin, words in WHY.items() if line == begin or line.startswith(f"{begin} ")]
        yield Keyword(name, rest, tuple(why))


def _global(proxy: Proxy) -> Iterator[Keyword]:
    """Yield what holds for the whole process. Where the operator says a maxconn of his own, his holds."""
    yield from _lines(
        f"stats socket {proxy.socket} mode 600 level admin\n"
        f"server-state-file {proxy.state}\n"
        f"localpeer {proxy.node}\n"
        f"maxconn {proxy.connections}\n"
        f"nbthread {proxy.threads}\n"
        f"hard-stop-after {duration(proxy.drain_s)}"
    )


def _defaults(proxy: Proxy) -> Iterator[Keyword]:
    yield from _lines(DEFAULTS.format(connect=duration(CONNECT_S)))
    yield Keyword("maxconn", str(proxy.connections))
    if not proxy.log_all:
        yield Keyword("option", "dontlog-normal")


def _peers(proxy: Proxy) -> Iterator[Keyword]:
    for name, address in proxy.proxies.items():
        yield Keyword("peer", f"{name} {at(address, proxy.peers)}")


def _listen(one: Proxied, proxy: Proxy) -> Section:
    return Section("listen", f"{one.name} from {NAME}", tuple(_passing_on(one, proxy)))


def _passing_on(one: Proxied, proxy: Proxy) -> Iterator[Keyword]:
    idle = duration(one.idle_s)
    yield Keyword("mode", one.mode)
    # The address is on one node at a time; a proxy on another is ready for it.
    yield Keyword("bind", f"{at(proxy.address, one.port)} transparent")
    yield Keyword("option", f"{one.mode}log")
    yield from _lines(f"timeout client {idle}\ntimeout server {idle}")
    if one.mode == "http":
        yield from _lines(f"timeout http-keep-alive {idle}\noption forwardfor\noption idle-close-on-response")
        # Requests end where they were begun, also at a server that is about to stop, and so is asked no more. That a
        # host is silent shows after 5 s in what it owes an answer to, and in what was sent to it (tcp-ut).
        yield from _lines("srvtcpka-idle 2s\nsrvtcpka-intvl 1s")
        # Asking again is safe where asking changes nothing.
        yield from _lines("retry-on conn-failure empty-response\nhttp-request disable-l7-retry unless METH_GET")
    yield from _sticking(proxy) if one.single else _lines("balance leastconn")
    if one.at_once:
        yield from _lines("option abortonclose")
    yield from _checking(one)
    for rank, (name, address) in enumerate(one.servers.items()):
        standby = " backup" if one.single and rank else ""
        yield Keyword("server", f"{name} {at(address, one.port)}{standby}")


def _sticking(proxy: Proxy) -> Iterator[Keyword]:
    """Yield what keeps all clients on one server: an entry for all of them, which the proxies tell each other.

    Without it new clients go back to the first server as soon as it is fit again, while others are still on the second.
    It is one entry, but each new client takes the place of another for a moment: in a table of size 1 HAProxy 2.6 never
    changes it.
    """
    why = "# One server for all, until it is down: the first that comes back finds the others where they are."
    yield Keyword("stick-table", f"type integer size {proxy.connections + 1} nopurge peers {NAME}", (why,))
    yield Keyword("stick", "on int(1)")


def _checking(one: Proxied) -> Iterator[Keyword]:
    every, fast = duration(one.check_s), duration(one.check_s * FAST)
    yield Keyword("timeout", f"check {duration(one.check_limit_s)}")
    if one.check:
        yield from _lines(f"option httpchk GET {one.check}\nhttp-check expect rstatus {one.statuses}")
    port = f" port {one.check_port}" if one.check_port else ""
    asked = f"check{port} inter {every} fastinter {fast} downinter {every} fall 2 rise 2"
    # A server that refuses one connection is down in that moment.
    seen = "observe layer4 error-limit 1 on-error mark-down"
    over = " on-marked-down shutdown-sessions" if one.mode == "tcp" else " tcp-ut 5s"
    most = f" maxconn {one.at_once}" if one.at_once else ""
    yield Keyword("default-server", f"{asked} {seen}{over}{most}")


def _statistics(proxy: Proxy) -> Iterator[Keyword]:
    yield from _lines(
        f"mode http\nbind {at(proxy.proxies[proxy.node], proxy.statistics)}\n"
        "timeout client 30s\ntimeout server 30s\n"
        f"stats enable\nstats uri /\nstats auth {USER}:{proxy.password}"
    )


def at(address: str, port: int) -> str:
    """Write an address and a port; IPv6 in brackets, which HAProxy takes."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def duration(seconds: float) -> str:
    """Return a time as HAProxy takes it, at least a millisecond."""
    whole = seconds >= 1 and seconds == int(seconds)
    return f"{seconds:.0f}s" if whole else f"{max(1, round(seconds * 1000))}ms"
