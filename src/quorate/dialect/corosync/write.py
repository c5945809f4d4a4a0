"""A Configuration -> text that Corosync 3.1 reads. Pure.

One thing on each line, comments on lines of their own before what they remark on. What Corosync 3.1 does not know is
written all the same: modern.py takes it out.
"""

from collections.abc import Iterator

from quorate.dialect.corosync.model import Configuration, Key, Section
from quorate.dialect.corosync.pieces import LINE_MAX


def write(configuration: Configuration) -> str:
    """Return the file; reading it gives the same configuration."""
    lines: list[str] = []
    for item in configuration.items:
        if isinstance(item, Section) and lines:
            lines.append("")
        lines += _item(item, "")
    if configuration.last_comments:
        lines += [*([""] if lines else []), *_comments(configuration.last_comments, "")]
    return "".join(f"{line}\n" for line in lines)


def _item(item: Key | Section, indent: str) -> Iterator[str]:
    yield from _comments(item.comments, indent)
    if isinstance(item, Key):
        yield f"{indent}{item.name}: {item.value}".rstrip()
        return
    yield f"{indent}{item.name} {{"
    for inner in item.items:
        yield from _item(inner, indent + "    ")
    yield from _comments(item.last_comments, indent + "    ")
    yield indent + "}"


def _comments(comments: tuple[str, ...], indent: str) -> Iterator[str]:
    """Yield comments, broken where they are longer than what Corosync reads of a line."""
    for comment in comments:
        rest = indent + comment
        while len(rest.encode()) > LINE_MAX:
            cut = len(rest.encode()[:LINE_MAX].decode(errors="ignore"))
            cut = rest.rfind(" ", len(indent) + 2, cut) if " " in rest[len(indent) + 2 : cut] else cut
            yield rest[:cut].rstrip()
            rest = f"{indent}# {rest[cut:].lstrip()}"
        yield rest
