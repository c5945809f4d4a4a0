"""What a text of the crm shell says, in describe's own values as far as these can say it. Pure.

The view is for rules, explorations and the commands; the CIB is written from the text itself. What it leaves out: sets
and rules with conditions, references to sets of others, sets of resources in constraints, bundles, tickets.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import cast, get_args

from quorate.describe.resources import (
    AgentName,
    Clone,
    Colocation,
    Constraint,
    Group,
    Location,
    OnFail,
    Operation,
    Order,
    Primitive,
    Resource,
    Resources,
    Role,
    Template,
)
from quorate.describe.secret import Secret
from quorate.dialect import model
from quorate.dialect.crm.vocabulary import canonical
from quorate.duration import seconds

Secrets = Mapping[str, Mapping[str, Secret]]
"""By resource and parameter: where the value is to be found for which the text has only a reference."""

REFERENCE = "lrm://"
"""What stands in a text, as in the CIB, for a value that is kept out of it (cibsecret(8))."""

_ROLES: dict[str, Role] = {
    "Master": "Promoted",
    "Slave": "Unpromoted",
    "Started": "Started",
    "Stopped": "Stopped",
    "Promoted": "Promoted",
    "Unpromoted": "Unpromoted",
}
_ACTIONS = {"demote", "promote", "start", "stop"}


def view(configuration: model.Configuration, secrets: Secrets) -> Resources:
    """Return the resources and constraints that can be said."""
    statements = configuration.statements
    bundled = {item.primitive for item in statements if isinstance(item, model.Bundle)}
    primitives = [item for item in statements if isinstance(item, model.Primitive) and item.id not in bundled]
    templates, resources = list[Template](), list[Resource]()
    for item in statements:
        if isinstance(item, model.Primitive) and item in primitives:
            if item.is_template and item.agent is not None:
                templates.append(_template(item, secrets))
            elif not item.is_template:
                resources.append(_primitive(item, secrets, primitives))
        elif isinstance(item, model.Group):
            resources.append(Group(item.id, item.members, _values(item.sets, "meta")))
        elif isinstance(item, model.Clone):
            resources.append(_clone(item))
    return Resources(tuple(templates), tuple(resources), tuple(_constraints(statements)))


def plain(sets: Iterable[model.NvSet]) -> bool:
    """True for sets of names with values and nothing else."""
    return all(not nvset.rules and nvset.ref is None and nvset.id is None and nvset.score is None
               and are_plain(nvset.pairs) for nvset in sets)  # fmt: skip


def are_plain(pairs: Iterable[model.Pair]) -> bool:
    """True for names with values and nothing else."""
    return all(pair.name and pair.value is not None and pair.id is None and pair.ref is None for pair in pairs)


def values(sets: Iterable[model.NvSet], kind: model.SetKind) -> dict[str, str]:
    """Return the pairs of all sets of a kind that have no conditions; of a name said twice the first counts."""
    found: dict[str, str] = {}
    for nvset in sets:
        if nvset.kind == kind and not nvset.rules:
            for pair in nvset.pairs:
                if pair.name is not None and pair.value is not None:
                    found.setdefault(pair.name, pair.value)
    return found


def _values(sets: Iterable[model.NvSet], kind: model.SetKind) -> Mapping[str, str]:
    return MappingProxyType(values(sets, kind))


def _sets(item: model.Primitive) -> tuple[model.NvSet, ...]:
    return tuple(part for part in item.body if isinstance(part, model.NvSet))


def _parameters(item: model.Primitive, secrets: Secrets) -> Mapping[str, str | Secret]:
    given = values(_sets(item), "params")
    kept = secrets.get(item.id, {})
    return MappingProxyType(
        {name: kept[name] if value == REFERENCE and name in kept else value for name, value in given.items()}
    )


def _agent(item: model.Primitive) -> AgentName | None:
    agent = item.agent
    return None if agent is None else AgentName(agent.standard, agent.provider, agent.type)


def _primitive(item: model.Primitive, secrets: Secrets, others: Iterable[model.Primitive]) -> Primitive:
    sets = _sets(item)
    return Primitive(
        id=item.id,
        agent=_agent(item),
        parameters=_parameters(item, secrets),
        operations=tuple(_operations(item, others)),
        meta=_values(sets, "meta"),
        utilization=_values(sets, "utilization"),
        template=item.template,
    )


def _template(item: model.Primitive, secrets: Secrets) -> Template:
    sets, agent = _sets(item), _agent(item)
    assert agent is not None
    operations = tuple(_operations(item, ()))
    meta, utilization = _values(sets, "meta"), _values(sets, "utilization")
    return Template(item.id, agent, _parameters(item, secrets), operations, meta, utilization)


def _operations(item: model.Primitive, others: Iterable[model.Primitive]) -> Iterator[Operation]:
    for part in item.body:
        if not isinstance(part, model.Operations):
            continue
        yield from map(_operation, part.ops)
        for other in others if part.ref is not None else ():  # operations of another, by its id or by theirs
            for block in other.body:
                if isinstance(block, model.Operations) and part.ref in {other.id, block.id}:
                    yield from map(_operation, block.ops)


def _operation(op: model.Op) -> Operation:
    given = dict(op.attributes)
    interval, timeout = given.pop("interval", None), given.pop("timeout", None)
    role, on_fail = canonical(given.pop("role", ""), tuple(_ROLES)), given.pop("on-fail", None)
    return Operation(
        name=op.name,
        interval_s=0.0 if interval is None else seconds(interval),
        timeout_s=None if timeout is None else seconds(timeout),
        role=_ROLES[role] if role else None,
        on_fail=cast("OnFail", on_fail) if on_fail in get_args(OnFail) else None,
        options=MappingProxyType(given | values(op.sets, "op_params")),
    )


def _clone(item: model.Clone) -> Clone:
    meta = values(item.sets, "meta")
    promotable = item.master or meta.pop("promotable", "").lower() in {"true", "yes", "on", "1"}
    return Clone(item.id, item.member, promotable, MappingProxyType(meta))


def _constraints(statements: Iterable[model.Statement]) -> Iterator[Constraint]:
    for item in statements:
        if isinstance(item, model.Location):
            yield from _location(item)
        elif isinstance(item, model.Colocation) and len(item.members) == 2 and item.score is not None:
            one, other = item.members
            if not (_is_instance(one) or _is_instance(other)):
                yield Colocation(item.id, one.id, other.id, _score(item.score), _role(one), _role(other))
        elif isinstance(item, model.Order) and len(item.members) == 2:
            first, then = item.members
            kind = item.kind if item.kind in {"Optional", "Serialize"} else "Mandatory"
            if {first.qualifier, then.qualifier} <= {*_ACTIONS, None}:
                yield Order(item.id, first.id, then.id, first.qualifier, then.qualifier, kind, item.symmetrical)  # type: ignore[arg-type]


def _location(item: model.Location) -> Iterator[Location]:
    """Yield one for a node with a score, and for a rule that only names a node."""
    given = dict(item.attributes)
    role = _ROLES.get(canonical(given.get("role", ""), tuple(_ROLES)) or "")
    found = given.get("resource-discovery")
    discovery = found if found in {"always", "never", "exclusive"} else None
    node, score = item.node, item.score
    if node is None and len(item.rules) == 1:
        node, score = _node_of(item.rules[0])
    if item.resource is not None and node is not None and score is not None:
        yield Location(item.id, item.resource, node, _score(score), role, discovery)  # type: ignore[arg-type]


def _node_of(rule: model.Rule) -> tuple[str | None, str | None]:
    test = rule.expressions[0] if len(rule.expressions) == 1 else None
    if isinstance(test, model.Expression) and test.attribute == "#uname" and test.operation == "eq":
        return test.value, rule.score
    return None, None


def _role(member: model.Member) -> Role | None:
    return _ROLES.get(member.qualifier or "")


def _is_instance(member: model.Member) -> bool:
    return bool(member.qualifier and member.qualifier.isdigit())


def _score(score: str) -> str:
    return score.removeprefix("+")
