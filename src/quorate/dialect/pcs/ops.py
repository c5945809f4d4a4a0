"""Operations: `op monitor interval=10s … start timeout=20s …`, read and written, and those that agents advise. Pure."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from quorate.dialect.crm.lexer import Token
from quorate.dialect.crm.vocabulary import OP_ATTRIBUTES, ROLES, canonical
from quorate.dialect.model import Agent, Attributes, NvSet, Op, Pair
from quorate.dialect.pcs import quoting
from quorate.dialect.pcs.command import Command

LEVEL = "OCF_CHECK_LEVEL"
_LEFT_OUT = ("meta-data", "status", "validate-all")  # pcs lib/cib/resource/agent.py


class Advised(Protocol):
    """An operation as an agent advises it: times in seconds, None where it says nothing."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def timeout_s(self) -> float | None: ...  # noqa: D102
    @property
    def interval_s(self) -> float | None: ...  # noqa: D102
    @property
    def role(self) -> str | None: ...  # noqa: D102
    @property
    def depth(self) -> int | None: ...  # noqa: D102


class Library(Protocol):
    """What is known of agents: quorate.catalog.agents.AgentLibrary, which this room may not import."""

    def names(self) -> list[str]:
        """Return the names of all agents known."""
        ...

    def advised(self, name: str) -> Sequence[Advised]:
        """Return the operations that an agent advises; none where nothing is known of it."""
        ...


def read(command: Command, groups: Iterable[list[Token]]) -> tuple[Op, ...]:
    """Read what stands behind each word `op`: any number of operations."""
    ops: list[tuple[Token, list[Token]]] = []
    for group in groups:
        for number, token in enumerate(group):
            if "=" not in token.text:
                ops.append((token, []))
            elif number == 0:
                raise command.refuse(token, "unexpected-word", f'"{token.text}" is not expected here',
                                     'the name of an operation stands behind "op"',
                                     "write e.g. op monitor interval=10s")  # fmt: skip
            else:
                ops[-1][1].append(token)
    return tuple(op(name.text, command.attributes(options)) for name, options in ops)


def op(name: str, given: Attributes) -> Op:
    """Return an operation with the interval that pcs gives one without."""
    attributes = tuple(
        (key, canonical(value, ROLES) or value if key == "role" else value)
        for key, value in given
        if key in OP_ATTRIBUTES and key != "id"
    )
    if not any(key == "interval" for key, _ in attributes):
        attributes = (("interval", "60s" if name == "monitor" else "0s"), *attributes)
    others = tuple(Pair(key, value) for key, value in given if key not in OP_ATTRIBUTES)
    return Op(name, attributes, (NvSet("op_params", others),) if others else ())


def advised(agent: Agent, library: Library | None, *, only_monitor: bool) -> tuple[Op, ...]:
    """Return the operations that pcs gives a new resource: those its agent advises, and a monitor in any case."""
    ops = []
    for action in library.advised(str(agent)) if library else ():
        wanted = action.name == "monitor" if only_monitor else action.name not in _LEFT_OUT
        if wanted:
            given = [("interval", _seconds(action.interval_s)), ("timeout", _seconds(action.timeout_s))]
            given += [("role", action.role)] if action.role else []
            given += [(LEVEL, str(action.depth))] if action.depth else []
            ops.append(op(action.name, tuple((key, value) for key, value in given if value)))
    if not any(one.name == "monitor" for one in ops):
        ops.append(op("monitor", ()))
    return _unique(ops)


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:g}s"


def _unique(ops: list[Op]) -> tuple[Op, ...]:
    """Operations of one name need different intervals: pcs counts up from the one advised."""
    used: set[tuple[str, int]] = set()
    done = []
    for one in ops:
        given = dict(one.attributes)
        interval = int(float(given["interval"].rstrip("s")))
        while (one.name, interval) in used:
            interval += 1
            given["interval"] = str(interval)
        used.add((one.name, interval))
        done.append(Op(one.name, tuple(given.items()), one.sets))
    return tuple(done)


def written(ops: Iterable[Op]) -> str:
    """Return the operations behind the word `op`, each on a line; of their sets only the check level has words."""
    parts = []
    for one in ops:
        given = tuple((name, value) for name, value in one.attributes if name not in {"id", "name"})
        level = tuple((pair.name or "", pair.value or "") for pair in quoting.first(one.sets, "op_params")
                      if pair.name == LEVEL and pair.value)  # fmt: skip
        parts.append(f"{quoting.line(one.name)} {quoting.attributes((*given, *level))}")
    return quoting.laid_out("op", [f"  {part}" for part in parts]) if parts else ""
