"""A Configuration -> text that HAProxy reads. Pure."""

from collections.abc import Iterator

from quorate.dialect.haproxy.model import Configuration, Keyword, Section


def write(configuration: Configuration) -> str:
    """Return the file; reading it gives the same configuration."""
    lines = [line for keyword in configuration.stray for line in _keyword(keyword, "")]
    for section in configuration.sections:
        lines += [*([""] if lines else []), *_section(section)]
    return "".join(f"{line}\n" for line in [*lines, *configuration.last_comments])


def _section(section: Section) -> Iterator[str]:
    yield from section.comments
    yield f"{section.kind} {section.text}".rstrip()
    for keyword in section.keywords:
        yield from _keyword(keyword, "    ")


def _keyword(keyword: Keyword, indent: str) -> Iterator[str]:
    yield from (indent + comment for comment in keyword.comments)
    yield f"{indent}{keyword.name} {keyword.text}".rstrip()
