"""Detection: how long until Pacemaker learns of a failure. Pure.

In: a Failure, the Subject that has it. Out: a Notice for timing.py, with the time to expect and the longest.

A silent node: token and consensus, the whole of both. The token's time runs from its last round, which takes a few
milliseconds, and in 20 power cuts the new membership came after 0.97 to 1.03 times that sum
(benchmarks/results/outage.json). A quorum device has to miss the node, too, where its vote is needed.
A failed resource: a monitor comes once in its interval, half of it to go on average, and takes its own time to say so;
one that hangs takes its time-out. What is watched is told at once (docs/adr/0013-told-at-once.md), and killed where it
hangs.
"""

from quorate.explore.configured import TIMEOUT_S
from quorate.explore.durations import Durations, Pause
from quorate.explore.failure import Failure
from quorate.explore.result import Figure
from quorate.explore.scheduler.step import Result
from quorate.explore.subject import Part, Subject
from quorate.explore.timing import Notice

NOT_RUNNING = 7
"""OCF_NOT_RUNNING: what a monitor says of a server that has ended."""

AT_ONCE = Figure(0.0, "measured")


def notice(
    failure: Failure, subject: Subject, durations: Durations, *, quorate: bool = True, needs_device: bool = False
) -> Notice | None:
    """Return how long until Pacemaker learns of a failure; None where it never does, for no monitor asks.

    quorate: the side that learns of it has quorum afterwards; needs_device: and has it by the quorum device's vote.
    """
    if failure.notice == "membership":
        return membership(subject, quorate=quorate, needs_device=needs_device)
    if failure.notice == "monitor":
        part = subject.parts.get(failure.resource)
        return None if part is None else monitor(part, durations, _result(failure), hangs=failure.hangs)
    if failure.results:
        return None
    return Notice(detect=AT_ONCE, pause="announced", longest_s=0.0)


def membership(subject: Subject, *, quorate: bool = True, needs_device: bool = False) -> Notice:
    """Return how long until the others go on without a node that fell silent."""
    expected_s = longest_s = subject.detection_s
    if needs_device and subject.quorum.device is not None:
        device = subject.quorum.device
        # A heartbeat each 0.8 time-outs (corosync-qdevice(8)): the last one came, on average, half of that before.
        expected_s = max(expected_s, device.silence_s - 0.4 * device.timeout_ms / 1000)
        longest_s = max(longest_s, device.silence_s)
    pause: Pause = "membership" if quorate else "quorum lost"
    return Notice(detect=Figure(expected_s, "default"), pause=pause, longest_s=longest_s)


def monitor(part: Part, durations: Durations, result: Result | None = None, *, hangs: bool = False) -> Notice | None:
    """Return how long until a resource is found failed; None where no monitor asks.

    result: what is found; a watched server that is not running any more is told at once. hangs: it does not answer, and
    the monitor ends by its time-out.
    """
    node, ended = (result.node, result.rc == NOT_RUNNING) if result else ("", True)
    if part.watched and ended and not hangs:
        told = durations.pause("watched")
        return Notice(detect=told, pause="monitor", subject=part.id, longest_s=told.seconds)
    if hangs and part.asked_s:
        told_s = part.patience_s + durations.pause("watched").seconds
        expected = Figure(part.asked_s / 2 + told_s, "default")
        return Notice(detect=expected, pause="monitor", subject=part.id, longest_s=part.asked_s + told_s)
    if part.monitor_s is None:
        return None
    asked = durations.operation(part.id, "monitor", node, part.timeouts_s.get("monitor", TIMEOUT_S))
    if hangs:
        asked = Figure(part.timeouts_s.get("monitor", TIMEOUT_S), "bound")
    expected = Figure(part.monitor_s / 2 + asked.seconds, asked.basis)
    return Notice(detect=expected, pause="monitor", subject=part.id, longest_s=part.monitor_s + asked.seconds)


def _result(failure: Failure) -> Result | None:
    return next((one for one in failure.results if one.resource == failure.resource), None)
