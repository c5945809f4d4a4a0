"""Masking: which stretches of a cluster file must never be shown, because a secret stands there in clear text. Pure.

Two ways: by the shape of the lines, while the file may still be broken YAML (too much is hidden rather than too
little), and by the tree once there is one. A reference, `{env: NAME}` or `{file: PATH}`, is no secret.
"""

import re
from collections.abc import Iterator

from quorate.describe.nodes import Entry, Listing, Node, Scalar, Table
from quorate.lines import Lines, Span

_WORD = r"(?:pass|pasw|pwd|psw|secret|secrt|community|(?:api|access|auth|private)_?key)"
_MAYBE_SECRET_KEY = re.compile(_WORD, re.IGNORECASE)  # misspelt ones too: better hidden than shown
_LINE = re.compile(rf"""["']?(?:[\w.-]*{_WORD}[\w.-]*|\bkey)["']?\s*:(?=\s|$|["'])\s*""", re.IGNORECASE)
_IN_TEXT = re.compile(rf"[\w.-]*{_WORD}[\w.-]*\s*=\s*", re.IGNORECASE)  # in text of the crm shell
_KEY = re.compile(r":(\s|$)")
_REFERENCE = re.compile(r"\s*\{?\s*(?:env|file)\s*:")


def by_lines(lines: Lines) -> Iterator[Span]:
    """Yield what to hide judging by the text alone: all that follows a secret key, and the deeper lines below it."""
    below: int | None = None  # the column of a secret key whose value may go on
    for number, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        if below is not None and (indent > below or not _KEY.search(line)):
            if not _REFERENCE.match(line):
                yield Span(number, indent, number, len(line))
            continue
        if said := _IN_TEXT.search(line):
            yield Span(number, said.end(), number, len(line))
        found = _LINE.search(line)
        below = indent if found else None
        if found and not _REFERENCE.match(line, found.end()):
            yield Span(number, found.end(), number, len(line))


def by_tree(root: Node) -> Iterator[Span]:
    """Yield the spans of texts under secret keys."""
    seen: set[int] = set()
    todo: list[tuple[Node, bool]] = [(root, False)]
    while todo:
        node, secret = todo.pop()
        if isinstance(node, Scalar):
            if secret and not node.empty:
                yield node.span
            continue
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Listing):
            todo += [(item, secret) for item in node.items]
        else:
            todo += [(entry.node, _is_secret(node, key, entry, secret)) for key, entry in node.entries.items()]


def _is_secret(table: Table, key: str, entry: Entry, secret: bool) -> bool:
    reference = len(table.entries) == 1 and key in {"env", "file"} and isinstance(entry.node, Scalar)
    return (secret and not reference) or bool(_MAYBE_SECRET_KEY.search(key))
