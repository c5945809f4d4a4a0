"""Compose: YAML text to a tree of nodes with positions. Findings are collected; nothing is raised. Pure.

ruamel.yaml's parser delivers events; the tree is built here, with a stack of its own, so that depth and size are
limited and a file can neither hang quorate nor end in a traceback. What holds for the cluster file:

- a key that stands twice in one mapping is an error (YAML 1.2.2, 3.2.1.1), the first one is kept;
- anchors and aliases work; an alias inside its own anchor, and aliases that multiply (billion laughs), are errors;
- `<<: *name` and `<<: [*a, *b]` merge as in YAML 1.1 (yaml.org/type/merge.html): keys written in the mapping itself
  win, then those of the earlier mapping in the list;
- one document only; tags other than YAML's own are errors.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from quorate.describe import syntax
from quorate.describe.nodes import Entry, Listing, Node, Scalar, Table
from quorate.describe.scalars import resolve, text_of
from quorate.findings import Finding, Severity
from quorate.lines import Lines, Span

DEPTH = 40  # nested levels; a cluster file needs about seven
MOST = 200  # findings about one file
SIZE = 100_000  # values, counted after aliases and merges are written out

_TEXT = "tag:yaml.org,2002:str"
_PLAIN_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float")}
_KINDS = {_TEXT, *_PLAIN_TAGS, "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map", "!", "?", ""}


class _Stop(Exception):
    """Nothing more can be learned from this text."""


@dataclass(slots=True)
class _Open:
    """A mapping or sequence whose end has not come yet."""

    node: Listing | Table
    anchor: str | None
    key: tuple[str | None, Span] | None = None  # a mapping's key that waits for its value; None: no word
    merges: list[tuple[Node, Span]] = field(default_factory=list)


def compose(lines: Lines) -> tuple[Node | None, list[Finding], Table]:
    """Return the tree of the only document in `lines.text`, what is wrong with the YAML, and values it left out.

    None: the text is empty, or broken at a place behind which nothing can be trusted. The values left out (second ones
    of a key, keys that are no words) matter to whoever looks for secrets.
    """
    builder = _Builder(lines)
    try:
        for event in _events(lines.text):
            builder.take(event)
    except _Stop:
        return None, builder.findings, builder.lost
    except YAMLError as error:
        return None, [*builder.findings, syntax.finding(error, lines)], builder.lost
    return builder.root, builder.findings, builder.lost


def _events(text: str) -> Iterator[Any]:
    """Yield the parser's events. Python's own errors on odd escapes and directives become YAMLError."""
    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except (ValueError, OverflowError, TypeError, AttributeError, LookupError, AssertionError) as error:
        raise YAMLError(str(error)) from error


def whole(text: str) -> str:
    """Return the text with U+FFFD for each half of a character (surrogate); such a text cannot be written anywhere."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@dataclass(slots=True)
