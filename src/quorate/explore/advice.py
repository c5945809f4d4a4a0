"""Advice: what to change so that a scenario no longer takes a service down, or lets two nodes run it. Pure.

In: what fails, the Impact with its cause, the Subject. Out: a Change. The cause decides; where it leaves a choice, what
has failed does: a failed link asks for a second one, whatever it led to.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from quorate.explore.answer import EVERYWHERE, Change, kind, listed
from quorate.explore.result import Impact, State
from quorate.explore.subject import Service, Shared, Subject

LINKS = frozenset({"link-cut", "link-lost", "partition"})


def advice(failures: Iterable[str], impact: Impact, subject: Subject) -> Change:
    """Return what to change, about what it uses where that is to blame. failures: ids of all that fails."""
    impact = replace(impact, service=impact.through or impact.service)
    lost = Lost(tuple(failures), subject)
    if all(one == EVERYWHERE for one in lost.kinds):
        fix = "nothing that a cluster can do: what fails on every node has to be mended"
        return Change(fix, _service(impact, subject))
    if lost.links and (change := _links(lost, impact, subject)):
        return change
    if lost.disks and (change := _disk(lost)):
        return change
    if impact.state is State.TWO_COPIES or impact.cause == "not-fenced":
        return fencing(lost, subject)
    by_cause = {
        "no-quorum": _quorum,
        "two-sides": fencing,
        "blocked": _blocked,
        "all-lost": _spread,
    }
    if impact.cause in by_cause:
        return by_cause[impact.cause](lost, subject)
    return _elsewhere(lost, impact, subject)


class Lost:
    """What fails in a scenario, read from the ids of its failures. nodes: those that are lost, leave or stand by.

    links: whether any is. devices: fencing devices that do not answer. parts: primitives that fail.
    """

    def __init__(self, failures: tuple[str, ...], subject: Subject) -> None:
        self.kinds = tuple(kind(one) for one in failures)
        names = {name for one in failures for name in _names(one)}
        of_nodes = {name for one in failures if one.startswith("node-") for name in _names(one)}
        self.shared = tuple(one for one in subject.shared if f"{one.kind}-lost:{one.name}" in failures)
        held = {node for one in self.shared for node in one.nodes}
        self.nodes = tuple(node for node in subject.nodes if node in of_nodes | held)
        silent = {one.partition(":")[2] for one in failures if kind(one) == "fencing-silent"}
        self.devices = frozenset(silent.union(*(one.devices for one in self.shared)))
        self.disks = tuple(
            disk
            for disk in subject.disks
            if f"disk-failed:{disk.path}" in failures or f"disk-failed:{disk.path}@{disk.node}" in failures
        )
        self.links = bool(LINKS.intersection(self.kinds)) or any(one.links for one in self.shared)
        self.parts = tuple(part for part in subject.parts if part in names)


def _names(failure: str) -> list[str]:
    """Return the names in a failure's id: "link-cut:n1/0", "partition:n1+n2/n3", "start-failed:web@n1"."""
    return re.split(r"[@+/]", failure.partition(":")[2])


def _service(impact: Impact, subject: Subject) -> tuple[str, ...]:
    return ("services", impact.service) if impact.service in subject.names else ()


def _links(lost: Lost, impact: Impact, subject: Subject) -> Change | None:
    """Say which link is missing; None where all have two ways that do not fail together."""
    if impact.cause == "unheard":
        return _bond(impact, subject)
    if subject.links and max(len(numbers) for numbers in subject.links.values()) < 2:
        first = next(iter(subject.links))
        return Change("add a second link to every node, through another switch", ("nodes", first, "links"))
    for one in lost.shared:
        cut = [node for node, numbers in subject.links.items() if _cuts(one, node, numbers)]
        if cut:
            return Change(f"lead a link of {listed(cut)} past the {one.kind} {one.name}", ("shared", one.name, "links"))
    return None


def _bond(impact: Impact, subject: Subject) -> Change:
    """Say how the links are kept by which a service is reached."""
    links = next((one.links for one in subject.services if one.name == impact.service), ())
    numbers = listed(str(number) for number in links if number not in subject.bonded) or "every link"
    fix = f"lay link {numbers} on two network cards of every node, at two switches, and say so: bond: active-backup"
    return Change(fix, ("corosync", "links"))


def _cuts(shared: Shared, node: str, numbers: tuple[int, ...]) -> bool:
    """Whether it cuts all links that a node has, and the node is not lost with it anyhow."""
    return node not in shared.nodes and bool(numbers) and all((node, number) in shared.links for number in numbers)


def _disk(lost: Lost) -> Change | None:
    disk = lost.disks[0]
    path = ("services", disk.service)
    if not disk.node:
        return Change(f"keep {disk.path} on storage that survives the loss of a disk (RAID), or replicate it", path)
    if not disk.replicated:
        return Change(f"keep a copy of {disk.path} on another node (DRBD), or put it on RAID", path)
    return None


