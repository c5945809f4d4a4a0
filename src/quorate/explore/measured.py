"""Measured: what this cluster took for its actions, from its journals and from its CIB. Pure.

In: the journals of all nodes (of a drill, or any), or a live CIB with the history of its operations. Out: Samples, and
a Measured that keeps the newest of them for each action. keeping.py reads and writes them.

Wordings are those of Pacemaker 2.1 (controld_execd.c, controld_fencing.c, controld_te_actions.c, controld_fsa.c,
fenced_remote.c) and Corosync 3.1; where other versions word them otherwise, less is measured, never wrongly. Times of
different nodes are compared only for what Pacemaker itself takes, and thrown away where the clocks cannot be right.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol

from lxml import etree

from quorate.explore.durations import BUSY, SERVES, START_FAILS, STOP_GONE, STOP_HUNG, Key

KEPT = 20
"""Samples for each action; older ones are dropped."""

SAME_S = 2.0
"""Two samples of one operation whose ends are no further apart are one: a CIB knows whole seconds, and is read again.
What Pacemaker takes itself comes several times in a second, and from journals alone."""

PAUSE_S = 5.0
"""What Pacemaker takes itself is less; anything else is two things that have nothing to do with each other."""


class Line(Protocol):
    """A line of a node's journal (drill/journal.py)."""

    @property
    def time_s(self) -> float:
        """Wall clock, seconds since the epoch."""

    @property
    def node(self) -> str:
        """Whose journal it is."""

    @property
    def program(self) -> str:
        """The syslog identifier."""

    @property
    def message(self) -> str:
        """The text."""


@dataclass(frozen=True, slots=True, order=True)
class Sample:
    """What one action took. key: as in durations.py. at_s: when it ended, seconds since the epoch."""

    key: Key
    at_s: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Measured:
    """The newest samples for each key, at most KEPT: (at_s, seconds), in the order of time."""

    samples: Mapping[Key, tuple[tuple[float, float], ...]] = field(default_factory=lambda: MappingProxyType({}))

    def __or__(self, new: Iterable[Sample]) -> "Measured":
        """Return these with new samples; one that is there already is not taken twice."""
        found = dict(self.samples)
        for sample in sorted(new):
            kept = found.get(sample.key, ())
            apart_s = SAME_S if any(sample.key[::2]) else 0.0
            if all(abs(at_s - sample.at_s) > apart_s for at_s, _ in kept):
                found[sample.key] = tuple(sorted((*kept, (sample.at_s, sample.seconds))))[-KEPT:]
        return Measured(MappingProxyType(found))

    @property
    def seconds(self) -> Mapping[Key, Sequence[float]]:
        """The samples as `Durations` takes them."""
        return {key: tuple(seconds for _, seconds in kept) for key, kept in self.samples.items()}


def as_record(measured: Measured) -> list[dict[str, Any]]:
    """Return what goes to JSON."""
    return [
        {"resource": resource, "task": task, "node": node, "samples": [[round(at_s, 3), s] for at_s, s in kept]}
        for (resource, task, node), kept in sorted(measured.samples.items())
    ]


def from_record(record: Any) -> Measured:
    """Return what `as_record` made; ValueError, TypeError or KeyError where it is none."""
    samples = [
        Sample((str(one["resource"]), str(one["task"]), str(one["node"])), float(at_s), float(seconds))
        for one in record
        for at_s, seconds in one["samples"]
    ]
    if any(not 0 <= one.seconds < float("inf") for one in samples):
        raise ValueError("a duration is at least 0 s")
    return Measured() | samples


def from_cib(cib: str) -> tuple[Sample, ...]:
    """Return what the operations in a CIB's history took that did what they should; () where the text is no CIB.

    exec-time and queue-time are milliseconds (Pacemaker Explained, "Resource history"). Of each kind the history has
    the last one; a monitor that goes on without a change is not written anew.
    """
    parser = etree.XMLParser(recover=True, resolve_entities=False, load_dtd=False, no_network=True)
    root = etree.fromstring(cib.encode(), parser) if cib else None
    found = []
    for state in root.iterfind("status/node_state") if root is not None else ():
        for resource in state.iterfind("lrm/lrm_resources/lrm_resource"):
            for entry in resource.iterfind("lrm_rsc_op"):
                task = entry.get("operation", "")
                if task == "monitor" and entry.get("interval", "0") == "0":
                    task = "probe"
                if entry.get("rc-code") not in FINE.get(task, {"0"}) or entry.get("exec-time", "0") == "0":
                    continue
                milliseconds = _number(entry.get("exec-time")) + _number(entry.get("queue-time"))
                key = (_base(resource.get("id", "")), task, state.get("uname", ""))
                found.append(Sample(key, _number(entry.get("last-rc-change")), milliseconds / 1000))
    return tuple(sorted(found))