class _Builder:
    """Takes events one by one and grows the tree."""

    lines: Lines
    root: Node | None = None
    findings: list[Finding] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, Node] = field(default_factory=dict)
    documents: int = 0
    lost: Table = field(default_factory=lambda: Table(Span(0, 0, 0, 0)))

    def take(self, event: Any) -> None:
        """Take the parser's next event."""
        if isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self.stop("several-documents", _span(event), *syntax.SEVERAL)
        elif isinstance(event, ScalarEvent):
            self.add(self.scalar(event), event.anchor, _span(event))
        elif isinstance(event, AliasEvent):
            self.add(self.alias(event), None, _span(event))
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            self.begin(event)
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self.end(event)

    def report(self, code: str, span: Span, summary: str, why: str, fix: str) -> None:
        """Collect an error; with too many of them the rest of the text is not worth reading."""
        self.findings.append(Finding(code, Severity.ERROR, summary, why, fix, place=self.lines.place(span)))
        if len(self.findings) > MOST:
            raise _Stop

    def stop(self, code: str, span: Span, summary: str, why: str, fix: str) -> None:
        """Collect an error behind which it makes no sense to read on."""
        self.report(code, span, summary, why, fix)
        raise _Stop

    def scalar(self, event: Any) -> Scalar:
        """Return the value of a scalar event: quoted ones are text, plain ones by the core schema."""
        span, tag = _span(event), _tag(event)
        self.check_tag(tag, span)
        if not event.value.isascii() and (text := whole(event.value)) != event.value:
            self.report("yaml-escape", span, *syntax.SURROGATE)
            return Scalar(span, text)
        if tag == _TEXT or (not event.implicit[0] and tag not in _PLAIN_TAGS):
            return Scalar(span, event.value, block=event.style == "|")
        return Scalar(span, resolve(event.value))

    def check_tag(self, tag: str, span: Span) -> None:
        """Refuse tags that are not YAML's own."""
        if tag not in _KINDS:
            self.report("unknown-tag", span, f'the tag "{tag[:60]}" means nothing in a cluster file', *syntax.TAG)

    def alias(self, event: Any) -> Node:
        """Return the node that an alias stands for."""
        span, name = _span(event), event.anchor
        if name in self.anchors:
            return self.anchors[name]
        if any(name == level.anchor for level in self.stack):
            self.report("recursive-alias", span, f"*{name} stands inside &{name} itself", *syntax.RECURSIVE)
        else:
            self.report("unknown-alias", span, f"*{name} has no anchor &{name} above it", *syntax.NO_ANCHOR)
        return Scalar(span, None)

    def begin(self, event: Any) -> None:
        """Open a mapping or sequence."""
        span = _span(event)
        self.check_tag(_tag(event), span)
        if len(self.stack) >= DEPTH:
            self.stop("too-deep", span, f"more than {DEPTH} levels are nested here", *syntax.DEEP)
        node = Table(span) if isinstance(event, MappingStartEvent) else Listing(span)
        self.stack.append(_Open(node, event.anchor))

    def end(self, event: Any) -> None:
        """Close the innermost mapping or sequence."""
        level = self.stack.pop()
        start, end = level.node.span, _span(event)
        level.node.span = Span(start.line, start.column, end.end_line, end.end_column)
        for merged, span in level.merges:
            self.merge(level.node, merged, span)
        self.add(level.node, level.anchor, start)

    def add(self, node: Node, anchor: str | None, span: Span) -> None:
        """Put a finished node where it belongs: into the open mapping or sequence, or as the root."""
        if anchor:
            self.anchors[anchor] = node
        if not self.stack:
            self.root = node
            return
        level = self.stack[-1]
        parent = level.node
        self.grow(parent, node, span)
        if isinstance(parent, Listing):
            parent.items.append(node)
        elif level.key is None:
            level.key = self.key(node, span)
        else:
            (key, key_span), level.key = level.key, None
            if key is None:
                self.lose("", key_span, node)
            elif key == "<<":
                level.merges.append((node, span))
            elif key in parent.entries:
                self.duplicate(key, key_span, parent.entries[key].key)
                self.lose(key, key_span, node)
            else:
                parent.entries[key] = Entry(key_span, node)

    def key(self, node: Node, span: Span) -> tuple[str | None, Span]:
        """Return a mapping's key as it is written, None for one that is no word."""
        if not isinstance(node, Scalar):
            self.report("bad-key", span, "a list or mapping stands where a key belongs", *syntax.KEY)
            self.lose("", span, node)
            return None, span
        value = node.value
        if isinstance(value, str):
            return value, span
        return text_of(value) or self.lines.between(span), span

    def lose(self, key: str, span: Span, node: Node) -> None:
        """Keep a value that has no place in the tree, under a name that no other has but that says its key."""
        self.lost.entries[f"{len(self.lost.entries)} {key}"] = Entry(span, node)

    def duplicate(self, key: str, span: Span, first: Span) -> None:
        """Report a key that stands twice."""
        self.report(
            "duplicate-key",
            span,
            f'the key "{key}" stands twice: on line {first.line + 1} and on line {span.line + 1}',
            "only one of the two values could be used, and programs differ in which",
            "delete one of them",
        )

    def merge(self, into: Listing | Table, source: Node, span: Span) -> None:
        """Add the keys of `<<`; those already there win."""
        assert isinstance(into, Table)
        tables = source.items if isinstance(source, Listing) else [source]
        for table in tables:
            if not isinstance(table, Table):
                if not (isinstance(table, Scalar) and table.empty):
                    self.report("bad-merge", span, "<< takes a mapping or a list of mappings", *syntax.MERGE)
                continue
            for key, entry in table.entries.items():
                if key not in into.entries:
                    into.entries[key] = Entry(entry.key, entry.node, merged=True)
                    self.grow(into, entry.node, span)

    def grow(self, parent: Listing | Table, child: Node, span: Span) -> None:
        """Count values and levels with every alias written out."""
        parent.size += child.size
        parent.depth = max(parent.depth, child.depth + 1)
        if parent.size > SIZE or parent.depth > DEPTH:
            self.stop(
                "too-many-values",
                span,
                f"the file means more than {SIZE:,} values or {DEPTH} levels once its aliases are written out",
                *syntax.BOMB,
            )


def _tag(event: Any) -> str:
    return str(event.ctag) if event.ctag is not None else ""


def _span(event: Any) -> Span:
    start, end = event.start_mark, event.end_mark
    return Span(start.line, start.column, end.line, end.column)
