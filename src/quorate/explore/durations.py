"""Durations: how long each action takes, and what that rests on. Pure.

In: samples of this cluster (measured.py), the lab's figures (durations.json, written by tools/durations.py), what a
Subject says of its primitives and fencing devices. Out: a Figure for each action of a transition, and for the time that
Pacemaker itself takes around it. Looked for in this order: the same primitive on the same node, on any node; the
agent's default; the time-out of the operation, which is an upper bound.

Fencing: the devices of the first level that has none that is silent, one after the other; a level that fails before it
may take all that the fencing is allowed.

The median is used, and the mean for what Pacemaker takes to decide: that is either a tenth of a second or one second
more (docs/explanation.md, "Where a failover's seconds go"), and the median of such a figure is one of both.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from statistics import fmean, median
from types import MappingProxyType
from typing import Any, Literal

from lxml import etree
from lxml.etree import _Element as Element

from quorate import duration
from quorate.catalog.agents import AgentLibrary
from quorate.describe.resources import AgentName
from quorate.explore.configured import TIMEOUT_S, Configured
from quorate.explore.fences import WATCHDOG
from quorate.explore.result import Basis, Figure
from quorate.explore.running import is_shared
from quorate.explore.scheduler.transition import Action
from quorate.explore.subject import Fence, Subject

Key = tuple[str, str, str]
"""resource, task, node. Resource "" for what is done to a node, or by Pacemaker itself (then the node is "", too)."""

Pause = Literal["membership", "quorum lost", "monitor", "announced", "transition", "action", "watched"]
"""What Pacemaker takes itself: from a new membership, with quorum or (then the DC is new, too) without, from a failed
monitor, a change that it was told of, or the end of the transition before, until the first action; around each action,
from its agent's end to the next one's begin; and what the process beside it takes to tell it that a server has ended
(ADR 13)."""

Place = Literal["hosts", "container", "kernel"]
"""What the nodes are: hosts, or a lab's, which share a machine: containers with its kernel, or each with its own."""

EVEN = frozenset({"action", "watched"})
"""Pauses that have one usual length."""

FENCING_TIMEOUT_S = 60.0
"""stonith-timeout, where the graph does not say it."""

STOP_HUNG = "stop of what hangs"
"""The task of a stop of what does not answer: many agents ask in vain first, and kill when their patience is over."""

START_FAILS = "start that fails"
"""The task of a start that ends with an error; one that is not known is taken to fail at once."""

STOP_GONE = "stop after failure"
"""The task of a stop of what has ended already: Apache lets requests finish, a killed one has none."""

SERVES = "serves"
"""The task under which it is kept how long after the begin of a start clients have their first answer: the agent may go
on for seconds (ocf:heartbeat:mysql sleeps for 4 s)."""

BUSY = "busy"
"""The key of what says whether Pacemaker held back for the nodes' load: 1 where it did, 0 where not."""

SWITCHES = {"reboot": 2, "off": 1}
"""How often fencing switches; after each the agent waits (power_wait). A node without power is switched only once."""

NO_SAMPLES: Mapping[Key, Sequence[float]] = MappingProxyType({})
OWN_TASKS = frozenset({"cancel", "delete", "lrm_delete", "clear_failcount"})
"""Operations on a resource for which no agent is called: the controller and the executor do them at once."""

NOTHING = Figure(0.0, "measured")
ORDER: tuple[Basis, ...] = ("measured", "default", "bound")


def weakest(bases: Sequence[Basis]) -> Basis:
    """Return the basis of what is put together from these; "measured" for none."""
    return max(bases, key=ORDER.index, default="measured")


def task_of(action: Action) -> str:
    """Return the name under which an action's durations are kept: a first look at a resource is a "probe"."""
    return "probe" if action.task == "monitor" and not action.interval_ms else action.task


