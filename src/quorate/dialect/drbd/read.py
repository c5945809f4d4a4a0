"""Text of a drbd.conf, or of a file of drbd.d -> a Configuration, and everything that is wrong with it. Pure."""

from dataclasses import dataclass, field, replace

from quorate.dialect.drbd import outdated
from quorate.dialect.drbd.lexer import Token, tokens
from quorate.dialect.drbd.model import Configuration, Section, Statement
from quorate.dialect.drbd.vocabulary import KEYWORDS, LOWER, OPTIONS, PLACED, SECTIONS
from quorate.dialect.text import Text
from quorate.findings import Finding, Severity
from quorate.lines import Lines, Span
from quorate.secret_names import is_secret_key


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says. findings: in reading order; with an error among them the configuration is not whole."""

    configuration: Configuration
    findings: tuple[Finding, ...]


def read(text: str, file: str) -> Reading:
    """Read a configuration of DRBD 8.3, 8.4 or 9."""
    source = Text(Lines(file, text))
    configuration = _Reader(source).read()
    for severity, span, code, *words in outdated.found(configuration):
        source.say(severity, span or Span(0, 0, 0, 1), code, *words)
    return Reading(configuration, source.sorted())


@dataclass(slots=True)
class _Open:
    name: str
    arguments: tuple[str, ...]
    comments: tuple[str, ...]
    is_skipped: bool
    span: Span
    items: list[Statement | Section] = field(default_factory=list)


@dataclass(slots=True)
class _Reader:
    source: Text
    items: list[Statement | Section] = field(default_factory=list)
    open: list[_Open] = field(default_factory=list)
    words: list[Token] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    ended: int = -1  # the line on which the last statement ended

    def read(self) -> Configuration:
        for token in tokens(self.source):
            self._take(token)
        if self.words:
            self._no_semicolon(self.words[-1].span)
        while self.open:
            self.source.say(Severity.ERROR, self.open[-1].span, "missing-brace",
                            f'"{self.open[-1].name}" is never closed', "drbdadm refuses the file",
                            "write } behind what belongs to it")  # fmt: skip
            self._close()
        return Configuration(tuple(self.items), self._taken())

    @property
    def into(self) -> list[Statement | Section]:
        return self.open[-1].items if self.open else self.items

    def _taken(self) -> tuple[str, ...]:
        comments, self.comments = tuple(self.comments), []
        return comments

    def _take(self, token: Token) -> None:
        if token.kind == "comment":
            self._comment(token)
        elif token.kind == "word":
            if self.words and self._begins(token):
                self._no_semicolon(self.words[-1].span)
            self.words.append(token)
        elif token.text == ";":
            self._statement(token.span)
        elif token.text == "{":
            self._opened(token.span)
        else:
            if self.words:
                self._no_semicolon(self.words[-1].span)
            self._closed(token.span)

    def _comment(self, token: Token) -> None:
        last = self.into[-1] if self.into else None
        if self.ended == token.span.line and last is not None and not self.words:
            self.into[-1] = replace(last, comments=(*last.comments, token.text))
        else:
            self.comments.append(token.text)

    def _begins(self, token: Token) -> bool:
        """True where a line begins with a word that begins a statement, so that the one before lacks its end."""
        first = self.words[0]
        return (
            token.span.line > self.words[-1].span.line
            and not token.is_quoted
            and token.text.lower() in KEYWORDS
            and len(self.words) > 1
            and first.text.lower() not in SECTIONS - PLACED
        )

    def _no_semicolon(self, span: Span) -> None:
        self.source.say(Severity.WARNING, span, "missing-semicolon", "the statement has no end; read as if it had",
                        "drbdadm refuses the file", "write ; behind it")  # fmt: skip
        self._statement(span)

    def _statement(self, end: Span) -> None:
        if not self.words:
            return  # drbdadm takes an empty statement
        first, *values = self._mended()
        if is_secret_key(first.text):
            for value in values:
                self.source.hide(value.span)
                self.source.mask(value.text)
        self._known(first)
        said = tuple(self._lower(value) for value in values)
        self.into.append(Statement(first.text, said, self._taken(), first.span))
        self.words, self.ended = [], end.line

    def _known(self, name: Token) -> None:
        section = self.open[-1].name if self.open else ""
        options = OPTIONS.get(section)
        if options is None or name.text in options or any(part.is_skipped for part in self.open):
            return
        homes = [home for home, known in OPTIONS.items() if name.text in known]
        fix = f"it belongs to {' or '.join(homes)}" if homes else "see drbd.conf(5)"
        self.source.say(Severity.WARNING, name.span, "unknown-option", f'DRBD knows no "{name.text}" in {section}',
                        "drbdadm refuses the file", fix)  # fmt: skip

    def _opened(self, brace: Span) -> None:
        words = self._mended()
        is_skipped = bool(words) and words[0].text == "skip"
        words = words[is_skipped:]
        if not words:
            self.source.say(Severity.ERROR, brace, "section-without-name", "a section begins and has no name",
                            "drbdadm refuses the file", "write its name before the brace")  # fmt: skip
            words = [Token("word", "", brace)]
        name, *arguments = words
        inside = is_skipped or any(part.is_skipped for part in self.open)
        if name.text and name.text not in SECTIONS and not inside:
            self.source.say(Severity.WARNING, name.span, "unknown-section", f'DRBD knows no section "{name.text}"',
                            "drbdadm refuses the file", "see drbd.conf(5)")  # fmt: skip
        given = tuple(token.text for token in arguments)
        self.open.append(_Open(name.text, given, self._taken(), is_skipped, name.span))
        self.words = []

    def _closed(self, brace: Span) -> None:
        if not self.open:
            self.source.say(Severity.ERROR, brace, "unexpected-brace", "there is no section to close here",
                            "drbdadm refuses the file", "leave the brace out, or open the section")  # fmt: skip
            return
        self._close()
        self.ended = brace.line

    def _close(self) -> None:
        done = self.open.pop()
        items = tuple(done.items)
        section = Section(done.name, done.arguments, items, done.comments, self._taken(), done.is_skipped, done.span)
        self.into.append(section)

    # --- damage ---

    def _mended(self) -> list[Token]:
        """Return the waiting words with the first spelled as DRBD spells it, and cut from a path glued to it."""
        if not self.words:
            return []
        first, *rest = self.words
        name, slash, path = first.text.partition("/")
        if slash and name.lower() in PLACED and not first.is_quoted:
            self.source.say(Severity.WARNING, first.span, "missing-space", f'a space is missing behind "{name}"',
                            "drbdadm takes both for one word", f"write {name.lower()} /{path}")  # fmt: skip
            cut = first.span.column + len(name)
            rest = [Token("word", "/" + path, first.span._replace(column=cut)), *rest]
            first = replace(first, text=name, span=first.span._replace(end_column=cut))
        return [self._name(first), *rest]

    def _name(self, first: Token) -> Token:
        lower = first.text.lower()
        if first.text == lower or (lower not in KEYWORDS and lower != "skip"):
            return first
        self._say_case(first, lower)
        return replace(first, text=lower)

    def _lower(self, value: Token) -> str:
        lower = value.text.lower()
        if value.text == lower or lower not in LOWER:
            if value.text.startswith("/") and value.text.split()[0].isupper():
                self.source.say(Severity.WARNING, value.span, "capital-path",
                                "a path is written in capital letters; left as it is",
                                "paths are told apart by case, and which it was is not known",
                                "write the path as it is on disk")  # fmt: skip
            return value.text
        self._say_case(value, lower)
        return lower

    def _say_case(self, token: Token, meant: str) -> None:
        self.source.say(Severity.WARNING, token.span, "wrong-case",
                        f'"{token.text}" is spelled "{meant}"; read as that',
                        "DRBD does not know it in this case", f"write {meant}")  # fmt: skip
