"""Verdict: what ran before a failure and after it -> what the failure means for each service. Pure.

In: a Case: the failure, what ran before it on all sides, and each side at rest again with its events. Out: an Impact
for each service. Where sides fence each other, those that are fenced run nothing and only the one that goes on is
looked at; where chance decides which one that is, each is, and the worse outcome of every service counts.
"""

from collections.abc import Iterator

from quorate.explore import reasons
from quorate.explore.case import Case, Ending
from quorate.explore.result import Impact, State
from quorate.explore.running import Running, Sides, is_shared, spoiled
from quorate.explore.subject import Service
from quorate.explore.timing import FENCE, Interruption, interruption

ORDER = {state: place for place, state in enumerate(State)}


def judge(case: Case) -> tuple[Impact, ...]:
    """Return what the failure does to each service, in the order of the subject's services."""
    judges = [_Judge(case, ending) for ending in endings(case)]
    return tuple(max((one.impact(service) for one in judges), key=_badness) for service in case.subject.services)


def _badness(impact: Impact) -> tuple[int, float, bool]:
    length_s = impact.interruption.seconds if impact.interruption else 0.0
    return ORDER[impact.state], length_s, impact.redundancy_gone


def endings(case: Case) -> Iterator[Ending]:
    """Yield the ways in which a case may end: one, or where chance decides one for each side that may go on."""
    blow, unfit = case.blow, spoiled(case.subject, case.blow.situation)
    racing = [number for number, one in enumerate(case.ended) if one.fenced] if blow.race else []
    for winner in racing if len(racing) > 1 else [blow.survivor]:
        first = () if winner is None else (case.ended[winner],)
        fenced = frozenset[str]() if winner is None else case.ended[winner].fenced
        others = (one for number, one in enumerate(case.ended) if number != winner)
        sides = (*first, *(one for one in others if one.side.members - fenced))
        each = [Running(case.subject, one.settled.placement, one.side.members - fenced, unfit) for one in sides]
        yield Ending(sides, Sides(each), fenced, case.silent - fenced)


class _Judge:
    """Judges the services by one ending of a case."""

    def __init__(self, case: Case, ending: Ending) -> None:
        self.case, self.ending = case, ending
        events = [event for one in ending.sides for event in one.events]
        self.touched = {event.subject for event in events} | {part for part, _ in case.gone}
        self.cut_off = {event.node for event in events if event.action == FENCE}
        self.restless = frozenset(part for one in ending.sides for part in one.restless)

    def impact(self, service: Service) -> Impact:
        """Return the impact on one service."""
        case, ending = self.case, self.ending
        ran, runs = case.stood.nodes(service), ending.sides_run.nodes(service)
        alone = ending.sides_run.alone(service, case.hindrance_after)
        gone = bool(alone or not runs) and bool(ran) and not case.stood.alone(service, case.hindrance_before)
        told = reasons.Told(case, ending, service, ran, runs)
        if words := self._bad(service, told):
            (state, shown), (cause, why, until) = words
            return Impact(service.name, state, None, ran, shown, why, until, gone, cause=cause)
        if cut := self._interruption(service):
            why = reasons.interrupted(told)
            return Impact(service.name, State.INTERRUPTED, cut.figure, ran, runs, why, "", gone, cut.path)
        fewer = case.stood.copies(service) - ending.sides_run.copies(service) if ran else frozenset()
        state = State.DEGRADED if gone or fewer else State.UNAFFECTED
        why = reasons.in_service(told, fewer, alone if gone else "")
        return Impact(service.name, state, None, ran, runs, why, "", gone)

    def _bad(self, service: Service, told: reasons.Told) -> tuple[tuple[State, tuple[str, ...]], reasons.Words] | None:
        """Return the state, who runs it, and the words, where it is down or may run twice."""
        if twice := self._twice(service):
            return (State.TWO_COPIES, told.runs), reasons.two_copies(told, twice)
        if restless := self.restless.intersection(service.needs):
            return (State.DOWN, told.runs), reasons.restless(sorted(restless))
        if self.case.unnoticed and (unseen := self._unseen(service)):
            return (State.DOWN, ()), reasons.unnoticed(unseen)
        return None if told.runs else ((State.DOWN, ()), reasons.down(told))

    def _unseen(self, service: Service) -> str:
        """Return a primitive that serves nowhere any more, though Pacemaker believes that it does; "" for none."""
        stood, gone = self.case.stood, self.case.gone
        return next((p for p in service.needs if (on := stood.serves(p)) and {(p, node) for node in on} <= gone), "")

    def _interruption(self, service: Service) -> Interruption | None:
        home = self.ending.sides_run.home(service)
        touched = self.touched.intersection(service.needs) or self.cut_off
        if home is None or not touched:
            return None
        sides = self.ending.sides
        elsewhere = [event for number, one in enumerate(sides) if number != home for event in one.events]
        return interruption(
            service.needs,
            self.case.subject.parts,
            self.case.before,
            sides[home].events,
            gone=self.case.gone,
            elsewhere=elsewhere,
        )

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
        serving = [(one, one.serves(part)) for one in self.ending.sides_run.each]
        here = [(one, nodes) for one, nodes in serving if nodes]
        if not here:
            return frozenset()
        side, nodes = here[0]
        unseen = self.ending.silent | frozenset(
            node for one in self.ending.sides_run.each if one is not side for node in one.there
        )
        other = frozenset(node for _, found in here[1:] for node in found)
        return nodes | other | (self.case.stood.serves(part) & unseen)
