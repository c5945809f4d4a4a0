"""foretelling: ask Pacemaker's own scheduler what a change does to a cluster that runs. Runs the scheduler, no more.

In: the live CIB with its status, the configuration that takes the place of its own, what else happens. Out: the
Consequences. The live CIB is put before the scheduler as it is, then as it will be: what differs from what ran is what
the change does. Digests of parameters in the history make it a restart or a reload (Pacemaker Explained, "Reloading
Services After a Definition Change"); nothing here judges that.

The scheduler is this machine's, offline; where there is none, or it cannot read the cluster's CIB, Consequences say so.
"""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lxml import etree
from lxml.etree import _Element as Element

from quorate.build.consequences import Consequences
from quorate.build.fates import RELOADS, Occasion, acts, fates
from quorate.catalog.agents import AgentLibrary
from quorate.catalog.platform import Platform
from quorate.describe.cluster import Cluster
from quorate.errors import Missing, Unknown, UsageError
from quorate.explore.detection import AT_ONCE, membership
from quorate.explore.durations import NO_SAMPLES, Durations, Key, Place, of_subject
from quorate.explore.leaning import NOBODY_ASKED
from quorate.explore.of_cluster import of_cluster
from quorate.explore.scheduler.graph import base, parse
from quorate.explore.scheduler.installed import fitted
from quorate.explore.scheduler.opening import open_scheduler
from quorate.explore.scheduler.protocol import Scheduler
from quorate.explore.scheduler.step import QUIET, Step
from quorate.explore.scheduler.transition import Placement, Settled
from quorate.explore.subject import Subject
from quorate.explore.timing import APPROXIMATE, Notice, course, ended

ANNOUNCED = Notice(detect=AT_ONCE, pause="announced", longest_s=0.0)

