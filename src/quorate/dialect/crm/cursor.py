"""The tokens of one statement, taken one after the other. Pure.

A statement that cannot be read on raises Unreadable, which read.py catches: the finding is in the text by then, and
reading goes on with the next statement.
"""

import re
from dataclasses import dataclass

from quorate.dialect.crm.lexer import Token
from quorate.dialect.text import Text
from quorate.findings import Severity
from quorate.lines import Span

ID = re.compile(r"[^\W\d][\w.-]*$")  # NCName: what an id of the CIB may be


class Unreadable(Exception):
    """The statement ends here for the reader; what is wrong was said."""


@dataclass(slots=True)
class Cursor:
    """Where in a statement the reader is. text: collects findings."""

    tokens: list[Token]
    text: Text
    at: int = 1

    @property
    def more(self) -> bool:
        """True while tokens are left."""
        return self.at < len(self.tokens)

    @property
    def first(self) -> Token:
        """The word that begins the statement."""
        return self.tokens[0]

    def peek(self) -> str | None:
        """Return the next word, or None at the end."""
        return self.tokens[self.at].text if self.more else None

    def word(self) -> str:
        """Return the next word in lower case, "" at the end."""
        return (self.peek() or "").lower()

    def token(self) -> Token:
        """Return the next token, or the last one at the end."""
        return self.tokens[min(self.at, len(self.tokens) - 1)]

    def take(self, expected: str) -> Token:
        """Return the next token and go on; refuse if there is none. expected: e.g. "the id of the group"."""
        if not self.more:
            last = self.tokens[-1]
            span = Span(last.end_line, last.end_column, last.end_line, last.end_column)
            self.text.say(Severity.ERROR, span, "unfinished", f"the statement ends where {expected} is expected",
                          f'"{self.first.text}" needs it', f"write {expected}")  # fmt: skip
            raise Unreadable
        self.at += 1
        return self.tokens[self.at - 1]

    def match(self, pattern: "re.Pattern[str]") -> "re.Match[str] | None":
        """Return the match of a pattern with the whole next word, and go on if there is one."""
        found = pattern.fullmatch(self.peek() or "") if self.more else None
        self.at += found is not None
        return found

    def id(self, of: str) -> str:
        """Take an id; say so if the CIB would refuse it."""
        token = self.take(f"the id of {of}")
        if not ID.match(token.text):
            self.error(token, "bad-id", f'"{token.text}" cannot be an id',
                       "an id of the CIB begins with a letter or _ and goes on with letters, digits, _, - and .",
                       "choose another id")  # fmt: skip
        return token.text

    def error(self, token: Token, code: str, *words: str) -> None:
        """Note an error (summary, why, fix) at a token and go on."""
        self.text.say(Severity.ERROR, token.span, code, *words)

    def refuse(self, token: Token, code: str, *words: str) -> Unreadable:
        """Note an error at a token and return what to raise."""
        self.error(token, code, *words)
        return Unreadable()
