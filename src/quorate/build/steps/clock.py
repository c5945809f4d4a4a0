"""clock: every node's wall clock agrees with this machine's, or apply says so and stops.

Pacemaker tolerates skew, but logs cannot be read and certificates fail; a backward jump is serious (Pacemaker
Explained, "Time and the cluster"; document 003). quorate does not set clocks: that is a time service's work.
"""

import time
from collections.abc import Iterator

from quorate.build.change import Change
from quorate.build.want import Want
from quorate.findings import Finding, Severity
from quorate.machines.host import Host
from quorate.observe.facts import clock
from quorate.observe.gathering import gather

TITLE = "clock"


async def look(host: Host, want: Want) -> clock.Offset:  # noqa: ARG001 - the protocol of a step
    """Ask the node for its time, and take the journey of question and answer into account."""
    asked_s = time.time()
    told = await gather(host, clock)
    return clock.offset(told, asked_s, time.time())


def changes(facts: clock.Offset, want: Want, name: str) -> Iterator[Change | Finding]:
    """Yield a finding when the node's clock is surely too far from this machine's."""
    if abs(facts.seconds) - facts.uncertainty_s > want.clock_apart_s:
        yield Finding(
            "clock-apart",
            Severity.ERROR,
            f"the clock of {name} is {facts.seconds:+.1f} s from this machine's",
            "logs of different nodes cannot be put in order, and a later backward jump upsets Pacemaker",
            f"start a time service on {name} (chrony or systemd-timesyncd) and wait until it is in step",
            path=want.path(name),
        )
