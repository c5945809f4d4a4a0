"""A dead link is noticed too late for the other one to help.

Why: knet takes a link for dead when no ping has come back for `ping_timeout`, and then sends by another. If that takes
as long as the token, the token is lost first: a node is fenced because of one broken cable. With an interval not
shorter than the time-out a link dies of one late ping.
What to do: leave both out (Corosync takes token/2 and token/4), or keep interval < time-out < token.
Source: corosync.conf(5), knet_ping_interval and knet_ping_timeout
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.words import milliseconds
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report pings that do not fit the token or each other."""
    token = cluster.corosync.effective_token_ms
    for link in cluster.corosync.links:
        timeout, interval, summary, key = link.ping_timeout_ms, link.ping_interval_ms, "", "ping_timeout"
        if timeout is not None and timeout >= token:
            summary = f"link {link.number} is given up after {milliseconds(timeout)}, the token after "
            summary += milliseconds(token)
        elif timeout is not None and interval is not None and interval >= timeout:
            key, summary = "ping_interval", f"ping_interval {milliseconds(interval)} is not below ping_timeout "
            summary += milliseconds(timeout)
        if summary:
            yield Finding(
                code="link-ping-slow",
                severity=Severity.WARNING,
                summary=summary,
                why="the token is lost before another link is used, or a link dies of one late ping",
                fix=f"remove both, or set ping_timeout: {milliseconds(token // 2)} and ping_interval: "
                f"{milliseconds(token // 4)}",
                path=("corosync", "links", link.number, key),
            )
