"""Outage: for how long a failure leaves the clients of a service without it. Pure.

In: a service, what ran, what befell it (a Happening: one time axis, 0 is the failure). Out: its lapses, each with the
path by which it is back; and what several of them come to together, for a service is away while one that it uses is.

A lapse is either hard, from when something that the service needs is nowhere until it is somewhere again; or a wait:
others serve, and clients of a server that is gone have to go on to them first (Wait).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from quorate.explore.durations import weakest
from quorate.explore.result import Event, Figure, Stretch
from quorate.explore.running import SERVING, is_shared
from quorate.explore.scheduler.transition import Placement
from quorate.explore.subject import Part, Service, Wait, Way
from quorate.explore.timing import DECIDE, DETECT, FENCE, NO_INSTANCES, OWN, POWER_OFF, Instances

SWITCH = "go on"
"""The action of a Stretch in which clients go on to another server; its subject is the service, its node where they
were."""

EVERY = ""
"""The resource of a change that concerns all on a node."""


@dataclass(frozen=True, slots=True)
class Interruption:
    """Of a service. lost_s, back_s: after the failure; back_s None: it does not come back. basis: the path's weakest.

    Where it is lost more than once, it lasts from the first loss to the last return. path: touching, lost_s to back_s;
    empty where it does not come back. at_most: clients may not notice all of it.
    """

    lost_s: float
    back_s: float | None
    path: tuple[Stretch, ...] = ()
    at_most: bool = False

    @property
    def figure(self) -> Figure | None:
        """How long, and on what that rests; None where it does not come back."""
        if self.back_s is None:
            return None
        basis = "bound" if self.at_most else weakest([one.basis for one in self.path])
        return Figure(self.back_s - self.lost_s, basis)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What befell a cluster. before: what ran at the failure, on all nodes.

    gone: what the failure itself ended (timing.ended). silent: what does not answer those that go on, nor refuses them:
    on hosts that are lost or apart, or itself hung. hung: what hangs on a host that answers. deaf: what serves nobody
    where it is started (running.deaf). events: of the side that goes on, whose starts count. elsewhere: of other sides,
    whose stops count. What runs on a node that is fenced ends with its power (POWER_OFF).
    """

    before: Placement
    events: Sequence[Event]
    gone: Instances = NO_INSTANCES
    silent: Instances = NO_INSTANCES
    hung: Instances = NO_INSTANCES
    deaf: Instances = NO_INSTANCES
    elsewhere: Sequence[Event] = ()


def lapses(service: Service, parts: Mapping[str, Part], happening: Happening) -> tuple[Interruption, ...] | None:
    """Return when a service itself is away, whatever it uses; None where it did not run before."""
    watch = _Watch(service, parts, happening.before)
    if not watch.is_served:
        return None
    found: list[Interruption] = []
    lost_s: float | None = None
    back: Event | None = None
    tracked = (*service.needs, *(voter for voter, _ in service.arbitrators))
    for at_s, group in groupby(_changes(tracked, parts, happening), key=lambda change: change.at_s):
        last: Event | None = None
        for change in group:
            found += watch.apply(change)
            last = change.event or last
        if not watch.is_served:
            lost_s, back = at_s if lost_s is None else lost_s, None
        elif lost_s is not None and back is None:
            back = last
    if lost_s is not None and back is not None:
        found.append(Interruption(lost_s, _serves_s(back), path(back, happening.events, lost_s)))
    elif lost_s is not None:
        found.append(Interruption(lost_s, None))
    return tuple(found)


def interruption(service: Service, parts: Mapping[str, Part], happening: Happening) -> Interruption | None:
    """Return the interruption of a service with all that it uses; None where it is not, or did not run before."""
    found: list[Interruption] = []
    for one in (service, *service.uses):
        own = lapses(one, parts, happening)
        if own is None:
            return None
        found += as_felt(own, one, service)
    return together(found)


def as_felt(own: Sequence[Interruption], one: Service, service: Service) -> Sequence[Interruption]:
    """Return the lapses of a service, or of one that it uses, as its clients feel them: a bound where it remembers."""
    return [replace(lapse, at_most=True) for lapse in own] if one.name in service.remembers else own


