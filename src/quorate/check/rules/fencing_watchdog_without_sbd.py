"""watchdog_timeout is set; it needs SBD on every node, which this file cannot describe.

Why: Pacemaker refuses to start where stonith-watchdog-timeout is set and SBD does not run with a shorter
SBD_WATCHDOG_TIMEOUT. quorate sets up no SBD yet. Without any other device the configuration is not even accepted, since
nothing then tells Pacemaker that a watchdog is there.
What to do: set up SBD with a hardware watchdog on every node first, or remove `watchdog_timeout`.
Source: pacemaker-controld(7), stonith-watchdog-timeout
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.words import seconds
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report any use of self-fencing by watchdog."""
    limit = cluster.fencing.watchdog_timeout_s
    if limit > 0:
        yield Finding(
            code="fencing-watchdog-without-sbd",
            severity=Severity.WARNING if cluster.fencing.devices else Severity.ERROR,
            summary=f"watchdog_timeout {seconds(limit)} needs SBD on every node",
            why="Pacemaker refuses to start on a node where SBD does not run, and quorate does not set SBD up",
            fix=f"run SBD with SBD_WATCHDOG_TIMEOUT below {seconds(limit / 2)} on every node, or remove the line",
            path=("fencing", "watchdog_timeout"),
        )
