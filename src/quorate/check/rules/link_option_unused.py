"""A link has settings that the transport does not use.

Why: multicast and ttl belong to transport udp; priority, protocol and the pings to knet. Elsewhere they have no
effect, and the file promises something the cluster does not do.
What to do: remove them, or change the transport.
Source: corosync.conf(5), totem interface
"""

from collections.abc import Iterator

from quorate.check.context import Context, Path
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
    """Report settings of the other transports."""
    transport = cluster.corosync.transport
    unused = ({} if transport == "udp" else _UDP) | ({} if transport == "knet" else _KNET)
    for link in cluster.corosync.links:
        path: Path = ("corosync", "links", link.number)
        for name, key in unused.items():
            if getattr(link, name) is not None:
                yield Finding(
                    code="link-option-unused",
                    severity=Severity.WARNING,
                    summary=f"transport {transport} does not use {key}",
                    why="the setting has no effect",
                    fix=f"remove `{key}`",
                    path=(*path, key),
                )
