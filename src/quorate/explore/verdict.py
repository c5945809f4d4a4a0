"""Verdict: what ran before a failure and after it -> what the failure means for each service. Pure.

In: a Case: the failure, what ran before it on all sides, and each side at rest again with its events. Out: an Impact
for each service. Where sides fence each other, those that are fenced run nothing and only the one that goes on is
looked at; where chance decides which one that is, each is, and the worse outcome of every service counts.
"""

from collections.abc import Iterator
from functools import cached_property

from quorate.explore import reasons
from quorate.explore.case import Case, Ending
from quorate.explore.outage import SWITCH, Happening, Interruption, as_felt, lapses, together
from quorate.explore.result import Impact, State
from quorate.explore.running import THERE, deaf, is_shared
from quorate.explore.scheduler.transition import Placement
from quorate.explore.subject import Service
from quorate.explore.timing import FENCE, Instances

ORDER = {state: place for place, state in enumerate(State)}


def judge(case: Case) -> tuple[Impact, ...]:
    """Return what the failure does to each service, in the order of the subject's services."""
    return tuple(map(Verdict(case).on, case.subject.services))


class Verdict:
    """What a case means, service by service; nothing is looked at before it is asked for."""

    def __init__(self, case: Case) -> None:
        self._case = case

    @cached_property
    def _judges(self) -> "list[_Judge]":
        return [_Judge(self._case, ending) for ending in endings(self._case)]

    def on(self, service: Service) -> Impact:
        """Return the impact on a service."""
        return max((one.impact(service) for one in self._judges), key=_badness)

    def asked_others(self, service: Service) -> bool:
        """Whether the impact may depend on what failed of other services, which this one does not use."""
        names = {service.name, *(one.name for one in service.uses)}
        return any(names & one.asked_others for one in self._judges)


def _badness(impact: Impact) -> tuple[int, float, bool]:
    length_s = impact.interruption.seconds if impact.interruption else 0.0
    return ORDER[impact.state], length_s, impact.redundancy_gone


def endings(case: Case) -> Iterator[Ending]:
    """Yield the ways in which a case may end: one, or where chance decides one for each side that may go on."""
    blow = case.blow
    racing = [number for number, one in enumerate(case.ended) if one.fenced] if blow.race else []
    for winner in racing if len(racing) > 1 else [blow.survivor]:
        first = () if winner is None else (case.ended[winner],)
        fenced = frozenset[str]() if winner is None else case.ended[winner].fenced
        others = (one for number, one in enumerate(case.ended) if number != winner)
        yield Ending(case, (*first, *(one for one in others if one.side.members - fenced)), fenced)


