"""Constraints: elements of the CIB and the model's statements, both ways. Pure."""

from collections.abc import Collection

from lxml.etree import _Element as Element

from quorate.dialect.cib import sets
from quorate.dialect.cib.parts import Unsayable, children, comments, names, new, only
from quorate.dialect.crm.vocabulary import boolean
from quorate.dialect.model import Colocation, Location, Member, Order, ResourceSet, Ticket


def _set_element(set_: ResourceSet, name: str) -> Element:
    given = {"require-all": None if set_.require_all else "false", "sequential": None if set_.sequential else "false"}
    element = new("resource_set", given | {name: set_.qualifier})  # crm_diff minds the order, and this is crmsh's
    element.extend(new("resource_ref", {"id": member}) for member in set_.members)
    return element


def _sets(element: Element, name: str) -> tuple[ResourceSet, ...]:
    read = []
    for child in children(element, "resource_set"):
        only(child, ("id", "sequential", "require-all", name), ("resource_ref",))
        read.append(
            ResourceSet(
                tuple(ref.get("id", "") for ref in children(child)),
                child.get(name),
                boolean(child.get("sequential", "true")) is not False,
                boolean(child.get("require-all", "true")) is not False,
            )
        )
    return tuple(read)


def _member(member: Member, name: str, word: str) -> dict[str, str | None]:
    kind = "instance" if member.qualifier and member.qualifier.isdigit() else word
    return {name: member.id, f"{name}-{kind}": member.qualifier}


def _read_member(element: Element, name: str, word: str) -> Member:
    return Member(element.get(name, ""), element.get(f"{name}-{word}", element.get(f"{name}-instance")))


def location_element(location: Location) -> Element:
    """Return an <rsc_location>."""
    given = {"id": location.id, "rsc": location.resource, "rsc-pattern": location.pattern, **dict(location.attributes)}
    given |= {"score": location.score, "score-attribute": location.score_attribute, "node": location.node}
    element = new("rsc_location", given)
    element.extend(_set_element(set_, "role") for set_ in location.resource_sets)
    element.extend(map(sets.rule_element, location.rules))
    return element


def location(element: Element, referenced: Collection[str]) -> Location:
    """Read an <rsc_location>."""
    only(element, names(element), ("resource_set", "rule"))
    named = ("id", "rsc", "rsc-pattern", "score", "score-attribute", "node")
    rules = tuple(sets.rule(child, referenced) for child in children(element, "rule"))
    score, attribute = element.get("score"), element.get("score-attribute")
    if element.get("node") is None and (not rules or score or attribute):
        raise Unsayable
    return Location(
        id=element.get("id", ""),
        resource=element.get("rsc"),
        pattern=element.get("rsc-pattern"),
        resource_sets=_sets(element, "role"),
        attributes=tuple((str(name), str(value)) for name, value in element.items() if name not in named),
        score=score,
        score_attribute=attribute,
        node=element.get("node"),
        rules=rules,
        comments=comments(element),
    )


def colocation_element(colocation: Colocation) -> Element:
    """Return an <rsc_colocation>."""
    given = {"id": colocation.id, "score": colocation.score, "score-attribute": colocation.score_attribute}
    for name, member in zip(("rsc", "with-rsc"), colocation.members, strict=False):
        given |= _member(member, name, "role")
    element = new("rsc_colocation", given | {"node-attribute": colocation.node_attribute})
    element.extend(_set_element(set_, "role") for set_ in colocation.resource_sets)
    return element


def colocation(element: Element, _referenced: Collection[str]) -> Colocation:
    """Read an <rsc_colocation>."""
    own = ("rsc", "rsc-role", "rsc-instance", "with-rsc", "with-rsc-role", "with-rsc-instance")
    only(element, ("id", "score", "score-attribute", "node-attribute", *own), ("resource_set",))
    if element.get("score") is None and element.get("score-attribute") is None:
        raise Unsayable
    single = element.get("rsc") is not None
    return Colocation(
        id=element.get("id", ""),
        members=tuple(_read_member(element, name, "role") for name in ("rsc", "with-rsc")) if single else (),
        resource_sets=_sets(element, "role"),
        score=element.get("score"),
        score_attribute=element.get("score-attribute"),
        node_attribute=element.get("node-attribute"),
        comments=comments(element),
    )


def order_element(order: Order) -> Element:
    """Return an <rsc_order>."""
    symmetrical = None if order.symmetrical is None else str(order.symmetrical).lower()
    given = {"id": order.id, "kind": order.kind, "symmetrical": symmetrical}
    for name, member in zip(("first", "then"), order.members, strict=False):
        given |= _member(member, name, "action")
    element = new("rsc_order", given)
    element.extend(_set_element(set_, "action") for set_ in order.resource_sets)
    return element


def order(element: Element, _referenced: Collection[str]) -> Order:
    """Read an <rsc_order>. A score, as in schemas 1.0, is the kind that it means."""
    own = ("first", "first-action", "first-instance", "then", "then-action", "then-instance")
    only(element, ("id", "kind", "score", "symmetrical", *own), ("resource_set",))
    kind, score = element.get("kind"), element.get("score")
    if kind is None and score is not None:
        kind = "Optional" if score in {"0", "+0", "-0"} else "Mandatory"
    return Order(
        id=element.get("id", ""),
        members=tuple(_read_member(element, name, "action") for name in ("first", "then"))
        if element.get("first") is not None
        else (),
        resource_sets=_sets(element, "action"),
        kind=kind,
        symmetrical=None if element.get("symmetrical") is None else boolean(element.get("symmetrical", "")),
        comments=comments(element),
    )


def ticket_element(ticket: Ticket) -> Element:
    """Return an <rsc_ticket>."""
    given: dict[str, str | None] = {"id": ticket.id, "ticket": ticket.ticket, "loss-policy": ticket.loss_policy}
    for member in ticket.members:
        given |= _member(member, "rsc", "role")
    element = new("rsc_ticket", given)
    element.extend(_set_element(set_, "role") for set_ in ticket.resource_sets)
    return element


def ticket(element: Element, _referenced: Collection[str]) -> Ticket:
    """Read an <rsc_ticket>."""
    only(element, ("id", "ticket", "loss-policy", "rsc", "rsc-role", "rsc-instance"), ("resource_set",))
    return Ticket(
        id=element.get("id", ""),
        ticket=element.get("ticket", ""),
        members=(_read_member(element, "rsc", "role"),) if element.get("rsc") is not None else (),
        resource_sets=_sets(element, "role"),
        loss_policy=element.get("loss-policy"),
        comments=comments(element),
    )
