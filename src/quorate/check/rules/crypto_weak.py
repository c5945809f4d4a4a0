"""The cluster's messages are authenticated with a hash that has been broken.

Why: md5 and sha1 are no longer held to be safe against forging, and many crypto policies refuse them, so that
Corosync does not start after an upgrade.
What to do: use sha256 or better.
Source: corosync.conf(5), crypto_hash
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report md5 and sha1."""
    if cluster.corosync.hash in {"md5", "sha1"}:
        yield Finding(
            code="crypto-weak",
            severity=Severity.WARNING,
            summary=f"{cluster.corosync.hash} is a broken hash",
            why="messages could be forged, and systems with a strict crypto policy refuse it",
            fix="write `hash: sha256`",
            path=("corosync", "crypto", "hash"),
        )
