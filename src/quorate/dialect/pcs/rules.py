"""Rules: `x eq 1 and (date gt 2026-01-01 or not_defined y)`, read as an element of the CIB, and written. Pure.

"and" and "or" bind alike and from the left, as in pcs. Sources: pcs(8), "constraint location … rule", "resource
defaults set create"; pcs/rule.py and pcs/lib/cib/rule/parser.py of 0.11.5.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lxml.etree import _Element as Element

from quorate.dialect.cib import sets
from quorate.dialect.cib.parts import children
from quorate.dialect.crm.lexer import Token
from quorate.dialect.crm.vocabulary import BINARY, TYPES, UNARY
from quorate.dialect.model import Rule
from quorate.dialect.pcs.command import Command

_PIECE = re.compile(r"[()]|[^()]+")
_SPOKEN = re.compile(r'"[^"]*"|\S+')
_BOOLEANS = ("and", "or")


@dataclass(frozen=True, slots=True)
class _Boolean:
    operator: str
    parts: tuple["_Boolean | Element", ...]


def element(
    command: Command, tokens: list[Token], *, defaults: bool = False, score: str | None = "INFINITY"
) -> Element:
    """Return the <rule> that an expression is. defaults: tests of resources and operations may stand in it."""
    if not tokens:
        command.take("the expression of the rule")
    tree = _Parser(command, list(_pieces(tokens)), defaults).read()
    return _rule(command, tree if isinstance(tree, _Boolean) else _Boolean("and", (tree,)), score)


def _pieces(tokens: list[Token]) -> Iterable[tuple[str, Token]]:
    for token in tokens:
        whole = len(tokens) == 1 and any(char.isspace() for char in token.text)
        for word in _SPOKEN.findall(token.text) if whole else [token.text]:
            for piece in _PIECE.findall(word):
                yield piece.strip('"') if whole else piece, token


def _rule(command: Command, tree: _Boolean, score: str | None = "0") -> Element:
    rule = command.element("rule", {"boolean-op": tree.operator, "score": score})
    for part in _flat(tree):
        rule.append(_rule(command, part) if isinstance(part, _Boolean) else part)
    return rule


def _flat(tree: _Boolean) -> Iterable["_Boolean | Element"]:
    for part in tree.parts:
        if isinstance(part, _Boolean) and part.operator == tree.operator:
            yield from _flat(part)
        else:
            yield part


@dataclass(slots=True)
class _Parser:
    command: Command
    pieces: list[tuple[str, Token]]
    defaults: bool
    at: int = 0

    def read(self) -> "_Boolean | Element":
        tree = self._expression()
        if self.at < len(self.pieces):
            word, token = self.pieces[self.at]
            raise self.command.refuse(token, "unexpected-word", f'"{word}" is not expected here',
                                      'a test ends before it; "and" or "or" stands between two',
                                      "write one of them")  # fmt: skip
        return tree

    def _new(self, tag: str, attributes: dict[str, str | None]) -> Element:
        return self.command.element(tag, attributes)

    def _peek(self) -> str:
        return self.pieces[self.at][0] if self.at < len(self.pieces) else ""

    def _take(self, expected: str) -> str:
        if self.at >= len(self.pieces):
            last = self.pieces[-1][1] if self.pieces else self.command.tokens[-1]
            raise self.command.refuse(last, "unfinished", f"the rule ends where {expected} is expected",
                                      "a rule is made of tests of attributes and of the time",
                                      f"write {expected}")  # fmt: skip
        self.at += 1
        return self.pieces[self.at - 1][0]

    def _expression(self) -> "_Boolean | Element":
        tree = self._test()
        while self._peek().lower() in _BOOLEANS:
            operator = self._take("and").lower()
            tree = _Boolean(operator, (tree, self._test()))
        return tree

    def _test(self) -> "_Boolean | Element":
        word = self._take("a test")
        following = self._peek().lower()
        if word == "(":
            return self._in_parentheses()
        if word.lower() in UNARY:
            return self._new("expression", {"operation": word.lower(), "attribute": self._take("an attribute")})
        if word.lower() == "date" and following in {"gt", "lt", "in_range"}:
            return self._date()
        if word.lower() == "date-spec":
            return self._with_fields(self._new("date_expression", {"operation": "date_spec"}), "date_spec")
        if self.defaults and word.lower() in {"resource", "op"} and following not in BINARY:
            return self._resource() if word.lower() == "resource" else self._operation()
        return self._comparison(word)

    def _in_parentheses(self) -> "_Boolean | Element":
        tree = self._expression()
        self._expect(")")
        return tree

    def _expect(self, wanted: str) -> None:
        token = self.pieces[self.at][1] if self.at < len(self.pieces) else self.command.tokens[-1]
        if self._take(f'"{wanted}"').lower() != wanted:
            raise self.command.refuse(token, "unexpected-word", f'"{wanted}" is expected here',
                                      "the rule cannot be read otherwise", f'write "{wanted}"')  # fmt: skip

    def _comparison(self, attribute: str) -> Element:
        token = self.pieces[min(self.at, len(self.pieces) - 1)][1]
        operator = self._take(f"an operator ({', '.join(BINARY)})").lower()
        if operator not in BINARY:
            raise self.command.refuse(token, "unknown-operator", f'"{operator}" is no operator of a rule',
                                      f"an attribute is compared by {', '.join(BINARY)}",
                                      "write one of them")  # fmt: skip
        type_ = None
        if self._peek().lower() in TYPES and self.at + 1 < len(self.pieces):
            type_ = self._take("a type").lower()
        value = self._take("the value to compare with")
        return self._new("expression", {"operation": operator, "attribute": attribute, "type": type_, "value": value})

    def _date(self) -> Element:
        operation = self._take("gt, lt or in_range").lower()
        if operation != "in_range":
            return self._new("date_expression", {"operation": operation,
                                           "start" if operation == "gt" else "end": self._take("a date")})  # fmt: skip
        start = None if self._peek().lower() == "to" else self._take("a date")
        self._expect("to")
        if self._peek().lower() == "duration":
            self._take("duration")
            return self._with_fields(self._new("date_expression", {"operation": operation, "start": start}), "duration")
        return self._new("date_expression", {"operation": operation, "start": start, "end": self._take("a date")})

    def _with_fields(self, expression: Element, tag: str) -> Element:
        fields: dict[str, str | None] = {}
        while "=" in self._peek():
            name, _, value = self._take("name=value").partition("=")
            fields[name] = value
        if not fields:
            self._take("name=value, e.g. hours=9-16")
        expression.append(self._new(tag, fields))
        return expression

    def _operation(self) -> Element:
        name, interval = self._take("the name of an operation"), None
        if self._peek().startswith("interval="):
            interval = self._take("interval=").partition("=")[2]
        return self._new("op_expression", {"name": name, "interval": interval})

    def _resource(self) -> Element:
        parts = [*self._take("standard:provider:type").split(":"), "", ""][:3]
        return self._new(
            "rsc_expression", dict(zip(("class", "provider", "type"), (part or None for part in parts), strict=True))
        )


def written(rule: Rule) -> list[str]:
    """Return the words of a rule's expression."""
    return words(sets.rule_element(rule))


