"""`tag id: object …`. Pure."""

from quorate.dialect.crm.cursor import Cursor
from quorate.dialect.crm.quoting import word
from quorate.dialect.model import Tag

WORDS = ("tag",)
MODELS = (Tag,)


def read(cursor: Cursor) -> Tag:
    """Read what follows the word."""
    id_ = cursor.take("the id of the tag").text.removesuffix(":")
    members = [cursor.take("an object").text]
    while cursor.more:
        members.append(cursor.take("an object").text)
    return Tag(id=id_, members=tuple(members))


def written(tag: Tag) -> list[str]:
    """Return the parts of the statement."""
    return [" ".join(("tag", word(tag.id), *map(word, tag.members)))]
