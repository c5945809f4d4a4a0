"""Reasons: why a service fares as it does, and what has to happen for it to return; plain sentences. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from quorate.explore.case import WELL, Case, Ended, Ending
from quorate.explore.economy import ALREADY
from quorate.explore.result import Cause, Impact
from quorate.explore.scheduler.step import Result
from quorate.explore.subject import Service, Subject
from quorate.explore.timing import FENCE

Words = tuple[Cause, str, str]
"""The cause in one word, why, and until when; the last without "until"."""

CLEAN = "the resource is cleaned up (crm resource cleanup {part})"


@dataclass(frozen=True, slots=True)
class Told:
    """What a sentence is about. ran, runs: the nodes that ran the service before, and that run it now."""

    case: Case
    ending: Ending
    service: Service
    ran: tuple[str, ...]
    runs: tuple[str, ...]

    @property
    def parts(self) -> tuple[str, ...]:
        """Its primitives, those that it needs first."""
        return (*self.service.needs, *self.service.beside)


def listed(names: Iterable[str], last: str = "and") -> str:
    """Return names for a sentence: "n1", "n1 and n2", "n1, n2 and n3"."""
    *most, end = list(names) or [""]
    return f"{', '.join(most)} {last} {end}" if most else end


def one_of(names: Collection[str]) -> str:
    """Return "n1", or "one of n1, n2"."""
    return f"one of {', '.join(sorted(names))}" if len(names) > 1 else "".join(names)


def two_copies(told: Told, twice: Sequence[tuple[str, tuple[str, ...]]]) -> Words:
    """Say that two nodes may run what must run once. twice: (primitive, nodes)."""
    part, nodes = twice[0]
    silent = [node for node in nodes if node in told.ending.silent]
    off = "" if told.case.subject.fencing else ", for fencing is off"
    if silent:
        others = [node for node in nodes if node not in silent]
        why = f"{listed(others)} starts {part} while {listed(silent)} may still run it: nobody fences it{off}"
        return "not-fenced", why, f"somebody makes sure that {listed(silent)} is off"
    why = f"{listed(nodes)} do not hear each other, may each run {part}, and nobody is fenced{off}"
    return "two-sides", why, f"{listed(nodes)} hear each other again, and one of them gives up its copy"


def restless(parts: Sequence[str]) -> Words:
    """Say that Pacemaker never comes to rest."""
    return (
        "restless",
        f"Pacemaker never comes to rest: it acts on {listed(parts)} again and again",
        "the configuration is changed so that it comes to rest",
    )


def unnoticed(part: str) -> Words:
    """Say that a primitive has ended and nobody asks it."""
    return "failing", f"{part} has ended, and no monitor asks it", f"somebody notices, and {CLEAN.format(part=part)}"


def too_few(told: Told, part: str) -> Words:
    """Say that instances run that do not serve, for most of them are gone."""
    service, sides = told.service, told.ending.sides_run
    running = sorted(sides.serves(part))
    voting = sum(1 for one, node in service.arbitrators if node in sides.serves(one))
    needed = (len(service.nodes) + len(service.arbitrators)) // 2 + 1 - voting
    why = f"{part} is left on {listed(running)} alone, and serves nobody without most of its servers"
    away = sorted(set(service.nodes) - set(running))
    return "too-few", why, f"{needed} of them run: {one_of(away)} is back"


def below(told: Told, bad: Impact | None) -> Words:
    """Say that a service is not served for want of one that it uses. bad: that one's impact, None where both run."""
    already = "" if told.ran else ALREADY
    if bad is None:
        why = f"{already}what it uses runs on nodes that do not hear those that run it"
        return "two-sides", why, "the nodes hear each other again"
    return bad.cause, f"{already}{bad.service}, which it uses, is down: {bad.why.removeprefix(ALREADY)}", bad.until


def goes_on(told: Told, node: str) -> str:
    """Say that clients of one server go on to another."""
    return f"the server of {told.service.name} on {node} is gone, and its clients go on to another"