def words(rule: Element) -> list[str]:
    """Return the words of the expression in a <rule>; rules in it stand in parentheses."""
    said: list[str] = []
    for number, test in enumerate(children(rule)):
        said += [rule.get("boolean-op", "and")] if number else []
        said += ["(", *words(test), ")"] if test.tag == "rule" else _WORDS[str(test.tag)](test)
    return said


def _comparison(test: Element) -> list[str]:
    operation, attribute = test.get("operation", ""), test.get("attribute", "")
    if test.get("value") is None:
        return [operation, attribute]
    return [attribute, operation, *filter(None, [test.get("type")]), test.get("value", "")]


def _date(test: Element) -> list[str]:
    fields = [f"{name!s}={value!s}" for child in children(test) for name, value in child.items() if name != "id"]
    start, end = test.get("start"), test.get("end")
    if test.get("operation") == "date_spec":
        return ["date-spec", *fields]
    if test.get("operation") != "in_range":
        return ["date", test.get("operation", ""), start or end or ""]
    return ["date", "in_range", *filter(None, [start]), "to", *(["duration", *fields] if fields else [end or ""])]


def _resource(test: Element) -> list[str]:
    return ["resource", ":".join(test.get(name, "") for name in ("class", "provider", "type"))]


def _operation(test: Element) -> list[str]:
    interval = test.get("interval")
    return ["op", test.get("name", ""), *([f"interval={interval}"] if interval else [])]


_WORDS = {"expression": _comparison, "date_expression": _date, "rsc_expression": _resource, "op_expression": _operation}
