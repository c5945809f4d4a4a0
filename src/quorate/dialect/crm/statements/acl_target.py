"""`acl_target id role …`, and `acl_group`. Pure."""

from quorate.dialect.crm.cursor import Cursor
from quorate.dialect.crm.quoting import word
from quorate.dialect.model import AclTarget

WORDS = ("acl_target", "acl_group")
MODELS = (AclTarget,)


def read(cursor: Cursor) -> AclTarget:
    """Read what follows the word."""
    id_ = cursor.take("a name of the operating system's").text
    roles = [cursor.take("a role").text]
    while cursor.more:
        roles.append(cursor.take("a role").text)
    return AclTarget(id=id_, roles=tuple(roles), is_group=cursor.first.text.lower() == "acl_group")


def written(target: AclTarget) -> list[str]:
    """Return the parts of the statement."""
    return [" ".join(("acl_group" if target.is_group else "acl_target", word(target.id), *map(word, target.roles)))]
