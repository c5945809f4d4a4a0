"""Operations: which instance of a resource a failure means. Pure.

Pacemaker takes a result for the instance on the node that it names. Measured with crm_simulate 2.1.5: the primitive's
id stands without an instance number, also in clones and groups (with one, an orphan is made); and a result on a node
where the resource is not active makes Pacemaker believe that it was, and stop and start it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from quorate.explore.failure import HERE
from quorate.explore.scheduler.step import Result
from quorate.explore.scheduler.transition import Instance, Placement
from quorate.explore.subject import Part, Subject

MONITOR_S = 10.0  # for one that is watched and has no monitor; the scheduler takes a result of any interval


def placed(
    subject: Subject, results: Iterable[Result], placement: Placement, members: Iterable[str]
) -> Iterator[Result]:
    """Yield results with the node where their resource is active, and the interval of the monitor that serves there.

    HERE is where it is active, for a promotable one where it is promoted. What names a node stands as it is; but a
    monitor's result is left out where the resource is not active, for nobody asks there.
    """
    there = frozenset(members)
    for result in results:
        part = subject.parts[result.resource]
        active = [one for one in placement.active(result.resource) if one.node in there]
        if result.node == HERE and part.promotable:
            active = [one for one in active if one.role == "Promoted"] or active
        if result.node != HERE:
            active = [one for one in active if one.node == result.node]
        if result.task == "monitor":
            for one in active:
                yield replace(result, node=one.node, interval_ms=result.interval_ms or _interval_ms(part, one))
        elif result.node != HERE:
            yield result
        else:
            yield from (replace(result, node=one.node) for one in active)


def _interval_ms(part: Part, instance: Instance) -> int:
    interval_s = part.monitors_s.get(instance.role) or part.monitor_s or MONITOR_S
    return round(interval_s * 1000)
