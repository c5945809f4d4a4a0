"""Fencing waits although no race has to be decided.

Why: delays exist so that of two nodes one wins. With three nodes or more (or a quorum device) only the side with
quorum fences; every recovery then pays for a delay that decides nothing. The same holds for two nodes when both wait.
What to do: remove the delay, or with two nodes keep it for the favoured node alone.
Source: pacemaker-fenced(7), pcmk_delay_base
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.fencing import delay_s, longest_delay_s
from quorate.check.words import seconds
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report delays in clusters where quorum decides, and a delay that both of two nodes share."""
    if not cluster.quorum.two_node:
        for device in cluster.fencing.devices:
            delay = longest_delay_s(device)
            given = cluster.given & {("fencing", "delay"), (*device.path, "delay"), (*device.path, "delay_max")}
            if delay > 0 and given:
                yield _finding(device.path, f"{device.id} waits {seconds(delay)} before it fences", "remove its delay")
        return
    shared = min((delay_s(cluster, node) for node in cluster.nodes), default=0.0)
    if shared > 0:
        yield _finding(
            ("fencing",), f"both nodes are fenced only after {seconds(shared)}", "keep one node's delay only"
        )


def _finding(path: tuple[str | int, ...], summary: str, fix: str) -> Finding:
    return Finding(
        code="fencing-delay-needless",
        severity=Severity.INFO,
        summary=summary,
        why="no race has to be decided here, and every recovery waits for it",
        fix=fix,
        path=path,
    )
