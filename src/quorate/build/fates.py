"""fates: from what Pacemaker will do to what each service meets. Pure.

In: the services before and after (explore's Subjects), what ran, the Occasions in their order: what each made the
scheduler do, with times. Out: a Consequence for each service. The arithmetic of interruptions is explore's own
(outage.py); only its moment is another: not a failure, but a change.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from quorate.build.consequences import Act, Consequence, Fate
from quorate.explore.durations import OWN_TASKS
from quorate.explore.outage import SWITCH, Happening, Interruption, interruption, lapses
from quorate.explore.result import Event
from quorate.explore.running import Running
from quorate.explore.scheduler.transition import Placement
from quorate.explore.subject import Part, Service, Subject
from quorate.explore.timing import DELAY, DETECT, NO_INSTANCES, Instances

RELOADS = frozenset({"reload", "reload-agent"})
ENDS = frozenset({"stop", "demote"})
BEGINS = frozenset({"start", "promote", "migrate_from"})


@dataclass(frozen=True, slots=True)
class Occasion:
    """One thing that Pacemaker was told, and all that it did about it. words: what it was told, for `why`.

    before, after: what ran where. gone: what ended by itself (a node that was switched off).
    """

    words: str
    before: Placement
    after: Placement
    events: tuple[Event, ...]
    gone: Instances = NO_INSTANCES


def fates(old: Subject, new: Subject, occasions: Sequence[Occasion]) -> tuple[Consequence, ...]:
    """Return what each service meets, those of `new` first, then those that are in `old` alone. At least one occasion.

    old, new: what the cluster is before the first occasion, and what it becomes.
    """
    there = {service.name: service for service in old.services}
    made = [_fate(_Case(old, new, there.get(service.name), service), occasions) for service in new.services]
    names = {*new.names}
    gone = [_fate(_Case(old, new, service, None), occasions) for service in old.services if service.name not in names]
    return (*made, *gone)


def acts(occasions: Iterable[Occasion]) -> Iterator[Act]:
    """Yield what Pacemaker has agents do to resources, and whom it fences; not what it does by itself."""
    for occasion in occasions:
        for event in occasion.events:
            if event.subject and event.end_s > event.begin_s and event.action not in OWN_TASKS | {DETECT, DELAY}:
                yield Act(
                    round(event.begin_s, 3),
                    round(event.end_s - event.begin_s, 3),
                    event.action,
                    event.subject,
                    event.node,
                    occasion.words,
                )


@dataclass(frozen=True)
class _Case:
    """One service: as it is, and as it will be; None where it is not there."""

    old: Subject
    new: Subject
    was: Service | None
    will_be: Service | None

    @property
    def name(self) -> str:
        return (self.will_be or self.was or Service("", ())).name

    @property
    def parts(self) -> Mapping[str, Part]:
        return MappingProxyType({**self.old.parts, **self.new.parts})

    @property
    def lasting(self) -> Service:
        """What has to run for it to work all the time: before and after. What one side alone has comes or goes."""
        used = {one.name: one for one in self.was.uses} if self.was else {}
        both = _lasting(self.was, self.will_be)
        return replace(both, uses=tuple(_lasting(used[one.name], one) for one in both.uses if one.name in used))

    @property
    def own(self) -> frozenset[str]:
        """All primitives that are its own."""
        both = (one for one in (self.was, self.will_be) if one)
        return frozenset(part for one in both for part in (*one.needs, *one.beside))


def _lasting(was: Service | None, will_be: Service | None) -> Service:
    """Return a service with what it needs both before and after."""
    known = will_be or was
    assert known is not None
    needs = tuple(need for need in (will_be.needs if will_be else ()) if was and need in was.needs)
    lasting = needs or (was or known).needs or known.needs
    return replace(known, needs=lasting, tied=tuple(pair for pair in known.tied if set(pair) <= set(lasting)))


def _fate(case: _Case, occasions: Sequence[Occasion]) -> Consequence:
    before = _nodes(case.old, case.was, occasions[0].before)
    after = _nodes(case.new, case.will_be, occasions[-1].after)
    if not before or not after:
        fate = Fate.STOPPED if before else Fate.STARTED if after else Fate.UNAFFECTED
        through = _missing(case, occasions[-1].after) if fate is Fate.STOPPED else ""
        return Consequence(case.name, fate, before=before, after=after, through=through)
    met = [(one, found) for one in occasions if (found := _interruption(case, one))]
    if not met:
        return Consequence(case.name, _quiet(case, occasions, before, after), before=before, after=after)
    occasion, found = max(met, key=lambda pair: _length_s(pair[1]))
    until = "" if found.back_s is not None else _return(case, occasions[occasions.index(occasion) + 1 :])
    why = occasion.words if len(occasions) > 1 else ""
    through = _blamed(case, occasion, found)
    fate = Fate.WAITING if through else _loud(case, occasions, found)
    return Consequence(case.name, fate, found.figure, before, after, found.path, why, until, through)


def _loud(case: _Case, occasions: Sequence[Occasion], found: Interruption) -> Fate:
    """Return what a service meets that is interrupted by what happens to itself."""
    if found.path and all(one.action == SWITCH for one in found.path):
        return Fate.DEGRADED
    stands = (occasions[0].before, *(one.after for one in occasions))
    return Fate.MOVED if len({_places(case, stand) for stand in stands} - {()}) > 1 else Fate.RESTARTED


def _blamed(case: _Case, occasion: Occasion, found: Interruption) -> str:
    """Return the service that it uses which is the last to be back, "" where it is itself."""
    for one in (case.lasting, *case.lasting.uses):
        own = lapses(one, case.parts, _happening(occasion)) or ()
        if any(lapse.back_s == found.back_s for lapse in own):
            return "" if one.name == case.name else one.name
    return ""


def _missing(case: _Case, after: Placement) -> str:
    """Return the service that it uses which does not run, though it does itself; "" for none."""
    if case.will_be is None:
        return ""
    run = Running(case.new, after)
    away = [one.name for one in case.will_be.uses if not run.is_up(one)]
    return away[0] if away and run.is_up(case.will_be) else ""


def _return(case: _Case, later: Sequence[Occasion]) -> str:
    """Return with what a service comes back that what interrupted it has left down."""
    return next((one.words for one in later if _places(case, one.after)), "") or "something else"


def _length_s(found: Interruption) -> float:
    return float("inf") if found.back_s is None else found.back_s - found.lost_s


def _interruption(case: _Case, occasion: Occasion) -> Interruption | None:
    return interruption(case.lasting, case.parts, _happening(occasion))


def _happening(occasion: Occasion) -> Happening:
    """Return an occasion as explore has it: what ended by itself was on a node without power."""
    return Happening(before=occasion.before, events=occasion.events, gone=occasion.gone, silent=occasion.gone)


def _quiet(case: _Case, occasions: Sequence[Occasion], before: Sequence[str], after: Sequence[str]) -> Fate:
    """Return what a service meets that is not interrupted."""
    own = [event for one in occasions for event in one.events if event.subject in case.own]
    if before != after and not set(before) <= set(after):
        return Fate.MOVED if any(event.action == "migrate_from" for event in own) else Fate.DEGRADED
    if any(event.action in ENDS for event in own):
        return Fate.DEGRADED
    return Fate.RELOADED if any(event.action in RELOADS for event in own) else Fate.UNAFFECTED


def _places(case: _Case, placement: Placement) -> tuple[str, ...]:
    """Return where a service runs that is there before and after, by what it needs on both sides."""
    return _nodes(replace(case.new, parts=case.parts), replace(case.lasting, uses=()), placement)


def _nodes(subject: Subject, service: Service | None, placement: Placement) -> tuple[str, ...]:
    """Return the nodes that run a service, sorted; () where it does not run."""
    if service is None or not service.needs:
        return ()
    return tuple(sorted(Running(subject, placement).nodes(service)))
