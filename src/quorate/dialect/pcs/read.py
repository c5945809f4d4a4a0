"""Commands of pcs -> a Configuration, and everything that is wrong with them. Pure.

Comes in: what `pcs … config --output-format=cmd` prints, a script, or a guide with prompts and output. Goes out: what
the commands make of an empty cluster, and findings with line and column; a command that cannot be read is left out
with an error, and reading goes on behind it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from quorate import registry
from quorate.dialect.crm import read as crm
from quorate.dialect.crm import references
from quorate.dialect.crm.cursor import Unreadable
from quorate.dialect.model import Configuration
from quorate.dialect.pcs import commands, shell
from quorate.dialect.pcs.command import Command, command
from quorate.dialect.pcs.ops import Library
from quorate.dialect.pcs.state import Setup, State
from quorate.dialect.text import Text
from quorate.findings import Severity
from quorate.lines import Lines

Reader = Callable[[Command, State], None]

SECTIONS = ("acl", "alert", "booth", "cib", "client", "cluster", "config", "constraint", "dr", "host", "node", "pcsd",
             "property", "qdevice", "quorum", "resource", "status", "stonith", "tag")  # fmt: skip
"""The first words of commands."""
_SHOWS = ("agents", "cib", "cib-push", "cib-upgrade", "cleanup", "config", "confirm", "corosync", "debug-monitor",
          "debug-start", "describe", "failcount", "fence", "help", "history", "list", "nodes", "pcsd-status",
          "providers", "refresh", "relations", "report", "resources", "restart", "show", "standards", "start", "status",
          "stop", "verify", "wait")  # fmt: skip
"""Second words of commands that show or steer a cluster and leave its configuration alone."""


@dataclass(frozen=True, slots=True)
class Reading(crm.Reading):
    """What the commands make. setup: the cluster itself, if `pcs cluster setup` is among them.

    run: the lines, counted from 1, of the commands that were read and change what there is.
    """

    setup: Setup | None = None
    run: frozenset[int] = frozenset()


@cache
def words() -> Mapping[tuple[str, ...], Reader]:
    """Return what reads each command, by the words that begin it."""
    modules = registry.modules(commands).values()
    return {tuple(name.split()): reader for module in modules for name, reader in module.COMMANDS.items()}


def read(
    text: str,
    file: str,
    agents: Iterable[str] = (),
    *,
    defined: Iterable[str] = (),
    library: Library | None = None,
) -> Reading:
    """Read commands of pcs.

    agents: names such as ocf:linbit:drbd by which a bare type is recognised. defined: ids of resources that stand
    elsewhere. library: what agents say of themselves; pcs gives a new resource the operations that its agent advises.
    """
    state = State(Text(Lines(file, text)), tuple(agents), library)
    for item in shell.commands(text, state.text):
        if isinstance(item, shell.Comment):
            state.comments.append(item.text)
        else:
            _run(command(item.tokens, state.text), state)
    placed = references.checked(state.statements, state.text, {*state.lost, *defined})
    configuration = Configuration(tuple(item.statement for item in placed), tuple(state.comments))
    return Reading(configuration, state.text.sorted(), tuple(placed), state.setup, frozenset(state.run))


def _run(said: Command, state: State) -> None:
    """Let a command change the state; one that cannot be read as a whole changes nothing."""
    names = tuple(token.text for token in said.tokens[1:])
    length = next((length for length in range(len(names), 0, -1) if names[:length] in words()), 0)
    if not length:
        _unknown(said, names, state)
        return
    said.at = 1 + length
    before = list(state.statements)
    try:
        words()[names[:length]](said, state)
        if said.more:
            raise said.refuse(said.token(), "unexpected-word", f'"{said.peek()}" is not expected here',
                              f'"pcs {" ".join(names[:length])}" takes no more', "leave it out")  # fmt: skip
    except Unreadable:
        state.statements = before
        state.lost |= {token.text for token in said.tokens[1 + length : 2 + length]}
        return
    state.run |= {number + 1 for token in said.tokens for number in (token.line, token.end_line)}


def _unknown(said: Command, names: tuple[str, ...], state: State) -> None:
    first = said.tokens[min(1, len(said.tokens) - 1)]
    if not names or names[0] not in SECTIONS:
        if names:
            said.error(first, "unknown-command", f'"pcs {names[0]}" is no command', "pcs has no such part",
                       f"write one of {', '.join(SECTIONS)} behind pcs")  # fmt: skip
        return
    last = said.tokens[min(len(said.tokens), 4) - 1]
    span = first.span._replace(end_line=last.end_line, end_column=last.end_column)
    if names[0] not in {"status", "config"} and names[1:] and not set(names[1:3]) & set(_SHOWS):
        state.text.say(Severity.WARNING, span, "unread-command", f'"pcs {" ".join(names[:3])}" is not read',
                       "it may change what the cluster has, in a way that is not taken over here",
                       "say in the cluster file what it did")  # fmt: skip
    else:
        state.text.say(Severity.INFO, span, "no-configuration", f'"pcs {" ".join(names[:3])}" configures nothing',
                       "it shows or steers a cluster that is there", "leave it out")  # fmt: skip
