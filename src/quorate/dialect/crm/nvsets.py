"""Sets of nvpairs: `params [$id=… | $id-ref=…] [score:] [rule …] name=value …`, read and written. Pure."""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import cast

from quorate.dialect.crm import rules
from quorate.dialect.crm.cursor import Cursor
from quorate.dialect.crm.quoting import pair, pairs
from quorate.dialect.crm.vocabulary import TERMINATORS
from quorate.dialect.model import Attributes, NvSet, Pair, SetKind

_REF = re.compile(r"@([^:]+)(?::(.+))?", re.DOTALL)
_WITH_ID = re.compile(r"\$([^:=]+)(?::([^=]+))?=(.*)", re.DOTALL)
_PAIR = re.compile(r"([^=@$][^=]*)=(.*)", re.DOTALL)
_NAME = re.compile(r"[^:=]+")
_ID = re.compile(r"\$(id|id-ref)=(.*)", re.IGNORECASE)
_SCORE = re.compile(r"([^:]+):")
_DESCRIPTION = re.compile(r"description=(.+)", re.IGNORECASE | re.DOTALL)


def description(cursor: Cursor) -> str | None:
    """Take description=… if it follows."""
    found = cursor.match(_DESCRIPTION)
    return found[1] if found else None


def read_pairs(cursor: Cursor, terminators: Collection[str] = TERMINATORS) -> tuple[Pair, ...]:
    """Take nvpairs up to a word of `terminators` or what can be none."""
    read: list[Pair] = []
    while cursor.more and cursor.word() not in terminators:
        if found := cursor.match(_REF):
            read.append(Pair(found[2], ref=found[1]))
        elif found := cursor.match(_WITH_ID):
            read.append(Pair(found[2] or found[1], found[3], id=found[1]))
        elif found := cursor.match(_PAIR):
            read.append(Pair(found[1], found[2]))
        elif terminators and (found := cursor.match(_NAME)):
            read.append(Pair(found[0]))
        else:
            break
    return tuple(read)


def attributes(cursor: Cursor, terminators: Collection[str]) -> Attributes:
    """Take nvpairs that become XML attributes; refuse one without a value."""
    read = []
    while cursor.more and cursor.word() not in terminators:
        token = cursor.take("name=value")
        name, equals, value = token.text.partition("=")
        if not equals:
            raise cursor.refuse(token, "unexpected-word", f'"{token.text}" is not expected here',
                                "a name and its value belong here", "write name=value")  # fmt: skip
        read.append((name, value))
    return tuple(read)


def read_set(cursor: Cursor, kind: SetKind, terminators: Collection[str] = TERMINATORS) -> NvSet:
    """Take what follows the word that begins a set."""
    id_ = score = None
    if found := cursor.match(_ID):
        if found[1].lower() == "id-ref":
            return NvSet(kind, ref=found[2])
        id_ = found[2]
    if found := cursor.match(_SCORE):
        score = found[1]
    conditions = rules.read_all(cursor)
    return NvSet(kind, read_pairs(cursor, terminators), conditions, score, id_)


def read_sets(
    cursor: Cursor, kinds: tuple[SetKind, ...], terminators: Collection[str] = TERMINATORS, *, implicit: bool = True
) -> Iterator[NvSet]:
    """Yield all sets of these kinds that follow. implicit: the first may lack its word."""
    if (
        implicit
        and cursor.more
        and cursor.word() not in kinds
        and (cursor.word() == "rule" or cursor.word() not in terminators)
    ):
        begin = cursor.at
        first = read_set(cursor, kinds[0], terminators)
        if cursor.at > begin:
            yield first
    while cursor.word() in kinds:
        kind = cast("SetKind", cursor.take("a set").text.lower())
        yield read_set(cursor, kind, terminators)


def written(nvset: NvSet) -> str:
    """Return a set as one part of a statement."""
    words: list[str] = [nvset.kind]
    words += pairs((("$id-ref", nvset.ref),)) if nvset.ref is not None else []
    words += pairs((("$id", nvset.id),)) if nvset.id is not None else []
    words += [f"{nvset.score}:"] if nvset.score is not None else []
    for rule in nvset.rules:
        words += rules.written(rule)
    return " ".join([*words, *written_pairs(nvset.pairs)])


def written_pairs(pairs_: Iterable[Pair]) -> list[str]:
    """Return the words of nvpairs."""
    return [_written(pair_) for pair_ in pairs_]


def _written(item: Pair) -> str:
    if item.ref is not None:
        return f"@{item.ref}" if item.name is None else f"@{item.ref}:{item.name}"
    if item.id is not None:
        return pair(f"${item.id}" if item.id == item.name else f"${item.id}:{item.name}", item.value or "")
    return pair(item.name or "", item.value)
