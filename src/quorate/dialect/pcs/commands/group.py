"""`pcs resource group add`, `group remove`, `ungroup`. Pure."""

from dataclasses import replace

from quorate.dialect.model import Group
from quorate.dialect.pcs import quoting
from quorate.dialect.pcs.command import Command
from quorate.dialect.pcs.state import State


def add(command: Command, state: State) -> None:
    """Read `pcs resource group add GROUP RESOURCE …`."""
    id_ = command.id("the group")
    first = command.take("the resources of the group")
    join(command, state, id_, [first.text, *(token.text for token in command.rest())])


def join(command: Command, state: State, id_: str, members: list[str]) -> None:
    """Put resources into a group, a new one if there is none: at its end, or where --before or --after says."""
    for member in members:
        owner = state.owner(member)
        if isinstance(owner, Group) and owner.id != id_:
            _take_out(command, state, owner, [member])
    group = state.named(Group, id_)
    if group is None:
        state.add(Group(id=id_, members=tuple(members)), command.tokens)
        return
    others = [member for member in group.members if member not in members]
    place = len(others)
    for option, behind in (("--before", 0), ("--after", 1)):
        neighbour = command.option(option)
        if neighbour in others:
            place = others.index(neighbour) + behind
    state.change(group, replace(group, members=(*others[:place], *members, *others[place:])), command.tokens)


def remove(command: Command, state: State) -> None:
    """Read `pcs resource group remove GROUP [RESOURCE …]`; without resources the whole group goes."""
    token = command.take("the id of a group")
    group = state.named(Group, token.text)
    if group is None:
        raise command.refuse(token, "undefined-name", f'"{token.text}" is no group made before',
                             "what is not there cannot be taken away", "leave the command out")  # fmt: skip
    _take_out(command, state, group, [token.text for token in command.rest()] or list(group.members))


def _take_out(command: Command, state: State, group: Group, members: list[str]) -> None:
    kept = tuple(member for member in group.members if member not in members)
    if kept:
        state.change(group, replace(group, members=kept), command.tokens)
    else:
        state.remove(group)


COMMANDS = {
    "resource group add": add,
    "resource group remove": remove,
    "resource group delete": remove,
    "resource ungroup": remove,
}


def written(group: Group) -> list[str]:
    """Return the commands that make a group of its resources."""
    made = quoting.laid_out(
        quoting.line("pcs", "--", "resource", "group", "add", group.id), [quoting.line(*group.members)]
    )
    meta = quoting.pairs(quoting.first(group.sets, "meta"))
    return [
        made,
        *([quoting.laid_out(quoting.line("pcs", "--", "resource", "meta", group.id), [meta])] if meta else []),
    ]


WRITERS = {Group: written}
