"""no-quorum-policy=freeze is set although nothing here needs it.

Why: freeze is for cluster file systems (GFS2, OCFS2), whose nodes cannot unmount without quorum. Everything else
keeps running in the part without quorum until that part is fenced, so for that time it runs where clients may
no longer reach it, and nothing recovers there.
What to do: remove the property unless a cluster file system outside this file needs it.
Source: Clusters from Scratch, "Convert Storage to Active/Active"
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report freeze where no DLM and no cluster file system is run."""
    if cluster.pacemaker.properties.get("no-quorum-policy") != "freeze":
        return
    if any(p.agent and p.agent.type in {"controld", "o2cb", "lvmlockd"} for p in context.primitives):
        return
    yield Finding(
        code="no-quorum-policy-freeze",
        severity=Severity.INFO,
        summary="no-quorum-policy is freeze, and no resource here is a cluster file system",
        why="services in a part without quorum go on until that part is fenced, and nothing recovers there",
        fix="remove the line; the default (stop) is right for everything but GFS2 and OCFS2",
        path=("pacemaker", "properties", "no-quorum-policy"),
    )
