"""The sections `resources` and `constraints` -> describe.resources values, with ids for constraints. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from quorate.describe.resources import (
    AgentName,
    Clone,
    Colocation,
    Constraint,
    Group,
    Location,
    Operation,
    Order,
    Primitive,
    Resource,
    Resources,
    Template,
)
from quorate.describe.sections import resources as written
from quorate.describe.sections.whole import File


def resources(file: File) -> Resources:
    """Return what the file's own sections declare, in its order."""
    templates, declared = list[Template](), list[Resource]()
    for name, entry in file.resources.items():
        if isinstance(entry, written.Template):
            templates.append(_template(name, entry))
        elif isinstance(entry, written.Primitive):
            declared.append(_primitive(name, entry))
        elif isinstance(entry, written.Group):
            declared.append(Group(name, entry.group, MappingProxyType(entry.meta)))
        else:
            declared.append(Clone(name, entry.clone, entry.promotable, MappingProxyType(entry.meta)))
    return Resources(tuple(templates), tuple(declared), tuple(_constraints(file.constraints)))


def _template(name: str, entry: written.Template) -> Template:
    return Template(
        id=name,
        agent=entry.template,
        parameters=MappingProxyType(entry.parameters),
        operations=_operations(entry.operations),
        meta=MappingProxyType(entry.meta),
        utilization=MappingProxyType(entry.utilization),
    )


def _primitive(name: str, entry: written.Primitive) -> Primitive:
    runs = entry.primitive
    return Primitive(
        id=name,
        agent=runs if isinstance(runs, AgentName) else None,
        parameters=MappingProxyType(entry.parameters),
        operations=_operations(entry.operations),
        meta=MappingProxyType(entry.meta),
        utilization=MappingProxyType(entry.utilization),
        template=None if isinstance(runs, AgentName) else runs.template,
    )


def _operations(operations: Mapping[str, tuple[written.Operation, ...]]) -> tuple[Operation, ...]:
    return tuple(
        Operation(
            name=name,
            interval_s=each.interval,
            timeout_s=each.timeout,
            role=each.role,
            on_fail=each.on_fail,
            options=MappingProxyType(dict(each.model_extra or {})),
        )
        for name, several in operations.items()
        for each in several
    )


def _constraints(entries: Iterable[written.Constraint]) -> Iterator[Constraint]:
    """Yield the constraints. Ids tell what they say; a second one between the same parties gets a number."""
    taken: dict[str, int] = {}

    def unique(*words: str) -> str:
        base = "-".join(words)
        taken[base] = taken.get(base, 0) + 1
        return base if taken[base] == 1 else f"{base}-{taken[base]}"

    for entry in entries:
        if isinstance(entry, written.Location):
            name = unique("location", entry.location, entry.node)
            yield Location(name, entry.location, entry.node, entry.score, entry.role, entry.discovery)
        elif isinstance(entry, written.Colocation):
            name = unique("colocation", entry.colocation, entry.with_)
            yield Colocation(name, entry.colocation, entry.with_, entry.score, entry.role, entry.with_role)
        else:
            name = unique("order", entry.order, entry.then)
            yield Order(name, entry.order, entry.then, entry.action, entry.then_action, entry.kind, entry.symmetrical)
