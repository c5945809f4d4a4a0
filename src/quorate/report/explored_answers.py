"""Explored answers: what explore's answers add to a report: what to change, availability, room. Pure.

Answers are dataclasses of their own, one kind for each question (explore/answers); wherever one gives Evidence, that
says what to change.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from types import MappingProxyType
from typing import Any, Literal

from quorate.explore.answer import Evidence, length, listed
from quorate.explore.answers.availability import Availability, Expected, shown_percent
from quorate.explore.answers.spare import Spare

Answers = Mapping[str, Any]
"""By the name of the question, as explore.answers.answers() gives them."""

NONE: Answers = MappingProxyType({})
"""Where nobody asked."""


def evidence(value: object) -> Iterator[Evidence]:
    """Yield every Evidence in an answer."""
    if isinstance(value, Evidence):
        yield value
    elif is_dataclass(value):
        for one in fields(value):
            yield from evidence(getattr(value, one.name))
    elif isinstance(value, tuple | list):
        for one in value:
            yield from evidence(one)


def changes(answers: Answers, scenarios: Iterable[str], services: Iterable[str]) -> list[str]:
    """Return what to change about some services in some scenarios, each once."""
    asked, concerned = set(scenarios), set(services)
    found = (one for answer in answers.values() for one in evidence(answer))
    fixes = (one.fix for one in found if one.scenario in asked and concerned & set(one.services))
    return list(dict.fromkeys(fixes))


SHARES_MAX = 3
SIGNS = {"measured": "", "default": "~", "bound": "≥"}
"""Before an availability: with time-outs for durations it is at least that."""


@dataclass(frozen=True, slots=True)
class Year:
    """What is expected of a service in a year, in words. missed: the target, certainly, perhaps, or not ("")."""

    service: str
    percent: str
    away: str
    missed: Literal["", "certainly", "perhaps"]
    shares: tuple[str, ...]


def years(answers: Answers) -> list[Year]:
    """Return what is expected of each service, the worst first; [] where nobody asked."""
    found = answers.get("availability")
    if not isinstance(found, Availability):
        return []
    return [year(one) for one in sorted(found.expected, key=lambda one: one.percent)]


def year(one: Expected) -> Year:
    """Return one service's in words."""
    shares = tuple(f"{share.percent:.0f} %: {share.evidence.words}" for share in one.shares[:SHARES_MAX])
    percent = f"{SIGNS[one.basis]}{shown_percent(one.percent)}"
    missed: Literal["", "certainly", "perhaps"] = ""
    if one.meets is False:
        missed = "certainly" if one.certain else "perhaps"
    return Year(one.service, percent, f"{length(one.outage_s)} away", missed, shares)


def counted(answers: Answers) -> str:
    """Return what the availability counts, in sentences; "" where nobody asked."""
    found = answers.get("availability")
    if not isinstance(found, Availability):
        return ""
    said = ["pairs of failures are counted" if found.pairs else "single failures are counted (pairs with --depth 2)"]
    if found.target is not None:
        said.insert(0, f"the target is {found.target:g} %")
    if found.without_rate:
        said.append(f"what has no rate is not: {listed(found.without_rate)}")
    if not found.complete:
        said.append("not all scenarios are known, so it may be less")
    if found.two_copies:
        said.append(f"what two copies of {listed(found.two_copies)} destroy is not")
    return "; ".join(said)


def misses(answers: Answers) -> list[str]:
    """Return the services whose availability is certainly below the target: not only with time-outs for durations."""
    found = answers.get("availability")
    if not isinstance(found, Availability):
        return []
    return [one.service for one in found.expected if one.meets is False and one.certain]


def may_miss(answers: Answers) -> list[str]:
    """Return the services of which it cannot be told, for only time-outs are known."""
    found = answers.get("availability")
    if not isinstance(found, Availability):
        return []
    return [one.service for one in found.expected if one.meets is False and not one.certain]


def room(answers: Answers) -> list[str]:
    """Return whether everything fits with one node lost, in sentences; [] where nobody asked."""
    found = answers.get("spare")
    if not isinstance(found, Spare):
        return []
    said = []
    if fitting := [one.node for one in found.without if one.fits]:
        said.append(f"everything fits without {listed(fitting)}" + (", one at a time" if len(fitting) > 1 else ""))
    for one in found.without:
        if one.fits is False:
            amounts = listed(f"{each.attribute} {each.needed} of {each.left}" for each in one.amounts)
            said.append(f"without {one.node} there is no room for {listed(one.stopped)}: needed are {amounts}")
    if unknown := [one.node for one in found.without if one.fits is None]:
        said.append(f"whether everything fits without {listed(unknown)} could not be found out")
    return [*said, *filter(None, [found.remark])]
