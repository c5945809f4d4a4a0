"""`clone id resource [description=…] [params …] [meta …]`, and `ms` or `master`, the promotable clone of old. Pure."""

from quorate.dialect.crm import nvsets
from quorate.dialect.crm.cursor import Cursor
from quorate.dialect.crm.quoting import described, word
from quorate.dialect.model import Clone

WORDS = ("clone", "ms", "master")
MODELS = (Clone,)


def read(cursor: Cursor) -> Clone:
    """Read what follows the word."""
    return Clone(
        id=cursor.id("the clone"),
        member=cursor.take("the resource that is cloned").text,
        master=cursor.first.text.lower() != "clone",
        description=nvsets.description(cursor),
        sets=tuple(nvsets.read_sets(cursor, ("params", "meta"))),
    )


def written(clone: Clone) -> list[str]:
    """Return the parts of the statement."""
    head = " ".join(("ms" if clone.master else "clone", word(clone.id), word(clone.member)))
    return [head, *described(clone.description), *map(nvsets.written, clone.sets)]
