"""The fast backend: a worker process (native/) that is linked to libpacemaker and keeps states in memory.

In: a base CIB and steps. Out: what `Scheduler` (protocol.py) promises, equal to crm_simulate's answers to the digit.
A worker that dies or falls silent is started anew, and what it was asked is asked of crm_simulate instead.

What it is sent (each a document of XML, see channel.py), and what it answers:

    <load><cib/></load>                     the base, as state 0             <loaded version=/>
    <step from= to= quorum=>...</step>      what happens; then state `to`    <answer>: where things run, what is to be
                                            is looked at                     done and what of that can be, facts
    <go state=>...</go>                     that is done; look again         the same
    <cib state=/>                           the whole CIB                    <cib>

A step holds <lost node=/>, <left node=/>, <returned node=/>, <standby node= on=/>, <score node= name= value=/>,
<ticket name= granted=/>, and <result> or <failing> with resource, task, interval, node, rc; <unfenceable node=/>.
The last two are repeated with each <go>.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from lxml import etree
from lxml.etree import _Element as Element

from quorate.errors import Unknown
from quorate.explore.scheduler.channel import Channel, Died
from quorate.explore.scheduler.graph import parse
from quorate.explore.scheduler.names import names, refuse_unknown
from quorate.explore.scheduler.reading import Reading
from quorate.explore.scheduler.settling import Run, settle
from quorate.explore.scheduler.simulate import CrmSimulate
from quorate.explore.scheduler.step import Result, Step
from quorate.explore.scheduler.transition import Settled

STATES_MAX = 63  # of native/main.c, without the base
TIMEOUT_S = 600  # one look at 32 nodes and 1,000 resources takes 5 s, a cold start of them 100 s

Steps = tuple[Step, ...]


class Worker:
    """The scheduler asked through a process. A context manager: it keeps that process.

    program: what compiling.py makes. kept_max: how many states are kept, for steps that go on from them. One thread at
    a time; each process that wants one makes its own.
    """

    def __init__(self, cib: str, program: Path, *, kept_max: int = 32, timeout_s: float = TIMEOUT_S) -> None:
        self._text, self._program, self._timeout_s = cib, program, timeout_s
        self._kept: dict[Steps, int] = {}
        self._kept_max = min(kept_max, STATES_MAX - 1)
        self._channel: Channel | None = None
        self._stack = ExitStack()
        self._other: CrmSimulate | None = None
        self._deadly: set[Steps] = set()
        self._version = ""
        self._reading = Reading()
        self.remarks: list[str] = []

    def __enter__(self) -> Self:
        """Start the process and load the base; Unknown where Pacemaker refuses that."""
        root = parse(self._text)
        self._names = names(root)
        load = etree.Element("load")
        load.append(root)
        self._load = etree.tostring(load)
        try:
            self._start()
        except Died as died:
            self._give_up((), died)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        self._stop()
        self._stack.close()
        self._other = None

    @property
    def name(self) -> str:
        """Who is asked: "libpacemaker 2.1.5"."""
        return f"libpacemaker {self._version}"

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return self._channel.pid if self._channel else None

    def settle(self, steps: Sequence[Step]) -> Settled:
        """Return what the last step leads to, after those before it; see Scheduler."""
        steps = tuple(steps)
        refuse_unknown(steps[-1], self._names)
        if not self._is_deadly(steps):
            try:
                return self._settle(steps)
            except Died as died:
                self._give_up(steps, died)
        return self._simulate().settle(steps)

    def cib(self, steps: Sequence[Step]) -> str:
        """Return the CIB after these steps, as text."""
        steps = tuple(steps)
        if not self._is_deadly(steps):
            try:
                return etree.tostring(parse(self._ask(_element("cib", state=self._state(steps)))), encoding="unicode")
            except Died as died:
                self._give_up(steps, died)
        return self._simulate().cib(steps)

    def _settle(self, steps: Steps) -> Settled:
        """Settle the last step from the state before it, which is made if it is not kept."""
        step, before = steps[-1], self._state(steps[:-1])
        slot = self._free_slot(steps)
        first = _step(step, before, slot)
        again = _lasting(step, _element("go", state=slot))
        found = self._ask(first)

        def run(number: int) -> Run:
            return self._reading.run(self._ask(again) if number else found)

        settled = settle(run)
        if not settled.quiet:
            self._ask(again)  # as crm_simulate: what was seen twice has been done twice
        self._kept[steps] = slot
        return settled

    def _state(self, steps: Steps) -> int:
        """Return where a state is kept."""
        if not steps:
            return 0
        if steps not in self._kept:
            refuse_unknown(steps[-1], self._names)
            self._settle(steps)
        self._kept[steps] = self._kept.pop(steps)  # the least recently used goes first
        return self._kept[steps]

    def _free_slot(self, steps: Steps) -> int:
        """Return where a state can be put: where nothing is, or instead of the least recently used."""
        if steps in self._kept:
            return self._kept.pop(steps)
        if len(self._kept) >= self._kept_max:
            return self._kept.pop(next(one for one in self._kept if one != steps[:-1]))
        return next(slot for slot in range(1, STATES_MAX) if slot not in self._kept.values())

    def _ask(self, request: Element) -> bytes:
        if self._channel is None:
            self._start()
        assert self._channel is not None
        answer = self._channel.ask(etree.tostring(request))
        if answer.startswith(b"<error"):
            raise Unknown(f"the scheduler refuses: {parse(answer).text}")
        return answer

    def _start(self) -> None:
        self._channel = Channel(self._program, self._timeout_s)
        answer = parse(self._channel.ask(self._load))
        if answer.tag != "loaded":
            self._stop()
            raise Unknown(f"the scheduler refuses the CIB: {answer.text}")
        self._version = str(answer.get("version"))

    def _stop(self) -> None:
        if self._channel is not None:
            self._channel.close()
        self._channel = None
        self._kept.clear()

    def _is_deadly(self, steps: Steps) -> bool:
        """Tell whether the worker died over these steps before, or over steps that they begin with."""
        return any(steps[:count] in self._deadly for count in range(len(steps) + 1))

    def _give_up(self, steps: Steps, died: Died) -> None:
        self._stop()
        self._deadly.add(steps)
        self.remarks.append(f"the worker {died}; crm_simulate was asked instead")

    def _simulate(self) -> CrmSimulate:
        if self._other is None:
            self._other = self._stack.enter_context(CrmSimulate(self._text))
        return self._other


def _step(step: Step, before: int, slot: int) -> Element:
    """Return the request that makes a step."""
    made = _element("step", **{"from": before, "to": slot})
    if step.quorum is not None:
        made.set("quorum", "1" if step.quorum else "0")
    for tag, nodes in (("lost", step.lost), ("left", step.left), ("returned", step.returned)):
        made.extend(_element(tag, node=node) for node in nodes)
    made.extend(_element("standby", node=node, on=str(on).lower()) for node, on in step.standby)
    made.extend(_element("score", node=node, name=name, value=value) for node, name, value in step.scores)
    for tickets, granted in ((step.granted, "true"), (step.revoked, "false")):
        made.extend(_element("ticket", name=ticket, granted=granted) for ticket in tickets)
    made.extend(_result("result", result) for result in step.results)
    return _lasting(step, made)


def _lasting(step: Step, request: Element) -> Element:
    """Add to a request what holds while the step settles."""
    request.extend(_result("failing", result) for result in step.failing)
    request.extend(_element("unfenceable", node=node) for node in step.unfenceable)
    return request


def _result(tag: str, result: Result) -> Element:
    return _element(
        tag,
        resource=result.resource,
        task=result.task,
        interval=result.interval_ms,
        node=result.node,
        rc=result.rc,
    )


def _element(tag: str, **attributes: str | int) -> Element:
    return etree.Element(tag, {name: str(value) for name, value in attributes.items()})