def interrupted(told: Told) -> str:
    """Say what ended the service, and where it is again."""
    name, where = told.service.name, listed(told.runs)
    failure = told.case.failure
    went = [node for node in told.ran if node not in told.runs]
    fenced = told.ending.fenced | {
        event.node for one in told.ending.sides for event in one.events if event.action == FENCE
    }
    if off := [node for node in went if node in fenced]:
        return f"{listed(off)} {_is(off)} fenced, then {name} starts on {where}"
    if left := [node for node in went if node in failure.left]:
        return f"{listed(left)} {'leaves' if len(left) == 1 else 'leave'}, then {name} starts on {where}"
    if lost := [node for node in went if node in failure.lost]:
        why = "" if told.case.subject.fencing else " (fencing is off)"
        return f"{listed(lost)} {_is(lost)} not fenced{why}, and {name} starts on {where}"
    if bad := _failed(told):
        return f"{bad.resource} fails on {bad.node}, then {name} {_comes(told, bad.node)}"
    if went:
        return f"{name} is moved from {listed(told.ran)} to {where}"
    return f"{name} is restarted on {where}"


def _comes(told: Told, node: str) -> str:
    return "is started there again" if node in told.runs else f"starts on {listed(told.runs)}"


def _failed(told: Told) -> Result | None:
    """Return the result of an operation of the service that this failure brought."""
    results = [result for one in told.ending.sides for result in one.side.step.results]
    return next((result for result in results if result.resource in told.parts and result.rc not in WELL), None)


def in_service(told: Told, fewer: Collection[tuple[str, str]], alone: str) -> str:
    """Say what the service has lost that goes on. fewer: (primitive, node) of copies that are gone."""
    if not told.ran:
        return f"{told.service.name} is up again, on {listed(told.runs)}"
    found = []
    if fewer:
        parts, nodes = sorted({part for part, _ in fewer}), sorted({node for _, node in fewer})
        found.append(f"the copy of {listed(parts)} on {listed(nodes)} is gone")
    return "; ".join([*found, *([alone] if alone else [])])


def down_by_itself(told: Told) -> Words | None:
    """Say why nobody runs the service, and what has to happen; None where it is not for what failed of its own."""
    for asked in (_nobody_left, _no_quorum, _unclean, _unheard, _blocked, _failing, _nowhere):
        if words := asked(told):
            return _already(told, words)
    return None


def down_by_others(told: Told) -> Words:
    """Say the same where others have failed, or nobody has."""
    nowhere: Words = (
        "no-node",
        "Pacemaker finds no node for it",
        "there is room for it, or what it waits for is there again",
    )
    return _already(told, _waits(told) or nowhere)


def _already(told: Told, words: Words) -> Words:
    cause, why, until = words
    return cause, why if told.ran else ALREADY + why, until


def _nobody_left(told: Told) -> Words | None:
    if told.ending.sides:
        return None
    nodes = told.case.subject.nodes
    return "all-lost", f"{listed(sorted(nodes))} {_is(nodes)} lost", f"{one_of(nodes)} is switched on"


def _main(told: Told) -> Ended:
    """Return the side that would run the service: one that has quorum, else the largest."""
    return max(told.ending.sides, key=lambda one: (one.side.quorate, len(one.side.members), sorted(one.side.members)))


def _no_quorum(told: Told) -> Words | None:
    side = _main(told).side
    if side.quorate or told.case.subject.no_quorum_policy == "ignore":
        return None
    why = f"{listed(sorted(side.members))} {'has' if len(side.members) == 1 else 'have'} no quorum"
    return "no-quorum", why, f"quorum: {_returning(told, side.members)}"


def _returning(told: Told, members: frozenset[str]) -> str:
    """Say which nodes have to return for a side to have quorum again; by the configured votes (votequorum(5))."""
    subject, situation = told.case.subject, told.case.blow.situation
    votes = subject.votes
    expected = situation.expected_votes or subject.quorum.expected_votes
    missing = expected // 2 + 1 - sum(votes.get(node, 0) for node in members)
    away = sorted(set(subject.nodes) - members)
    enough = [node for node in away if votes.get(node, 0) >= missing]
    if enough or not away:
        return f"{one_of(enough)} returns" if away else "the quorum device answers again"
    needed, sum_ = 0, 0
    for votes_ in sorted((votes.get(node, 0) for node in away), reverse=True):
        if sum_ < missing:
            needed, sum_ = needed + 1, sum_ + votes_
    return f"{needed} of {', '.join(away)} return"


