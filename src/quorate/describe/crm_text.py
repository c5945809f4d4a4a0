"""The section `resources` as text of the crm shell: a YAML block, `resources: |`, read line by line. Pure.

Out: the statements, every finding with its place in the file, and `parts`: where in the file a resource, one of its
parameters or operations, a constraint or a property stands, by the path that rules know it by.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from quorate.describe.nodes import Scalar, Table
from quorate.describe.source import Path, Source
from quorate.dialect.crm.read import read_lines
from quorate.dialect.crm.references import Placed, identity
from quorate.dialect.model import Configuration, FencingTopology, Node, Primitive, Properties
from quorate.findings import Finding, Severity
from quorate.lines import Span

KEY = "resources"
DEFAULTS = {"property": "properties", "rsc_defaults": "resource_defaults", "op_defaults": "operation_defaults"}
"""The crm shell's word for properties and defaults -> the key below `pacemaker`."""

_PARTS = {"params": "parameters", "meta": "meta", "utilization": "utilization"}


@dataclass(frozen=True, slots=True)
class CrmText:
    """What the block says. parts: places of the file by path; findings have their places."""

    configuration: Configuration = field(default_factory=Configuration)
    parts: Mapping[Path, Span] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def read(source: Source, services: Iterable[str]) -> CrmText:
    """Read the section where it is text; nothing where it is a mapping or absent. services: names of the file's own."""
    node = source.root.entries[KEY].node if isinstance(source.root, Table) and KEY in source.root.entries else None
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        return CrmText()
    if not node.block:
        return CrmText(findings=(_no_block().at(source.place((KEY,))),))
    end = node.span.end_line + (node.span.end_column > 0)
    reading = read_lines(source.lines, node.span.line + 1, end, services=services)
    parts = {path: span for placed in reading.placed for path, span in _parts(placed)}
    return CrmText(reading.configuration, parts, reading.findings)


def _no_block() -> Finding:
    why = "only a block keeps its lines and backslashes as they are"
    fix = "write `resources: |`, and the text indented on the lines below"
    return Finding("crm-text", Severity.ERROR, "text of the crm shell must be a block", why, fix, (KEY,))


def _parts(placed: Placed) -> Iterator[tuple[Path, Span]]:
    """Yield the places of one statement."""
    statement, tokens = placed.statement, placed.tokens
    name = identity(statement)
    if isinstance(statement, Properties):
        for token in tokens[1:]:
            yield ("pacemaker", DEFAULTS[statement.kind], token.text.partition("=")[0]), token.span
    elif isinstance(statement, FencingTopology):
        yield ("fencing", "levels"), tokens[0].span
    elif isinstance(statement, Node):
        yield (KEY, f"node {statement.uname}"), tokens[min(1, len(tokens) - 1)].span
    elif name is not None:
        yield (KEY, name), tokens[min(1, len(tokens) - 1)].span
        yield from _inside(placed, name, "parameters" if isinstance(statement, Primitive) else "meta")


def _inside(placed: Placed, name: str, part: str) -> Iterator[tuple[Path, Span]]:
    """Yield the places of parameters, meta attributes and operations."""
    counted: dict[str, int] = {}
    words = placed.tokens[2:]
    for before, token in zip((placed.tokens[0], *words), words, strict=False):
        if token.text.lower() in {"op", *_PARTS} and not token.quoted:
            part = _PARTS.get(token.text.lower(), "")
        elif before.text.lower() == "op":
            number = counted[token.text] = counted.get(token.text, -1) + 1
            yield (KEY, name, "operations", token.text, number), token.span
            if number == 0:
                yield (KEY, name, "operations", token.text), token.span
        elif part and "=" in token.text:
            yield (KEY, name, part, token.text.partition("=")[0]), token.span