@dataclass(frozen=True, slots=True)
class Defaults:
    """The lab's figures. agents: agent -> task -> s. fencing: fence agent -> action -> s. pauses: by Pause, s.

    busy: nodes there are under load. made_from: the runs they come from, for people.
    """

    agents: Mapping[str, Mapping[str, float]]
    fencing: Mapping[str, Mapping[str, float]]
    pauses: Mapping[str, float]
    busy: bool = False
    made_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Device:
    """A fencing device. wait_s: how long its agent waits after it has switched (power_wait)."""

    agent: str
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Durations:
    """The duration model. measured: samples of this cluster, in seconds.

    agents: primitive -> agent. timeouts_s: (primitive, task) -> s. devices: by id. levels: node -> device ids per
    level. fence_action: reboot or off.
    """

    defaults: Defaults
    agents: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    timeouts_s: Mapping[tuple[str, str], float] = field(default_factory=lambda: MappingProxyType({}))
    devices: Mapping[str, Device] = field(default_factory=lambda: MappingProxyType({}))
    levels: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=lambda: MappingProxyType({}))
    fence_action: str = "reboot"
    at_once: int = 0
    measured: Mapping[Key, Sequence[float]] = field(default_factory=lambda: NO_SAMPLES)

    def of(
        self,
        action: Action,
        *,
        gone: bool = False,
        hung: bool = False,
        fails: bool = False,
        silent: Collection[str] = (),
    ) -> Figure:
        """Return how long an action takes by itself, without pauses and without delays of fencing.

        gone: the server or whatever else it stops has ended before (`STOP_GONE`). hung: it does not answer
        (`STOP_HUNG`; where that is not known, the time-out). fails: it is a start that will fail. silent: fencing
        devices that do not answer.
        """
        if action.kind == "pseudo_event":
            return NOTHING
        if action.task == "stonith":
            return self._fencing(action, silent)
        if action.kind == "crm_event" or action.task in OWN_TASKS:
            return NOTHING
        task = task_of(action)
        if task == "stop" and (gone or hung):
            task = STOP_HUNG if hung else STOP_GONE
        if task == "start" and fails:
            return self._failing(action)
        bound_s = action.timeout_ms / 1000 or self.timeouts_s.get((action.resource, action.task), TIMEOUT_S)
        return self.operation(action.resource, task, action.node, bound_s)

    def _failing(self, action: Action) -> Figure:
        if samples := self._samples(action.resource, START_FAILS, action.node):
            return Figure(median(samples), "measured")
        known = self.defaults.agents.get(self.agents.get(action.resource, ""), {})
        return Figure(known.get(START_FAILS, 0.0), "default")

    def operation(self, resource: str, task: str, node: str, bound_s: float = TIMEOUT_S) -> Figure:
        """Return how long an operation takes. task: as `task_of`. bound_s: its time-out."""
        if samples := self._samples(resource, task, node):
            return Figure(median(samples), "measured")
        if task == STOP_GONE and STOP_GONE not in self.defaults.agents.get(self.agents.get(resource, ""), {}):
            return self.operation(resource, "stop", node, bound_s)
        default = self.defaults.agents.get(self.agents.get(resource, ""), {}).get(task)
        return Figure(bound_s, "bound") if default is None else Figure(default, "default")

    def serves(self, resource: str, node: str) -> Figure | None:
        """Return how long after the begin of a resource's start it serves; None where that is not known."""
        if samples := self._samples(resource, SERVES, node):
            return Figure(median(samples), "measured")
        default = self.defaults.agents.get(self.agents.get(resource, ""), {}).get(SERVES)
        return None if default is None else Figure(default, "default")

    def pause(self, kind: Pause) -> Figure:
        """Return what Pacemaker takes itself."""
        if samples := self.measured.get(("", kind, "")):
            return Figure(median(samples) if kind in EVEN else fmean(samples), "measured")
        return Figure(self.defaults.pauses.get(kind, 0.0), "default")

    def _fencing(self, action: Action, silent: Collection[str]) -> Figure:
        levels = self.levels.get(action.node, ())
        failing = [level for level in levels if set(level) & set(silent)]
        if not failing and (samples := self._samples("", self.fence_action, action.node)):
            return Figure(median(samples), "measured")
        bound = Figure(action.timeout_ms / 1000 or FENCING_TIMEOUT_S, "bound")
        level = next((one for one in levels if one not in failing), None)
        if level is None:
            return bound
        known = [figure for id_ in level if (figure := self._device(id_))]
        figures = known if len(known) == len(level) else [bound]
        figures += [bound for one in failing if levels.index(one) < levels.index(level)]
        return Figure(sum(one.seconds for one in figures), weakest([one.basis for one in figures]))

    def _device(self, id_: str) -> Figure | None:
        """Return what a device takes; None where nothing is known of it."""
        device = self.devices.get(id_, Device(""))
        if device.agent == WATCHDOG:
            return NOTHING  # its wait is the fencing's delay
        own_s = self.defaults.fencing.get(device.agent, {}).get(self.fence_action)
        return None if own_s is None else Figure(own_s + SWITCHES[self.fence_action] * device.wait_s, "default")

    def _samples(self, resource: str, task: str, node: str) -> Sequence[float]:
        own = self.measured.get((resource, task, node), ())
        return own or [s for key, found in self.measured.items() if key[:2] == (resource, task) for s in found]


