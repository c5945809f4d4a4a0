"""exploring: from a file's name, or a running cluster, to what its failures do; and what that is compared with."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from quorate.catalog.agents import AgentLibrary
from quorate.catalog.platforms import platforms
from quorate.catalog.services import kinds
from quorate.describe.cluster import Cluster
from quorate.describe.load import load
from quorate.errors import Missing, QuorateError, Unknown, UsageError
from quorate.explore import checking, keeping, run
from quorate.explore.answers import answers
from quorate.explore.asking import Options, Told
from quorate.explore.compare import Comparison, compare, narrowed
from quorate.explore.durations import NO_SAMPLES, Key
from quorate.explore.leaning import NOBODY_ASKED
from quorate.explore.measured import Measured, from_cib
from quorate.explore.narrowing import Narrowing
from quorate.explore.of_cib import of_cib
from quorate.explore.of_cluster import of_cluster
from quorate.explore.result import Exploration
from quorate.explore.scheduler.fitting import Base
from quorate.explore.scheduler.installed import fitted
from quorate.explore.subject import Subject
from quorate.findings import Finding
from quorate.observe.chosen_servers import chosen_servers
from quorate.observe.facts import cib
from quorate.observe.gathering import gather
from quorate.report import explored_json
from quorate.ui.explored import Counting, Known
from quorate.ui.options import read, without_errors
from quorate.ui.reach import reach

CHECK_S = 20
"""How long `quorate check` explores at most, s; a cluster of five nodes and sixty resources takes less."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for, by the command line."""

    depth: int = 1
    services: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def options(self) -> Options:
        """The same for the room explore."""
        return Options(depth=self.depth, narrowing=Narrowing(services=self.services, faults=self.faults))


@dataclass(frozen=True, slots=True)
class Source:
    """What is explored, and how long actions took there."""

    subject: Subject
    measured: Mapping[Key, Sequence[float]] = field(default_factory=lambda: NO_SAMPLES)


def source(file: str, *, live: bool = False, in_lab: bool = False) -> Source:
    """Return what a file describes; with `live` its running cluster. UsageError where it is neither file nor CIB."""
    content = read(file)
    name = "standard input" if file == "-" else file
    if is_xml(content):
        if live:
            raise UsageError(f"{name} is a CIB: no host can be reached by it", "give the cluster file with --live")
        base = fit(content.decode(errors="replace"))
        return Source(noted(of_cib(base.cib, Path(name).stem), base), (Measured() | from_cib(base.cib)).seconds)
    loaded = load(content, name, kinds())
    cluster = without_errors(name, loaded, list(loaded.findings))
    measured = keeping.load(cluster.name, in_lab=in_lab)
    if not live:
        return Source(subject_of(cluster), measured.seconds)
    xml, at = asyncio.run(live_state(cluster, in_lab=in_lab))
    base = fit(xml)
    return Source(noted(subject_of(cluster, base.cib, at), base), (measured | from_cib(base.cib)).seconds)


def subject_of(cluster: Cluster, live: str = "", at: Mapping[str, str] = NOBODY_ASKED) -> Subject:
    """Return the Subject of a cluster file. Resource names, all that counts here, are the same on every platform."""
    return of_cluster(cluster, AgentLibrary.shipped(), platforms()[0], live, at=at)


def is_xml(content: bytes) -> bool:
    """Return whether this is XML rather than a cluster file: no cluster file begins with <."""
    return content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def noted(subject: Subject, base: Base) -> Subject:
    """Return the subject with what of its CIB was understood in some way."""
    return replace(subject, remarks=tuple(dict.fromkeys((*subject.remarks, *base.remarks))))


def fit(text: str) -> Base:
    """Return a CIB as the Pacemaker of this machine can read it; UsageError where that would be another cluster."""
    base = fitted(text)
    for one in base.findings:
        raise UsageError(one.summary, one.fix)
    return base


async def live_state(cluster: Cluster, *, in_lab: bool) -> tuple[str, Mapping[str, str]]:
    """Return the CIB of the running cluster, of the first node that has one, and at whose servers all clients are.

    It is read, and nothing else is done.
    """
    async with reach(cluster, in_lab=in_lab) as found:
        errors = {name: error.message for name, error in found.failed.items()}
        for name, host in found.fleet.items():
            try:
                xml = (await gather(host, cib)).xml
            except QuorateError as error:
                errors[name] = error.message
            else:
                return xml, await chosen_servers(found.fleet, cluster, platforms()[0])
    said = "; ".join(f"{name}: {words}" for name, words in errors.items())
    raise Unknown(f"no node could say what its cluster is ({said})", "quorate status FILE")


def explore(from_: Source, asked: Asked, tell: Told | None = None) -> Known:
    """Return what failures do, showing how far it is; Ctrl-C ends it, and what is known then is returned."""
    with Counting() as counting:

        def told(known: int, total: int) -> None:
            counting(known, total)
            if tell:
                tell(known, total)

        found = run.explore(from_.subject, asked.options, told, measured=from_.measured)
    return Known(found, answers(found, from_.subject), counting.ended_early)


def compared_with(file: str, asked: Asked, new: Exploration) -> Comparison:
    """Return what is otherwise than in an exploration that was saved, or in that of another file, asked the same."""
    old = saved(file) or explore(source(file), Asked(asked.depth)).found
    depth = min(old.depth, asked.depth)
    return compare(narrowed(old, asked.services, asked.faults, depth), narrowed(new, (), (), depth))


def saved(file: str) -> Exploration | None:
    """Return the exploration that a JSON file holds; None where it is another file, such as a cluster file."""
    content = read(file)
    try:
        data: Any = json.loads(content) if content.lstrip().startswith(b"{") else None
    except ValueError:
        return None  # a cluster file in flow style begins like this, too; its reader says what is wrong with it
    return explored_json.parse(data) if isinstance(data, dict) and "format" in data else None


def save(from_: Source, path: Path) -> None:
    """Write the CIB that is explored, readable by its owner alone: it may hold passwords of fencing devices."""
    path.touch(mode=0o600)
    path.write_text(from_.subject.cib, encoding="utf-8")


def quick_findings(cluster: Cluster) -> list[Finding]:
    """Return what single failures do, as findings, for `quorate check`; it ends after a while on a large cluster."""
    begun = time.monotonic()

    def tell(known: int, total: int) -> None:
        if known < total and time.monotonic() - begun > CHECK_S:
            raise KeyboardInterrupt  # as somebody's Ctrl-C: what is known then is returned

    try:
        known = explore(Source(subject_of(cluster), keeping.load(cluster.name).seconds), Asked(), tell)
    except Missing as error:
        return [checking.not_explored(f"failures were not explored: {error.message}", error.hint)]
    except Unknown as error:
        return [checking.not_explored(f"failures could not be explored: {error.message}", "quorate explore FILE")]
    found = checking.findings(known.answers)
    if known.ended_early:
        what = f"{len(known.found.scenarios)} of {known.found.total} failures were explored in {CHECK_S} s"
        found.append(checking.not_explored(what, "quorate explore FILE explores all of them"))
    return found
