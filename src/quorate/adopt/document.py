"""Draft -> the text of a cluster file: YAML in the order in which one reads it, with notes behind lines. Pure."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from quorate.adopt.draft import Draft
from quorate.describe.scalars import resolve
from quorate.dialect.crm.write import write as write_crm
from quorate.dialect.model import Configuration

_PLAIN = re.compile(r"[A-Za-z0-9_/.][A-Za-z0-9_./+@:-]*")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")  # describe.fields.Name
_WIDTH = 110


def write(draft: Draft) -> str:
    """Return the file, ending in a newline."""
    return "\n".join(_lines(draft)) + "\n"


def _lines(draft: Draft) -> Iterator[str]:
    yield f"cluster: {scalar(draft.cluster)}{_note(draft, ('cluster',))}"
    yield from _mappings(draft, "nodes", draft.nodes)
    for name in ("corosync", "quorum", "fencing", "pacemaker"):
        yield from _section(draft, name, getattr(draft, name))
    for name in ("services", "secrets"):
        yield from _mappings(draft, name, getattr(draft, name))
    text = write_crm(Configuration(tuple(draft.text)))
    rows = [*(f"# {row}" for row in draft.left), *text.splitlines()]
    if rows:
        yield "resources: |"
        yield from (f"  {row}".rstrip() if row.strip() else "" for row in rows)


def _mappings(draft: Draft, name: str, entries: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield a section of named mappings, each on one line where it fits."""
    if entries:
        yield f"{name}:"
    for key, value in entries.items():
        yield from _entry(f"  {scalar(key)}:", value, _note(draft, (name, key)))


def _section(draft: Draft, name: str, section: Mapping[str, Any]) -> Iterator[str]:
    if section:
        yield f"{name}:"
    for key, value in section.items():
        yield from _entry(f"  {scalar(key)}:", value, _note(draft, (name, key)))


def _entry(head: str, value: Any, note: str) -> Iterator[str]:
    one = f"{head} {flow(value)}"
    if len(one) <= _WIDTH or not isinstance(value, Mapping | list) or not value:
        yield f"{one}{note}"
        return
    yield f"{head}{note}"
    indent = " " * (len(head) - len(head.lstrip()) + 2)
    if isinstance(value, list):
        yield from (f"{indent}- {flow(item)}" for item in value)
        return
    for key, inner in value.items():
        yield from _entry(f"{indent}{scalar(key)}:", inner, "")


def _note(draft: Draft, path: tuple[str, ...]) -> str:
    return f"  # {draft.notes[path]}" if path in draft.notes else ""


def is_name(text: str) -> bool:
    """True for what a key of the file may be; attributes and properties of other names stay in the text."""
    return bool(_NAME.fullmatch(text))


def flow(value: Any) -> str:
    """Return a value on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


def scalar(value: Any) -> str:
    """Return a scalar as YAML reads it back: text that could be taken for something else in quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    text = str(value)
    if text in {"true", "false"} or isinstance(resolve(text), int | float):
        return text  # fields that take text take these as they are written
    if _PLAIN.fullmatch(text) and isinstance(resolve(text), str) and not text.endswith(":"):
        return text
    return json.dumps(text, ensure_ascii=False)
