"""The longest outage allowed is shorter than it takes to be sure that a node is lost.

Why: before anything is started elsewhere the token must run out, the rest must agree (consensus), and the lost node
must be fenced, with the delays set for it. A quorum device has to miss the node, too, before it votes for the rest.
No service is back sooner, however fast it starts.
What to do: allow more, or shorten the token, the device's timeout, the delays; and prove it with a drill.
Source: corosync.conf(5), token and consensus; corosync-qdevice(8), timeout; pacemaker-schedulerd(7),
priority-fencing-delay
"""

import math
from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.fencing import delay_s
from quorate.check.words import seconds
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report targets.outage_s that detection and fencing delays alone use up."""
    target = cluster.targets.outage_s
    if target is None or len(cluster.nodes) < 2:
        return
    corosync = cluster.corosync
    device = cluster.quorum.device
    silence = device.silence_s if device else 0
    detection = max(corosync.detection_s, silence)
    delay = max(delay_s(cluster, node) for node in cluster.nodes)
    if cluster.quorum.two_node:
        delay += cluster.fencing.priority_delay_s
    if target <= detection + delay:
        fencing = f", {seconds(delay)} fencing delay" if delay else ""
        device_too = f", the quorum device up to {silence:.1f} s" if device else ""
        what = "the token" if detection > silence else "`quorum.device.timeout`"
        yield Finding(
            code="target-below-detection",
            severity=Severity.WARNING,
            summary=f"an outage of {target:g} s cannot be kept: a lost node alone takes {detection + delay:.1f} s",
            why=f"token {corosync.effective_token_ms / 1000:.1f} s, consensus {corosync.consensus_ms / 1000:.1f} s"
            f"{device_too}{fencing}; only then is anything started",
            fix=f"set outage_s: {math.ceil(2 * (detection + delay))}, or shorten {what}",
            path=("targets", "outage_s"),
        )
