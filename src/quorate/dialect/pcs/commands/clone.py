"""`pcs resource clone`, `promotable` (in pcs 0.9 `master`), `unclone`. Pure."""

from dataclasses import replace

from quorate.dialect.crm.lexer import Token
from quorate.dialect.model import Clone, NvSet, Pair
from quorate.dialect.pcs import quoting
from quorate.dialect.pcs.command import Command
from quorate.dialect.pcs.state import State, set_in

_PROMOTABLE = Pair("promotable", "true")


def clone(command: Command, state: State) -> None:
    """Read `pcs resource clone RESOURCE [ID] [name=value …]`."""
    make(command, state, command.take("the resource that is cloned").text, command.rest(), promotable=False)


def promotable(command: Command, state: State) -> None:
    """Read `pcs resource promotable RESOURCE [ID] [name=value …]`."""
    make(command, state, command.take("the resource that is cloned").text, command.rest(), promotable=True)


def master(command: Command, state: State) -> None:
    """Read `pcs resource master ID RESOURCE [name=value …]`, as in pcs 0.9."""
    id_ = command.take("the id of the clone")
    member = command.take("the resource that is cloned").text
    make(command, state, member, [id_, *command.rest()], promotable=True)


def make(command: Command, state: State, member: str, words: list[Token], *, promotable: bool) -> None:
    """Make a clone; words: its id, if it is given, and its meta attributes."""
    words = [word for word in words if word.text != "meta"]
    id_ = f"{member}-clone"
    if words and "=" not in words[0].text:
        id_, words = words[0].text, words[1:]
    meta = command.pairs(words)
    meta += (_PROMOTABLE,) if promotable and _PROMOTABLE not in meta else ()
    state.add(Clone(id=id_, member=member, sets=(NvSet("meta", meta),) if meta else ()), command.tokens)


def unclone(command: Command, state: State) -> None:
    """Read `pcs resource unclone CLONE-or-RESOURCE`."""
    token = command.take("the id of a clone or of what is cloned")
    found = state.find(Clone, lambda one: token.text in {one.id, one.member})
    if found is None:
        raise command.refuse(token, "undefined-name", f'"{token.text}" is no clone made before',
                             "what is not there cannot be taken away", "leave the command out")  # fmt: skip
    state.remove(found)


COMMANDS = {
    "resource clone": clone,
    "resource promotable": promotable,
    "resource master": master,
    "resource unclone": unclone,
}


def written(one: Clone) -> list[str]:
    """Return the command that clones a resource."""
    if one.master:
        one = replace(one, sets=set_in(one.sets, "meta", [_PROMOTABLE]))
    meta = quoting.under("meta", quoting.pairs(quoting.first(one.sets, "meta")))
    return [quoting.laid_out(quoting.line("pcs", "--", "resource", "clone", one.member, one.id), [meta])]


WRITERS = {Clone: written}
