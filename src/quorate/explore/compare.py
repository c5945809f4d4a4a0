"""Compare: what got better or worse between two explorations, service by service and failure by failure. Pure.

Failures are the same where their ids are. What only one of the two has is named apart: a failure that the old cluster
could not have (a third node) is neither better nor worse.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Literal

from quorate.explore.result import Exploration, Impact, Scenario, State

SAME_S = 0.1
SAME_SHARE = 0.02
"""Interruptions that differ by less than both are the same: predictions are no more exact than that."""

Direction = Literal["better", "worse"]


@dataclass(frozen=True, slots=True)
class Change:
    """A service that a scenario leaves otherwise than before."""

    scenario: str
    words: str
    service: str
    before: Impact
    after: Impact
    direction: Direction


@dataclass(frozen=True, slots=True)
class Comparison:
    """changes: the worse ones first. gone, new: ids of scenarios, or names of services, that only one of them has.

    same: how many (scenario, service) are as they were.
    """

    changes: tuple[Change, ...]
    same: int
    gone: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    services_gone: tuple[str, ...] = ()
    services_new: tuple[str, ...] = ()

    @property
    def worse(self) -> tuple[Change, ...]:
        """What got worse."""
        return tuple(one for one in self.changes if one.direction == "worse")

    @property
    def better(self) -> tuple[Change, ...]:
        """What got better."""
        return tuple(one for one in self.changes if one.direction == "better")


def compare(old: Exploration, new: Exploration) -> Comparison:
    """Return what is otherwise in `new` than in `old`."""
    olds, news = ({one.id: one for one in found.scenarios} for found in (old, new))
    changes, same = [], 0
    for id_ in olds.keys() & news.keys():
        before = {impact.service: impact for impact in olds[id_].impacts}
        for impact in news[id_].impacts:
            was = before.get(impact.service)
            if was is None:
                continue
            if direction := judged(was, impact):
                changes.append(Change(id_, news[id_].words, impact.service, was, impact, direction))
            else:
                same += 1
    return Comparison(
        tuple(sorted(changes, key=_weight)),
        same,
        tuple(one for one in olds if one not in news),
        tuple(one for one in news if one not in olds),
        tuple(one for one in old.services if one not in new.services),
        tuple(one for one in new.services if one not in old.services),
    )


def narrowed(found: Exploration, services: Collection[str], faults: Collection[str], depth: int) -> Exploration:
    """Return of an exploration what was asked for: services, patterns of failures ("node-lost", "*:n1"), depth."""

    def is_asked(one: Scenario) -> bool:
        kinds = [failure.partition(":")[0] for failure in one.failures]
        fits = any(fnmatchcase(name, pattern) for name in (*one.failures, *kinds) for pattern in faults)
        return len(one.failures) <= depth and (not faults or fits)

    kept = [name for name in found.services if not services or name in services]
    scenarios = (
        replace(one, impacts=tuple(impact for impact in one.impacts if impact.service in kept))
        for one in found.scenarios
        if is_asked(one)
    )
    return replace(found, services=tuple(kept), scenarios=tuple(scenarios))


def judged(before: Impact, after: Impact) -> Direction | None:
    """Return whether a service fares better or worse; None where it fares the same."""
    for was, now in _measures(before, after):
        if was != now:
            return "better" if now < was else "worse"
    return None


def _measures(before: Impact, after: Impact) -> Iterator[tuple[float, float]]:
    order = list(State)
    yield order.index(before.state), order.index(after.state)
    if before.interruption and after.interruption:
        was, now = before.interruption.seconds, after.interruption.seconds
        if abs(now - was) > max(SAME_S, SAME_SHARE * was):
            yield was, now
    yield before.redundancy_gone, after.redundancy_gone


def _weight(change: Change) -> tuple[bool, int, int, str, str]:
    """Return the order: worse before better, the grave before the light, single failures before pairs."""
    order = list(State)
    gravest = max(order.index(change.before.state), order.index(change.after.state))
    depth = change.scenario.count(" then ")
    return change.direction == "better", depth, -gravest, change.scenario, change.service
