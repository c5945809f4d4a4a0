"""Corosync is told to listen to machines that are no nodes of the cluster.

Why: a machine that was removed from the cluster, or has an old copy of its configuration, can then join and disturb it.
What to do: remove `block_unlisted_ips: no`.
Source: corosync.conf(5), block_unlisted_ips ("Changing the default value is not recommended")
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report block_unlisted_ips switched off."""
    if cluster.corosync.options.get("block_unlisted_ips", "yes").lower() in {"no", "false", "off", "0"}:
        yield Finding(
            code="unlisted-ips-allowed",
            severity=Severity.WARNING,
            summary="machines that are no nodes may talk to the cluster",
            why="a removed node, or one with an old configuration, can join and disturb it",
            fix="remove `block_unlisted_ips`",
            path=("corosync", "options", "block_unlisted_ips"),
        )
