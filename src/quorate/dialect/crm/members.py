"""The resources of a constraint: two with their roles or actions, or sets of them, read and written. Pure.

`a ( b c:start ) [ d e ]`: parentheses make a set that is not sequential, brackets one of which any is enough; a
change of role or action begins another set. `_rsc_set_` says that one or two resources are a set all the same.
"""

import re
from dataclasses import dataclass, field

from quorate.dialect.crm.cursor import Cursor
from quorate.dialect.crm.lexer import Token
from quorate.dialect.crm.vocabulary import ROLES, boolean, canonical
from quorate.dialect.model import Member, ResourceSet

_OPEN, _CLOSE = {"(": ")", "[": "]"}, (")", "]")
_SPLIT = re.compile(r"[()\[\]]|[^()\[\]]+")


def read(cursor: Cursor, words: tuple[str, ...], simple: int = 2) -> tuple[tuple[Member, ...], tuple[ResourceSet, ...]]:
    """Take the rest of a statement: members if there are `simple` of them without brackets, else sets."""
    rest, cursor.at = cursor.tokens[cursor.at :], len(cursor.tokens)
    pieces = [piece for token in rest for piece in _pieces(token)]
    if len(pieces) == simple and not any(word in {*_OPEN, *_CLOSE, "_rsc_set_"} for word, _ in pieces):
        return tuple(Member(*_split(cursor, word, token, words)) for word, token in pieces), ()
    if not pieces:
        cursor.take("a resource" if simple == 1 else "two resources")
    return (), _Sets(cursor, words).read(pieces)


def read_braces(cursor: Cursor) -> tuple[ResourceSet, ...]:
    """Take `{ a b … }`, the sets of a location."""
    opening = cursor.take("{")
    pieces: list[tuple[str, Token]] = []
    while cursor.more and cursor.peek() != "}":
        pieces += _pieces(cursor.take("}"))
    cursor.take("}")
    if not pieces:
        raise cursor.refuse(opening, "empty-set", "nothing stands between the braces",
                            "a constraint is about at least one resource", "name the resources")  # fmt: skip
    return _Sets(cursor, ROLES).read(pieces)


def _pieces(token: Token) -> list[tuple[str, Token]]:
    return [(piece, token) for piece in _SPLIT.findall(token.text)]


def _split(cursor: Cursor, word: str, token: Token, words: tuple[str, ...]) -> tuple[str, str | None]:
    id_, colon, spoken = word.partition(":")
    if not colon:
        return id_, None
    known = canonical(spoken, words)
    if known is None and words is ROLES and spoken.isdigit():
        return id_, spoken
    if known is None:
        raise cursor.refuse(token, "unknown-role" if words is ROLES else "unknown-action",
                            f'"{spoken}" of "{id_}" is none of {", ".join(words)}',
                            "Pacemaker knows no other", f"write {id_}:{words[0]} or another of them")  # fmt: skip
    return id_, known


@dataclass(slots=True)
class _Sets:
    cursor: Cursor
    words: tuple[str, ...]
    done: list[ResourceSet] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    qualifier: str | None = None
    opened: str = ""
    sequential: bool = True
    require_all: bool = True

    def read(self, pieces: list[tuple[str, Token]]) -> tuple[ResourceSet, ...]:
        for word, token in pieces:
            if word in _OPEN:
                self._open(word, token)
            elif word in _CLOSE:
                self._close(word, token)
            elif "=" in word:
                self._attribute(word, token)
            elif word != "_rsc_set_":
                id_, qualifier = _split(self.cursor, word, token, self.words)
                if qualifier != self.qualifier:
                    self._end()
                self.qualifier = qualifier
                self.members.append(id_)
        if self.opened:
            raise self._refuse(pieces[-1][1], f'the "{self.opened}" is never closed', f'write "{_OPEN[self.opened]}"')
        self._end()
        return tuple(self.done)

    def _open(self, word: str, token: Token) -> None:
        if self.opened:
            raise self._refuse(token, "a set stands in a set", f'close "{self.opened}" before')
        self._end()
        self.opened, self.sequential, self.require_all = word, False, word == "("
        self.qualifier = None

    def _close(self, word: str, token: Token) -> None:
        if _OPEN.get(self.opened) != word:
            raise self._refuse(token, f'"{word}" closes nothing', "write the bracket that opens the set")
        if not self.members:
            raise self._refuse(token, "a set is empty", "name its resources")
        self._end()
        self.opened, self.sequential, self.require_all, self.qualifier = "", True, True, None

    def _attribute(self, word: str, token: Token) -> None:
        name, _, value = word.partition("=")
        meant = boolean(value)
        if name not in {"sequential", "require-all"} or meant is None:
            raise self._refuse(token, f'"{word}" is no property of a set', "write sequential=… or require-all=…")
        if name == "sequential":
            self.sequential = meant
        else:
            self.require_all = meant

    def _end(self) -> None:
        if self.members:
            self.done.append(ResourceSet(tuple(self.members), self.qualifier, self.sequential, self.require_all))
        self.members = []

    def _refuse(self, token: Token, said: str, fix: str) -> Exception:
        return self.cursor.refuse(token, "bad-set", said, "the crm shell cannot read the sets otherwise", fix)


def written(members: tuple[Member, ...], sets: tuple[ResourceSet, ...], simple: int = 2) -> list[str]:
    """Return the words of members or sets."""
    if members:
        return [f"{member.id}:{member.qualifier}" if member.qualifier else member.id for member in members]
    words = [word for set_ in sets for word in _written(set_)]
    bracketed = any(word in _OPEN for word in words)
    return ["_rsc_set_", *words] if len(words) == simple and not bracketed else words


def _written(set_: ResourceSet) -> list[str]:
    words = [f"{id_}:{set_.qualifier}" if set_.qualifier else id_ for id_ in set_.members]
    if not set_.require_all:
        return ["[", *words, *(["sequential=true"] if set_.sequential else []), "]"]
    return words if set_.sequential else ["(", *words, ")"]
