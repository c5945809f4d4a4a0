"""Phases: what the survivors' journals say about a failover: when was it noticed, fenced, started. Pure.

In: journal lines of the nodes that lived (journal.py reads them), the victim and the time of the
fault. Out: milestones in the order they came. Wordings are those of Corosync 3.1 (totemsrp.c) and Pacemaker 2.1
(fenced_remote.c, controld_fencing.c, controld_execd.c, controld_te_callbacks.c); other versions that word them
otherwise yield fewer milestones, never wrong ones. Times are the wall clocks of the nodes: in the lab that is one
clock; elsewhere phases are as good as the nodes' time synchronisation.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from quorate.drill.journal import JournalLine

CLOCK_SLACK_S = 0.05  # a line this much before the fault still counts as after it
SAME_FENCING_S = 2.0  # every peer logs the end of a fencing operation; within this it is the same one


class Step(StrEnum):
    """The milestones of a failover, in the order in which a cluster comes by them."""

    TOKEN_LOST = "token lost"  # noqa: S105 - Corosync's token is no password
    MEMBERSHIP = "new membership"
    NOTICED = "failure noticed"
    FENCING_REQUESTED = "fencing requested"
    FENCED = "fenced"
    STARTED = "started"
    FIRST_ANSWER = "first answer"


@dataclass(frozen=True, slots=True)
class Milestone:
    """A step reached. at_s: seconds after the fault. node: who said so. subject: the resource that started.

    line: the message it rests on, "" for the client's own observation.
    """

    step: Step
    at_s: float
    node: str
    subject: str = ""
    line: str = ""


@dataclass(frozen=True, slots=True)
class FencingEvent:
    """A fencing operation that ended. action: reboot or off. by: the node that did it. at_s: after the fault."""

    target: str
    action: str
    by: str
    result: str
    at_s: float

    @property
    def ok(self) -> bool:
        """True when the fencer reported success."""
        return self.result == "OK"


@dataclass(frozen=True, slots=True)
class Phases:
    """All that the journals tell.

    moved: resources that started again after the failover. rejoined_s: when the victim was a Corosync member again.
    evidence: the lines worth reading (elections, decisions), each as (seconds after the fault, node, message).
    """

    milestones: tuple[Milestone, ...] = ()
    fencing: tuple[FencingEvent, ...] = ()
    moved: tuple[Milestone, ...] = ()
    rejoined_s: float | None = None
    evidence: tuple[tuple[float, str, str], ...] = ()

    @property
    def is_busy(self) -> bool:
        """Tell whether Pacemaker held back for a node's load; it says so at most every half minute."""
        return any(BUSY in text for _, _, text in self.evidence)

    def at(self, step: Step) -> float | None:
        """Return when `step` was first reached, or None."""
        return next((one.at_s for one in self.milestones if one.step is step), None)


TOKEN_LOST = re.compile(r"A processor failed, forming new configuration|The token was lost in the OPERATIONAL state")
MEMBERSHIP = re.compile(
    r"A new membership \(\S+\) was formed\. Members(?: joined:(?P<joined>(?: \d+)+))?(?: left:(?P<left>(?: \d+)+))?"
)
REQUESTED = re.compile(r"Requesting (?:peer )?fencing \((?P<action>[\w-]+)\)(?: targeting| of node)? (?P<target>\S+)")
FENCED = re.compile(
    r"Operation '(?P<action>[\w-]+)' targeting (?P<target>\S+) (?:by|on) (?P<by>.+?) for \S+: (?P<result>[\w ]+?)"
    r"(?: \(.*\))?(?: \||$)"
)
TERMINATED = re.compile(
    r"Peer (?P<target>\S+) was (?P<no>not )?terminated \((?P<action>[\w-]+)\) by (?P<by>.+?) on behalf of \S+: "
    r"(?P<result>[\w ]+?)(?: \(.*\))?(?: \||$)"
)
STARTED = re.compile(
    r"Result of (?P<operation>start|promote) operation for (?P<resource>\S+) on (?P<node>\S+): (?:0 \()?ok\b"
)
NOTICED = re.compile(r"Result of (?:\w+-interval )?monitor operation for (?P<resource>\S+) on \S+: (?!(?:0 \()?ok\b)")
EVIDENCE = re.compile(
    r"Token has not been received|A processor failed|A new membership|Failed to receive the leave message"
    r"|Members\[\d+\]:|State transition|Our DC node|state is now (?:lost|member)|will be fenced"
    r"|Requesting (?:peer )?fencing|Requesting that .* perform|Operation '[\w-]+' targeting"
    r"|Result of (?:start|stop|promote|demote)"
    r"|High CPU load detected"
)
BUSY = "High CPU load detected"  # Pacemaker begins fewer actions at once then (controld_throttle.c)


def find_phases(
    lines: Iterable[JournalLine],
    *,
    victim: str,
    nodes: Mapping[int, str],
    fault_s: float,
    answered_s: float | None = None,
    resources: Sequence[str] = (),
) -> Phases:
    """Find the milestones. fault_s: wall clock. answered_s: seconds after the fault of the first answer a client had.

    nodes: Corosync id -> name. resources: ids that make up the service; empty: whatever started. A start counts as part
    of the failover if it came before the first answer (with a little slack: the log is written after the agent ends),
    or is a resource's first and on the node where the others started: an agent may go on for seconds once clients have
    their answer, as ocf:heartbeat:mysql does. Other later ones are `moved`: resources that moved again, such as a
    failback.
    """
    after = sorted(
        (line for line in lines if line.time_s >= fault_s - CLOCK_SLACK_S), key=lambda line: (line.time_s, line.node)
    )
    reader = _Reader(victim, {number for number, name in nodes.items() if name == victim}, fault_s, set(resources))
    for line in after:
        reader.read(line)
    return reader.phases(answered_s)


