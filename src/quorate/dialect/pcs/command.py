"""One command of pcs: its words without its options, taken one after the other, and the options. Pure.

Source: pcs(8) and `pcs SECTION help` of pcs 0.11.5; what newer ones print with --output-format=cmd.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lxml.etree import _Element as Element

from quorate.dialect.cib.parts import new
from quorate.dialect.crm.cursor import Cursor
from quorate.dialect.crm.lexer import Token
from quorate.dialect.model import Attributes, Pair
from quorate.dialect.text import Text

_OPTION = re.compile(r"--?[A-Za-z][\w-]*(?:=.*)?", re.DOTALL)
_NUMBER = re.compile(r"-(?:inf|infinity|\d+(?:\.\d+)?)", re.IGNORECASE)
WITH_VALUE = ("-f", "--group", "--before", "--after", "--name", "--node", "--from", "--to", "--corosync_conf",
              "--request-timeout", "--output-format", "--booth-conf", "--booth-key", "--token")  # fmt: skip


@dataclass(slots=True)
class Command(Cursor):
    """The words of a command; `options` by their names, each with its value, "" if it has none."""

    options: dict[str, str] | None = None

    def option(self, name: str) -> str | None:
        """Return the value of an option, None if it is not given."""
        return (self.options or {}).get(name)

    def rest(self) -> list[Token]:
        """Take all words that are left."""
        taken, self.at = self.tokens[self.at :], len(self.tokens)
        return taken

    def take_until(self, words: Iterable[str]) -> list[Token]:
        """Take the words before the next of these."""
        begin, ends = self.at, set(words)
        while self.more and self.tokens[self.at].text not in ends:
            self.at += 1
        return self.tokens[begin : self.at]

    def attributes(self, tokens: Iterable[Token]) -> Attributes:
        """Return name=value of each token; refuse one that is nothing of the kind."""
        read: dict[str, str] = {}
        for token in tokens:
            name, equals, value = token.text.partition("=")
            if not equals or not name:
                raise self.refuse(token, "unexpected-word", f'"{token.text}" is not expected here',
                                  "a name and its value belong here", "write name=value")  # fmt: skip
            if read.get(name, value) != value:
                raise self.refuse(token, "given-twice", f'"{name}" is given twice',
                                  "pcs refuses two values of one name", "leave one of them out")  # fmt: skip
            read[name] = value
        return tuple(read.items())

    def pairs(self, tokens: Iterable[Token]) -> tuple[Pair, ...]:
        """Return name=value of each token as pairs; without a value the name has none."""
        return tuple(Pair(name, value) for name, value in self.attributes(tokens))

    def element(self, tag: str, attributes: Mapping[str, str | None] | None = None) -> Element:
        """Return an element of the CIB; refuse what cannot stand in XML."""
        try:
            return new(tag, attributes)
        except ValueError:
            raise self.refuse(self.first, "bad-character", "the command has a name or a value that no CIB can hold",
                              "a CIB is XML: control characters and odd names have no place in it",
                              "write it without them") from None  # fmt: skip

    def groups(self, words: Iterable[str]) -> dict[str, list[list[Token]]]:
        """Take the rest as groups that begin with these words: each word's groups; "" is what stands before them."""
        words = tuple(words)
        found: dict[str, list[list[Token]]] = {"": [self.take_until(words)]}
        while self.more:
            word = self.take("a part of the command").text
            found.setdefault(word, []).append(self.take_until(words))
        return found


def command(tokens: Iterable[Token], text: Text) -> Command:
    """Return the command that these words are."""
    words: list[Token] = []
    options: dict[str, str] = {}
    waiting: str | None = None
    literal = False
    for token in tokens:
        if waiting is not None:
            options[waiting], waiting = token.text, None
        elif literal or not _OPTION.fullmatch(token.text) or _NUMBER.fullmatch(token.text):
            if token.text == "--" and not literal:
                literal = True
            else:
                words.append(token)
        else:
            name, equals, value = token.text.partition("=")
            options[name] = value
            waiting = name if name in WITH_VALUE and not equals else None
    return Command(words, text, 1, options)
