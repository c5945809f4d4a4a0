"""Judged: impacts (verdict.py), kept for cases that differ in nothing that concerns their service. Pure.

Many firsts leave the same state behind and differ in the operations that would fail from then on. Whatever comes second
tries hardly any of them; so it does the same to each service that they do not name. An impact depends on

1. the case, but for operations that would fail;
2. of those, the ones of primitives of the service, or of what it uses: where it could not start it has no other node;
3. of those that constraints tie them to the first, where others are asked why the service is down (reasons.py).
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from quorate.explore.case import Case
from quorate.explore.reasons import first_failing, tied
from quorate.explore.result import Impact
from quorate.explore.scheduler.step import Result
from quorate.explore.situation import Situation
from quorate.explore.standing import Stood
from quorate.explore.subject import Service, Subject
from quorate.explore.verdict import Verdict

KEPT_MAX = 8
"""Cases of which impacts are kept: pairs come second by second."""

Key = tuple[str, tuple[Result, ...], tuple[str, ...]]
"""A service's name, what would fail of it and of what it uses, and of others what is blamed, where they are asked."""


@dataclass(frozen=True, slots=True)
class _Known:
    """Impacts of cases that are the same but for operations that would fail. case: one of them, whose events are kept
    with it.
    """  # noqa: D205 - one sentence

    case: Case
    impacts: dict[Key, Impact] = field(default_factory=dict)


class Judged:
    """Impacts by what they depend on."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._concerns = {one.name: frozenset(_parts(one)) for one in subject.services}
        self._tied = {one.name: tied(subject, one) for service in subject.services for one in (service, *service.uses)}
        self._known: OrderedDict[object, _Known] = OrderedDict()

    def judge(self, case: Case, stood: Stood) -> tuple[Impact, ...]:
        """Return the same as verdict.judge(). stood: what the failure met."""
        known, verdict = self._same(case, stood).impacts, Verdict(case)
        return tuple(
            self._on(service, stood.situation.failing, case, known, verdict) for service in self._subject.services
        )

    def _on(
        self, service: Service, failing: Sequence[Result], case: Case, known: dict[Key, Impact], verdict: Verdict
    ) -> Impact:
        concerns = self._concerns[service.name]
        own = service.name, tuple(one for one in failing if one.resource in concerns)
        if (impact := known.get((*own, ()))) is not None:
            return impact
        blamed = tuple(
            first_failing(case, self._tied[one]) for one in (service.name, *(one.name for one in service.uses))
        )
        if (impact := known.get((*own, blamed))) is None:
            impact = verdict.on(service)
            known[*own, blamed if verdict.asked_others(service) else ()] = impact
        return impact

    def _same(self, case: Case, stood: Stood) -> _Known:
        """Return what is known of cases that are the same but for operations that would fail."""
        if not all(one.settled.quiet for one in case.ended):
            return _Known(case)
        ended = tuple(
            (
                one.side.members,
                one.side.quorate,
                one.side.fences,
                one.side.step.unfenceable,
                one.settled.digest,
                id(one.events),  # nobody else's as long as the case is kept; courses.py hands out the same
            )
            for one in case.ended
        )
        blow = case.blow
        situations = _unfailing(stood.situation), _unfailing(blow.situation)
        key = (case.failure.id, stood.state, situations, blow.survivor, blow.race, ended)
        known = self._known.pop(key, None) or _Known(case)
        self._known[key] = known
        if len(self._known) > KEPT_MAX:
            self._known.popitem(last=False)
        return known


def _unfailing(situation: Situation) -> Situation:
    return replace(situation, failing=())


def _parts(service: Service) -> Iterator[str]:
    """Yield the primitives of a service and of all that it uses."""
    yield from (*service.needs, *service.beside)
    for one in service.uses:
        yield from _parts(one)