class _Reader:
    """Reads the lines once, in the order of their time."""

    def __init__(self, victim: str, victim_ids: set[int], fault_s: float, resources: set[str]) -> None:
        self.victim = victim
        self.victim_ids = victim_ids
        self.fault_s = fault_s
        self.resources = resources
        self.first: dict[Step, Milestone] = {}
        self.starts: list[Milestone] = []
        self.fencing: list[FencingEvent] = []
        self.evidence: list[tuple[float, str, str]] = []
        self.rejoined_s: float | None = None

    def read(self, line: JournalLine) -> None:
        at_s = line.time_s - self.fault_s
        if line.program == "corosync":
            self._corosync(line, at_s)
        elif line.program.startswith("pacemaker"):
            self._pacemaker(line, at_s)
        else:
            return
        if EVIDENCE.search(line.message):
            self.evidence.append((at_s, line.node, line.message.removeprefix("notice: ")))

    def _corosync(self, line: JournalLine, at_s: float) -> None:
        if TOKEN_LOST.search(line.message) and Step.MEMBERSHIP not in self.first:
            self._reach(Step.TOKEN_LOST, line, at_s)
        formed = MEMBERSHIP.search(line.message)
        if formed is None:
            return
        if self.victim_ids & _numbers(formed["left"]):
            self._reach(Step.MEMBERSHIP, line, at_s)
        if self.victim_ids & _numbers(formed["joined"]) and Step.MEMBERSHIP in self.first and self.rejoined_s is None:
            self.rejoined_s = at_s

    def _pacemaker(self, line: JournalLine, at_s: float) -> None:
        requested = REQUESTED.search(line.message)
        if requested and requested["target"] == self.victim:
            self._reach(Step.FENCING_REQUESTED, line, at_s)
        ended = FENCED.search(line.message) or TERMINATED.search(line.message)
        if ended:
            self._fencing_ended(ended, line, at_s)
        noticed = NOTICED.search(line.message)
        if noticed and self._is_asked(noticed["resource"]):
            self._reach(Step.NOTICED, line, at_s)
        started = STARTED.search(line.message)
        if started and self._is_asked(started["resource"]):
            milestone = Milestone(Step.STARTED, at_s, started["node"], started["resource"], line.message)
            self.starts.append(milestone)

    def _is_asked(self, resource: str) -> bool:
        """Tell whether it is one of the service's."""
        return not self.resources or resource.partition(":")[0] in self.resources

    def _fencing_ended(self, ended: re.Match[str], line: JournalLine, at_s: float) -> None:
        event = FencingEvent(ended["target"], ended["action"], ended["by"], ended["result"], at_s)
        known = any(
            (one.target, one.action, one.ok) == (event.target, event.action, event.ok)
            and at_s - one.at_s < SAME_FENCING_S
            for one in self.fencing
        )
        if not known:
            self.fencing.append(event)
        if event.ok and event.target == self.victim:
            self._reach(Step.FENCED, line, at_s)

    def _reach(self, step: Step, line: JournalLine, at_s: float) -> None:
        if step not in self.first:
            self.first[step] = Milestone(step, max(0.0, at_s), line.node, "", line.message)

    def phases(self, answered_s: float | None) -> Phases:
        noticed = self.first.get(Step.NOTICED)
        if noticed and (Step.MEMBERSHIP in self.first or (answered_s is not None and noticed.at_s > answered_s)):
            del self.first[Step.NOTICED]  # a first look at a node that came back, or a failure of its own
        began_s = max((one.at_s for one in self.first.values()), default=0.0)
        until_s = float("inf") if answered_s is None else answered_s + 1.0
        recovery: dict[str, Milestone] = {}
        moved = []
        for start in self.starts:
            first = start.subject not in recovery and start.at_s >= began_s
            there = {one.node for one in recovery.values()} or {start.node}
            if first and (start.at_s <= until_s or start.node in there):
                recovery[start.subject] = start
            elif start.at_s > began_s:
                moved.append(start)
        milestones = [*self.first.values(), *recovery.values()]
        if answered_s is not None:
            milestones.append(Milestone(Step.FIRST_ANSWER, answered_s, "client"))
        order = list(Step)
        milestones.sort(key=lambda one: (one.at_s, order.index(one.step)))
        return Phases(tuple(milestones), tuple(self.fencing), tuple(moved), self.rejoined_s, tuple(self.evidence))


def _numbers(text: str | None) -> set[int]:
    return {int(word) for word in (text or "").split()}


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the outage between two milestones. share: of the time from the fault to the first answer, 0..1."""

    label: str
    step: Step
    subject: str
    start_s: float
    end_s: float
    node: str
    share: float

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.end_s - self.start_s


def segments(phases: Phases) -> tuple[Segment, ...]:
    """Cut the time from the fault to the first answer at the milestones.

    Milestones after the first answer cut nothing: a resource whose start was logged after clients had their answer
    delayed nobody. Without a first answer the last milestone ends the last segment; with nothing but a first answer
    there is nothing to cut.
    """
    if all(one.step is Step.FIRST_ANSWER for one in phases.milestones):
        return ()
    end_s = phases.at(Step.FIRST_ANSWER)
    cuts = [one for one in phases.milestones if end_s is None or one.at_s <= end_s]
    whole_s = cuts[-1].at_s if cuts else 0.0
    found, start_s = [], 0.0
    for one in cuts:
        label = f"{one.subject} started" if one.step is Step.STARTED else str(one.step)
        share = (one.at_s - start_s) / whole_s if whole_s else 0.0
        found.append(Segment(label, one.step, one.subject, start_s, one.at_s, one.node, share))
        start_s = one.at_s
    return tuple(found)