def of_subject(
    subject: Subject, measured: Mapping[Key, Sequence[float]] = NO_SAMPLES, place: Place = "hosts"
) -> Durations:
    """Return the durations of a subject's actions, with what was measured in that cluster."""
    defaults = shipped(place)
    busy = median(measured.get(("", BUSY, ""), (float(defaults.busy),))) >= 0.5
    configured = Configured(_root(subject.cib))
    alone = {node: tuple((fence.id,) for fence in subject.fences if node in fence.victims) for node in subject.nodes}
    return Durations(
        defaults=defaults,
        agents={part.id: part.agent for part in subject.parts.values()}
        | {fence.id: f"stonith:{fence.agent}" for fence in subject.fences},
        timeouts_s={
            (part.id, task): seconds for part in subject.parts.values() for task, seconds in part.timeouts_s.items()
        },
        devices={fence.id: Device(fence.agent, wait_s(fence, configured)) for fence in subject.fences},
        levels={node: subject.levels.get(node) or alone[node] for node in subject.nodes},
        fence_action="off" if configured.properties.get("stonith-action") in {"off", "poweroff"} else "reboot",
        at_once=at_once(len(subject.nodes)) if busy else 0,
        measured={key: one for key, one in measured.items() if not _is_others(key, subject)},
    )


def _is_others(key: Key, subject: Subject) -> bool:
    """Whether a sample says when clients were answered by others that are alike, while one of them was started."""
    resource, task, _ = key
    return task == SERVES and resource in subject.parts and is_shared(subject.parts[resource])


def at_once(nodes: int) -> int:
    """Return how many actions Pacemaker has under way at once where one node's load is high (throttle.c of 2.1).

    With "extreme" load it is half of that.
    """
    return max(1, nodes // 2)


def wait_s(fence: Fence, configured: Configured) -> float:
    """Return power_wait of a fencing device, or its agent's default."""
    primitive = configured.primitives.get(fence.id)
    given = primitive.parameters.get("power_wait") if primitive else None
    agent = AgentLibrary.shipped().get(AgentName("stonith", None, fence.agent))
    advised = agent.parameters.get("power_wait") if agent else None
    return duration.seconds(given or (advised.default if advised and advised.default else "0")) or 0.0


def _root(cib: str) -> Element:
    parser = etree.XMLParser(recover=True, resolve_entities=False, load_dtd=False, no_network=True)
    root = etree.fromstring(cib.encode(), parser) if cib else None
    return etree.Element("cib") if root is None else root


@cache
def shipped(place: Place = "hosts") -> Defaults:
    """Return the figures that quorate ships; those of container nodes stand for hosts, without their load."""
    record: dict[str, Any] = json.loads(resources.files(__package__).joinpath("durations.json").read_text("utf-8"))
    return from_record(record, place)


def from_record(record: Mapping[str, Any], place: Place) -> Defaults:
    """Return the figures that tools/durations.py wrote. Each is {"median_s": , "mean_s": , "n": ...}.

    What was not measured in the place's own kind of lab is taken from the others.
    """
    kind = "kernel" if place == "kernel" else "container"
    labs = [record["labs"][one] for one in sorted(record["labs"], key=lambda one: (one == kind, one))]
    pauses = {kind: one for lab in labs for kind, one in lab["pauses"].items()}
    return Defaults(
        agents=_all([lab["agents"] for lab in labs]),
        fencing=_all([lab["fencing"] for lab in labs]),
        pauses={kind: float(one["median_s"] if kind in EVEN else one["mean_s"]) for kind, one in pauses.items()},
        busy=place != "hosts" and record["labs"].get(kind, {}).get("busy", False),
        made_from=tuple(str(run["environment"]) for run in record["runs"]),
    )


def _all(labs: Sequence[Mapping[str, Any]]) -> Mapping[str, Mapping[str, float]]:
    """Return the medians of all labs' figures, those of the last where several have one."""
    return {
        name: {k: v for lab in labs for k, v in _medians(lab.get(name, {})).items()} for lab in labs for name in lab
    }


def _medians(tasks: Mapping[str, Mapping[str, float]]) -> Mapping[str, float]:
    return {task: float(one["median_s"]) for task, one in tasks.items()}
