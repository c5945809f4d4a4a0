"""`pcs tag create|update|remove`. Pure."""

from dataclasses import replace

from quorate.dialect.model import Tag
from quorate.dialect.pcs import quoting
from quorate.dialect.pcs.command import Command
from quorate.dialect.pcs.state import State


def create(command: Command, state: State) -> None:
    """Read `pcs tag create TAG ID …`."""
    id_ = command.id("the tag")
    first = command.take("what gets the tag")
    members = (first.text, *(token.text for token in command.rest()))
    state.add(Tag(id=id_, members=members), command.tokens)


def _tag(command: Command, state: State) -> Tag:
    token = command.take("a tag")
    found = state.named(Tag, token.text)
    if found is None:
        raise command.refuse(token, "undefined-name", f'"{token.text}" is no tag made before',
                             "what is not there cannot be changed", "create it before")  # fmt: skip
    return found


def update(command: Command, state: State) -> None:
    """Read `pcs tag update TAG [add ID …] [remove ID …]`."""
    tag = _tag(command, state)
    groups = command.groups(("add", "remove"))
    added = [token.text for part in groups.get("add", ()) for token in part]
    gone = {token.text for part in groups.get("remove", ()) for token in part}
    kept = [member for member in tag.members if member not in {*gone, *added}]
    place = len(kept)
    for option, behind in (("--before", 0), ("--after", 1)):
        if command.option(option) in kept:
            place = kept.index(command.option(option) or "") + behind
    state.change(tag, replace(tag, members=(*kept[:place], *added, *kept[place:])), command.tokens)


def remove(command: Command, state: State) -> None:
    """Read `pcs tag remove TAG …`."""
    while command.more:
        state.remove(_tag(command, state))


COMMANDS = {"tag create": create, "tag update": update, "tag remove": remove, "tag delete": remove}


def written(tag: Tag) -> list[str]:
    """Return the command that makes a tag."""
    return [quoting.line("pcs", "--", "tag", "create", tag.id, *tag.members)]


WRITERS = {Tag: written}
