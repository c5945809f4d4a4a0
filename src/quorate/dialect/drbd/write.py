"""A Configuration -> text that drbdadm reads. Pure.

Values are quoted where drbdadm would take them for something else.
"""

import re
from collections.abc import Iterator

from quorate.dialect.drbd.model import Configuration, Section, Statement
from quorate.dialect.drbd.vocabulary import KEYWORDS, LOWER

_PLAIN = re.compile(r"[\w./:@,+%\[\]-]+", re.ASCII)


def write(configuration: Configuration) -> str:
    """Return the file; reading it gives the same configuration."""
    lines: list[str] = []
    for item in configuration.items:
        if isinstance(item, Section) and lines:
            lines.append("")
        lines += _item(item, "")
    return "".join(f"{line}\n" for line in [*lines, *configuration.last_comments])


def _item(item: Statement | Section, indent: str) -> Iterator[str]:
    yield from (indent + comment for comment in item.comments)
    if isinstance(item, Statement):
        yield indent + " ".join((item.name, *map(_word, item.values))) + ";"
        return
    skip = "skip " if item.is_skipped else ""
    yield f"{indent}{skip}{' '.join((item.name, *map(_word, item.arguments)))} {{"
    for inner in item.items:
        yield from _item(inner, indent + "    ")
    yield from (f"{indent}    {comment}" for comment in item.last_comments)
    yield indent + "}"


def _word(text: str) -> str:
    is_plain = _PLAIN.fullmatch(text) and (text.lower() not in KEYWORDS or text in LOWER)
    return text if is_plain else f'"{text}"'
