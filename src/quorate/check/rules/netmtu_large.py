"""Corosync sends packets larger than an ordinary Ethernet frame.

Why: with udp and udpu, netmtu is the largest packet. One switch port or host without jumbo frames drops them: small
messages pass, so the cluster forms, and it falls apart under load.
What to do: remove `netmtu`, or be sure of every port on the way and stay at 8982 or below.
Source: corosync.conf(5), netmtu
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report netmtu above 1500 without knet, and a manual knet_mtu above it."""
    key = "knet_mtu" if cluster.corosync.transport == "knet" else "netmtu"
    value = cluster.corosync.options.get(key, "0")
    if value.isdigit() and int(value) > 1500:
        yield Finding(
            code="netmtu-large",
            severity=Severity.WARNING,
            summary=f"{key} {value} needs jumbo frames on every port between the nodes",
            why="a port without them drops large messages only: the cluster forms, and falls apart under load",
            fix=f"remove `{key}`" + ("; knet finds the right size itself" if key == "knet_mtu" else ""),
            path=("corosync", "options", key),
        )
