"""`pcs cluster setup`: the nodes and links of a cluster, of pcs 0.10 on and of 0.9. Pure."""

from quorate.dialect.crm.lexer import Token
from quorate.dialect.model import Attributes
from quorate.dialect.pcs.command import Command
from quorate.dialect.pcs.state import Setup, SetupNode, State

_PARTS = ("transport", "totem", "quorum", "link", "compression", "crypto")


def setup(command: Command, state: State) -> None:
    """Read `pcs cluster setup NAME NODE [addr=…] … [transport …] [totem …] [quorum …]`."""
    old_name = command.option("--name")  # pcs 0.9: --name NAME, and the addresses of a node behind commas
    name = old_name or command.take("the name of the cluster").text
    first = command.take("a node")
    command.at -= 1
    nodes = _nodes(command, command.take_until(_PARTS), first, commas=old_name is not None)
    transport = "knet"
    options: list[tuple[str, Attributes]] = []
    links: list[Attributes] = []
    while command.more:
        part = command.take("a part of the command").text
        words = command.take_until(_PARTS)
        if part == "transport" and words and "=" not in words[0].text:
            transport, words = words[0].text, words[1:]
        given = command.attributes(words)
        if part == "link":
            links.append(given)
        elif given:
            options.append((part, given))
    state.setup = Setup(name, nodes, transport, tuple(options), tuple(links), command.first.line)


def _nodes(command: Command, words: list[Token], first: Token, *, commas: bool) -> tuple[SetupNode, ...]:
    nodes: list[SetupNode] = []
    for word in words:
        name, equals, value = word.text.partition("=")
        if not equals and commas:
            name, *more = word.text.split(",")
            nodes.append(SetupNode(name, (name, *more) if more else ()))
        elif not equals:
            nodes.append(SetupNode(name))
        elif nodes and name == "addr":
            nodes[-1] = SetupNode(nodes[-1].name, (*nodes[-1].addresses, value))
        else:
            raise command.refuse(word, "unexpected-word", f'"{word.text}" is not expected here',
                                 "behind the name of a node stand its addresses", "write addr=…")  # fmt: skip
    if not nodes:
        raise command.refuse(
            first, "unfinished", "the command names no node", "a cluster is made of nodes", "name them"
        )
    return tuple(nodes)


COMMANDS = {"cluster setup": setup}
WRITERS: dict[type, object] = {}
