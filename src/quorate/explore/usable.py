"""Usable: whether a failure makes sense after others. Pure."""

from quorate.explore.failure import HERE, Failure
from quorate.explore.scheduler.transition import Placement
from quorate.explore.situation import Situation


def usable(situation: Situation, failure: Failure, placement: Placement | None = None) -> bool:
    """Say whether a failure changes anything in a situation. placement: if given, what runs where.

    A node that is gone is not lost again, and a resource that runs nowhere does not fail. Nothing is usable where nodes
    live on in several sides. One that nobody would notice (a resource without a monitor) is usable: it harms.
    """
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
    return any(changes) or cut or device or _fails(situation, failure, placement)


def _fails(situation: Situation, failure: Failure, placement: Placement | None) -> bool:
    """Say whether the resource is there to fail: active, and where the failure says."""
    if not failure.resource or failure.scores:
        return False
    if placement is None:
        return True
    gone = situation.down | situation.left
    named = {result.node for result in failure.results} - {HERE}
    active = {one.node for one in placement.active(failure.resource)} - gone
    return bool(active & named if named else active)
