"""Text as a shell reads it -> the commands in it that are of pcs, each as words with their places. Pure.

A text is a script, a transcript with prompts and output, or what pcs printed. Quotes, backslashes and comments are
those of a POSIX shell; a variable or a substitution is kept as it is written, with a finding. Quotes and dashes of a
word processor are taken for what they were.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

from quorate.dialect.crm.lexer import Char, Segment, Token, hide_secrets, physical_lines
from quorate.dialect.text import Text
from quorate.findings import Severity
from quorate.lines import Span
from quorate.secret_names import is_secret_key

_DASHES = "‐‑‒–—―−﹣－"
_ODD_BLANKS = "\u00a0\u2002\u2003\u2007\u2009\u202f\u3000\ufeff\u200b"
_DOUBLE, _SINGLE = '"“”„‟″', "'‘’‚‛"
_PCS = re.compile(r"(?:sudo\s+(?:-\S+\s+)*)?(?:/\S*/)?pcs(?=[\s\\]|$)")
_PROMPT = re.compile(r"(?:\[[^\]\n]*\]|\([^)\n]*\)|[\w.-]+@[\w.-]+[^#$>%\n]*|[\w.-]+)?\s*[#$%>]\s*(?=\S)")
_ENDS = re.compile(r"&&|\|\||[;&|\n]")
_REDIRECTION = re.compile(r"\d*(>>?|<)(&\d|\S*)")


@dataclass(frozen=True, slots=True)
class Comment:
    """A line that begins with #."""

    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """One command, from its word `pcs` on."""

    tokens: tuple[Token, ...]


def commands(text: str, source: Text) -> Iterator[Comment | Words]:
    """Yield the comments and the commands of a text in their order; say what is neither."""
    yield from _Script(physical_lines(text), source).read()


@dataclass(slots=True)
class _Script:
    lines: list[Segment]
    source: Text
    at: int = 0
    comments_are_prompts: bool = False

    def read(self) -> Iterator[Comment | Words]:
        bare = any(_PCS.match(line.text.lstrip()) for line in self.lines)
        self.comments_are_prompts = not bare
        other: list[Segment] = []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            start = self._start(line)
            if start is not None:
                self._say_other(other)
                yield from self._commands(start)
                continue
            self.at += 1
            if line.text.lstrip().startswith("#"):
                self._say_other(other)
                yield Comment(line.text.strip())
            elif line.text.strip():
                other.append(line)
            else:
                self._say_other(other)
        self._say_other(other)

    def _start(self, line: Segment) -> int | None:
        """Return the column at which a command of pcs begins in a line, None if there is none."""
        indent = len(line.text) - len(line.text.lstrip(" \t" + _ODD_BLANKS))
        if _PCS.match(line.text, indent):
            return indent
        prompt = _PROMPT.match(line.text, indent)
        if not prompt or not _PCS.match(line.text, prompt.end()):
            return None
        if prompt[0].strip() == "#" and not self.comments_are_prompts:
            return None
        return prompt.end()

    def _commands(self, column: int) -> Iterator[Words]:
        lexer = _Lexer(self.lines, self.source, self.at, column)
        for words in lexer.read():
            names = [token.text.rpartition("/")[2] for token in words]
            first = next((number for number, name in enumerate(names) if name == "pcs"), None)
            if first is not None and all(name == "sudo" or name.startswith("-") for name in names[:first]):
                self._hide_secrets(words)
                yield Words(tuple(words[first:]))
            elif words:
                self._say(words[0].span, "this is no pcs command")
        self.at = lexer.line

    def _hide_secrets(self, words: list[Token]) -> None:
        """Keep passwords out of every place: of pairs, and of `pcs host auth … -p`."""
        hide_secrets(self.source, words)
        for option, value in pairwise(words):
            if option.text == "-p":
                self.source.hide(value.span)

    def _say_other(self, lines: list[Segment]) -> None:
        if lines:
            text = lines[0].text
            indent = len(text) - len(text.lstrip())
            what = "this line is" if len(lines) == 1 else f"these {len(lines)} lines are"
            self._say(Span(lines[0].line, indent, lines[0].line, len(text.rstrip())), what + " no pcs command")
            lines.clear()

    def _say(self, span: Span, what: str) -> None:
        self.source.say(Severity.INFO, span, "no-pcs-command", f"{what}; not read",
                        "only commands of pcs configure the cluster here", "leave it out")  # fmt: skip


