"""Source: bytes of a cluster file -> plain data, and from a path of keys back to the place in the text. Pure."""

import re
from dataclasses import dataclass, field
from typing import Any

from quorate.describe import masking
from quorate.describe.compose import compose
from quorate.describe.nodes import Listing, Node, Scalar, Table, plain
from quorate.findings import Finding, Place, Severity
from quorate.lines import Lines, Span

LIMIT_BYTES = 1_000_000

Path = tuple[str | int, ...]

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read: its lines, the tree of its values (None where it could not be read), its plain data.

    parts: places within one value, by paths that go on behind its own (crm_text.py).
    """

    lines: Lines
    root: Node | None
    data: Any
    parts: dict[Path, Span] = field(default_factory=dict)

    def place(self, path: Path, *, of_key: bool = False) -> Place:
        """Return where the value at `path` stands, or the deepest part of the path that exists.

        of_key: the place of the key instead. Values that span lines are shown by their key. An index into something
        that is not a list is skipped, because one value may be written without its list.
        """
        part = next((end for end in range(len(path), 1, -1) if path[:end] in self.parts), 0)
        if part > len(self.written(path)):
            return self.lines.place(self.parts[path[:part]])
        return self.lines.place(self._span(path, of_key=of_key))

    def written(self, path: Path) -> Path:
        """Return the longest beginning of `path` that exists in the file."""
        return tuple(self._walk(path)[1])

    def hide(self, path: Path) -> None:
        """Show asterisks where the value at `path` stands, in every place made from now on."""
        node, _, _ = self._walk(path)
        for span in _leaves(node):
            self.lines.hide(span)

    def empty(self) -> list[Path]:
        """Return the paths of keys without a value, at most a hundred; each place of the file once."""
        found, seen, todo = list[Path](), set[int](), list[tuple[Path, Node | None]]([((), self.root)])
        while todo and len(found) < 100:
            path, node = todo.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            if isinstance(node, Table):
                for key, entry in node.entries.items():
                    if isinstance(entry.node, Scalar) and entry.node.empty and not entry.merged:
                        found.append((*path, key))
                    todo.append(((*path, key), entry.node))
            elif isinstance(node, Listing):
                todo += [((*path, index), item) for index, item in enumerate(node.items)]
        return found

    def _walk(self, path: Path) -> tuple[Node | None, list[str | int], Span | None]:
        """Follow a path: the node at its end, the part that was followed, the span of the last key."""
        node, followed, key = self.root, list[str | int](), None
        for step in path:
            if isinstance(node, Table) and step in node.entries:
                entry = node.entries[str(step)]
                node, key = entry.node, entry.key
            elif isinstance(node, Listing) and isinstance(step, int) and 0 <= step < len(node.items):
                node, key = node.items[step], None
            elif isinstance(step, int) and not isinstance(node, Listing):
                continue
            else:
                break
            followed.append(step)
        return node, followed, key

    def _span(self, path: Path, *, of_key: bool) -> Span:
        node, followed, key = self._walk(path)
        if node is None:
            return Span(0, 0, 0, 1)
        span = node.span
        if not followed and isinstance(node, Table) and node.entries:
            return next(iter(node.entries.values())).key
        several_lines = not isinstance(node, Scalar) and span.line != span.end_line
        nothing = isinstance(node, Scalar) and node.empty
        return key if key is not None and (of_key or several_lines or nothing) else span


def _leaves(node: Node | None) -> list[Span]:
    if isinstance(node, Scalar):
        return [node.span]
    if isinstance(node, Listing):
        return [span for item in node.items for span in _leaves(item)]
    if isinstance(node, Table):
        return [span for entry in node.entries.values() for span in _leaves(entry.node)]
    return []


def read(content: bytes | str, file: str) -> tuple[Source, list[Finding]]:
    """Read a cluster file's bytes (or text) as YAML; findings are those of the YAML, each with its place."""
    text, finding = _decode(content)
    lines = Lines(file, text)
    if finding is None:
        finding = _unreadable(lines)
    if finding is not None:
        return Source(lines, None, None), [finding if finding.place else finding.at(lines.place(lines.end()))]
    for span in masking.by_lines(lines):
        lines.hide(span)
    root, findings, lost = compose(lines)
    if root is None:
        return Source(lines, None, None), findings or [_nothing().at(lines.place(Span(0, 0, 0, 1)))]
    lines.forget()
    for span in (*masking.by_tree(root), *masking.by_tree(lost)):
        lines.hide(span)
    return Source(lines, root, plain(root)), findings


def _decode(content: bytes | str) -> tuple[str, Finding | None]:
    """Return the text of the file, or why there is none. Too large files are not looked into."""
    size = len(content)
    if size > LIMIT_BYTES:
        summary = f"the file has {size / 1e6:.1f} MB; a cluster file has at most {LIMIT_BYTES / 1e6:g} MB"
        why = "a cluster of 32 nodes is described in less than a hundredth of that: this is some other file"
        return "", _error("file-too-large", summary, why, "name the cluster file")
    if isinstance(content, str):
        return content.removeprefix("\ufeff"), None
    try:
        return content.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig", "replace")
        return before + "\ufffd", _not_text(content[error.start])


def _not_text(byte: int) -> Finding:
    why = "a cluster file is UTF-8 text; this one is binary, or saved in another encoding"
    return _error("not-utf8", f"the byte 0x{byte:02x} is not UTF-8", why, "save the file as UTF-8")


def _unreadable(lines: Lines) -> Finding | None:
    """Return a finding for control characters and for a file without any content."""
    found = _CONTROL.search(lines.text)
    if found:
        ahead = lines.text[: found.start()]
        number = sum(1 for _ in Lines("", ahead)) - 1
        column = len(list(Lines("", ahead))[-1])
        summary = f"a control character (U+{ord(found.group()):04X}) stands in the file"
        why = "YAML allows none but tab and line breaks; the file may be binary"
        finding = _error("control-character", summary, why, "delete the character, or name the cluster file")
        return finding.at(lines.place(Span(number, column, number, column + 1)))
    if not any(line.strip() and not line.lstrip().startswith("#") for line in lines):
        return _nothing()
    return None


def _nothing() -> Finding:
    why = "there is nothing to check or build"
    return _error("empty-file", "the file is empty", why, "begin with `quorate new web`, which prints an example")


def _error(code: str, summary: str, why: str, fix: str) -> Finding:
    return Finding(code, Severity.ERROR, summary, why, fix)