def fencing(lost: Lost, subject: Subject) -> Change:
    """Return what makes the nodes that are lost, or else all of them, certain to be fenced."""
    if not subject.fencing:
        fix = "turn fencing on: without it nobody knows whether a silent node still runs it"
        return Change(fix, ("fencing", "enabled"))
    for node in lost.nodes or subject.nodes:
        able = [fence for fence in subject.fences if node in fence.victims]
        if not able:
            return Change(f"give {_each(_without(subject))} a fencing device", ("nodes", _without(subject)[0]))
        if all(fence.onboard == node for fence in able):
            what = "a fencing device that does not share its power, as a second level (a switched PDU)"
            return Change(f"give {_each(_onboard(subject))} {what}", ("nodes", _onboard(subject)[0], "fencing"))
        if gone := [fence.id for fence in able if fence.id in lost.devices]:
            others = f" that does not fail with {listed(one.name for one in lost.shared)}" if lost.shared else ""
            fix = f"give {node} a second fencing level{others}, besides {listed(gone)}"
            return Change(fix, ("fencing", "levels"))
    return Change("let a second fencing level stand in where the first fails", ("fencing",))


def _without(subject: Subject) -> list[str]:
    """Return the nodes that nothing can fence."""
    return [node for node in subject.nodes if not any(node in fence.victims for fence in subject.fences)]


def _onboard(subject: Subject) -> list[str]:
    """Return the nodes that only their own boards can fence."""
    able = {node: [fence for fence in subject.fences if node in fence.victims] for node in subject.nodes}
    return [node for node, fences in able.items() if fences and all(fence.onboard == node for fence in fences)]


def _each(nodes: list[str]) -> str:
    return f"each of {listed(nodes)}" if len(nodes) > 1 else listed(nodes)


def _quorum(lost: Lost, subject: Subject) -> Change:
    """Return what leaves more than half of the votes."""
    named = next((one for one in lost.shared if len(one.nodes) > 1 or one.quorum_device), None)
    if named is not None:
        what = "quorum device" if subject.quorum.device else "nodes"
        fix = f"spread the {what} so that {named.name} holds less than half of the votes"
        if subject.quorum.device is None:
            fix += f", or add a quorum device outside {named.name}"
        return Change(fix, ("shared", named.name))
    if subject.quorum.device is None:
        if len(subject.nodes) % 2 == 0:
            return Change("a quorum device, or one node more: half of the votes is no majority", ("quorum",))
        return Change("a quorum device with algorithm lms, or two nodes more, for quorum after both", ("quorum",))
    return Change("one node more, so that quorum does not hang on the quorum device", ("nodes",))


def _blocked(lost: Lost, subject: Subject) -> Change:
    part = lost.parts[0] if lost.parts else "it"
    if not subject.fencing:
        fix = f"turn fencing on: a node on which {part} does not stop can then be fenced"
        return Change(fix, ("fencing", "enabled"))
    fix = f"let Pacemaker fence the node when {part} fails to stop: remove on_fail: block and on_fail: ignore"
    return Change(fix, _of_part(part, subject))


def _of_part(part: str, subject: Subject) -> tuple[str, ...]:
    owner = subject.parts[part].service if part in subject.parts else ""
    return ("services", owner) if owner else ("resources", part)


def _spread(lost: Lost, subject: Subject) -> Change:
    """All nodes are lost at once, or one after the other."""
    if lost.shared:
        one = lost.shared[0]
        return Change(f"put a node where {one.name} does not take it down: at another {one.kind}", ("shared", one.name))
    return Change("a third node" if len(subject.nodes) == 2 else "one node more", ("nodes",))


def _elsewhere(lost: Lost, impact: Impact, subject: Subject) -> Change:
    """Nothing is left that may run it."""
    path = _service(impact, subject)
    if impact.cause == "restless":
        return Change("look at the constraints of what is started and stopped again and again", path)
    if impact.cause == "too-few":
        return Change(f"give {impact.service} more servers, or an arbitrator, so that most of them are left", path)
    service = next((one for one in subject.services if one.name == impact.service), None)
    others = list(_others(service, subject)) if service else []
    if others:
        return Change(f"let {impact.service} run on {listed(others)} as well", (*path, "nodes") if path else ())
    if len(subject.nodes) < 3:
        return Change("a third node", ("nodes",))
    if lost.parts:
        return Change(f"mend {listed(lost.parts)}, then clean it up (crm resource cleanup)", path)
    return Change(f"one node more that may run {impact.service}", ("nodes",))


def _others(service: Service, subject: Subject) -> Iterator[str]:
    """Yield the nodes that may not run a service."""
    if service.nodes:
        yield from (node for node in subject.nodes if node not in service.nodes)
