"""The backend that runs crm_simulate: it works wherever Pacemaker's command line tools are.

In: a base CIB and steps. Out: what `Scheduler` (protocol.py) promises. Offline: every call is handed a file of a
private temporary folder, which is also where shadow CIBs go; neither --live-check nor --in-place is ever used. The
folder is removed at the end.
"""

import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from types import TracebackType
from typing import Self

from lxml import etree
from lxml.etree import _Element as Element

from quorate.errors import Unknown
from quorate.explore.scheduler import edits, instances
from quorate.explore.scheduler.execution import carried_out
from quorate.explore.scheduler.graph import Graph, is_whole, parse, parse_graph, parse_status
from quorate.explore.scheduler.installed import PATH, found, installed
from quorate.explore.scheduler.names import names, refuse_unknown
from quorate.explore.scheduler.options import injected, spec
from quorate.explore.scheduler.recording import (
    correct_fail_counts,
    digests,
    excuse,
    fail_counts,
    pin,
    record_deletion,
    record_fencing,
    results,
    times,
    with_digests,
)
from quorate.explore.scheduler.settling import Run, settle
from quorate.explore.scheduler.state import digest, facts
from quorate.explore.scheduler.step import Result, Step
from quorate.explore.scheduler.transition import Placement, Settled, Transition

TIMEOUT_S = 600  # one call on 32 nodes and 1,000 resources took a minute


class CrmSimulate:
    """The scheduler asked through its command line. A context manager: it keeps a folder.

    cib: the base, fit to be explored (fitting.py). kept_max: how many states are kept, for steps that go on from them.
    """

    def __init__(self, cib: str, *, kept_max: int = 32) -> None:
        self._text = cib
        self._kept: dict[tuple[Step, ...], Path] = {}
        self._kept_max = kept_max
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._count = 0
        self._version = ""
        self._digests: dict[tuple[str, str, str], Mapping[str, str]] = {}
        self._program = program()

    def __enter__(self) -> Self:
        """Make the folder and write the base; Missing where crm_simulate is, Unknown where it refuses the base."""
        root = parse(self._text)
        self._names = names(root)
        self._folder = tempfile.TemporaryDirectory(prefix="quorate-scheduler-")
        try:
            self._base = self.write(root)
            self._call("--xml-file", self._base, "--run")
        except BaseException:
            self._folder.cleanup()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the folder."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
            self._kept.clear()

    @property
    def name(self) -> str:
        """Who is asked: "crm_simulate 2.1.5"."""
        self._version = self._version or version()
        return f"crm_simulate {self._version}"

    def settle(self, steps: Sequence[Step]) -> Settled:
        """Return what the last step leads to, after those before it; see Scheduler."""
        settled, file = self._settled(tuple(steps))
        self._keep(tuple(steps), file)
        return settled

    def cib(self, steps: Sequence[Step]) -> str:
        """Return the CIB after these steps, as text."""
        return self._state(tuple(steps)).read_text()

    def _state(self, steps: tuple[Step, ...]) -> Path:
        """Return the file of a state, and make it where it is not kept."""
        if not steps:
            return self._base
        if steps in self._kept:
            self._kept[steps] = self._kept.pop(steps)  # the least recently used goes first
            return self._kept[steps]
        _, file = self._settled(steps)
        self._keep(steps, file)
        return file

    def _keep(self, steps: tuple[Step, ...], file: Path) -> None:
        old = self._kept.pop(steps, None)
        if old is not None:
            old.unlink()
        self._kept[steps] = file
        while len(self._kept) > self._kept_max:
            self._kept.pop(next(iter(self._kept))).unlink()

    def _settled(self, steps: tuple[Step, ...]) -> tuple[Settled, Path]:
        step = steps[-1]
        refuse_unknown(step, self._names)
        cib = parse(self._state(steps[:-1]).read_bytes())
        edits.prepare(cib, step)
        going = _Cut(self, cib, step) if step.unfenceable else _Whole(self, cib, step)
        try:
            settled = settle(going.run)
        except BaseException:
            going.file.unlink(missing_ok=True)
            raise
        return settled, going.file

    def _path(self, suffix: str = "xml") -> Path:
        assert self._folder is not None, "used outside of its context"
        self._count += 1
        return Path(self._folder.name, f"{self._count}.{suffix}")

    def write(self, cib: Element) -> Path:
        """Return a new file with a CIB."""
        file = self._path()
        file.write_bytes(etree.tostring(cib))
        return file

    def _call(self, *words: str | Path) -> Element:
        """Run crm_simulate and return its document; Unknown with what it said where it gives none."""
        return self._ask(self._program, {}, *words)

    def _ask(self, program: str, file: Mapping[str, str], *words: str | Path) -> Element:
        assert self._folder is not None, "used outside of its context"
        env = {"PATH": PATH, "LC_ALL": "C", "CIB_shadow_dir": self._folder.name, "HOME": self._folder.name, **file}
        argv = [program, "--output-as=xml", *map(str, words)]
        name = Path(program).name
        try:
            done = subprocess.run(
                argv, env=env, cwd=self._folder.name, capture_output=True, timeout=TIMEOUT_S, check=False
            )
        except subprocess.TimeoutExpired as late:
            raise Unknown(f"{name} took longer than {TIMEOUT_S} s") from late
        try:
            root = parse(done.stdout)
        except etree.XMLSyntaxError:
            root = None
        if root is None or (root.find(".//nodes") is None and done.returncode):
            said = " ".join(done.stderr.decode(errors="replace").split()[-60:]) or _errors(root)
            raise Unknown(f"{name} ended with {done.returncode}: {said or 'it said nothing'}")
        return root

    def simulate(self, file: Path, words: Iterable[str]) -> tuple[Graph, Placement, Placement, Path]:
        """Let it carry out one transition; return the graph, what ran where before and after, and that state's file."""
        after, graph = self._path(), self._path("graph")
        root = self._call("--xml-file", file, "--simulate", "--save-output", after, "--save-graph", graph, *words)
        before, status = root.find("cluster_status"), root.find("revised_cluster_status")
        if before is None or status is None or not after.exists() or not graph.exists():
            raise Unknown(f"crm_simulate carried nothing out: {_errors(root) or 'it said nothing'}")
        return self._take(graph), self._placement(before, file), self._placement(status, after), after

    def look(self, file: Path) -> tuple[Graph, Placement]:
        """Return what it would do, and what runs where now."""
        graph = self._path("graph")
        root = self._call("--xml-file", file, "--run", "--save-graph", graph)
        status = root.find("cluster_status")
        if status is None or not graph.exists():
            raise Unknown(f"crm_simulate found no state: {_errors(root) or 'it said nothing'}")
        return self._take(graph), self._placement(status, file)

    def _placement(self, status: Element, file: Path) -> Placement:
        """Return what runs where; crm_mon says it by node, where the status of the whole leaves something out."""
        if is_whole(status):
            return parse_status(status)
        return parse_status(self._ask("crm_mon", {"CIB_file": str(file)}, "--one-shot", "--group-by-node"))

    def inject(self, cib: Element, words: Iterable[str], ended: Sequence[Result]) -> Element:
        """Return a CIB into which something was injected and nothing was done about it, as the controller has it."""
        file, after, graph = self.write(cib), self._path(), self._path("graph")
        words = (*words, *(f"--op-inject={spec(result)}" for result in instances.ended(ended, cib)))
        self._call("--xml-file", file, "--run", "--save-input", after, "--save-graph", graph, *words)
        if not after.exists() or not graph.exists():
            raise Unknown("crm_simulate injected nothing")
        changed = deepcopy(cib)
        _replace_status(changed, parse(after.read_bytes()))
        pin(changed, times(cib))
        correct_fail_counts(changed, fail_counts(cib), self._take(graph))
        self._digests |= digests(cib)
        with_digests(changed, ended, self._digests)
        file.unlink()
        after.unlink()
        return changed

    def _take(self, graph: Path) -> Graph:
        taken = parse_graph(graph.read_bytes())
        graph.unlink()
        return taken


