"""The quorum device is asked without encryption.

Why: whoever can stand between the nodes and the device can then give or take its vote.
What to do: remove `tls: "off"`; quorate exchanges the certificates.
Source: corosync-qdevice(8), tls
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report tls off."""
    device = cluster.quorum.device
    if device is not None and device.tls == "off":
        yield Finding(
            code="quorum-device-open",
            severity=Severity.WARNING,
            summary="the quorum device is asked without TLS",
            why="whoever stands on the way can give its vote to the wrong half",
            fix='remove the line, or write `tls: "required"`',
            path=("quorum", "device", "tls"),
        )