@dataclass(slots=True)
class _Lexer:
    """From one column of one line to the end of the commands that begin there."""

    lines: list[Segment]
    source: Text
    line: int
    column: int
    words: list[Token] = field(default_factory=list)
    word: list[Char] = field(default_factory=list)
    first: Char | None = None
    last: Char | None = None
    quoted: int | None = None

    def read(self) -> Iterator[list[Token]]:
        """Yield the words of each command; afterwards `line` is the first line behind them."""
        while (char := self._next()) is not None and char.char != "\n":
            if char.char.isspace() or char.char in _ODD_BLANKS:
                self._end_word()
                self._say_odd(char)
            elif char.char == "#" and self.first is None:
                self.column = len(self.lines[self.line].text)
            elif self._ends_command(char):
                yield self._end_command()
            elif char.char == "\\":
                self._escaped(char)
            elif self._opens(char):
                if not self._quotation(char):
                    self.words = []
                    break
            else:
                self._add(char)
                self._say_variable(char)
        yield self._end_command()

    def _next(self) -> Char | None:
        """Return the next character, a line feed at the end of a line, and go on; None at the end of the text."""
        if self.line >= len(self.lines):
            return None
        text = self.lines[self.line].text
        if self.column >= len(text):
            char = Char("\n", self.line, len(text))
            self.line, self.column = self.line + 1, 0
            return char
        self.column += 1
        return Char(text[self.column - 1], self.line, self.column - 1)

    def _rest(self) -> str:
        return self.lines[self.line].text[self.column :] if self.line < len(self.lines) else ""

    def _add(self, char: Char) -> None:
        self.first, self.last = self.first or char, char
        self.word.append(char)

    def _escaped(self, backslash: Char) -> None:
        char = self._next()
        if char is None:
            return
        if char.char == "\n":
            self._skip_prompt()
        elif not self._rest().strip() and char.char.isspace():
            self.source.say(Severity.WARNING, _span(backslash), "blank-after-backslash",
                            "blanks stand behind the backslash; read as if the line went on",
                            "a shell ends the command here", "remove the blanks")  # fmt: skip
            self.line, self.column = self.line + 1, 0
            self._end_word()
        else:
            self.first = self.first or backslash
            self._add(char)

    def _skip_prompt(self) -> None:
        """A shell shows "> " where a command goes on."""
        found = re.match(r"\s*>\s+", self._rest())
        self.column += found.end() if found else 0

    def _ends_command(self, char: Char) -> bool:
        if char.char not in ";&|" or (char.char == "&" and self.word and self.word[-1].char in "<>"):
            return False
        if _ENDS.match(char.char + self._rest()[:1]) and self._rest()[:1] == char.char != ";":
            self._next()
        return True

    def _end_command(self) -> list[Token]:
        self._end_word()
        words, self.words = self.words, []
        return _without_redirections(words)

    def _end_word(self) -> None:
        if self.first is not None and self.last is not None:
            text = "".join(char.char for char in self.word)
            bare = len(text) if self.quoted is None else self.quoted
            token = Token(text, tuple(self.word), self.first.line, self.first.column, self.last.line,
                          self.last.column + 1, self.quoted is not None, bare)  # fmt: skip
            self.words.append(self._plain_dashes(token))
        self.word, self.first, self.last, self.quoted = [], None, None, None

    def _plain_dashes(self, token: Token) -> Token:
        head, tail = token.text[: token.bare], token.text[token.bare :]
        if not any(dash in head for dash in _DASHES):
            return token
        plain = re.sub(f"[{_DASHES}]", "-", head)
        if re.match(f"[{_DASHES}][a-z]", head):
            plain = "-" + plain  # word processors make one long dash of two hyphens
        self.source.say(Severity.WARNING, token.span, "typographic-dash", f'"{head}" is read as "{plain}"',
                        "a dash of a word processor is no hyphen", f"write {plain}")  # fmt: skip
        return replace(token, text=plain + tail)

    def _opens(self, char: Char) -> bool:
        """A plain quote opens anywhere; one of a word processor only where a word or a value begins."""
        if char.char in "\"'":
            return True
        return char.char in _DOUBLE + _SINGLE and (not self.word or self.word[-1].char in "=:")

    def _quotation(self, opening: Char) -> bool:
        double = opening.char in _DOUBLE
        plain = opening.char in "\"'"
        closing = opening.char if plain else _DOUBLE if double else _SINGLE
        self.first, self.quoted = self.first or opening, len(self.word) if self.quoted is None else self.quoted
        while (char := self._next()) is not None and char.char not in closing:
            if double and char.char == "\\" and self._rest()[:1] in {'"', "\\", "$", "`"}:
                char = self._next() or char
            elif double and char.char == "\\" and not self._rest():
                self._next()
                continue
            elif double:
                self._say_variable(char)
            self.word.append(char)
        if char is None:
            self._hide_unfinished(opening)
            self.line, self.column = opening.line + 1, 0
            self.first = self.last = None
            self.source.say(Severity.ERROR, _span(opening), "unclosed-quote", "a quote is opened here and never closed",
                            "the rest of the command cannot be told from the value", "close the quote")  # fmt: skip
            return False
        self.last = char
        if not plain:
            self.source.say(Severity.WARNING, _span(opening), "typographic-quotes",
                            "these are quotes of a word processor; read as plain ones",
                            "a shell takes them for part of the value", 'write "…" with plain quotes')  # fmt: skip
        return True

    def _hide_unfinished(self, opening: Char) -> None:
        """Keep the passwords of a command that never ends out of what is shown of it."""
        hide_secrets(self.source, self.words)
        name = "".join(char.char for char in self.word[: self.quoted]).removesuffix("=")
        if is_secret_key(name) or (self.words and self.words[-1].text == "-p"):
            end = len(self.lines[opening.line].text)
            self.source.hide(Span(opening.line, opening.column + 1, opening.line, end))

    def _say_odd(self, char: Char) -> None:
        if char.char in _ODD_BLANKS:
            self.source.say(Severity.WARNING, _span(char), "odd-blank", "this blank is not a plain space; read as one",
                            "a shell takes it for part of a word", "write a plain space")  # fmt: skip

    def _say_variable(self, char: Char) -> None:
        if char.char == "`" or (char.char == "$" and re.match(r"[({\w]", self._rest())):
            self.source.say(Severity.WARNING, _span(char), "shell-variable",
                            "what the shell puts here is not known; kept as it is written",
                            "the text was made to be run in a certain shell", "write the value")  # fmt: skip


def _without_redirections(words: list[Token]) -> list[Token]:
    kept: list[Token] = []
    skip = False
    for token in words:
        found = None if token.quoted else _REDIRECTION.fullmatch(token.text)
        if found and not (token.text.startswith("<") and token.text.endswith(">")):
            skip = not found[2]
        elif skip:
            skip = False
        else:
            kept.append(token)
    return kept


def _span(char: Char) -> Span:
    return Span(char.line, char.column, char.line, char.column + 1)
