"""Encryption is asked for with a transport that has none.

Why: in Corosync 3 only knet encrypts. With udpu, udp or broadcast the setting is accepted and nothing is encrypted.
What to do: use `transport: knet`, or write `crypto: false` so that the file says what is true.
Source: corosync.conf(5), crypto_cipher ("only supported for the knet transport")
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report crypto that will not happen."""
    corosync = cluster.corosync
    if corosync.transport != "knet" and (corosync.cipher != "none" or corosync.hash != "none"):
        yield Finding(
            code="crypto-without-knet",
            severity=Severity.ERROR,
            summary=f"transport {corosync.transport} cannot encrypt",
            why="only knet can; the messages would go out in clear although the file says otherwise",
            fix="write `transport: knet`, or remove `crypto`",
            path=("corosync", "crypto"),
        )
