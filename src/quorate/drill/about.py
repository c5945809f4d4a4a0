"""About a cluster: what of its configuration a drill's report shows. Pure.

No secret can get there: the cluster file holds references to secrets, and a literal after a word that names a secret
is masked all the same.
"""

import re
from collections.abc import Mapping

from quorate.describe.cluster import Cluster

LITERAL_SECRET = re.compile(
    r"(?P<key>[\"']?\b\w*(?:password|passwd|passphrase|secret)\b[\"']?[ \t]*:[ \t]*)(?P<value>[^\s{,}#][^,}#\n]*)",
    re.IGNORECASE,
)


def settings_of(cluster: Cluster) -> Mapping[str, str]:
    """Return the settings that decide how long a failover takes, label -> value as people write it."""
    corosync, fencing = cluster.corosync, cluster.fencing
    found = {
        "Transport": f"{corosync.transport}, {len(corosync.links)} link{'s' if len(corosync.links) != 1 else ''}",
        "Encryption": f"{corosync.cipher} / {corosync.hash}" if corosync.crypto else "none",
        "Token": f"{corosync.token_ms} ms ({corosync.effective_token_ms} ms with {corosync.nodes} nodes)",
        "Consensus": f"{corosync.consensus_ms} ms",
        "Retransmits before loss": str(corosync.token_retransmits),
        "Join": f"{corosync.join_ms} ms",
        "Expected votes": str(cluster.quorum.expected_votes),
        "Fencing": ", ".join(sorted({device.agent for device in fencing.devices})) if fencing.enabled else "disabled",
        "Fencing action": f"{fencing.action}, time-out {fencing.timeout_s:g} s",
        "Stickiness": cluster.pacemaker.stickiness,
    }
    if fencing.priority_delay_s:
        found["Priority fencing delay"] = f"{fencing.priority_delay_s:g} s"
    if cluster.quorum.two_node:
        found["Two nodes"] = "two_node" + (", wait_for_all" if cluster.quorum.wait_for_all else "")
    return found


def mask(text: str) -> str:
    """Return the text of a cluster file with any literal after password:, secret: ... replaced by <masked>."""
    return LITERAL_SECRET.sub(r"\g<key><masked>", text)
