"""insight: what a service's own servers say of it: members of its cluster, its position, its keys.

Pacemaker knows which servers run. Whether they serve only they themselves know, and what they know differs from kind to
kind: a file of `inside/` asks (`look`) and judges (`judged`, pure), found by being there. Its lines stand below the
service in what status prints, its findings among the problems.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal, Protocol, TypeVar

from quorate.catalog.platform import Platform
from quorate.catalog.service import Service
from quorate.catalog.site import Site
from quorate.describe.cluster import Cluster
from quorate.errors import QuorateError
from quorate.findings import Finding, Severity
from quorate.machines.fleet import on_all
from quorate.machines.host import Host

F = TypeVar("F")
T = TypeVar("T")

TIMEOUT_S = 6.0
"""How long one server may take to say how it is; each question of a `look` is given this."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of what a service says of itself.

    words: for people, at most 90 characters; without the service's name, and without the node's where `node` says it.
    serves: whether clients are served by that node's server, or without `node` by the service at all; None where the
    line says nothing of it. values: the same for programs, units last in the names ("flow_control_percent").
    """

    words: str
    state: Literal["good", "doubtful", "bad", "unknown"] = "good"
    node: str = ""
    serves: bool | None = None
    values: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Insight:
    """What was learned of one service from within."""

    lines: tuple[Line, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def silent(self) -> Line | None:
        """Why clients are not served though servers run: the first line that says so; None where some are served.

        A line about the whole service decides; else no server that speaks of it serves.
        """
        whole = [line for line in self.lines if not line.node and line.serves is not None]
        each = whole or [line for line in self.lines if line.serves is not None]
        return each[0] if each and not any(line.serves for line in each) else None


class Inside(Protocol[F]):
    """A file of `inside/`. KIND: the kind of service that it knows."""

    @property
    def KIND(self) -> str:  # noqa: N802
        """The kind of service, as the cluster file has it."""

    @property
    def look(self) -> Callable[[Mapping[str, Host], Site], Coroutine[Any, Any, F]]:
        """Ask the nodes that may run the service, as far as they were reached, by name; return what they said.

        What a node could not say stands in the facts as its error (see `each`). A QuorateError that is raised means
        that nothing is known.
        """

    @property
    def judged(self) -> Callable[[F, Site, frozenset[str]], Iterator[Finding | Line]]:
        """Say what that means. The last argument: the nodes on which Pacemaker runs the service. Pure."""


async def each(
    hosts: Mapping[str, Host], question: Callable[[Host], Coroutine[Any, Any, T]]
) -> dict[str, T | QuorateError]:
    """Ask all hosts the same at once; return the answers by name, where one did not come why."""
    answers = await on_all(list(hosts.values()), question)
    return {name: answers.good[name] if name in answers.good else answers.failed[name] for name in hosts}


@dataclass(frozen=True, slots=True)
class Within:
    """What services said of themselves: the facts of each, or the error that says why there are none, by its name.

    files: what asked them, and judges them, by kind.
    """

    facts: Mapping[str, Any]
    files: Mapping[str, Inside[Any]]

    def insight(self, site: Site, running: frozenset[str]) -> Insight:
        """Return what one of them makes of it; nothing where it was not asked. running: where Pacemaker runs it."""
        if site.name not in self.facts:
            return Insight()
        facts = self.facts[site.name]
        if isinstance(facts, QuorateError):
            return Insight((Line(f"not known: {facts.message}", "unknown"),), (_unknown(facts, site.name),))
        told = list(self.files[type(site.service).kind].judged(facts, site, running))
        findings = (found for found in told if isinstance(found, Finding))
        return Insight(
            tuple(replace(line, values=dict(line.values)) for line in told if isinstance(line, Line)),
            tuple(replace(found, path=found.path or ("services", site.name)) for found in findings),
        )


UNASKED = Within(MappingProxyType({}), MappingProxyType({}))


async def look(
    hosts: Mapping[str, Host], cluster: Cluster, platform: Platform, files: Mapping[str, Inside[Any]]
) -> Within:
    """Ask about all services whose kind has a file, all at once. hosts: the nodes that were reached, by name."""
    sites = [site for site in sites_of(cluster, platform) if type(site.service).kind in files]
    facts = await asyncio.gather(*(_look(hosts, site, files[type(site.service).kind]) for site in sites))
    return Within({site.name: found for site, found in zip(sites, facts, strict=True)}, files)


async def _look(hosts: Mapping[str, Host], site: Site, file: Inside[F]) -> F | QuorateError:
    try:
        return await file.look({node.name: hosts[node.name] for node in site.nodes if node.name in hosts}, site)
    except QuorateError as error:
        return error


def sites_of(cluster: Cluster, platform: Platform) -> Iterator[Site]:
    """Yield the sites of the services of the catalog, in the order of the file."""
    for name, service in cluster.services.items():
        if isinstance(service, Service):
            yield Site(name, platform, cluster)


def _unknown(error: QuorateError, name: str) -> Finding:
    return Finding(
        "service-silent",
        Severity.WARNING,
        f"{name} does not say how it is: {error.message}",
        "what is not seen is not well; servers that run need not serve",
        error.hint or "ask it on one of its nodes by hand",
        path=("services", name),
    )
