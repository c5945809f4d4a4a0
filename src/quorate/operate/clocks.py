"""clocks: the nodes whose clocks are not those of most. Values in, values out; pure.

Corosync and Pacemaker go by clocks that nobody sets. Tokens, certificates and logs do not.
"""

from collections.abc import Iterable, Iterator
from statistics import median

from quorate.findings import Finding, Severity
from quorate.operate.view import View

APART_S = 2.0
"""As apply has it (Want.clock_apart_s)."""


def problems(views: Iterable[View]) -> Iterator[Finding]:
    """Yield who is surely further away; this machine's clock counts as one, and may be the one that is wrong."""
    told = {view.name: view.clock for view in views if view.clock is not None}
    right_s = median([0.0, *(one.seconds for one in told.values())])
    for name, one in told.items():
        ahead_s = one.seconds - right_s
        if abs(ahead_s) - one.uncertainty_s > APART_S:
            yield Finding(
                "clock-apart",
                Severity.WARNING,
                f"the clock of {name} is {ahead_s:+.1f} s from the others'",
                "what one node issues, such as a token, another takes for expired; logs cannot be put in order",
                f"start a time service on {name} (chrony or systemd-timesyncd), and wait until it is in step",
                path=("nodes", name),
            )
