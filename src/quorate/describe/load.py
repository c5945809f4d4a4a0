"""load: the text of a cluster file -> a Cluster, or all findings at once, each with its place. Pure.

    loaded = load(content, "cluster.yaml", kinds)
    loaded.cluster                 # None where a finding is an error
    loaded.findings                # in reading order
    loaded.place(finding)          # a rule's finding, with the place of its path in this file

The way: bytes -> YAML with positions (source.py) -> the file's shape (sections/) -> services by their kinds -> text of
the crm shell (crm_text.py) -> references between the parts (references.py) -> defaults (derive/).
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from quorate.describe import crm_text
from quorate.describe.cluster import Cluster
from quorate.describe.compose import MOST
from quorate.describe.crm_text import CrmText
from quorate.describe.derive import derive
from quorate.describe.mismatch import shown
from quorate.describe.partial import without
from quorate.describe.problems import Path, Problem, problems
from quorate.describe.references import Names, references
from quorate.describe.scalars import text_of
from quorate.describe.sections.whole import File
from quorate.describe.service import ServiceOptions
from quorate.describe.settings import literal_secrets, second_homes
from quorate.describe.source import Source, read
from quorate.describe.text_problems import text_problems
from quorate.findings import Finding, Severity, in_reading_order
from quorate.lines import printable

Model = TypeVar("Model", bound=BaseModel)
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
        return Loaded(None, [_safe(finding) for finding in _at_most(findings)], source)
    data = source.data if isinstance(source.data, Mapping) else {}
    text = crm_text.read(source, _keys(data.get("services")))
    source.parts.update(text.parts)
    reading = _Reading(kinds, text)
    cluster = reading.cluster(source.data)
    for problem in reading.problems:
        if problem.secret:
            source.hide(problem.finding.path)
    findings += [*text.findings, *_empty(source, reading)]
    findings += [
        problem.finding.at(source.place(problem.finding.path, of_key=problem.of_key)) for problem in reading.problems
    ]
    findings = [_safe(finding) for finding in _at_most(in_reading_order(findings))]
    failed = any(finding.severity is Severity.ERROR for finding in findings)
    return Loaded(None if failed else cluster, findings, source)


def _safe(finding: Finding) -> Finding:
    """Return a finding whose sentences can be printed whatever the file holds."""
    return replace(finding, summary=printable(finding.summary), why=printable(finding.why), fix=printable(finding.fix))


@dataclass(slots=True)
class _Reading:
    """One pass over the data; problems are collected."""

    kinds: Kinds
    text: CrmText = field(default_factory=CrmText)
    problems: list[Problem] = field(default_factory=list)

    def cluster(self, data: Any) -> Cluster | None:
        """Return the cluster, or None where the file has an error."""
        services = self.services(data.get("services") if isinstance(data, Mapping) else None)
        file = self.read(File, data)
        if file is None:
            return None
        text = self.text.configuration
        self.problems += literal_secrets(file)
        self.problems += references(file, services, Names.of(data), text)
        self.problems += second_homes(file)
        self.problems += text_problems(file, text)
        errors = [*self.text.findings, *(problem.finding for problem in self.problems)]
        if any(finding.severity is Severity.ERROR for finding in errors):
            return None
        return derive(file, services, text, frozenset([*_paths(data), *self.text.parts]))

    def read(self, model: type[Model], data: Any, path: Path = ()) -> Model | None:
        """Return data as a model; with mistakes, what is left without them, so that the rest is checked too."""
        rest, mistakes = data, list[Problem]()
        for attempt in range(5):  # each round may cost a mapping a key that it must have
            try:
                return model.model_validate(rest)
            except ValidationError as error:
                mistakes = problems(error, model, rest, path)
            if attempt == 0:
                self.problems += mistakes
            if len(mistakes) > MOST:
                return None
            rest = without(rest, [mistake.finding for mistake in mistakes], path)
        return None

    def services(self, data: Any) -> dict[str, ServiceOptions]:
        """Return the section `services` read by the classes of its kinds."""
        entries = data if isinstance(data, Mapping) else {}
        services = {}
        for name, entry in entries.items():
            path: Path = ("services", name)
            kind = self.kind(entry, path)
            if kind is not None:
                service = self.read(kind, {key: value for key, value in entry.items() if key != "kind"}, path)
                if service is not None:
                    services[name] = service
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
        if entry.get("kind") is None:
            why = f"kind says what the service is: {known}"
            self.report("missing-key", f"the service {path[-1]} lacks kind", why, "write kind: ...", (*path, "kind"))
            return None
        kind = text_of(entry["kind"])
        if kind in self.kinds:
            return self.kinds[str(kind)]
        near = difflib.get_close_matches(kind or "", self.kinds, n=1, cutoff=0.5)
        fix = f"did you mean {near[0]}?" if near else f"kinds: {known}"
        why = "each kind is a file of quorate's catalog, and there is none of that name"
        self.report("unknown-kind", f"unknown kind of service {shown(entry['kind'])}", why, fix, (*path, "kind"))
        return None

    def report(self, code: str, summary: str, why: str, fix: str, path: Path) -> None:
        """Collect an error."""
        self.problems.append(Problem(Finding(code, Severity.ERROR, summary, why, fix, path)))


def _empty(source: Source, reading: _Reading) -> list[Finding]:
    """Return a warning for each key without a value that counts as left out; where one is needed there is an error."""
    reported = {problem.finding.path for problem in reading.problems}
    why = "a key without a value counts as left out"
    fix = "write a value, or remove the key"
    return [
        Finding("empty-value", Severity.WARNING, f"nothing is written after {path[-1]}", why, fix, path).at(
            source.place(path, of_key=True)
        )
        for path in source.empty()
        if path and path not in reported
    ]


def _keys(section: Any) -> tuple[str, ...]:
    return tuple(map(str, section)) if isinstance(section, Mapping) else ()


def _at_most(findings: list[Finding]) -> list[Finding]:
    """Cut what no one would read, warnings before errors, and say so in a last finding."""
    if len(findings) <= MOST:
        return findings
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    rest = [finding for finding in findings if finding.severity is not Severity.ERROR]
    kept = in_reading_order((errors + rest)[:MOST])
    severity = Severity.ERROR if errors else Severity.WARNING
    summary = f"there are more findings than these {MOST}"
    why = "many of them may come from one cause, or this is not a cluster file"
    return [
        *kept,
        Finding("many-more", severity, summary, why, "mend those above, then check again", place=kept[-1].place),
    ]


def _paths(data: Any, base: Path = ()) -> list[Path]:
    """Return the path of every value that the file holds."""
    paths: list[Path] = [base] if base and data is not None else []
    if isinstance(data, Mapping):
        for key, value in data.items():
            paths += _paths(value, (*base, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            paths += _paths(value, (*base, index))
    return paths
