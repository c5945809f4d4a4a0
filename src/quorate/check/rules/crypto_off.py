"""The cluster's messages are neither encrypted nor authenticated.

Why: whoever can send to the nodes' port can then join the cluster, stop its services or have nodes fenced.
What to do: remove `crypto: false`; the default is aes256 with sha256 and costs next to nothing.
Source: corosync.conf(5), crypto_cipher and crypto_hash
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report knet without crypto, or with authentication alone, or with a cipher that cannot work."""
    corosync = cluster.corosync
    if corosync.transport != "knet" or corosync.crypto:
        return
    severity, summary = Severity.WARNING, "messages between the nodes are not authenticated"
    why = "whoever reaches the nodes' port can join the cluster, stop services, or have nodes fenced"
    if corosync.hash != "none":
        severity, summary = Severity.INFO, "messages between the nodes are authenticated, but readable"
        why = "names, addresses and the cluster's configuration can be read on the way"
    elif corosync.cipher != "none":
        severity, summary = Severity.ERROR, f"cipher {corosync.cipher} needs a hash"
        why = "Corosync refuses to start with a cipher and no hash"
    yield Finding(
        code="crypto-off",
        severity=severity,
        summary=summary,
        why=why,
        fix="write `crypto: {cipher: aes256, hash: sha256}`, or remove the line",
        path=("corosync", "crypto"),
    )
