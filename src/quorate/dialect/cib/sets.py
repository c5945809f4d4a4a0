"""Sets of nvpairs, rules and operations: elements of the CIB and the model's values, both ways. Pure.

`Context.referenced` are the ids that an id-ref names; no other id of a set, pair or rule is kept.
"""

from collections.abc import Collection, Iterable
from typing import Literal

from lxml.etree import _Element as Element

from quorate.dialect.cib.parts import Unsayable, children, names, new, only
from quorate.dialect.crm.vocabulary import SET_WORDS
from quorate.dialect.model import (
    Attributes,
    DateExpression,
    Expression,
    NvSet,
    Op,
    Operations,
    Pair,
    Rule,
    SetKind,
)


def kept(element: Element, referenced: Collection[str]) -> str | None:
    """Return the id of an element if something refers to it."""
    id_ = element.get("id")
    return id_ if id_ in referenced else None


def pair_element(pair: Pair) -> Element:
    """Return an <nvpair>."""
    return new("nvpair", {"id": pair.id, "id-ref": pair.ref, "name": pair.name, "value": pair.value})


def pair(element: Element, referenced: Collection[str]) -> Pair:
    """Read an <nvpair>."""
    only(element, ("id", "id-ref", "name", "value"))
    if element.get("id-ref") is not None:
        return Pair(element.get("name"), ref=element.get("id-ref"))
    return Pair(element.get("name"), element.get("value"), kept(element, referenced))


def rule_element(rule: Rule) -> Element:
    """Return a <rule>."""
    given = {"id": rule.id, "id-ref": rule.ref, "role": rule.role, "score": rule.score}
    given |= {"score-attribute": rule.score_attribute, "boolean-op": "or" if rule.boolean == "or" else None}
    element = new("rule", given)
    for test in rule.expressions:
        element.append(_expression_element(test))
    return element


def _expression_element(test: Expression | DateExpression) -> Element:
    if isinstance(test, Expression):
        given = {"operation": test.operation, "attribute": test.attribute, "type": test.type, "value": test.value}
        return new("expression", given | {"value-source": test.source})
    element = new("date_expression", {"operation": test.operation, "start": test.start, "end": test.end})
    if test.fields:
        element.append(new("date_spec" if test.operation == "date_spec" else "duration", dict(test.fields)))
    return element


def rule(element: Element, referenced: Collection[str]) -> Rule:
    """Read a <rule>. One of rules, or without a score, cannot be said."""
    only(element, ("id", "id-ref", "role", "score", "score-attribute", "boolean-op"), ("expression", "date_expression"))
    if element.get("id-ref") is not None:
        return Rule(role=element.get("role"), ref=element.get("id-ref"))
    expressions = tuple(map(_expression, children(element)))
    score, attribute = element.get("score"), element.get("score-attribute")
    if (score is None) == (attribute is None) or not expressions:
        raise Unsayable
    boolean: Literal["and", "or"] = "or" if element.get("boolean-op") == "or" and len(expressions) > 1 else "and"
    return Rule(expressions, boolean, score, attribute, element.get("role"), kept(element, referenced))


def _expression(element: Element) -> Expression | DateExpression:
    if element.tag == "expression":
        only(element, ("id", "attribute", "operation", "value", "type", "value-source"))
        source = element.get("value-source")
        return Expression(
            element.get("attribute", ""),
            element.get("operation", ""),
            element.get("value"),
            element.get("type"),
            None if source == "literal" else source,
        )
    only(element, ("id", "operation", "start", "end"), ("duration", "date_spec"))
    fields: Attributes = ()
    for child in children(element):
        only(child, names(child))
        fields = tuple((name, value) for name, value in _attributes(child) if name != "id")
    return DateExpression(element.get("operation", ""), element.get("start"), element.get("end"), fields)


def _attributes(element: Element) -> Attributes:
    return tuple((str(name), str(value)) for name, value in element.items())


def set_element(nvset: NvSet) -> Element:
    """Return the element of a set."""
    element = new(SET_WORDS[nvset.kind], {"id": nvset.id, "id-ref": nvset.ref, "score": nvset.score})
    element.extend([*map(rule_element, nvset.rules), *map(pair_element, nvset.pairs)])
    return element


def set_(element: Element, kind: SetKind, referenced: Collection[str]) -> NvSet:
    """Read a set."""
    only(element, ("id", "id-ref", "score"), ("rule", "nvpair"))
    if element.get("id-ref") is not None:
        return NvSet(kind, ref=element.get("id-ref"))
    return NvSet(
        kind,
        tuple(pair(child, referenced) for child in children(element, "nvpair")),
        tuple(rule(child, referenced) for child in children(element, "rule")),
        element.get("score"),
        kept(element, referenced),
    )


def sets(element: Element, kinds: Iterable[SetKind], referenced: Collection[str]) -> tuple[NvSet, ...]:
    """Read the children that are sets, of the kinds that the crm shell has here."""
    by_tag = {SET_WORDS[kind]: kind for kind in kinds}
    return tuple(set_(child, by_tag[child.tag], referenced) for child in children(element, *by_tag))


def operations_element(operations: Operations) -> Element:
    """Return <operations>."""
    element = new("operations", {"id": operations.id, "id-ref": operations.ref})
    for op in operations.ops:
        child = new("op", {"name": op.name} | dict(op.attributes))
        child.extend(set_element(nvset) for nvset in op.sets)
        element.append(child)
    return element


def operations(element: Element, referenced: Collection[str]) -> Operations:
    """Read <operations>."""
    only(element, ("id", "id-ref"), ("op",))
    return Operations(
        tuple(_op(child, referenced) for child in children(element)), element.get("id"), element.get("id-ref")
    )


def _op(element: Element, referenced: Collection[str]) -> Op:
    only(element, names(element), ("instance_attributes", "meta_attributes"))
    if element.get("interval") is None or element.get("id-ref") is not None:
        raise Unsayable
    given = tuple((name, value) for name, value in _attributes(element) if name not in {"id", "name"})
    return Op(element.get("name", ""), given, sets(element, ("op_params", "op_meta"), referenced))
