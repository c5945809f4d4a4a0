"""Shortening: which piece of an interruption to change so that it becomes shorter. Pure.

In: the path of an Impact (timing.py says what its pieces are called). Out: a Change about the longest piece that
somebody can change; what Pacemaker takes to decide is not one.
"""

from quorate.explore.answer import Change, Path, length
from quorate.explore.outage import SWITCH
from quorate.explore.result import Impact, Stretch
from quorate.explore.subject import Subject
from quorate.explore.timing import DECIDE, DELAY, DETECT, FENCE


def shortening(impact: Impact, subject: Subject) -> Change:
    """Return what to change to make the interruption shorter."""
    longest = max(
        (one for one in impact.path if one.action != DECIDE), key=lambda one: one.end_s - one.begin_s, default=None
    )
    if longest is None:
        return Change("nothing: it consists of what Pacemaker takes to decide", ())
    took = length(longest.end_s - longest.begin_s)
    return _of_cluster(longest, took, subject) or _of_part(longest, took, subject)


def _of_cluster(one: Stretch, took: str, subject: Subject) -> Change | None:
    """Return what to change about a piece that is no operation of a resource."""
    if one.action == DETECT and one.subject not in subject.parts:
        if subject.quorum.device and subject.detection_s <= subject.quorum.device.silence_s:
            fix = f"the quorum device misses a node after {took}: lower quorum.device.timeout"
            return Change(fix, ("quorum", "device", "timeout"))
        return Change(f"a silent node is missed after {took}: lower corosync.token", ("corosync", "token"))
    if one.action == SWITCH:
        fix = f"clients of {one.subject} go on to another server after {took}: let servers be checked more often"
        return Change(fix, ("services", one.subject) if one.subject in subject.names else ())
    if one.action == DELAY:
        return Change(f"fencing of {one.node} is put off by {took}: lower its delay", ("fencing", "delay"))
    if one.action == FENCE:
        slow = "a device that cuts the power sooner, or a shorter power_wait"
        bound = "that is its time-out: measure it with quorate drill, or lower fencing.timeout; else "
        return Change(
            f"fencing of {one.node} takes {took}: {bound if one.basis == 'bound' else ''}{slow}", ("fencing",)
        )
    return None


def _of_part(one: Stretch, took: str, subject: Subject) -> Change:
    """Return what to change about an operation of a resource."""
    path = _path(one.subject, subject)
    if one.action == DETECT:
        bound = ", its time-out counted, for nobody has measured it" if one.basis == "bound" else ""
        return Change(f"a monitor finds the failure of {one.subject} after {took}{bound}: lower its interval", path)
    what = f"{one.action} of {one.subject} takes {took}"
    if one.basis == "bound":
        return Change(
            f"{what}, its time-out, for nobody has measured it: run quorate drill, or lower the time-out", path
        )
    return Change(f"{what}: make it faster, or let something that starts faster stand in for it", path)


def _path(part: str, subject: Subject) -> Path:
    owner = subject.parts[part].service if part in subject.parts else ""
    return ("services", owner) if owner else ("resources", part)
