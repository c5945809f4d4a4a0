"""Explored words: an Exploration in sentences and figures, the same in every form of its report. Pure."""

from collections.abc import Iterable, Sequence
from typing import Literal

from quorate import registry
from quorate.explore import failures
from quorate.explore.answer import EVERYWHERE
from quorate.explore.result import Basis, Exploration, Figure, Impact, Scenario, State
from quorate.report.explored_answers import NONE, Answers, may_miss, misses

Verdict = Literal["held", "violated", "unknown"]
ORDER = tuple(State)
SIGNS = {"measured": "", "default": "~", "bound": "≤"}
BASES: dict[Basis, str] = {
    "measured": "measured in this cluster",
    "default": "~ by default: measured in the lab",
    "bound": "≤ at most: a time-out",
}
KINDS = (
    "node-lost",
    "node-and-board-lost",
    "node-hung",
    "node-left",
    "node-standby",
    "node-returned",
    "partition",
    "link-cut",
    "link-lost",
    "resource-failed",
    "start-failed",
    "stop-failed",
    "resource-failed-everywhere",
    "disk-failed",
    "fencing-silent",
    "quorum-device-lost",
    "rack-lost",
    "power-lost",
    "switch-lost",
    "site-lost",
)


def seconds(value: float) -> str:
    """Return "3.9 s", "75 s", "5 min", "2 h": as exact as it is of use."""
    if value < 60:
        return f"{value:.1f} s"
    if value < 600:
        return f"{value:.0f} s"
    return f"{value / 60:.0f} min" if value < 7200 else f"{value / 3600:.0f} h"


def figure(of: Figure) -> str:
    """Return the seconds with a sign for what they rest on: "3.9 s", "~3.9 s", "≤60 s"."""
    return f"{SIGNS[of.basis]}{seconds(of.seconds)}"


def is_late(impact: Impact, target_s: float | None) -> bool:
    """Return whether an interruption is longer than the file's target; False without a target, or where it may be."""
    return _is_over(impact, target_s) and impact.interruption is not None and impact.interruption.basis != "bound"


def may_be_late(impact: Impact, target_s: float | None) -> bool:
    """Return whether all that is known is that an interruption is below a bound that is above the target."""
    return _is_over(impact, target_s) and not is_late(impact, target_s)


def _is_over(impact: Impact, target_s: float | None) -> bool:
    return target_s is not None and impact.interruption is not None and impact.interruption.seconds > target_s


def rank(impact: Impact) -> tuple[int, float]:
    """Return how bad it is, to be compared: the state, then the seconds."""
    return ORDER.index(impact.state), impact.interruption.seconds if impact.interruption else 0.0


def singles(found: Exploration) -> list[Scenario]:
    """Return the scenarios of one failure."""
    return [one for one in found.scenarios if len(one.failures) == 1]


def survivable(found: Exploration) -> list[Scenario]:
    """Return those of them that a cluster could survive: not what fails on every node alike."""
    return [one for one in singles(found) if kinds_of(one) != EVERYWHERE]


def pairs(found: Exploration) -> list[Scenario]:
    """Return the scenarios of two failures, one after the other."""
    return [one for one in found.scenarios if len(one.failures) == 2]


def title(kind: str) -> str:
    """Return the heading of a kind of failure: its own, or its name where this version has no such kind."""
    name = kind.replace("-", "_")
    if name in registry.names(failures):
        return str(registry.modules(failures)[name].TITLE)
    return kind.replace("-", " ").capitalize()


def kinds_of(scenario: Scenario) -> str:
    """Return the kinds of its failures: "node-lost", "node-lost then disk-lost"."""
    return " then ".join(failure.partition(":")[0] for failure in scenario.failures)


def is_at_once(scenario: Scenario) -> bool:
    """Return whether several failures come in the same moment."""
    return len(scenario.failures) > 1 and scenario.id != " then ".join(scenario.failures)


def titles(kinds: str) -> str:
    """Return the heading of what `kinds_of` returns; of a pair in few words: "node lost → disk failed"."""
    each = kinds.split(" then ")
    return title(kinds) if len(each) == 1 else " → ".join(map(short, each))


def short(kind: str) -> str:
    """Return a kind in few words: "node lost"."""
    return kind.replace("-", " ")


def place(kind: str) -> tuple[int, str]:
    """Return where a kind stands among others: nodes first, then the network, resources, storage, fencing."""
    return (KINDS.index(kind), "") if kind in KINDS else (len(KINDS), kind)


def part_of(failure: str) -> str:
    """Return what of the cluster it strikes: the failure's id without its kind."""
    return failure.partition(":")[2] or failure


def listed(words: Iterable[str], most: int = 6) -> str:
    """Return "a, b and c"; of more than `most` the first few, and how many more there are."""
    names = list(words)
    if len(names) > most:
        return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""