def together(found: Iterable[Interruption]) -> Interruption | None:
    """Return the longest stretch of lapses that touch; None for none. One that does not end outlasts all."""
    known = sorted(found, key=lambda one: one.lost_s)
    if endless := [one for one in known if one.back_s is None]:
        return endless[0]
    rows: list[list[Interruption]] = []
    for one in known:
        if rows and one.lost_s <= max(other.back_s or 0.0 for other in rows[-1]):
            rows[-1].append(one)
        else:
            rows.append([one])
    return max(map(_joined, rows), key=lambda one: (one.back_s or 0.0) - one.lost_s, default=None)


def _joined(row: Sequence[Interruption]) -> Interruption:
    """Return lapses that touch as one: back from its end, each time by the path of the one that began before."""
    lost_s, back_s = row[0].lost_s, max(one.back_s or 0.0 for one in row)
    pieces: list[Stretch] = []
    at_s = back_s
    while at_s > lost_s:
        last = next(one for one in row if one.lost_s < at_s <= (one.back_s or 0.0))
        pieces = [*(replace(s, end_s=min(s.end_s, at_s)) for s in last.path if s.begin_s < at_s), *pieces]
        at_s = last.lost_s
    sure = [one for one in row if not one.at_most]
    is_sure = any(one.lost_s == lost_s for one in sure) and any(one.back_s == back_s for one in sure)
    return Interruption(lost_s, back_s, tuple(pieces), at_most=not is_sure)


@dataclass(frozen=True, slots=True)
class _Change:
    """A primitive becomes active on a node, or ceases to. event: that of the start, None where it ceases.

    way: how it ceases; stopped in order, its host answers; silent or hung, nothing tells its clients.
    """

    at_s: float
    resource: str
    node: str
    event: Event | None = None
    way: Way = "died"

    def is_of(self, resource: str, node: str) -> bool:
        """Tell whether it concerns a primitive on a node."""
        return self.resource in (resource, EVERY) and self.node == node