class _Whole:
    """A step in which crm_simulate carries out everything."""

    def __init__(self, scheduler: CrmSimulate, cib: Element, step: Step) -> None:
        self._scheduler, self._step = scheduler, step
        self._first = tuple(injected(step))
        if step.results:  # they have to be right before it decides
            cib, self._first = scheduler.inject(cib, self._first, step.results), ()
        self._cib = cib
        self.file = scheduler.write(cib)

    def run(self, number: int) -> Run:
        words = [f"--op-fail={spec(result)}" for result in instances.failing(self._step.failing, self._cib)]
        if not number:
            words += self._first
        graph, found, placement, after = self._scheduler.simulate(self.file, words)
        done = carried_out(graph, self._step.failing)
        lines, counts, known = facts(self._cib), fail_counts(self._cib), times(self._cib)
        _replace_status(self._cib, parse(after.read_bytes()))
        pin(self._cib, known)
        correct_fail_counts(self._cib, counts, graph)
        record_deletion(self._cib, graph, done)
        edits.elect(self._cib)  # a DC that was fenced is DC no more
        self.file.unlink()
        after.unlink()
        self.file = self._scheduler.write(self._cib)
        if not number:  # it says what it found before it injected, which only matters if it then does nothing
            found, lines = placement, facts(self._cib)
        return Run(found, digest(lines, found), Transition(graph.actions, frozenset(done)))


class _Cut:
    """A step in which fencing fails: crm_simulate only decides, and is told what of that has happened."""

    def __init__(self, scheduler: CrmSimulate, cib: Element, step: Step) -> None:
        self._scheduler, self._step = scheduler, step
        self._cib = scheduler.inject(cib, injected(step), step.results)
        self.file = scheduler.write(self._cib)
        self._graph, self._placement = scheduler.look(self.file)

    def run(self, number: int) -> Run:  # noqa: ARG002 - as _Whole
        graph, step = self._graph, self._step
        found = (self._placement, digest(facts(self._cib), self._placement))
        done = carried_out(graph, step.failing, step.unfenceable)
        ended = tuple(results(graph, done, step.failing))
        if ended:
            before, self._cib = self._cib, self._scheduler.inject(self._cib, (), ended)
            excuse(self._cib, before, ended, step.failing)
        record_deletion(self._cib, graph, done)
        record_fencing(self._cib, graph, done)
        edits.elect(self._cib)
        self.file.unlink()
        self.file = self._scheduler.write(self._cib)
        self._graph, self._placement = self._scheduler.look(self.file)
        return Run(*found, Transition(graph.actions, frozenset(done)))


def _replace_status(cib: Element, by: Element) -> None:
    """Take a CIB's status from another, and leave its configuration.

    crm_simulate writes guest nodes into that, as cluster nodes, and their connections when something is injected.
    """
    for old, new in zip(cib.findall("status"), by.findall("status"), strict=True):
        cib.replace(old, new)


def program() -> str:
    """Return the path of crm_simulate; Missing if it is not installed."""
    return found("crm_simulate")


def version() -> str:
    """Return the version of Pacemaker that crm_simulate belongs to: "2.1.5"."""
    return installed().version


def _errors(root: Element | None) -> str:
    if root is None:
        return ""
    return "; ".join(str(one.text or one.get("message")) for one in root.iterfind("status//error")) or str(
        next((status.get("message") for status in root.iterfind("status")), "")
    )