def number(count: int, one: str, many: str = "") -> str:
    """Return "1 failure", "2 failures"."""
    return f"{count} {one if count == 1 else many or f'{one}s'}"


def is_whole(found: Exploration) -> bool:
    """Return whether every scenario there is was asked."""
    return len(found.scenarios) >= found.total


def is_covered(found: Exploration) -> str:
    """Return how much of it is known, "" for all of it."""
    if is_whole(found):
        return ""
    share = 100 * len(found.scenarios) / found.total
    return f"Not finished: {len(found.scenarios)} of {found.total} scenarios are known ({share:.0f} %)."


def summary(found: Exploration) -> list[str]:
    """Return the answer in a few sentences: how many failures, what survives, what does not."""
    ones = singles(found)
    if not ones:
        return ["No failure was explored: nothing can be said.", *filter(None, [is_covered(found)])]
    said = [tally(ones)]
    if hopeless := len(ones) - len(survivable(found)):
        said.append(f"{hopeless} of them {'hits' if hopeless == 1 else 'hit'} every node alike: no cluster helps.")
    if wait := longest(ones):
        target_s = found.outage_target_s
        said.append(f"The longest interruption: {wait}{'' if target_s is None else f'; the target is {target_s:g} s'}.")
    for state, words in ((State.DOWN, ("is down", "are down")), (State.TWO_COPIES, ("may run twice", "may run twice"))):
        if bad := [one for one in survivable(found) if any(impact.state is state for impact in one.impacts)]:
            verb = words[len(hit(bad, state)) > 1]
            when = listed((one.words for one in bad), 3)
            said.append(f"{services_of(bad, state)} {verb} when {when}.")
    if twos := pairs(found):
        said.append(of_pairs(ones, twos))
    return [*said, *filter(None, [is_covered(found)])]


def tally(ones: Sequence[Scenario]) -> str:
    """Return "Of 8 failures, each on its own, 4 interrupt nothing, 3 interrupt a service, 1 leaves one down"."""
    unhurt = sum(1 for one in ones if one.worst in {State.UNAFFECTED, State.DEGRADED})
    counted = [(unhurt, "interrupt nothing", "interrupts nothing")]
    counted += [
        (sum(1 for one in ones if one.worst is state), many, single)
        for state, many, single in (
            (State.INTERRUPTED, "interrupt a service for a while", "interrupts a service for a while"),
            (State.DOWN, "leave one down", "leaves one down"),
            (State.TWO_COPIES, "may make two copies run", "may make two copies run"),
        )
    ]
    parts = [f"{count} {single if count == 1 else many}" for count, many, single in counted if count]
    return f"Of {number(len(ones), 'failure')}, each on its own, {listed(parts)}."


def of_pairs(ones: Sequence[Scenario], twos: Sequence[Scenario]) -> str:
    """Return what pairs add to what each failure does alone, in a sentence."""
    worse = beyond_alone(ones, twos)
    said = f"Of {number(len(twos), 'pair')}, one after the other, {len(worse) or 'none'}"
    said += f" {'does' if len(worse) < 2 else 'do'} what neither failure does alone"
    counted = [
        f"{count} {words}"
        for state, words in ((State.DOWN, "with a service down"), (State.TWO_COPIES, "with two copies possible"))
        if (count := sum(1 for one in worse if one.worst is state))
    ]
    return f"{said} ({', '.join(counted)})." if counted else f"{said}."


def beyond_alone(ones: Sequence[Scenario], twos: Sequence[Scenario]) -> list[Scenario]:
    """Return the pairs that leave a service worse than either of their failures does alone."""
    alone = {one.id: {impact.service: ORDER.index(impact.state) for impact in one.impacts} for one in ones}

    def is_worse(pair: Scenario) -> bool:
        known = [alone.get(failure, {}) for failure in pair.failures]
        return any(
            impact.state in {State.DOWN, State.TWO_COPIES}
            and ORDER.index(impact.state) > max(states.get(impact.service, 0) for states in known)
            for impact in pair.impacts
        )

    return [pair for pair in twos if is_worse(pair)]


def hit(scenarios: Iterable[Scenario], state: State) -> list[str]:
    """Return the services that meet a state in any of the scenarios."""
    return list(dict.fromkeys(i.service for one in scenarios for i in one.impacts if i.state is state))


def services_of(scenarios: Iterable[Scenario], state: State) -> str:
    """Return the same in words."""
    return listed(hit(scenarios, state))


