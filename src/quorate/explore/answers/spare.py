"""Would N-1 still fit: what the others have when one node is lost, against what the services need. Pure.

Where placement-strategy makes Pacemaker heed utilization, the scheduler has answered: what it finds no place for when
the node is lost does not fit. Else Pacemaker starts everything, and the answer is arithmetic over the file's
`utilization`: each service as a whole must find room on a node that may run it; one with a server on every node takes
its room on each. Where no resource says what it needs, the memory that the catalog's services claim as they start is
all that is known, and it is named as such.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from quorate.explore.answer import Change, Evidence, evidence, listed
from quorate.explore.fitting import Load, fit
from quorate.explore.result import Exploration, Impact, Scenario, State
from quorate.explore.running import is_shared
from quorate.explore.subject import Service, Subject
from quorate.findings import Finding, Severity

TITLE = "Would everything fit with one node lost"
FINDS = {"no-room-for-n-minus-1": "with one node lost there is not enough memory, or whatever is counted"}
MEMORY = "memory"
By = Literal["scheduler", "utilization", "memory of the catalog", "nothing"]
Needs = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Amount:
    """Of one attribute: what the services need together, and what the nodes that are left have."""

    attribute: str
    needed: int
    left: int


@dataclass(frozen=True, slots=True)
class Without:
    """With that node lost. fits: None where it could not be found out. stopped: services that find no room."""

    node: str
    fits: bool | None
    amounts: tuple[Amount, ...]
    stopped: tuple[str, ...] = ()
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Spare:
    """by: what the answer rests on. remark: what it does not say."""

    by: By
    without: tuple[Without, ...]
    remark: str = ""


def answer(exploration: Exploration, subject: Subject) -> Spare:
    """Return the answer for each node."""
    lost = {scenario.id.removeprefix("node-lost:"): scenario for scenario in exploration.scenarios}
    needs = {name: _needs(name, subject) for name in subject.names}
    if not any(needs.values()):
        return _by_memory(lost, subject)
    if subject.placement == "default":
        remark = "placement-strategy is default: Pacemaker starts everything, whether it fits or not"
        return Spare("utilization", tuple(_laid(node, lost, needs, subject) for node in subject.nodes), remark)
    return Spare("scheduler", tuple(_scheduled(node, lost, needs, subject) for node in subject.nodes))


def _needs(service: str, subject: Subject) -> Mapping[str, int]:
    """Return what a service needs where it runs: its primitives together, of cloned ones the instance there."""
    found: dict[str, int] = {}
    for part in subject.service(service).needs:
        for attribute, amount in subject.utilization.get(part, {}).items():
            found[attribute] = found.get(attribute, 0) + amount
    return found


def _by_memory(lost: Mapping[str, Scenario], subject: Subject) -> Spare:
    """Answer by the memory that services claim as they start."""
    claimed = {one.name: one.memory_mib for one in subject.services if one.memory_mib}
    if not claimed:
        return Spare("nothing", (), "no resource says what it needs: write utilization for nodes and resources")
    verb = "claims" if len(claimed) == 1 else "claim"
    said = (
        f"{listed(claimed)} {verb} {sum(claimed.values())} MiB of memory, by the catalog, and no utilization is given"
    )
    if not all(MEMORY in subject.capacity.get(node, {}) for node in subject.nodes):
        return Spare("memory of the catalog", (), f"{said}: how much the nodes have is not known")
    needs = {name: {MEMORY: claimed[name]} if name in claimed else {} for name in subject.names}
    without = tuple(_laid(node, lost, needs, subject) for node in subject.nodes)
    return Spare("memory of the catalog", without, f"{said}: what the others need is not known")


def _scheduled(node: str, lost: Mapping[str, Scenario], needs: Needs, subject: Subject) -> Without:
    """Return what the scheduler said of the node's loss."""
    amounts = _amounts(node, needs, subject)
    if node not in lost:
        return Without(node, None, amounts)
    stopped = [
        one
        for one in lost[node].impacts
        if one.state is State.DOWN
        and one.cause in {"", "no-node"}
        and needs[one.service]
        and _goes_on(one.service, node, subject)
    ]
    names = tuple(one.service for one in stopped)
    return Without(node, not stopped, amounts, names, _evidence(lost[node], stopped, amounts))


