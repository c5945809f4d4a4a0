"""A Configuration -> commands of pcs, as `--output-format=cmd` prints them. Pure.

Reading the commands gives what the configuration means. What that is not true of, pcs has no words for: it is said as
a finding, so nothing disappears silently. The order is the one in which pcs can run the commands, one after the other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

from quorate import registry
from quorate.dialect import same
from quorate.dialect.model import (
    AclRole,
    AclTarget,
    Alert,
    Bundle,
    Clone,
    Colocation,
    Configuration,
    FencingTopology,
    Group,
    Location,
    Monitor,
    Node,
    Order,
    Primitive,
    Properties,
    Raw,
    Statement,
    Tag,
    Ticket,
)
from quorate.dialect.pcs import commands, templates
from quorate.dialect.pcs.commands import primitive
from quorate.dialect.pcs.commands.properties import READ_ONLY
from quorate.dialect.pcs.read import read
from quorate.findings import Finding, Severity

_ORDER = (Node, Bundle, Primitive, Monitor, Group, Clone, FencingTopology, Location, Colocation, Order, Ticket,
          Tag, Alert, AclRole, AclTarget, Properties, Raw)  # fmt: skip

_READ_ONLY = Finding(
    "set-by-the-cluster",
    Severity.INFO,
    f"properties that the cluster sets itself are left out: {', '.join(READ_ONLY)}",
    "pcs refuses to set them",
    "name the cluster in corosync.conf",
)


@dataclass(frozen=True, slots=True)
class Written:
    """The commands, a line or several each, and what they do not say."""

    commands: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def text(self) -> str:
        """The commands as a script, ending in a newline unless there is nothing to say."""
        return "".join(f"{command}\n" for command in self.commands)


@cache
def _writers() -> Mapping[type[Statement], Callable[[Any], list[str]]]:
    modules = registry.modules(commands).values()
    return {model: writer for module in modules for model, writer in module.WRITERS.items()}


def write(configuration: Configuration) -> Written:
    """Return the commands that make a configuration of an empty cluster."""
    statements = sorted(templates.filled_in(configuration.statements), key=_rank)
    bundles = {one.primitive: one.id for one in statements if isinstance(one, Bundle) and one.primitive}
    said: list[str] = []
    for statement in statements:
        said += statement.comments
        said += _commands(statement, bundles)
    said += configuration.trailing
    return Written(tuple(said), tuple(_unsaid(configuration, said)))


def _rank(statement: Statement) -> tuple[int, bool]:
    """Return where a statement belongs: after what it names; defaults without an id before other defaults."""
    place = _ORDER.index(type(statement)) if type(statement) in _ORDER else len(_ORDER)
    return place, isinstance(statement, Properties) and (statement.id is not None or bool(statement.rules))


def _commands(statement: Statement, bundles: Mapping[str, str]) -> list[str]:
    if isinstance(statement, Primitive):
        return primitive.written(statement, bundles.get(statement.id))
    writer = _writers().get(type(statement))
    return writer(statement) if writer else []


def _unsaid(configuration: Configuration, said: list[str]) -> list[Finding]:
    """Return what is not what the commands say."""
    wanted = same.configuration(replace(configuration, statements=templates.filled_in(configuration.statements)))
    made = same.configuration(read("\n".join(said), "").configuration)
    found = [_template(one) for one in configuration.statements if isinstance(one, Primitive) and one.is_template]
    for key, whole in wanted.items():
        statement = _without_read_only(whole) if isinstance(whole, Properties) else whole
        if statement != whole:
            found.append(_READ_ONLY)
        if statement is not None and made.get(key) != statement:
            found.append(_finding(statement, made.get(key)))
    return found


def _template(template: Primitive) -> Finding:
    return Finding("template-filled-in", Severity.INFO,
                   f'the template "{template.id}" is said in each resource that is made of it',
                   "pcs has no templates", "change each of them from now on")  # fmt: skip


def _without_read_only(properties: Properties) -> Properties | None:
    """Return properties without those that the cluster sets itself; None if there are no others."""
    if properties.kind != "property":
        return properties
    kept = tuple(pair for pair in properties.pairs if pair.name not in READ_ONLY)
    return replace(properties, pairs=kept) if kept or properties.rules or properties.id else None


def _finding(statement: Statement, made: Statement | None) -> Finding:
    kind, name = same.name(statement)
    what = _words(statement, kind, name)
    if made is None:
        summary = f"{what} is left out: pcs has no command for it"
    else:
        other = [
            field.name for field in fields(statement) if getattr(statement, field.name) != getattr(made, field.name)
        ]
        summary = f"{what} is not said as a whole: pcs has no words for its {', '.join(other)}"
    return Finding("no-pcs-command", Severity.WARNING, summary,
                   "a cluster made by these commands would not have it",
                   "add it with cibadmin, or with crmsh")  # fmt: skip


def _words(statement: Statement, kind: str, name: str) -> str:
    if isinstance(statement, Raw):
        return f'"{statement.id or statement.xml[:40]}"'
    named = {"FencingTopology": "fencing levels", "property": "properties", "rsc_defaults": "resource defaults",
             "op_defaults": "operation defaults"}.get(kind)  # fmt: skip
    return named or f'{kind.lower()} "{name}"'