class _Judge:
    """Judges the services by one ending of a case. asked_others: those that may be down for what failed of others."""

    def __init__(self, case: Case, ending: Ending) -> None:
        self.case, self.ending = case, ending
        events = [event for one in ending.sides for event in one.events]
        self.touched = {event.subject for event in events} | {part for part, _ in case.gone}
        self.cut_off = {event.node for event in events if event.action == FENCE}
        self.restless = frozenset(part for one in ending.sides for part in one.restless)
        self.deaf = deaf(case.subject, case.blow.situation)
        self.unheard = frozenset((part, node) for part, node in self.deaf if node in case.stood.serves(part))
        self.asked_others: set[str] = set()
        self._lapses: dict[tuple[str, int], tuple[Interruption, ...]] = {}
        self._worst: dict[str, Impact | None] = {}
        self._told_of: dict[str, reasons.Told] = {}
        self._silent_to: dict[int, Instances] = {}

    def impact(self, service: Service) -> Impact:
        """Return the impact on one service."""
        case, ending = self.case, self.ending
        told = self._told(service)
        ran, runs = told.ran, told.runs
        if bad := self._bad(service) or self._bad_below(service, told):
            return bad
        alone = self._alone(service, runs)
        gone = bool(alone) and bool(ran) and not any(map(self._was_alone, (service, *service.uses)))
        if cut := self._interruption(service):
            why, through = self._interrupted(cut, service, told)
            return Impact(
                service.name, State.INTERRUPTED, cut.figure, ran, runs, why, "", gone, cut.path, through=through
            )
        fewer = case.stood.copies(service) - ending.sides_run.copies(service) if ran else frozenset()
        state = State.DEGRADED if gone or fewer else State.UNAFFECTED
        why = reasons.in_service(told, fewer, alone if gone else "")
        return Impact(service.name, state, None, ran, runs, why, "", gone)

    def _alone(self, service: Service, runs: tuple[str, ...]) -> str:
        """Return why one more lost node would end the service, or one that it uses; "" if none would."""
        run, hindrance = self.ending.sides_run, self.case.hindrance_after
        if not runs:
            return ""
        own = run.alone(service, hindrance)
        below = ((one, run.alone(one, hindrance)) for one in service.uses)
        return own or next((f"{one.name}, which it uses: {why}" for one, why in below if why), "")

    def _was_alone(self, service: Service) -> bool:
        return bool(self.case.stood.alone(service, self.case.hindrance_before))

    def _bad(self, service: Service) -> Impact | None:
        """Return the impact where the service itself is down, or may run twice."""
        if service.name not in self._worst:
            told, found = self._told(service), None
            if words := self._bad_words(service, told):
                (state, shown), (cause, why, until) = words
                gone = bool(told.ran) and not self._was_alone(service)
                found = Impact(service.name, state, None, told.ran, shown, why, until, gone, cause=cause)
            self._worst[service.name] = found
        return self._worst[service.name]

    def _bad_words(
        self, service: Service, told: reasons.Told
    ) -> tuple[tuple[State, tuple[str, ...]], reasons.Words] | None:
        """Return the state, who runs it, and the words, where it is down or may run twice."""
        if twice := self._twice(service):
            return (State.TWO_COPIES, told.runs), reasons.two_copies(told, twice)
        if restless := self.restless.intersection(service.needs):
            return (State.DOWN, told.runs), reasons.restless(sorted(restless))
        if self.case.unnoticed and (unseen := self._unseen(service)):
            return (State.DOWN, ()), reasons.unnoticed(unseen)
        if few := self.ending.sides_run.too_few(service):
            return (State.DOWN, ()), reasons.too_few(told, few)
        if self.ending.sides_run.is_up(service):
            return None
        own = reasons.down_by_itself(told)
        if own is None:
            self.asked_others.add(service.name)
        return (State.DOWN, ()), own or reasons.down_by_others(told)

    def _bad_below(self, service: Service, told: reasons.Told) -> Impact | None:
        """Return the impact where the service runs, and is not served for want of one that it uses."""
        bad = next((bad for one in service.uses if (bad := self._bad(one)) and bad.state is State.DOWN), None)
        if bad is None and told.runs:
            return None
        gone = bool(told.ran) and not any(map(self._was_alone, (service, *service.uses)))
        (cause, why, until), through = reasons.below(told, bad), bad.service if bad else ""
        return Impact(service.name, State.DOWN, None, told.ran, (), why, until, gone, cause=cause, through=through)

    def _told(self, service: Service) -> reasons.Told:
        if service.name not in self._told_of:
            ran, runs = self.case.stood.nodes(service), self.ending.sides_run.nodes(service)
            self._told_of[service.name] = reasons.Told(self.case, self.ending, service, ran, runs)
        return self._told_of[service.name]

    def _unseen(self, service: Service) -> str:
        """Return a primitive that serves nowhere any more, though Pacemaker believes that it does; "" for none."""
        stood, gone = self.case.stood, self.case.gone
        return next((p for p in service.needs if (on := stood.serves(p)) and {(p, node) for node in on} <= gone), "")

    def _interruption(self, service: Service) -> Interruption | None:
        home = self.ending.sides_run.home(service)
        if home is None:
            return None
        return together(
            lapse for one in (service, *service.uses) for lapse in as_felt(self._own(one, home), one, service)
        )

    def _own(self, service: Service, home: int) -> tuple[Interruption, ...]:
        """Return when a service is away for itself, as the side sees it that goes on."""
        if (service.name, home) not in self._lapses:
            if home not in self._silent_to:
                self._silent_to[home] = self._silent(home)
            silent = self._silent_to[home]
            touched = self.touched | {part for part, _ in silent}
            found: tuple[Interruption, ...] = ()
            voters = (voter for voter, _ in service.arbitrators)
            if touched.intersection((*service.needs, *voters)) or self.cut_off:
                found = lapses(service, self.case.subject.parts, self._happening(home, silent)) or ()
            self._lapses[service.name, home] = found
        return self._lapses[service.name, home]

    def _silent(self, home: int) -> Instances:
        """Return what no longer answers that side: on nodes that are lost to it, or hung."""
        case = self.case
        if case.failure.serves:
            return frozenset()
        number = next(number for number, one in enumerate(case.ended) if one is self.ending.sides[home])
        there = {node for node, state in case.before.nodes.items() if state in THERE}
        away = there - case.blow.sides[number].members - case.failure.left
        lost = {(one.resource, one.node) for one in case.before.instances if one.node in away}
        return self._hung | lost | self.unheard

    @property
    def _hung(self) -> Instances:
        return self.case.gone if self.case.failure.hangs else frozenset()

    def _happening(self, home: int, silent: Instances) -> Happening:
        sides = self.ending.sides
        return Happening(
            before=self._before,
            gone=self.case.gone | self.unheard,
            silent=silent,
            hung=self._hung,
            deaf=self.deaf,
            events=sides[home].events,
            elsewhere=[event for number, one in enumerate(sides) if number != home for event in one.events],
        )

    @cached_property
    def _before(self) -> Placement:
        """Return what ran before, without what nobody heard then."""
        before, unheard = self.case.before, self.deaf - self.unheard
        kept = frozenset(one for one in before.instances if (one.resource, one.node) not in unheard)
        return Placement(before.nodes, kept)

    def _interrupted(self, cut: Interruption, service: Service, told: reasons.Told) -> tuple[str, str]:
        """Return why a service is interrupted, and the one that it uses where that is what it waits for last."""
        home = self.ending.sides_run.home(service) or 0
        ends = (any(lapse.back_s == cut.back_s for lapse in self._own(one, home)) for one in (service, *service.uses))
        blamed = next(one for one, is_last in zip((service, *service.uses), ends, strict=True) if is_last)
        of, last = (told if blamed is service else self._told(blamed)), cut.path[-1] if cut.path else None
        why = reasons.goes_on(of, last.node) if last and last.action == SWITCH else reasons.interrupted(of)
        return (why, "") if blamed is service else (f"{blamed.name}, which it uses: {why}", blamed.name)

    def _twice(self, service: Service) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return (primitive, nodes) of what must run once and may run more than once.

        On two sides that both live; or started while a node that ran it was neither fenced nor saw it stopped by the
        same Pacemaker that started it.
        """
        return tuple(
            (part, tuple(sorted(nodes)))
            for part in (*service.needs, *service.beside)
            if not is_shared(self.case.subject.parts[part]) and len(nodes := self._may_run(part)) > 1
        )

    def _may_run(self, part: str) -> frozenset[str]:
        """Return the nodes of which nobody can say that they do not run a primitive at the same time; () for none."""
        serving = [(one, one.runs(part)) for one in self.ending.sides_run.each]
        here = [(one, nodes) for one, nodes in serving if nodes]
        if not here:
            return frozenset()
        side, nodes = here[0]
        unseen = self.ending.silent | frozenset(
            node for one in self.ending.sides_run.each if one is not side for node in one.there
        )
        other = frozenset(node for _, found in here[1:] for node in found)
        return nodes | other | (self.case.stood.runs(part) & unseen)