Make = Callable[[str], Scheduler]


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happens while the plan is applied, before or after the configuration is written.

    words: for people, begins with a verb in its ing-form ("restarting n1"). step: what Pacemaker is told.
    """

    words: str
    step: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What a plan does, as far as Pacemaker learns of it.

    live: the CIB of the running cluster as text. first: what happens before all else, one after the other.
    forgotten: (node, primitive) whose failures are cleaned up. configuration: what takes the place of its own.
    joining: nodes that become members then. then: what happens afterwards, one after the other.
    """

    live: str
    configuration: Element
    first: tuple[Moment, ...] = ()
    forgotten: tuple[tuple[str, str], ...] = ()
    joining: tuple[str, ...] = ()
    then: tuple[Moment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a cluster besides its CIB.

    measured: what actions took there. place: what its nodes are. at: where all clients of a service are, as for
    `leaning`.
    """

    cluster: Cluster
    agents: AgentLibrary
    platform: Platform
    measured: Mapping[Key, Sequence[float]] = field(default_factory=lambda: NO_SAMPLES)
    place: Place = "hosts"
    at: Mapping[str, str] = field(default_factory=lambda: NOBODY_ASKED)


def foretell(plan: Course, known: Known, make: Make = open_scheduler) -> Consequences:
    """Return what a plan does to every service. Takes a tenth of a second and more: not for an event loop."""
    try:
        return _foretold(plan, known, make)
    except (Missing, Unknown, UsageError) as error:
        return Consequences(unknown=error.message)


def _foretold(plan: Course, known: Known, make: Make) -> Consequences:
    live = _fit(plan.live)
    old = of_cluster(known.cluster, known.agents, known.platform, live, same_nodes=False, at=known.at)
    occasions, restless = [], False
    with make(live) as scheduler:
        rest, name = scheduler.settle((QUIET,)), scheduler.name
        durations = of_subject(old, known.measured, known.place)
        steps: tuple[Step, ...] = ()
        before = rest.placement
        for moment in plan.first:
            steps = (*steps, moment.step)
            settled = scheduler.settle(steps)
            occasions.append(_occasion(moment, before, settled, old, durations))
            before, restless = settled.placement, restless or not settled.quiet
        if steps:
            live = scheduler.cib(steps)
    text = _settling(_fit(_written(live, plan)), Step(returned=plan.joining), make)
    new = of_cluster(known.cluster, known.agents, known.platform, text, same_nodes=False, at=known.at)
    durations = _of_both(durations, of_subject(new, known.measured, known.place))
    with make(text) as scheduler:
        steps = ()
        for moment in (Moment("", Step(returned=plan.joining)), *plan.then):
            steps = (*steps, moment.step)
            settled = scheduler.settle(steps)
            occasions.append(_occasion(moment, before, settled, new, durations))
            before, restless = settled.placement, restless or not settled.quiet
    return Consequences(
        services=fates(old, new, occasions),
        acts=tuple(acts(occasions)),
        remarks=(*_unrest(rest, restless=restless), APPROXIMATE),
        scheduler=name,
    )


def _of_both(old: Durations, new: Durations) -> Durations:
    """Return the model of a configuration that also knows what goes with the one before: that is stopped, too."""
    return replace(new, agents={**old.agents, **new.agents}, timeouts_s={**old.timeouts_s, **new.timeouts_s})


def _occasion(moment: Moment, before: Placement, settled: Settled, subject: Subject, durations: Durations) -> Occasion:
    lost = moment.step.lost
    gone = ended(before, lost)
    notice = membership(subject) if lost else ANNOUNCED
    events = course(settled.transitions, durations, notice, gone=gone)
    return Occasion(moment.words, before, settled.placement, events, gone)


def _settling(text: str, first: Step, make: Make) -> str:
    """Return the CIB such that what is restarted for its parameters is restarted once.

    A start that the scheduler only imagines is recorded with a digest of all parameters, and keeps the old one of those
    that force a restart (op-restart-digest), which the executor would have made anew: it would be restarted for ever.
    What restarts in the first transition needs none of the latter, and what is reloaded there needs it.
    """
    with make(text) as scheduler:
        settled = scheduler.settle((first,))
    if not settled.transitions:
        return text
    tasks: dict[str, set[str]] = {}
    for action in settled.transitions[0].actions:
        tasks.setdefault(action.resource, set()).add(action.task)
    restarted = {name for name, done in tasks.items() if {"stop", "start"} <= done and not done & RELOADS}
    root = parse(text)
    for history in root.iterfind("status/node_state/lrm/lrm_resources/lrm_resource"):
        if base(str(history.get("id"))) in restarted:
            for record in history:
                for name in ("op-restart-digest", "op-force-restart"):
                    record.attrib.pop(name, "")
    return etree.tostring(root, encoding="unicode") if restarted else text


def _unrest(rest: Settled, *, restless: bool) -> list[str]:
    """Say what makes the answer doubtful: a cluster that is not at rest, or will not come to it."""
    said = []
    if any(one.done for one in rest.transitions):
        said.append("the cluster is not at rest: some of this happens in any case")
    if restless:
        said.append("Pacemaker does not come to rest: resources start and fail, or wait for each other")
    return said


def _fit(text: str) -> str:
    base = fitted(text)
    for finding in base.findings:
        raise Unknown(finding.summary, finding.fix)
    return base.cib


def _written(live: str, plan: Course) -> str:
    """Return the live CIB with the new configuration in it, without what is forgotten, and with the nodes that join."""
    root = parse(live)
    new = copy.deepcopy(plan.configuration)
    old = root.find("configuration")
    if old is None:
        root.insert(0, new)
    else:
        root.replace(old, new)
    for name, resource in plan.forgotten:
        _clean_up(root, name, resource)
    for name in plan.joining:
        _know(root, name)
    return etree.tostring(root, encoding="unicode")


def _clean_up(root: Element, name: str, resource: str) -> None:
    """Take away what is recorded of a resource on a node, as `crm_resource --cleanup` does; Pacemaker asks anew."""
    for state in root.iterfind(f"status/node_state[@uname='{name}']"):
        for histories in state.iterfind("lrm/lrm_resources"):
            for history in histories.findall("lrm_resource"):
                if base(history.get("id", "")) == resource:
                    histories.remove(history)
        for group in state.iterfind("transient_attributes/instance_attributes"):
            for pair in group.findall("nvpair"):
                counted = base(pair.get("name", "").partition("#")[0])
                if counted in {f"fail-count-{resource}", f"last-failure-{resource}"}:
                    group.remove(pair)


def _know(root: Element, name: str) -> None:
    """Give a node that the CIB does not know a place in it, as Pacemaker does when it joins."""
    nodes, status = root.find("configuration/nodes"), root.find("status")
    if nodes is None or status is None:
        raise Unknown("the CIB has no list of nodes")
    ids = {node.get("uname"): node.get("id", "") for node in nodes}
    if name not in ids:
        numbers = [int(id_) for id_ in ids.values() if id_.isdigit()]
        ids[name] = str(max(numbers, default=0) + 1)
        etree.SubElement(nodes, "node", id=ids[name], uname=name)
    if not any(state.get("uname") == name for state in status):
        down = {"in_ccm": "false", "crmd": "offline", "join": "down", "expected": "down"}
        etree.SubElement(status, "node_state", {"id": ids[name], "uname": name, **down})
