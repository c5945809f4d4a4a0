"""`user id role:… | read|write|deny …`, the access control of schemas before 2.0. Pure."""

from quorate.dialect.crm import acl
from quorate.dialect.crm.cursor import Cursor
from quorate.dialect.crm.quoting import word
from quorate.dialect.model import AclUser, Permission

WORDS = ("user",)
MODELS = (AclUser,)


def read(cursor: Cursor) -> AclUser:
    """Read what follows the word."""
    id_ = cursor.take("the name of the user").text
    roles: list[str] = []
    permissions: list[Permission] = []
    if not cursor.more:
        cursor.take("role:… or a permission")
    while cursor.more:
        if cursor.word().startswith("role:"):
            roles.append(cursor.take("a role").text[len("role:") :])
        else:
            permissions.append(acl.rule(cursor))
    return AclUser(id=id_, roles=tuple(roles), permissions=tuple(permissions))


def written(user: AclUser) -> list[str]:
    """Return the parts of the statement."""
    roles = [word(f"role:{role}") for role in user.roles]
    rights = [
        " ".join((item.kind, *(f"{name}:{word(value)}" for name, value in item.attributes)))
        for item in user.permissions
    ]
    return [" ".join(("user", word(user.id), *roles)), *rights]
