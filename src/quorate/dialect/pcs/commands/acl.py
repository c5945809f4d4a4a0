"""`pcs acl role|user|group|permission …`. Pure."""

from collections.abc import Callable
from dataclasses import replace

from quorate.dialect.model import AclRole, AclTarget, Pair, Permission, Properties
from quorate.dialect.pcs import quoting
from quorate.dialect.pcs.command import Command
from quorate.dialect.pcs.state import State, updated

_KINDS = ("read", "write", "deny")
_OF = {"xpath": "xpath", "id": "reference"}


def create_role(command: Command, state: State) -> None:
    """Read `pcs acl role create ROLE [description=…] [read|write|deny xpath|id …] …`."""
    id_ = command.id("the role")
    description = None
    if (command.peek() or "").startswith("description="):
        description = command.take("description").text.partition("=")[2]
    role = AclRole(id=id_, permissions=_permissions(command), description=description)
    state.add(role, command.tokens)


def _permissions(command: Command) -> tuple[Permission, ...]:
    found = []
    while command.more:
        kind, of = command.take("read, write or deny"), command.take("xpath or id")
        if kind.text.lower() not in _KINDS or of.text.lower() not in _OF:
            raise command.refuse(kind, "unexpected-word", f'"{kind.text} {of.text}" is no permission',
                                 "a permission is read, write or deny of an xpath or an id",
                                 "write e.g. read xpath /cib")  # fmt: skip
        attribute = _OF[of.text.lower()]
        found.append(Permission(kind.text.lower(), ((attribute, command.take("an xpath or an id").text),)))
    return tuple(found)


def _role(command: Command, state: State) -> AclRole:
    token = command.take("a role")
    found = state.named(AclRole, token.text)
    if found is None:
        raise command.refuse(token, "undefined-name", f'"{token.text}" is no role made before',
                             "what is not there cannot be changed", "create it before")  # fmt: skip
    return found


def add_permission(command: Command, state: State) -> None:
    """Read `pcs acl permission add ROLE …`."""
    role = _role(command, state)
    state.change(role, replace(role, permissions=(*role.permissions, *_permissions(command))), command.tokens)


def assign(command: Command, state: State) -> None:
    """Read `pcs acl role assign ROLE [to] [user|group] NAME`."""
    role = _role(command, state)
    words = [token.text for token in command.rest() if token.text != "to"]
    name = words[-1] if words else command.take("a user or a group").text
    target = state.find(AclTarget, lambda one: one.id == name and (words[0] != "group" or one.is_group))
    if target is None:
        raise command.refuse(command.tokens[-1], "undefined-name", f'"{name}" is no user or group made before',
                             "roles are given to those that are there", "create it before")  # fmt: skip
    state.change(target, replace(target, roles=(*target.roles, role.id)), command.tokens)


def _target(*, is_group: bool) -> Callable[[Command, State], None]:
    def read(command: Command, state: State) -> None:
        name = command.take("a name").text
        roles = tuple(token.text for token in command.rest())
        state.add(AclTarget(id=name, roles=roles, is_group=is_group), command.tokens)

    return read


def _enable(value: str) -> Callable[[Command, State], None]:
    def read(command: Command, state: State) -> None:
        pairs = (Pair("enable-acl", value),)
        old = state.find(Properties, lambda one: one.kind == "property")
        if old is None:
            state.add(Properties(kind="property", pairs=pairs), command.tokens)
        else:
            state.change(old, replace(old, pairs=updated(old.pairs, pairs)), command.tokens)

    return read


COMMANDS = {
    "acl role create": create_role,
    "acl role assign": assign,
    "acl permission add": add_permission,
    "acl user create": _target(is_group=False),
    "acl group create": _target(is_group=True),
    "acl enable": _enable("true"),
    "acl disable": _enable("false"),
}


def written_role(role: AclRole) -> list[str]:
    """Return the command that makes a role."""
    words = {attribute: word for word, attribute in _OF.items()}
    said = [f"description={role.description}"] if role.description else []
    parts = [quoting.line(one.kind, words[one.attributes[0][0]], one.attributes[0][1]) for one in role.permissions
             if len(one.attributes) == 1 and one.attributes[0][0] in words]  # fmt: skip
    return [quoting.laid_out(quoting.line("pcs", "--", "acl", "role", "create", role.id, *said), parts)]


def written_target(target: AclTarget) -> list[str]:
    """Return the command that gives a user or a group its roles."""
    return [
        quoting.line("pcs", "--", "acl", "group" if target.is_group else "user", "create", target.id, *target.roles)
    ]


WRITERS = {AclRole: written_role, AclTarget: written_target}
