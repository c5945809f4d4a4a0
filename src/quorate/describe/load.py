"""load: the text of a cluster file -> a Cluster, or all findings at once, each with its place. Pure.

    loaded = load(content, "cluster.yaml", kinds)
    loaded.cluster                 # None where a finding is an error
    loaded.findings                # in reading order
    loaded.place(finding)          # a rule's finding, with the place of its path in this file

The way: bytes -> YAML with positions (source.py) -> the file's shape (sections/) -> services by their kinds ->
references between the parts (references.py) -> defaults (derive/).
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from quorate.describe.cluster import Cluster
from quorate.describe.derive import derive
from quorate.describe.problems import MOST, Path, Problem, problems
from quorate.describe.references import references
from quorate.describe.scalars import text_of
from quorate.describe.sections.whole import File
from quorate.describe.service import ServiceOptions
from quorate.describe.settings import literal_secrets, second_homes
from quorate.describe.source import Source, read
from quorate.findings import Finding, Severity, in_reading_order

Kinds = Mapping[str, type[ServiceOptions]]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of a file. cluster: None where a finding is an error."""

    cluster: Cluster | None
    findings: list[Finding]
    source: Source

    def place(self, finding: Finding, *, of_key: bool = False) -> Finding:
        """Return the finding with the place of its path (its deepest part that exists); one it has is kept."""
        return finding if finding.place else finding.at(self.source.place(finding.path, of_key=of_key))


def load(content: bytes | str, file: str, kinds: Kinds) -> Loaded:
    """Read a cluster file. file: its name, for messages. kinds: the classes of the section `services` by kind."""
    source, findings = read(content, file)
    if source.root is None:
        return Loaded(None, findings, source)
    reading = _Reading(kinds)
    cluster = reading.cluster(source.data)
    found = [problem for problem in reading.problems if problem.secret]
    for problem in found:
        source.hide(problem.finding.path)
    findings += _empty(source, reading)
    findings += [
        problem.finding.at(source.place(problem.finding.path, of_key=problem.of_key)) for problem in reading.problems
    ]
    findings = _at_most(in_reading_order(findings))
    failed = any(finding.severity is Severity.ERROR for finding in findings)
    return Loaded(None if failed else cluster, findings, source)


@dataclass(slots=True)
class _Reading:
    """One pass over the data; problems are collected."""

    kinds: Kinds
    problems: list[Problem] = field(default_factory=list)

    def cluster(self, data: Any) -> Cluster | None:
        """Return the cluster, or None where the file's shape does not allow for one."""
        services = self.services(data.get("services") if isinstance(data, Mapping) else None)
        try:
            file = File.model_validate(data)
        except ValidationError as error:
            self.problems += problems(error, File, data)
            return None
        self.problems += [Problem(finding, secret=True) for finding in literal_secrets(file)]
        self.problems += [Problem(finding) for finding in [*references(file, services), *second_homes(file)]]
        if any(problem.finding.severity is Severity.ERROR for problem in self.problems):
            return None
        return derive(file, services, frozenset(_paths(data)))

    def services(self, data: Any) -> dict[str, ServiceOptions]:
        """Return the section `services` read by the classes of its kinds."""
        entries = data if isinstance(data, Mapping) else {}
        services = {}
        for name, entry in entries.items():
            path: Path = ("services", name)
            kind = self.kind(entry, path)
            if kind is None:
                continue
            body = {key: value for key, value in entry.items() if key != "kind"}
            try:
                services[name] = kind.model_validate(body)
            except ValidationError as error:
                self.problems += problems(error, kind, body, path)
        return services

    def kind(self, entry: Any, path: Path) -> type[ServiceOptions] | None:
        """Return the class of a service's kind, or None and a problem."""
        known = ", ".join(sorted(self.kinds))
        if not isinstance(entry, Mapping):
            why = "quorate reads a service from its keys"
            self.report(
                "wrong-type", f"the service {path[-1]} must be a mapping", why, "write kind: and its fields", path
            )
            return None
        if "kind" not in entry:
            why = f"kind says what the service is: {known}"
            self.report("missing-key", f"the service {path[-1]} lacks kind", why, "write kind: ...", (*path, "kind"))
            return None
        kind = text_of(entry["kind"])
        if kind in self.kinds:
            return self.kinds[str(kind)]
        near = difflib.get_close_matches(kind or "", self.kinds, n=1, cutoff=0.5)
        fix = f"did you mean {near[0]}?" if near else f"kinds: {known}"
        why = "each kind is a file of quorate's catalog, and there is none of that name"
        self.report("unknown-kind", f'unknown kind of service "{(kind or "?")[:60]}"', why, fix, (*path, "kind"))
        return None

    def report(self, code: str, summary: str, why: str, fix: str, path: Path) -> None:
        """Collect an error."""
        self.problems.append(Problem(Finding(code, Severity.ERROR, summary, why, fix, path)))


def _empty(source: Source, reading: _Reading) -> list[Finding]:
    """Return a warning for each key without a value, which counts as left out, unless it is required."""
    required = {problem.finding.path for problem in reading.problems if problem.finding.code == "missing-key"}
    why = "a key without a value counts as left out"
    return [
        Finding(
            "empty-value",
            Severity.WARNING,
            f"nothing is written after {path[-1]}",
            why,
            "write a value, or remove the key",
            path,
            source.place(path, of_key=True),
        )
        for path in source.empty()
        if path not in required
    ]


def _at_most(findings: list[Finding]) -> list[Finding]:
    """Cut what no one would read; errors go first so that none is lost silently behind warnings."""
    if len(findings) <= MOST:
        return findings
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    rest = [finding for finding in findings if finding.severity is not Severity.ERROR]
    kept, left = (errors + rest)[:MOST], len(findings) - MOST
    why = "the first ones come from the same cause more often than not"
    more = Finding(
        "many-more",
        Severity.ERROR if errors else Severity.WARNING,
        f"and {left} more findings",
        why,
        "mend those above, then check again",
    )
    return [*in_reading_order(kept), more]


def _paths(data: Any, base: Path = ()) -> list[Path]:
    """Return the path of every value that the file holds."""
    paths: list[Path] = [base] if base else []
    if isinstance(data, Mapping):
        for key, value in data.items():
            paths += _paths(value, (*base, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            paths += _paths(value, (*base, index))
    return paths
