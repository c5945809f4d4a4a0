"""A link uses SCTP.

Why: knet's SCTP transport is deprecated by the makers of the tools, hardly tested, and missing from many kernels.
What to do: remove `protocol: sctp`.
Source: corosync.conf(5), knet_transport; change log of pcs 0.12.2
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report SCTP links."""
    for link in cluster.corosync.links:
        if link.protocol == "sctp" and cluster.corosync.transport == "knet":
            yield Finding(
                code="link-protocol-sctp",
                severity=Severity.WARNING,
                summary=f"link {link.number} uses SCTP",
                why="it is deprecated and hardly tested; UDP does the same",
                fix="remove `protocol: sctp`",
                path=("corosync", "links", link.number, "protocol"),
            )
