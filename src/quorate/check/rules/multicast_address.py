"""The multicast address is none, or one that others use.

Why: Corosync refuses an address that is not multicast. 224.x.x.x belongs to protocols and applications of others
(routers among them), and switches treat some of it specially; 239.0.0.0/8 is for private use. For IPv6, ff00::/8.
What to do: choose an address in 239.192.0.0/14, or leave it out: Corosync computes one from the cluster's name.
Source: corosync.conf(5), mcastaddr ("Avoid 224.x.x.x"); RFC 2365
"""

from collections.abc import Iterator
from ipaddress import ip_network

from quorate.check.context import Context
from quorate.describe.cluster import Cluster, IPAddress
from quorate.findings import Finding, Severity

_PRIVATE = ip_network("239.0.0.0/8")
_TAKEN = ip_network("224.0.0.0/8")  # routing protocols and registered applications


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report addresses that cannot work as an error, those of others as a warning, other public ones as a remark."""
    for link in cluster.corosync.links:
        group = link.multicast
        if group is None or cluster.corosync.transport != "udp":
            continue
        families = {node.links[link.number].version for node in cluster.nodes if link.number < len(node.links)}
        fatal = ""
        if not group.is_multicast:
            fatal = f"{group} is no multicast address"
        elif group.version not in families:
            fatal = f"{group} is not of the links' address family"
        if fatal or (group.version == 4 and group not in _PRIVATE):
            yield Finding(
                code="multicast-address",
                severity=_severity(group, fatal),
                summary=fatal or f"{group} is not for private use",
                why="Corosync refuses to start" if fatal else "other protocols use this range, switches treat it apart",
                fix="write an address in 239.192.0.0/14 (IPv6: ff15::/16), or remove the line",
                path=("corosync", "links", link.number, "multicast"),
            )


def _severity(group: IPAddress, fatal: str) -> Severity:
    if fatal:
        return Severity.ERROR
    return Severity.WARNING if group in _TAKEN else Severity.INFO
