"""Usable: whether a failure makes sense after others. Pure."""

from collections.abc import Mapping

from quorate.explore.failure import HERE, Failure
from quorate.explore.scheduler.transition import Placement
from quorate.explore.situation import Situation

Active = Mapping[str, frozenset[str]]
"""Where each primitive is active: by its id, on nodes that are known to be there."""


def usable(situation: Situation, failure: Failure, placement: Placement | None = None) -> bool:
    """Say whether a failure changes anything in a situation. placement: if given, what runs where.

    A node that is gone is not lost again, and a resource that runs nowhere does not fail. Nothing is usable where nodes
    live on in several sides. One that nobody would notice (a resource without a monitor) is usable: it harms.
    """
    return matters(situation, failure, None if placement is None else active(placement))


def active(placement: Placement) -> Active:
    """Return where primitives are active; made once where many failures are asked about."""
    there = {name for name, state in placement.nodes.items() if state in {"online", "standby"}}
    found: dict[str, set[str]] = {}
    for one in placement.instances:
        if one.node in there:
            found.setdefault(one.resource, set()).add(one.node)
    return {resource: frozenset(nodes) for resource, nodes in found.items()}


def matters(situation: Situation, failure: Failure, where: Active | None) -> bool:
    """Say the same as usable()."""
    if situation.split:
        return False
    gone = situation.down | situation.left
    changes = (
        failure.lost - gone,
        failure.left - gone,
        failure.standby - gone - situation.standby,
        failure.returned & gone,
        failure.active & situation.standby,
        {link for link in failure.links - situation.links if link[0] not in gone},
        failure.devices - situation.devices,
        {(node, name) for node, name, _ in failure.scores if node not in gone} - situation.scores,
    )
    cut = sum(1 for group in failure.apart if group - gone) > 1 and not set(failure.apart) <= set(situation.apart)
    device = failure.quorum_device and not situation.quorum_device
    return any(changes) or cut or device or _fails(failure, where, gone)


def _fails(failure: Failure, where: Active | None, gone: frozenset[str]) -> bool:
    """Say whether the resource is there to fail: active, and where the failure says."""
    if not failure.resource or failure.scores:
        return False
    if where is None:
        return True
    named = {result.node for result in failure.results} - {HERE}
    there = where.get(failure.resource, frozenset()) - gone
    return bool(there & named if named else there)
