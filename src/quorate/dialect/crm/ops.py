"""Operations: `operations $id=…`, `op monitor interval=10s … [op_params …] [op_meta …]`, read and written. Pure."""

import re

from quorate.dialect.crm import nvsets
from quorate.dialect.crm.cursor import Cursor
from quorate.dialect.crm.quoting import pairs, word
from quorate.dialect.crm.vocabulary import OP_ATTRIBUTES
from quorate.dialect.model import NvSet, Op, Operations

_ID = re.compile(r"\$(id|id-ref)=(.*)", re.IGNORECASE)


def read(cursor: Cursor) -> Operations:
    """Take `operations` and all operations that follow."""
    id_ = ref = None
    if cursor.word() == "operations":
        token = cursor.take("operations")
        found = cursor.match(_ID)
        if not found:
            raise cursor.refuse(token, "unfinished", '"operations" has no id',
                                "it is there only to give the operations an id, or to refer to others",
                                "write $id=… or $id-ref=… behind it, or leave it out")  # fmt: skip
        id_, ref = (found[2], None) if found[1].lower() == "id" else (None, found[2])
    read_ops = []
    while cursor.word() == "op":
        cursor.take("op")
        read_ops.append(_op(cursor))
    return Operations(tuple(read_ops), id_, ref)


def _op(cursor: Cursor) -> Op:
    name = cursor.take("the name of the operation, e.g. monitor").text
    pairs_ = nvsets.read_pairs(cursor)
    attributes = tuple((pair.name, pair.value) for pair in pairs_ if _is_attribute(pair.name, pair.value))
    given = tuple((name, value) for name, value in attributes if name is not None and value is not None)
    if not any(name == "interval" for name, _ in given):
        given = (*given, ("interval", "0"))
    rest = tuple(pair for pair in pairs_ if not _is_attribute(pair.name, pair.value))
    sets = [NvSet("op_params", rest)] if rest else []
    sets += nvsets.read_sets(cursor, ("op_params", "op_meta"))
    return Op(name, given, tuple(sets))


def _is_attribute(name: str | None, value: str | None) -> bool:
    return name in OP_ATTRIBUTES and value is not None


def written(operations: Operations) -> list[str]:
    """Return a part for each operation."""
    parts = [f"operations {pairs((('$id', operations.id),))[0]}"] if operations.id is not None else []
    parts += [f"operations {pairs((('$id-ref', operations.ref),))[0]}"] if operations.ref is not None else []
    for op in operations.ops:
        parts.append(" ".join(("op", word(op.name), *pairs(op.attributes), *map(nvsets.written, op.sets))))
    return parts
