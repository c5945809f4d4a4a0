"""`pcs node attribute|utilization|standby|maintenance …`. Pure."""

from collections.abc import Callable
from dataclasses import replace

from quorate.dialect.model import Node, Pair, SetKind
from quorate.dialect.pcs import quoting
from quorate.dialect.pcs.command import Command
from quorate.dialect.pcs.state import State, set_in
from quorate.findings import Severity


def _set(command: Command, state: State, name: str, kind: SetKind, pairs: tuple[Pair, ...]) -> None:
    node = state.named(Node, name)
    if node is None:
        sets = set_in((), kind, pairs)
        if sets:
            state.add(Node(uname=name, sets=sets), command.tokens)
        return
    state.change(node, replace(node, sets=set_in(node.sets, kind, pairs)), command.tokens)


def _pairs(kind: SetKind) -> Callable[[Command, State], None]:
    def read(command: Command, state: State) -> None:
        if command.more:
            name = command.take("a node").text
            _set(command, state, name, kind, command.pairs(command.rest()))

    return read


def _switch(name: str, value: str) -> Callable[[Command, State], None]:
    def read(command: Command, state: State) -> None:
        if not command.more:
            state.text.say(Severity.WARNING, command.tokens[-1].span, "unread-command", "the command names no node",
                           "it is about the node on which it is typed, or all", "name the nodes")  # fmt: skip
        for token in command.rest():
            _set(command, state, token.text, "attributes", (Pair(name, value),))

    return read


COMMANDS = {
    "node attribute": _pairs("attributes"),
    "node utilization": _pairs("utilization"),
    "node standby": _switch("standby", "on"),
    "node unstandby": _switch("standby", ""),
    "node maintenance": _switch("maintenance", "on"),
    "node unmaintenance": _switch("maintenance", ""),
    "cluster standby": _switch("standby", "on"),
    "cluster unstandby": _switch("standby", ""),
}


def written(node: Node) -> list[str]:
    """Return the commands that give a node what it has; the node itself comes from corosync.conf.

    pcs 0.11 hands attributes to crm_attribute in the locale C, which takes ASCII alone.
    """
    ascii_only = [pair for pair in quoting.first(node.sets, "attributes") if f"{pair.name}{pair.value}".isascii()]
    kinds = (("attribute", ascii_only), ("utilization", quoting.first(node.sets, "utilization")))
    said = ((word, quoting.pairs(found)) for word, found in kinds)
    return [f"{quoting.line('pcs', '--', 'node', word, node.uname)} {pairs}" for word, pairs in said if pairs]


WRITERS = {Node: written}
