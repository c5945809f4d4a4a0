"""What makes no difference: two configurations that are equal in this form mean the same to Pacemaker. Pure.

Put in one form: the order of statements, sets, attributes and pairs; the two names of a role; defaults that one
language says and another does not (the action start, the role Started, an interval of 0); a promotable clone said as
`ms`; properties and levels said in several statements; comments. A node that has nothing is no statement.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from quorate.dialect.model import (
    DEFAULT_IDS,
    Alert,
    Attributes,
    Bundle,
    Clone,
    Colocation,
    Configuration,
    FencingLevel,
    FencingTopology,
    Group,
    Location,
    Member,
    Node,
    NvSet,
    Op,
    Operations,
    Order,
    Pair,
    Primitive,
    Properties,
    ResourceSet,
    Rule,
    Statement,
    Ticket,
)

_ROLES = {"Master": "Promoted", "Slave": "Unpromoted"}
_ZERO = ("0", "0s", "0ms")
_SCORES = {"+INFINITY": "INFINITY"}


def configuration(whole: Configuration) -> dict[tuple[str, str], Statement]:
    """Return the statements in one form, by their kind and name."""
    done: dict[tuple[str, str], Statement] = {}
    for said in whole.statements:
        one = statement(said)
        key = name(one)
        if isinstance(one, Node) and not one.sets and one.type in {None, "member"} and not one.description:
            continue
        known = done.get(key)
        if isinstance(one, Properties) and isinstance(known, Properties):
            merged = {pair.name or str(pair): pair for pair in (*known.pairs, *one.pairs)}
            one = replace(known, pairs=_pairs(merged.values()), rules=(*known.rules, *one.rules))
        if isinstance(one, FencingTopology) and isinstance(known, FencingTopology):
            one = replace(one, levels=_levels(known, one))
        done[key] = one
    return done


def name(said: Statement) -> tuple[str, str]:
    """Return the kind and the name of a statement, e.g. ("Group", "web")."""
    kind = type(said).__name__
    if isinstance(said, FencingTopology):
        return kind, ""
    if isinstance(said, Properties):
        return said.kind, said.id or said.ref or DEFAULT_IDS[said.kind]
    return kind, str(getattr(said, "id", None) or getattr(said, "uname", None) or getattr(said, "resource", ""))


def statement(said: Statement) -> Statement:
    """Return a statement in one form."""
    said = replace(said, comments=())
    form = _FORMS.get(type(said))
    return form(said) if form else said


def _node(node: Node) -> Node:
    return replace(node, id=None, type=None if node.type == "member" else node.type, sets=_sets(node.sets))


def _properties(properties: Properties) -> Properties:
    id_ = None if properties.id == DEFAULT_IDS[properties.kind] else properties.id
    return replace(properties, id=id_, pairs=_pairs(properties.pairs), rules=tuple(map(_rule, properties.rules)))


def _alert(alert: Alert) -> Alert:
    recipients = tuple(
        replace(one, sets=_sets(one.sets), id=None if one.id == f"{alert.id}-recipient-{number}" else one.id)
        for number, one in enumerate(alert.recipients, 1)
    )
    return replace(alert, sets=_sets(alert.sets), recipients=recipients)


def _levels(*topologies: FencingTopology) -> tuple[FencingLevel, ...]:
    return tuple(sorted((level for one in topologies for level in one.levels), key=repr))


def _pairs(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    return tuple(sorted(pairs, key=repr))


def _attributes(given: Attributes) -> Attributes:
    return tuple(sorted(given))


def _sets(sets: Iterable[NvSet]) -> tuple[NvSet, ...]:
    one_form = (replace(one, pairs=_pairs(one.pairs), rules=tuple(map(_rule, one.rules))) for one in sets)
    return tuple(sorted((one for one in one_form if one.pairs or one.rules or one.ref or one.id),
                        key=lambda one: one.kind))  # fmt: skip


def _rule(rule: Rule) -> Rule:
    return replace(rule, boolean=rule.boolean if len(rule.expressions) > 1 else "and", role=_role(rule.role))


def _role(role: str | None) -> str | None:
    return _ROLES.get(role, role) if role else None


def _body(body: Iterable[NvSet | Operations]) -> tuple[NvSet | Operations, ...]:
    parts = tuple(body)
    blocks = [part for part in parts if isinstance(part, Operations)]
    ops = [_op(op) for block in blocks for op in block.ops]
    sets: tuple[NvSet | Operations, ...] = _sets(part for part in parts if isinstance(part, NvSet))
    id_ = next((block.id for block in blocks if block.id), None)
    ref = next((block.ref for block in blocks if block.ref), None)
    return (*sets, Operations(tuple(sorted(ops, key=repr)), id_, ref)) if ops or id_ or ref else sets


def _op(op: Op) -> Op:
    given = {"interval": "0"} | dict(op.attributes)
    given["interval"] = "0" if given["interval"] in _ZERO else given["interval"]
    if "role" in given:
        given["role"] = _ROLES.get(given["role"], given["role"])
    if given.get("enabled") in {"true", "1"}:
        del given["enabled"]
    return Op(op.name, _attributes(tuple(given.items())), _sets(op.sets))


def _clone(clone: Clone) -> Clone:
    sets = list(clone.sets)
    if clone.master:
        place = next((number for number, one in enumerate(sets) if one.kind == "meta" and not one.rules), None)
        promotable = Pair("promotable", "true")
        if place is None:
            sets.append(NvSet("meta", (promotable,)))
        else:
            sets[place] = replace(sets[place], pairs=(*sets[place].pairs, promotable))
    return replace(clone, master=False, sets=_sets(sets))


def _bundle(bundle: Bundle) -> Bundle:
    def without_id(given: Attributes) -> Attributes:
        return _attributes(tuple(pair for pair in given if pair[0] != "id"))

    return replace(
        bundle,
        sets=_sets(bundle.sets),
        container=_attributes(bundle.container),
        network=_attributes(bundle.network or ()) if bundle.network or bundle.ports else None,
        ports=tuple(map(without_id, bundle.ports)),
        mounts=tuple(map(without_id, bundle.mounts)),
    )


def _location(location: Location) -> Location:
    given = tuple((key, _role(value) or "" if key == "role" else value) for key, value in location.attributes)
    given = tuple(pair for pair in given if pair != ("resource-discovery", "always"))
    return replace(
        location,
        resource_sets=_resource_sets(location.resource_sets),
        attributes=_attributes(given),
        score=_score(location.score),
        rules=tuple(map(_rule, location.rules)),
    )


def _order(order: Order) -> Order:
    members = tuple(_without(member, "start") for member in order.members)
    kind = None if order.kind == "Mandatory" else order.kind
    return replace(order, members=members, resource_sets=_resource_sets(order.resource_sets), kind=kind)


def _colocation(colocation: Colocation) -> Colocation:
    members = tuple(_without(member, "Started") for member in colocation.members)
    sets = _resource_sets(colocation.resource_sets)
    return replace(colocation, members=members, resource_sets=sets, score=_score(colocation.score))


def _ticket(ticket: Ticket) -> Ticket:
    members = tuple(_without(member, "Started") for member in ticket.members)
    return replace(ticket, members=members, resource_sets=_resource_sets(ticket.resource_sets))


def _score(score: str | None) -> str | None:
    return _SCORES.get(score, score) if score else None


def _without(member: Member, default: str) -> Member:
    qualifier = _role(member.qualifier)
    return replace(member, qualifier=None if qualifier == default else qualifier)


def _resource_sets(sets: Iterable[ResourceSet]) -> tuple[ResourceSet, ...]:
    return tuple(replace(one, qualifier=_role(one.qualifier)) for one in sets)


_FORMS: dict[type[Statement], Callable[[Any], Statement]] = {
    Node: _node,
    Primitive: lambda primitive: replace(primitive, body=_body(primitive.body)),
    Group: lambda group: replace(group, sets=_sets(group.sets)),
    Clone: _clone,
    Bundle: _bundle,
    Location: _location,
    Colocation: _colocation,
    Order: _order,
    Ticket: _ticket,
    FencingTopology: lambda topology: replace(topology, levels=_levels(topology)),
    Properties: _properties,
    Alert: _alert,
}
