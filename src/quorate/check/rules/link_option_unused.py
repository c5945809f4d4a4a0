"""A link has settings that the transport does not use.

Why: multicast and ttl belong to transport udp; priority, protocol and the pings to knet. Elsewhere they have no
effect, and the file promises something the cluster does not do.
What to do: remove them, or change the transport.
Source: corosync.conf(5), totem interface
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity

_UDP = {"multicast": "multicast", "ttl": "ttl"}
_KNET = {
    "protocol": "protocol",
    "priority": "priority",
    "ping_interval_ms": "ping_interval",
    "ping_timeout_ms": "ping_timeout",
    "ping_precision": "ping_precision",
    "pong_count": "pong_count",
}


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report settings of the other transports, and links that no node has."""
    transport = cluster.corosync.transport
    unused = ({} if transport == "udp" else _UDP) | ({} if transport == "knet" else _KNET)
    count = max(len(node.links) for node in cluster.nodes)
    for link in cluster.corosync.links:
        path = ("corosync", "links", link.number)
        if link.number >= count:
            yield _finding(path, f"no node has a link {link.number}", "remove it, or give every node that link")
            continue
        for name, key in unused.items():
            if getattr(link, name) is not None:
                yield _finding((*path, key), f"transport {transport} does not use {key}", f"remove `{key}`")


def _finding(path: tuple[str | int, ...], summary: str, fix: str) -> Finding:
    return Finding(
        code="link-option-unused",
        severity=Severity.WARNING,
        summary=summary,
        why="the setting has no effect",
        fix=fix,
        path=path,
    )
