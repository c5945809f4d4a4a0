"""About a cluster: what of it and of its configuration a drill's report shows. Pure.

No secret can get there: the cluster file holds references to secrets, and what stands in clear text where a secret
belongs is masked by the same rule as in findings.
"""

from collections.abc import Mapping, Sequence

from quorate.describe import masking
from quorate.describe.cluster import Cluster
from quorate.drill.record import About
from quorate.lines import Lines


def about(
    cluster: Cluster,
    *,
    service: str,
    resources: Sequence[str],
    fault: str,
    title: str,
    node: str,
    place: str,
    versions: Mapping[str, str],
    file_text: str,
    repeat: Sequence[str],
    node_leaves: bool = True,
    has_target: bool = True,
    remarks: Sequence[str] = (),
    seed: int | None = None,
    sort: str = "",
    asked: Sequence[str] = (),
    aim: str = "",
    was: Sequence[str] = (),
) -> About:
    """Return the facts of a drill on `cluster`; the arguments are those of About, file_text is masked on the way.

    has_target: the file's longest outage is asked of this fault.
    """
    return About(
        cluster=cluster.name,
        service=service,
        fault=fault,
        title=title,
        node=node,
        nodes={one.id: one.name for one in cluster.nodes},
        resources=tuple(resources),
        target_s=cluster.targets.outage_s if has_target else None,
        place=place,
        versions=versions,
        settings=settings_of(cluster),
        cluster_file=mask(file_text),
        repeat=tuple(repeat),
        node_leaves=node_leaves,
        remarks=tuple(remarks),
        seed=seed,
        sort=sort,
        asked=asked,
        aim=aim,
        was=was,
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
    """Return the text of a cluster file with <masked> for whatever stands where a secret belongs."""
    lines = Lines("", text)
    shown = list(lines)
    for span in masking.by_lines(lines):
        head, tail = shown[span.line][: span.column], shown[span.line][span.column :]
        if tail.strip():
            shown[span.line] = f"{head}<masked>"
    return "\n".join(shown)