@dataclass
class _Watch:
    """Where what a service needs is active. members: of its cloned primitives, the nodes that make up the whole.

    voters: the arbitrators that are members, too; voting: those of them that are active.
    """

    service: Service
    parts: Mapping[str, Part]
    before: Placement
    active: dict[str, set[str]] = field(init=False)
    members: dict[str, set[str]] = field(init=False)
    voters: set[tuple[str, str]] = field(init=False)
    voting: set[tuple[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        needs = self.service.needs
        self.active = {need: running(need, self.parts, self.before) for need in needs}
        cloned = [need for need in needs if need in self.parts and is_shared(self.parts[need])]
        most = self.service.enough == "most"
        self.members = {need: set(self.service.nodes) if most else set(self.active[need]) for need in cloned}
        voting = {pair for pair in self.service.arbitrators if pair[1] in running(pair[0], self.parts, self.before)}
        self.voters, self.voting = set(self.service.arbitrators) if most else set(voting), voting

    @property
    def is_served(self) -> bool:
        """Whether all that it needs is there, and enough of it."""
        if not all(self.active.values()):
            return False
        return all(self.active[one] & self.active[other] for one, other in self.service.tied) and all(
            map(self._has_enough, self.members)
        )

    def _has_enough(self, need: str) -> bool:
        if self.service.enough == "one":
            return True
        return 2 * (len(self.active[need]) + len(self.voting)) > len(self.members[need]) + len(self.voters)

    def apply(self, change: _Change) -> Iterator[Interruption]:
        """Take a change in; yield what clients of a server that is gone wait for, or all while a voter is expelled."""
        for voter in [pair for pair in self.service.arbitrators if change.is_of(*pair)]:
            yield from self._votes(change, voter)
        for need in self.active if change.resource == EVERY else self.active.keys() & {change.resource}:
            places = self.active[need]
            if change.event:
                places.add(change.node)
                if self.service.enough == "most of the rest" and need in self.members:
                    self.members[need].add(change.node)
            elif change.node in places:
                if need in self.members:
                    yield from self._waits(change, places)
                    if change.way == "stopped" and self.service.enough == "most of the rest":
                        self.members[need].discard(change.node)
                places.discard(change.node)

    def _votes(self, change: _Change, voter: tuple[str, str]) -> Iterator[Interruption]:
        if change.event:
            self.voting.add(voter)
            self.voters.add(voter)
        elif voter in self.voting:
            yield from self._waits(change, set())
            self.voting.discard(voter)
            if change.way == "stopped" and self.service.enough == "most of the rest":
                self.voters.discard(voter)

    def _waits(self, change: _Change, places: set[str]) -> Iterator[Interruption]:
        for wait in self.service.waits:
            length_s = wait.after(change.way)
            if length_s > 0 and _is_used(wait, change.node, places):
                end_s = change.at_s + length_s
                stretch = Stretch(change.at_s, end_s, SWITCH, self.service.name, change.node, "bound")
                yield Interruption(change.at_s, end_s, (stretch,))


def _is_used(wait: Wait, node: str, places: set[str]) -> bool:
    """Whether clients are at that server: any may be, or all are at the first."""
    return not wait.order or node == next((one for one in wait.order if one in places), "")


def running(resource: str, parts: Mapping[str, Part], placement: Placement) -> set[str]:
    """Return the nodes on which a primitive does what clients need: promoted where it is promotable, else active."""
    roles = {"Promoted"} if _promotable(resource, parts) else SERVING
    return {one.node for one in placement.instances if one.resource == resource and one.role in roles}


def _promotable(resource: str, parts: Mapping[str, Part]) -> bool:
    return resource in parts and parts[resource].promotable


def _changes(needs: Sequence[str], parts: Mapping[str, Part], happening: Happening) -> list[_Change]:
    """Return the changes in the order of time; of those at one moment the ends first."""
    begins = {need: {"promote"} if _promotable(need, parts) else {"start", "migrate_from"} for need in needs}
    shared = {need for need in needs if need in parts and is_shared(parts[need])}
    found = [_Change(0.0, *one, way=_way(one, happening)) for one in happening.gone if one[0] in begins]
    found += [_Change(0.0, *one, way="silent") for one in happening.silent - happening.gone if one[0] in shared]
    for event in (*happening.events, *happening.elsewhere):
        if event.action == FENCE:
            off_s = event.begin_s + POWER_OFF * (event.end_s - event.begin_s)
            found.append(_Change(off_s, EVERY, event.node, way="silent"))
        elif event.subject in begins and event.action in {"stop", "demote"}:
            found.append(_Change(event.begin_s, event.subject, event.node, way="stopped"))
    found += [
        _Change(_serves_s(event), event.subject, event.node, event)
        for event in happening.events
        if event.action in begins.get(event.subject, ()) and (event.subject, event.node) not in happening.deaf
    ]
    return sorted(found, key=lambda change: (change.at_s, change.event is not None, change.resource, change.node))


def _way(instance: tuple[str, str], happening: Happening) -> Way:
    """Return how what the failure itself ended has ceased."""
    if instance in happening.hung:
        return "hung"
    return "silent" if instance in happening.silent else "died"


def _serves_s(event: Event) -> float:
    return event.end_s if event.serves_s is None else event.serves_s


def path(last: Event, events: Iterable[Event], from_s: float) -> tuple[Stretch, ...]:
    """Return the longest path to when a start serves, from from_s on: pieces that touch, without those of no length.

    Each event begins when the last of those before it ends; where several end at once the path takes any of them.
    """
    by_id = {(event.transition, event.id): event for event in events}
    ends: dict[int, Event] = {}
    for one in by_id.values():
        if one.transition not in ends or one.end_s > ends[one.transition].end_s:
            ends[one.transition] = one
    found: list[Event] = []
    event: Event | None = last
    while event is not None and event.end_s > from_s:
        found.append(replace(event, end_s=_serves_s(event)) if event is last else event)
        event = _before(event, by_id, ends)
    return tuple(
        Stretch(max(one.begin_s, from_s), one.end_s, one.action, one.subject, one.node, one.basis)
        for one in reversed(found)
        if one.end_s > max(one.begin_s, from_s)
    )


def _before(event: Event, by_id: Mapping[tuple[int, int], Event], ends: Mapping[int, Event]) -> Event | None:
    """Return the event for whose end an event waited."""
    if event.action == DETECT:
        return None
    if event.action == DECIDE:
        earlier = [number for number in ends if number < event.transition]
        return ends[max(earlier)]
    before = [by_id[event.transition, id_] for id_ in event.after]
    return max(before, key=lambda one: one.end_s) if before else by_id[event.transition, OWN]
