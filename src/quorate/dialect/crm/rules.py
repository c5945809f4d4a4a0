"""Rules: `rule [$id=…] [$role=…] [score:] expression [and|or expression …]`, read and written. Pure.

Sources: crm(8), "Expressions"; Pacemaker Explained, "Rules".
"""

import re
from typing import Literal

from quorate.dialect.crm import scores
from quorate.dialect.crm.cursor import Cursor
from quorate.dialect.crm.quoting import pairs, word
from quorate.dialect.crm.vocabulary import BINARY, DATE_FIELDS, TYPES, UNARY
from quorate.dialect.model import Attributes, DateExpression, Expression, Rule

_ID = re.compile(r"\$(id|id-ref)=(.*)", re.IGNORECASE | re.DOTALL)
_ROLE = re.compile(r"\$?role=(.+)", re.IGNORECASE)
_SCORE = re.compile(r"([^:]+):")
_UNARY = re.compile("|".join(UNARY), re.IGNORECASE)
_BINARY = re.compile(f"(?:({'|'.join(TYPES)}):)?({'|'.join(BINARY)})", re.IGNORECASE)
_BOOLEAN = re.compile("and|or", re.IGNORECASE)
_SOURCE = re.compile(r"([^\s{}]+)\{(\S+)\}")
_FIELD = re.compile(f"({'|'.join((*DATE_FIELDS, 'start', 'end'))})=(.+)")
_OPERATIONS = {"lt": "lt", "gt": "gt", "in": "in_range", "in_range": "in_range", "spec": "date_spec",
               "date_spec": "date_spec"}  # fmt: skip


def read_all(cursor: Cursor) -> tuple[Rule, ...]:
    """Take as many rules as follow."""
    rules = []
    while cursor.word() == "rule":
        cursor.take("rule")
        rules.append(_read(cursor))
    return tuple(rules)


def _read(cursor: Cursor) -> Rule:
    id_ = ref = role = score = attribute = None
    if found := cursor.match(_ID):
        id_, ref = (found[2], None) if found[1].lower() == "id" else (None, found[2])
    if found := cursor.match(_ROLE):
        role = found[1]
    if ref is not None:
        return Rule(role=role, ref=ref)
    if found := cursor.match(_SCORE):
        score, attribute = scores.score(found[1])
    else:
        score = "INFINITY"
    expressions = [_expression(cursor)]
    boolean: Literal["and", "or"] = "and"
    while found := cursor.match(_BOOLEAN):
        spoken: Literal["and", "or"] = "or" if found[0].lower() == "or" else "and"
        if len(expressions) > 1 and spoken != boolean:
            raise cursor.refuse(cursor.tokens[cursor.at - 1], "mixed-booleans", '"and" and "or" stand in one rule',
                                "a rule of Pacemaker's has one of them for all its expressions",
                                "write two rules, or one operator")  # fmt: skip
        boolean = spoken
        expressions.append(_expression(cursor))
    return Rule(tuple(expressions), boolean, score, attribute, role, id_)


def _expression(cursor: Cursor) -> Expression | DateExpression:
    if cursor.word() == "date":
        cursor.take("date")
        return _date(cursor)
    if found := cursor.match(_UNARY):
        return Expression(cursor.take("the attribute that is tested").text, found[0].lower())
    attribute = cursor.take("the attribute that is tested").text
    found = cursor.match(_BINARY)
    if not found:
        operator = cursor.take(f"an operator ({', '.join(BINARY)})")
        raise cursor.refuse(operator, "unknown-operator", f'"{operator.text}" is no operator of a rule',
                            f"an attribute is compared by {', '.join(BINARY)}",
                            "write one of them, with string:, number: or version: before it if need be")  # fmt: skip
    type_ = found[1].lower() if found[1] else None
    value = cursor.take("the value to compare with").text
    source = _SOURCE.fullmatch(value)
    if source:
        return Expression(attribute, found[2].lower(), source[2], type_, source[1])
    return Expression(attribute, found[2].lower(), value, type_)


def _date(cursor: Cursor) -> DateExpression:
    token = cursor.take(f"one of {', '.join(_OPERATIONS)}")
    operation = _OPERATIONS.get(token.text.lower())
    if operation is None:
        raise cursor.refuse(token, "unknown-operator", f'"{token.text}" is no test of a date',
                            "the reader cannot tell what is compared",
                            f"write one of {', '.join(_OPERATIONS)}")  # fmt: skip
    if operation == "lt":
        return DateExpression(operation, end=cursor.take("a date").text)
    if operation == "gt":
        return DateExpression(operation, start=cursor.take("a date").text)
    start = end = None
    fields: list[tuple[str, str]] = []
    begin = cursor.at
    while found := cursor.match(_FIELD):
        if found[1] in {"start", "end"} and operation == "in_range":
            start, end = (found[2], end) if found[1] == "start" else (start, found[2])
        else:
            fields.append((found[1], found[2]))
    least = 2 if operation == "in_range" else 1
    if cursor.at - begin < least:
        raise cursor.refuse(token, "unfinished", f"the {operation} says too little",
                            "a range needs a start and an end or a duration, a specification at least one field",
                            "write e.g. in start=2026-01-01 end=2026-12-31, or spec hours=9-16")  # fmt: skip
    return DateExpression(operation, start, end, tuple(fields))


def written(rule: Rule) -> list[str]:
    """Return the words of a rule."""
    words = ["rule"]
    words += pairs((("$id", rule.id),)) if rule.id is not None else []
    words += pairs((("$id-ref", rule.ref),)) if rule.ref is not None else []
    words += pairs((("$role", rule.role),)) if rule.role is not None else []
    if rule.ref is not None:
        return words
    if rule.score != "INFINITY" or rule.score_attribute is not None:
        words.append(scores.written(rule.score, rule.score_attribute))
    for number, expression in enumerate(rule.expressions):
        words += [rule.boolean] if number else []
        words += _written(expression)
    return words


def _written(test: Expression | DateExpression) -> list[str]:
    if isinstance(test, DateExpression):
        given: Attributes = tuple((name, value) for name, value in (("start", test.start), ("end", test.end)) if value)
        if test.operation in {"lt", "gt"}:
            return ["date", test.operation, *(word(value) for _, value in given)]
        return ["date", test.operation.removeprefix("date_").removesuffix("_range"), *pairs(given), *pairs(test.fields)]
    if test.value is None:
        return [test.operation, word(test.attribute)]
    operator = f"{test.type}:{test.operation}" if test.type else test.operation
    value = f"{test.source}{{{test.value}}}" if test.source else test.value
    return [word(test.attribute), operator, word(value)]
