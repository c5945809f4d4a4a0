"""`pcs resource enable|disable|manage|unmanage`, and what takes resources away. Pure."""

from dataclasses import fields, replace
from typing import Any

from quorate.dialect.crm.references import identity
from quorate.dialect.model import Bundle, Clone, Group, Member, Pair, Primitive, ResourceSet, Statement
from quorate.dialect.pcs.command import Command
from quorate.dialect.pcs.state import State, set_in, set_in_body

_RESOURCES = (Primitive, Group, Clone, Bundle)


def _switch(name: str, value: str) -> Any:
    def read(command: Command, state: State) -> None:
        for token in [command.take("the id of a resource"), *command.rest()]:
            for placed in state.statements:
                statement = placed.statement
                if not isinstance(statement, _RESOURCES) or statement.id != token.text:
                    continue
                pairs = [Pair(name, value)]
                if isinstance(statement, Primitive):
                    state.change(statement, set_in_body(statement, "meta", pairs), command.tokens)
                else:
                    state.change(
                        statement, replace(statement, sets=set_in(statement.sets, "meta", pairs)), command.tokens
                    )
                break
            else:
                raise command.refuse(token, "undefined-name", f'"{token.text}" is made by no command before',
                                     "what is not there cannot be switched", "create it before")  # fmt: skip

    return read


def delete(command: Command, state: State) -> None:
    """Read `pcs resource delete ID`: the resource, what is in it, and what names it go."""
    token = command.take("the id of a resource")
    gone = _inside(state, token.text)
    for placed in list(state.statements):
        statement = placed.statement
        if identity(statement) in gone and isinstance(statement, _RESOURCES):
            state.remove(statement)
        elif gone & set(_named(statement)):
            kept = _without(statement, gone)
            if kept is None:
                state.remove(statement)
            else:
                state.change(statement, kept, ())


def _inside(state: State, name: str) -> set[str]:
    found = {name}
    for kind in (Clone, Bundle, Group):
        for placed in state.statements:
            if isinstance(placed.statement, kind) and identity(placed.statement) in found:
                found |= set(_named(placed.statement))
    return found


def _named(statement: Statement) -> list[str]:
    names: list[str] = []
    for field in fields(statement):
        value = getattr(statement, field.name)
        if field.name in {"resource", "member", "primitive"} and value is not None:
            names.append(value)
        elif field.name in {"members", "resource_sets"}:
            for item in value:
                names += (
                    item.members if isinstance(item, ResourceSet) else [item.id if isinstance(item, Member) else item]
                )
    return names


def _without(statement: Statement, gone: set[str]) -> Statement | None:
    """Return a statement without these names; None if nothing is left of it."""
    if isinstance(statement, Bundle):
        return replace(statement, primitive=None)
    sets = getattr(statement, "resource_sets", ())
    if sets:
        kept = (replace(one, members=tuple(m for m in one.members if m not in gone)) for one in sets)
        left = tuple(one for one in kept if one.members)
        return replace(statement, resource_sets=left) if left else None  # type: ignore[call-arg]
    members = getattr(statement, "members", ())
    left_members = tuple(m for m in members if m not in gone)
    if not left_members or any(isinstance(m, Member) for m in members):
        return None
    return replace(statement, members=left_members)  # type: ignore[call-arg]


COMMANDS = {
    "resource enable": _switch("target-role", ""),
    "resource disable": _switch("target-role", "Stopped"),
    "resource safe-disable": _switch("target-role", "Stopped"),
    "stonith enable": _switch("target-role", ""),
    "stonith disable": _switch("target-role", "Stopped"),
    "resource manage": _switch("is-managed", ""),
    "resource unmanage": _switch("is-managed", "false"),
    **dict.fromkeys(("resource delete", "resource remove", "stonith delete", "stonith remove"), delete),
}
WRITERS: dict[type[Statement], Any] = {}