def longest(scenarios: Iterable[Scenario]) -> str:
    """Return "~4.5 s, of site, when n1 is lost"; "" where none is interrupted."""
    waits = [(i.interruption, i.service, one.words) for one in scenarios for i in one.impacts if i.interruption]
    if not waits:
        return ""
    wait, service, when = max(waits, key=lambda one: one[0].seconds)
    return f"{figure(wait)}, of {service}, when {when}"


def verdict(found: Exploration, answers: Answers = NONE) -> Verdict:
    """Return what the exit code says: two copies, or a target that is missed, violate.

    The target of an interruption is for single failures; nobody promises a service that outlives any two. Where a bound
    alone is beyond a target, or not all scenarios were asked, it cannot be told.
    """
    target_s = found.outage_target_s
    ones = [impact for one in survivable(found) for impact in one.impacts]
    if any(one.worst is State.TWO_COPIES for one in found.scenarios) or misses(answers):
        return "violated"
    if any(is_late(one, target_s) or (target_s is not None and one.state is State.DOWN) for one in ones):
        return "violated"
    doubtful = may_miss(answers) or any(may_be_late(one, target_s) for one in ones)
    return "held" if is_whole(found) and not doubtful else "unknown"


def reason(found: Exploration, answers: Answers = NONE) -> str:
    """Return why the verdict is what it is, in a sentence."""
    target_s = found.outage_target_s
    if twice := [one for one in found.scenarios if one.worst is State.TWO_COPIES]:
        return f"Two copies of {services_of(twice, State.TWO_COPIES)} may run."
    impacts = [impact for one in survivable(found) for impact in one.impacts]
    target = "" if target_s is None else f"{target_s:g} s"
    down = [one.service for one in impacts if one.state is State.DOWN]
    late = [one.service for one in impacts if is_late(one, target_s)]
    doubtful = [one.service for one in impacts if may_be_late(one, target_s)]
    for services, said in (
        (down if target else [], "One failure alone leaves {} down."),
        (late, f"One failure alone interrupts {{}} for longer than {target}."),
        (misses(answers), f"{{}} is expected to be there for less than {found.availability_target} % of a year."),
        (
            doubtful,
            f"Whether {{}} returns within {target} cannot be told: of some operations only the time-out is known.",
        ),
        (may_miss(answers), f"Whether {{}} is there for {found.availability_target} % of a year cannot be told."),
    ):
        if services:
            return said.format(listed(dict.fromkeys(services)))
    if not is_whole(found):
        return is_covered(found)
    return (
        f"No failure interrupts a service for longer than {target}." if target else "The file states no outage target."
    )


def headline(found: Exploration) -> str:
    """Return what matters, in a few words."""
    ones = survivable(found)
    twice, down = ([one for one in ones if one.worst is state] for state in (State.TWO_COPIES, State.DOWN))
    if twice:
        return f"{number(len(twice), 'failure')} of {len(ones)} may make two copies run."
    if down:
        return (
            f"{number(len(down), 'failure')} of {len(ones)} {'leaves' if len(down) == 1 else 'leave'} a service down."
        )
    return f"Every service survives each of {number(len(ones), 'failure')}." if ones else "No failure was explored."


def figures(found: Exploration) -> list[tuple[str, str, str]]:
    """Return the key figures: (label, value, remark)."""
    ones, twos = singles(found), pairs(found)
    rows = [("Failures", str(len(ones)), f"of {number(len(found.nodes), 'node')}, each on its own")]
    if twos:
        worse = len(beyond_alone(ones, twos))
        rows.append(("Pairs", str(len(twos)), f"one after the other; {worse} are worse than each alone"))
    waits = [(i.interruption, i.service, one.words) for one in ones for i in one.impacts if i.interruption]
    if waits:
        wait, service, when = max(waits, key=lambda one: one[0].seconds)
        rows.append(("Longest interruption", figure(wait), f"{service}, when {when}"))
    ones = survivable(found)
    bad = sum(1 for one in ones if one.worst in {State.DOWN, State.TWO_COPIES})
    rows.append(("Not survived", str(bad), f"of {number(len(ones), 'failure')} that a cluster can survive"))
    return rows


def legend(found: Exploration) -> str:
    """Return what the signs of a matrix mean, of those that are in it; "" for none."""
    impacts = [impact for one in found.scenarios for impact in one.impacts]
    bases = {impact.interruption.basis for impact in impacts if impact.interruption}
    said = [text for basis, text in BASES.items() if basis in bases and SIGNS[basis]]
    target_s = found.outage_target_s
    if any(is_late(impact, target_s) for impact in impacts):
        said.append(f"! longer than the target, {target_s:g} s")
    if any(may_be_late(impact, target_s) for impact in impacts):
        said.append(f"? perhaps longer than the target, {target_s:g} s")
    if any(impact.redundancy_gone and impact.interruption for impact in impacts):
        said.append("* then nothing is left in reserve")
    return "; ".join(said)