FINE: Mapping[str, set[str]] = {"probe": {"0", "7", "8"}, "monitor": {"0", "8"}}
"""Return codes that say nothing bad: ok, not running, promoted."""


def _number(text: str | None) -> float:
    return float(text) if text and text.isdecimal() else 0.0


def _base(resource: str) -> str:
    """Return a primitive's id without the number of its instance."""
    return resource.partition(":")[0]


REQUEST = re.compile(
    r"Requesting local execution of (?:\S+-interval )?(?P<task>\w+) operation for (?P<resource>\S+) on (?P<node>\S+)"
)
RESULT = re.compile(
    r"Result of (?:\S+-interval )?(?P<task>\w+) operation for (?P<resource>\S+) on (?P<node>\S+): (?:\d+ \()?(?P<rc>.*)"
)
INITIATING = re.compile(
    r"Initiating (?:\S+-interval )?(?P<task>\w+) operation (?P<key>\S+) (?:locally )?on (?P<node>\S+)"
)
FENCING = re.compile(r"Requesting fencing \((?P<action>[\w-]+)\)(?: targeting| of) (?:node )?(?P<node>[^\s|]+)")
FENCED = re.compile(r"Peer (?P<node>\S+) was terminated \((?P<action>[\w-]+)\) by .*: OK")
DELAYING = re.compile(r"Delaying '?(?P<action>[\w-]+)'? (?:action )?targeting (?P<node>\S+) .*for (?P<seconds>\d+)s")
NOT_QUORATE = re.compile(r"This node is within the non-primary component")
LEFT = re.compile(r"A new membership \(\S+\) was formed\. Members.* left:")
AT_REST = re.compile(r"State transition \S+ -> S_IDLE")
THINKING = re.compile(r"State transition S_IDLE -> S_POLICY_ENGINE")
HIGH_LOAD = re.compile(r"High CPU load detected")
COMPLETE = re.compile(r"Transition \d+ \(Complete=")


BEGINS = ("start", "promote")
MOVES = ("stop", "demote", "notify", "cancel")
"""Tasks with which a move from one node to another begins."""


def from_journals(lines: Iterable[Line]) -> tuple[Sample, ...]:
    """Return what actions took, and what Pacemaker took around them, from the journals of all nodes that have any."""
    reader = _Reader()
    for line in sorted(lines, key=lambda line: line.time_s):
        reader.read(line)
    if reader.samples:
        reader.samples.append(Sample(("", BUSY, ""), reader.samples[-1].at_s, float(reader.busy)))
    return tuple(reader.samples)


def from_answer(lines: Iterable[Line], resources: Collection[str], answered_s: float) -> tuple[Sample, ...]:
    """Return how long after the begin of its start a service answered again. lines: from the fault on.

    resources: the service's primitives. answered_s: the first answer, seconds since the epoch. It is the last start or
    promotion that had begun until then for which clients waited; () where there was none.
    """
    begun = [
        (line.time_s, _base(found["resource"]), found["node"])
        for line in lines
        if line.time_s <= answered_s and (found := REQUEST.search(line.message)) and found["task"] in BEGINS
    ]
    last = max((one for one in begun if one[1] in resources), default=None)
    if last is None:
        return ()
    return (Sample((last[1], SERVES, last[2]), answered_s, round(answered_s - last[0], 4)),)


