"""`group id member … [description=…] [params …] [meta …]`. Pure."""

from quorate.dialect.crm import nvsets
from quorate.dialect.crm.cursor import Cursor
from quorate.dialect.crm.quoting import described, word
from quorate.dialect.model import Group

WORDS = ("group",)
MODELS = (Group,)


def read(cursor: Cursor) -> Group:
    """Read what follows the word."""
    id_ = cursor.id("the group")
    members: list[str] = []
    while cursor.more and "=" not in (cursor.peek() or "") and cursor.word() not in {"params", "meta"}:
        token = cursor.take("a member")
        if token.text in members:
            cursor.error(token, "listed-twice", f'"{token.text}" is twice in group "{id_}"',
                         "a resource has one place in a group", "leave one of them out")  # fmt: skip
        else:
            members.append(token.text)
    if not members:
        cursor.take("the first member of the group")
    return Group(
        id=id_,
        members=tuple(members),
        description=nvsets.description(cursor),
        sets=tuple(nvsets.read_sets(cursor, ("params", "meta"))),
    )


def written(group: Group) -> list[str]:
    """Return the parts of the statement."""
    head = " ".join(("group", word(group.id), *map(word, group.members)))
    return [head, *described(group.description), *map(nvsets.written, group.sets)]