def _laid(node: str, lost: Mapping[str, Scenario], needs: Needs, subject: Subject) -> Without:
    """Return whether the services find room on the other nodes; those that may run on no other are left out."""
    loads = [
        load
        for name in subject.names
        if needs[name] and _goes_on(name, node, subject)
        for load in _loads(name, node, needs[name], subject)
    ]
    found = fit(loads, {one: subject.capacity.get(one, {}) for one in subject.nodes if one != node})
    found = replace(found, left_over=tuple(dict.fromkeys(found.left_over)))
    amounts = _amounts(node, needs, subject)
    impacts = [one for one in lost[node].impacts if one.service in found.left_over] if node in lost else []
    shown = _evidence(lost[node], impacts, amounts) if found.fits is False and impacts else None
    return Without(node, found.fits, amounts, found.left_over, shown)


def _loads(name: str, lost: str, needs: Mapping[str, int], subject: Subject) -> Iterator[Load]:
    """Yield what has to lie on the nodes that are left: one load that may move, or one for each server's own node."""
    service = subject.service(name)
    nodes = [node for node in service.nodes or subject.nodes if node != lost]
    if _is_everywhere(service, subject):
        yield from (Load(name, needs, frozenset({node})) for node in nodes)
    else:
        yield Load(name, needs, frozenset(nodes))


def _is_everywhere(service: Service, subject: Subject) -> bool:
    """Whether it has a server on each of its nodes."""
    return all(one in subject.parts and is_shared(subject.parts[one]) for one in service.needs)


def _goes_on(service: str, node: str, subject: Subject) -> bool:
    """Whether there is another node that may run it."""
    return bool(set(subject.service(service).nodes or subject.nodes) - {node})


def _amounts(node: str, needs: Needs, subject: Subject) -> tuple[Amount, ...]:
    others = [subject.capacity.get(one, {}) for one in subject.nodes if one != node]
    times = {name: sum(1 for _ in _loads(name, node, {}, subject)) for name in needs}
    return tuple(
        Amount(
            attribute,
            sum(times[name] * each.get(attribute, 0) for name, each in needs.items()),
            sum(each.get(attribute, 0) for each in others),
        )
        for attribute in sorted({attribute for each in needs.values() for attribute in each})
    )


def _fix(amounts: tuple[Amount, ...]) -> str:
    short = [f"{one.attribute} {one.needed - one.left}" for one in amounts if one.needed > one.left]
    more = f"add {listed(short)} to the other nodes" if short else "give one of the other nodes more"
    return f"{more}, or let the services need less"


def _evidence(scenario: Scenario, impacts: list[Impact], amounts: tuple[Amount, ...]) -> Evidence | None:
    return evidence(scenario, impacts, Change(_fix(amounts), ("nodes",))) if impacts else None


def findings(result: Spare) -> Iterator[Finding]:
    """Yield a warning for nodes without which not everything fits, those together whose loss leaves the same out."""
    alike: dict[tuple[tuple[str, ...], tuple[Amount, ...]], list[str]] = {}
    for one in result.without:
        if one.fits is False:
            alike.setdefault((one.stopped, one.amounts), []).append(one.node)
    for (stopped, amounts), nodes in alike.items():
        needed = listed(f"{amount.attribute} {amount.needed} of {amount.left}" for amount in amounts)
        yield Finding(
            "no-room-for-n-minus-1",
            Severity.WARNING,
            f"without {listed(nodes, 'or')} there is no room for {listed(stopped)}",
            f"the services need {needed} that the other nodes have",
            _fix(amounts),
            ("nodes", nodes[0]),
        )
