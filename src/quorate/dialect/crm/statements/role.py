"""`role id [description=…] read|write|deny xpath:…|ref:…|type:… [attr:…] …`. Pure.

Shortcuts such as meta:RESOURCE:NAME stand for XPath expressions; they are read into those, and written as those.
"""

from quorate.dialect.crm import acl, nvsets
from quorate.dialect.crm.cursor import Cursor
from quorate.dialect.crm.quoting import described, word
from quorate.dialect.model import AclRole, Permission

WORDS = ("role",)
MODELS = (AclRole,)


def read(cursor: Cursor) -> AclRole:
    """Read what follows the word."""
    id_, description = cursor.id("the role"), nvsets.description(cursor)
    permissions: list[Permission] = [] if description is not None else acl.permission(cursor)
    while cursor.more:
        permissions += acl.permission(cursor)
    return AclRole(id=id_, description=description, permissions=tuple(permissions))


def written(role: AclRole) -> list[str]:
    """Return the parts of the statement."""
    return [f"role {word(role.id)}", *described(role.description), *map(acl.written, role.permissions)]
