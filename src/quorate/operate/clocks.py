"""clocks: the nodes whose clocks are not those of most. Values in, values out; pure.

Corosync and Pacemaker go by clocks that nobody sets. Tokens, certificates and logs do not.
"""

from collections.abc import Iterable, Iterator
from statistics import median_low

from quorate.findings import Finding, Severity
from quorate.operate.view import View

APART_S = 2.0
"""As apply has it (Want.clock_apart_s)."""


def problems(views: Iterable[View]) -> Iterator[Finding]:
    """Yield who is surely further away from most nodes, or, of one or two, from this machine.

    Its clock may be the wrong one: two nodes that agree with each other are not blamed.
    """
    told = {view.name: view.clock for view in views if view.clock is not None}
    seconds = sorted(one.seconds for one in told.values())
    if len(seconds) == 2 and seconds[1] - seconds[0] <= APART_S:
        return
    right_s, whose = (median_low(seconds), "the others'") if len(seconds) > 2 else (0.0, "this machine's")
    for name, one in told.items():
        ahead_s = one.seconds - right_s
        if abs(ahead_s) - one.uncertainty_s > APART_S:
            yield Finding(
                "clock-apart",
                Severity.WARNING,
                f"the clock of {name} is {ahead_s:+.1f} s from {whose}",
                "what one node issues, such as a token, another takes for expired; logs cannot be put in order",
                f"start a time service on {name} (chrony or systemd-timesyncd), and wait until it is in step",
                path=("nodes", name),
            )