def _unclean(told: Told) -> Words | None:
    states = _main(told).settled.placement.nodes
    unclean = sorted(node for node, state in states.items() if state == "unclean")
    if not unclean:
        return None
    why = f"{listed(unclean)} cannot be fenced, and nobody takes over what {_it(unclean)} may still run"
    return (
        "not-fenced",
        why,
        f"somebody confirms that {listed(unclean)} {_is(unclean)} off (stonith_admin --confirm NODE)",
    )


def _unheard(told: Told) -> Words | None:
    """Say that it runs, and which link is cut by which it would be reached."""
    runs, cut = told.ending.sides_run, told.case.blow.situation.links
    for part in reversed(told.service.needs):
        if (nodes := runs.runs(part)) and not runs.serves(part):
            links = sorted({number for node, number in cut if node in nodes and number in told.service.links})
            what = f"link {listed(map(str, links))} of {listed(sorted(nodes))}"
            why = f"{what} is cut, the only way to {part} there; Pacemaker does not see that, and lets it run"
            return "unheard", why, f"{what} works again"
    return None


def _blocked(told: Told) -> Words | None:
    for side in told.ending.sides_run.each:
        if stuck := side.blocked(told.parts):
            one = stuck[0]
            why = f"{one.resource} has failed on {one.node}, and Pacemaker does not touch it any more"
            return "blocked", why, CLEAN.format(part=one.resource)
    return None


def _failing(told: Told) -> Words | None:
    failing = [one for one in told.case.blow.situation.failing if one.resource in told.service.needs]
    failed = failing or [one for one in (_failed(told),) if one]
    if not failed:
        return None
    part = failed[0].resource
    nodes = sorted({one.node for one in failed if one.resource == part})
    return "failing", f"{part} fails on {listed(nodes)}, and no other node can run it", CLEAN.format(part=part)


def _nowhere(told: Told) -> Words | None:
    """Say which of its nodes are away."""
    allowed = set(told.service.nodes or told.case.subject.nodes)
    situation = told.case.blow.situation
    off = sorted(allowed - {node for one in told.ending.sides_run.each for node in one.there})
    waiting = sorted(allowed & situation.standby)
    if not off and not waiting:
        return None
    why = f"{listed(sorted({*off, *waiting}))} {_is({*off, *waiting})} away, and no other node may run it"
    left = sorted(set(off) & situation.left)
    ways = [f"{one_of(sorted(set(off) - set(left)))} is switched on"] if set(off) - set(left) else []
    ways += [f"Pacemaker is started on {one_of(left)}"] if left else []
    ways += [f"{one_of(waiting)} is taken out of standby"] if waiting else []
    return "no-node", why, listed(ways, "or")


def _waits(told: Told) -> Words | None:
    """Say what of another service has failed: constraints may tie this one to it."""
    others = tied(told.case.subject, told.service)
    stuck = [one for side in told.ending.sides_run.each for one in side.blocked(others)]
    part = stuck[0].resource if stuck else first_failing(told.case, others)
    if not part:
        return None
    return (
        "blocked" if stuck else "failing",
        f"{part} has failed, and no node can run it without",
        CLEAN.format(part=part),
    )


def tied(subject: Subject, service: Service) -> frozenset[str]:
    """Return the primitives of others that constraints tie a service to, directly or through others."""
    own = (*service.needs, *service.beside)
    names = {subject.parts[one].tied for one in own}
    return frozenset(one.id for one in subject.parts.values() if one.tied in names and one.id not in own)


def first_failing(case: Case, parts: Collection[str]) -> str:
    """Return the primitive of the first operation that would fail, of these primitives; "" for none."""
    return next((one.resource for one in case.blow.situation.failing if one.resource in parts), "")


def _is(names: Collection[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _it(names: Collection[str]) -> str:
    return "it" if len(names) == 1 else "they"
