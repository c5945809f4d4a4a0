"""Text of a haproxy.cfg -> a Configuration, and everything that is wrong with it. Pure."""

import re
from dataclasses import dataclass, field

from quorate.dialect.haproxy import outdated
from quorate.dialect.haproxy.model import Configuration, Keyword, Section
from quorate.dialect.haproxy.vocabulary import SECTIONS
from quorate.dialect.text import Text
from quorate.findings import Finding, Severity
from quorate.lines import Lines, Span

_ODD_BLANKS = "\u00a0\u2002\u2003\u2007\u2009\u202f\u3000\ufeff\u200b"
_QUOTES = "“”„‘’‚"
_PIECE = re.compile(r"""\\.|"(?:\\.|[^"\\])*"|'[^']*'|[^"'\\#\s]+|\s+|(?P<comment>#.*)|(?P<open>["'\\].*)""")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says. findings: in reading order; with an error among them the configuration is not whole."""

    configuration: Configuration
    findings: tuple[Finding, ...]


def read(text: str, file: str) -> Reading:
    """Read a configuration of HAProxy."""
    source = Text(Lines(file, text))
    configuration = _Reader(source).read()
    for severity, span, code, *words in outdated.found(configuration):
        source.say(severity, span or Span(0, 0, 0, 1), code, *words)
    return Reading(configuration, source.sorted())


@dataclass(slots=True)
class _Open:
    kind: str
    text: str
    comments: tuple[str, ...]
    span: Span
    keywords: list[Keyword] = field(default_factory=list)

    def closed(self) -> Section:
        return Section(self.kind, self.text, tuple(self.keywords), self.comments, self.span)


@dataclass(slots=True)
class _Reader:
    source: Text
    sections: list[_Open] = field(default_factory=list)
    stray: list[Keyword] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)

    def read(self) -> Configuration:
        for number, raw in enumerate(self.source.lines):
            self._line(raw, number)
        sections = tuple(section.closed() for section in self.sections)
        return Configuration(sections, tuple(self.stray), tuple(self.comments))

    def _line(self, raw: str, number: int) -> None:
        plain = self._plain(raw, number)
        said = self._without_comment(plain, number)
        text = said.strip()
        if not text:
            return
        name, *behind = text.split(None, 1)
        rest = behind[0] if behind else ""
        start = len(said) - len(said.lstrip())
        span = Span(number, start, number, start + len(name))
        self._hide(rest, number, start + text.find(rest, len(name)) if rest else 0)
        comments, self.comments = tuple(self.comments), []
        lower = name.lower()
        if lower in SECTIONS:
            self._case(span, name, lower)
            self.sections.append(_Open(lower, rest, comments, span))
        elif self.sections:
            self.sections[-1].keywords.append(Keyword(self._keyword(name, span), rest, comments, span))
        else:
            self.source.say(Severity.ERROR, span, "outside-section", f'"{name}" stands before the first section',
                            "HAProxy refuses the file", "write global, defaults, frontend, backend or listen before it",
                            )  # fmt: skip
            self.stray.append(Keyword(name, rest, comments, span))

    def _without_comment(self, line: str, number: int) -> str:
        at = 0
        while at < len(line):
            match = _PIECE.match(line, at)
            if match is None:
                break
            if match["comment"]:
                self.comments.append(match["comment"].rstrip())
                return line[:at]
            if match["open"]:
                self.source.say(Severity.ERROR, Span(number, at, number, len(line.rstrip())), "unclosed-quote",
                                "a quote is opened here and never closed", "HAProxy refuses the line",
                                "close it, or write a backslash before it")  # fmt: skip
                return line
            at = match.end()
        return line

    def _plain(self, raw: str, number: int) -> str:
        for at, char in enumerate(raw.partition("#")[0]):
            if char in _QUOTES or (char in _ODD_BLANKS and raw[:at].strip() and raw[at:].strip()):
                what = "quote" if char in _QUOTES else "blank"
                self.source.say(Severity.WARNING, Span(number, at, number, at + 1), f"typographic-{what}",
                                f"this is no plain {what}; {'left as it is' if char in _QUOTES else 'read as one'}",
                                "HAProxy takes it for part of a word", f"write a plain {what}")  # fmt: skip
        return raw.translate({ord(blank): " " for blank in _ODD_BLANKS})

    def _keyword(self, name: str, span: Span) -> str:
        """Return a keyword in small letters if that is how the words are that everybody uses."""
        lower = name.lower()
        if lower != name and lower in outdated.USUAL:
            self._case(span, name, lower)
            return lower
        return name

    def _case(self, span: Span, said: str, meant: str) -> None:
        if said != meant:
            self.source.say(Severity.WARNING, span, "wrong-case", f'"{said}" is spelled "{meant}"; read as that',
                            "HAProxy does not know it in this case", f"write {meant}")  # fmt: skip

    def _hide(self, rest: str, number: int, start: int) -> None:
        """Keep passwords of users, and of the page of statistics, out of every place."""
        for match in re.finditer(r"\b(?:insecure-)?password\s+(\S+)|^auth\s+[^\s:]+:(\S+)", rest):
            group = 1 if match[1] else 2
            self.source.hide(Span(number, start + match.start(group), number, start + match.end(group)))
            self.source.mask(match[group])
