"""The quorum device has votes that its algorithm cannot work with.

Why: ffsplit needs exactly one vote (and one for each node), lms the number of nodes less one. With others, parts
become quorate that must not, or none does.
What to do: remove `votes` from the device.
Source: corosync-qdevice(8), MODEL NET ALGORITHMS
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report device votes, and node votes under ffsplit, that do not fit."""
    device = cluster.quorum.device
    if device is None:
        return
    right = 1 if device.algorithm == "ffsplit" else sum(node.votes for node in cluster.nodes) - 1
    given = ("quorum", "device", "votes") in cluster.given
    if device.votes != right:
        yield Finding(
            code="quorum-device-votes",
            severity=Severity.ERROR,
            summary=f"the quorum device has {device.votes} votes, and {device.algorithm} needs {right}",
            why="with other votes two parts can be quorate at once, or none",
            fix="remove `votes` from `quorum.device`" if given else f"write `votes: {right}` in `quorum.device`",
            path=("quorum", "device", "votes"),
        )
    uneven = next((node for node in cluster.nodes if node.votes != 1), None)
    if device.algorithm == "ffsplit" and uneven is not None:
        yield Finding(
            code="quorum-device-votes",
            severity=Severity.ERROR,
            summary=f"{uneven.name} has {uneven.votes} votes, and ffsplit needs one from each node",
            why="it gives its vote to the larger half by the number of nodes, which then need not be the majority",
            fix=f"remove `votes` from {uneven.name}",
            path=("nodes", uneven.name, "votes"),
        )