class _Reader:
    """Reads the lines once, in the order of their time."""

    def __init__(self) -> None:
        self.samples: list[Sample] = []
        self.busy = False  # Pacemaker held back for a node's load
        self.asked: dict[tuple[str, str, str], float] = {}  # (task, resource, node) -> when its execution began
        self.failed: dict[tuple[str, str], str] = {}  # (resource, node) that failed since its start: task of its stop
        self.fencing: dict[tuple[str, str], float] = {}  # (action, node) -> when, moved on by what it was put off
        self.triggers: dict[
            str, tuple[str, float]
        ] = {}  # node ("": all) -> what its Pacemaker has to think about, since when
        self.ended_s: float | None = None  # when the last action of the transition under way ended
        self.initiated: dict[tuple[str, str], tuple[float, float]] = {}  # key and node -> when; since what ended

    def read(self, line: Line) -> None:
        if line.program == "corosync":
            if LEFT.search(line.message):
                self._think("membership", line.time_s, line.node)
            elif NOT_QUORATE.search(line.message) and line.node in self.triggers:
                self.triggers[line.node] = "quorum lost", self.triggers[line.node][1]
        elif line.program == "pacemaker-controld":
            self._controller(line)
        elif line.program == "pacemaker-fenced" and (put_off := DELAYING.search(line.message)):
            key = put_off["action"], put_off["node"]
            if key in self.fencing:
                self.fencing[key] += float(put_off["seconds"])

    def _controller(self, line: Line) -> None:
        at_s, text = line.time_s, line.message
        if found := REQUEST.search(text):
            self._begins(found["task"], _base(found["resource"]), found["node"], at_s)
        elif found := RESULT.search(text):
            self._ends(found["task"], _base(found["resource"]), found["node"], found["rc"].rstrip(")"), at_s)
        elif found := INITIATING.search(text):
            self._decided(found["task"], at_s, line.node)
            if self.ended_s is not None:
                self.initiated[found["key"], found["node"]] = at_s, self.ended_s
        elif found := FENCING.search(text):
            self._decided("stonith", at_s, line.node)
            self.fencing.setdefault((found["action"], found["node"]), at_s)
        elif found := FENCED.search(text):
            begun_s = self.fencing.pop((found["action"], found["node"]), None)
            if begun_s is not None:
                self._keep("", found["action"], found["node"], at_s, at_s - begun_s)
                self.ended_s = at_s
        elif HIGH_LOAD.search(text):
            self.busy = True
        elif COMPLETE.search(text):
            self._think("transition", at_s, line.node)
            self.ended_s = None
        elif THINKING.search(text):
            self._think("announced", at_s, line.node)
        elif AT_REST.search(text):
            self.triggers.pop(line.node, None)
            self.triggers.pop("", None)
            self.ended_s = None

    def _begins(self, task: str, resource: str, node: str, at_s: float) -> None:
        self.asked[task, resource, node] = at_s
        for (key, there), (began_s, ended_s) in list(self.initiated.items()):
            if there == node and _base(key.rpartition(f"_{'monitor' if task == 'probe' else task}_")[0]) == resource:
                del self.initiated[key, there]
                if ended_s <= began_s <= at_s < ended_s + PAUSE_S:
                    self._keep("", "action", "", at_s, at_s - ended_s)

    def _ends(self, task: str, resource: str, node: str, rc: str, at_s: float) -> None:
        begun_s = self.asked.pop((task, resource, node), None)
        fine = {"probe": {"ok", "not running", "promoted", "master"}, "monitor": {"ok", "promoted", "master"}}
        if rc.partition(" (")[0] not in fine.get(task, {"ok"}):
            if task not in {"probe", "start", "stop"}:
                self.failed[resource, node] = _stop_after(task, rc)
                self._think("monitor", at_s, "")
            if task == "start" and begun_s is not None and not rc.startswith("Timed Out"):
                self._keep(resource, START_FAILS, node, at_s, at_s - begun_s)
                self.failed[resource, node] = STOP_GONE
            return
        self.ended_s = at_s
        if begun_s is not None:
            kind = self.failed.get((resource, node), task) if task == "stop" else task
            if kind:
                self._keep(resource, kind, node, at_s, at_s - begun_s)
        if task in {"stop", "start"}:
            self.failed.pop((resource, node), None)

    def _think(self, what: str, at_s: float, node: str) -> None:
        """Take note of what a node has to think about now; the first of several things counts."""
        if node not in self.triggers or at_s - self.triggers[node][1] > PAUSE_S:
            self.triggers[node] = what, at_s

    def _decided(self, task: str, at_s: float, node: str) -> None:
        """A first action is asked for by the DC.

        After a membership only fencing counts, for a node that left in order needs none; what is asked for beside it
        comes at the same time. After a change that was announced only what a move begins with counts, as with standby
        and shutdown: where somebody cleans up, Pacemaker's own changes hold it up.
        """
        known = [self.triggers[one] for one in ("", node) if one in self.triggers]
        what, since_s = min(known, key=lambda one: one[1], default=("", 0.0))
        if what == "membership" and task != "stonith":
            return
        self.triggers.pop("", None)
        self.triggers.pop(node, None)
        counts = what not in {"announced", "quorum lost"} or task in MOVES
        if known and counts and 0 <= at_s - since_s < PAUSE_S:
            self._keep("", what, "", at_s, at_s - since_s)

    def _keep(self, resource: str, task: str, node: str, at_s: float, seconds: float) -> None:
        if seconds >= 0:
            self.samples.append(Sample((resource, task, node), at_s, round(seconds, 4)))


def _stop_after(task: str, rc: str) -> str:
    """Return the task of a stop that follows a monitor which failed; "" where nobody knows whether anything still ran.

    asyncmon: what the process beside a server says when that has ended (docs/adr/0013-told-at-once.md).
    """
    if rc.startswith("Timed Out"):
        return STOP_HUNG
    return STOP_GONE if task == "asyncmon" or rc.startswith("not running") else ""
