"""`pcs resource create`, `pcs stonith create`, and what changes one: update, meta, utilization, op. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from quorate.dialect.crm.lexer import Token
from quorate.dialect.crm.vocabulary import BUILT_IN
from quorate.dialect.model import (
    Agent,
    Bundle,
    Clone,
    Group,
    Monitor,
    NvSet,
    Op,
    Operations,
    Pair,
    Primitive,
    SetKind,
    Statement,
)
from quorate.dialect.pcs import ops, quoting
from quorate.dialect.pcs.command import Command
from quorate.dialect.pcs.commands import clone, group
from quorate.dialect.pcs.state import State, set_in, set_in_body
from quorate.findings import Severity

_CLONES = ("clone", "promotable", "master")
_PARTS = ("op", "meta", *_CLONES, "bundle")


def create(command: Command, state: State) -> None:
    """Read `pcs resource create ID AGENT …`."""
    id_ = command.id("the resource")
    _create(command, state, id_, _agent(command, state))


def create_fencing(command: Command, state: State) -> None:
    """Read `pcs stonith create ID AGENT …`."""
    id_ = command.id("the fencing device")
    token = command.take("the fence agent")
    _create(command, state, id_, Agent("stonith", None, token.text.removeprefix("stonith:")))


def _create(command: Command, state: State, id_: str, agent: Agent) -> None:
    groups = command.groups(_PARTS)
    params = command.pairs([token for part in groups[""] for token in part])
    meta = command.pairs([token for part in groups.get("meta", ()) for token in part])
    meta += (Pair("target-role", "Stopped"),) if command.option("--disabled") is not None else ()
    sets = [NvSet("params", params)] if params else []
    sets += [NvSet("meta", meta)] if meta else []
    given = ops.read(command, groups.get("op", ()))
    operations = Operations((*given, *_missing(command, state, agent, given)))
    body: tuple[NvSet | Operations, ...] = (*sets, operations)
    state.add(Primitive(id=id_, agent=agent, body=body), command.tokens)
    _place(command, state, id_, groups)


def _missing(command: Command, state: State, agent: Agent, given: tuple[Op, ...]) -> Iterator[Op]:
    only_monitor = command.option("--no-default-ops") is not None or agent.standard == "stonith"
    named = {op.name for op in given}
    added = [op for op in ops.advised(agent, state.library, only_monitor=only_monitor) if op.name not in named]
    if added and (state.library is None or not only_monitor):
        names = ", ".join(dict.fromkeys(op.name for op in added))
        state.text.say(Severity.INFO, command.tokens[3].span, "default-operations",
                       f'"{command.tokens[3].text}" gets operations that are not said here: {names}',
                       "pcs takes them from the agent where it finds it, with a monitor every 60 s otherwise",
                       "compare them with what the cluster has")  # fmt: skip
    yield from added


def _place(command: Command, state: State, id_: str, groups: dict[str, list[list[Token]]]) -> None:
    """Put a new resource where its command says: in a group, a clone or a bundle."""
    into = command.option("--group")
    if into is not None:
        group.join(command, state, into, [id_])
    for word in _CLONES:
        for part in groups.get(word, ()):
            clone.make(command, state, id_, part, promotable=word != "clone")
    for part in groups.get("bundle", ()):
        bundle = state.named(Bundle, part[0].text) if part else None
        if bundle is None:
            raise command.refuse(part[0] if part else command.first, "undefined-name",
                                 "the bundle is not defined before the resource in it",
                                 "pcs puts it into one that is there", "create the bundle before")  # fmt: skip
        state.change(bundle, replace(bundle, primitive=id_), command.tokens)


def _agent(command: Command, state: State) -> Agent:
    token = command.take("the agent, standard:provider:type")
    parts = token.text.split(":")
    if not all(parts) or len(parts) > 3:
        raise command.refuse(token, "bad-agent", f'"{token.text}" names no agent',
                             "an agent is named by its standard, for ocf its provider, and its type",
                             "write e.g. ocf:heartbeat:IPaddr2 or systemd:nginx")  # fmt: skip
    if len(parts) == 3:
        return Agent(parts[0], parts[1], parts[2])
    if len(parts) == 2 and parts[0] != "ocf":
        return Agent(parts[0], None, parts[1])
    return _by_type(command, state, parts[-1])


def _by_type(command: Command, state: State, type_: str) -> Agent:
    """Return the OCF agent that is called by its type alone; say so if there are several."""
    known = {*state.agents, *(state.library.names() if state.library else ())}
    meant = sorted(name for name in known if name.startswith("ocf:") and name.rpartition(":")[2] == type_)
    chosen = Agent("ocf", "pacemaker" if type_ in BUILT_IN else "heartbeat", type_)
    if len(meant) == 1:
        return Agent("ocf", meant[0].split(":")[1], type_)
    if meant:
        state.text.say(Severity.WARNING, command.tokens[command.at - 1].span, "ambiguous-agent",
                       f'several agents are called "{type_}": {", ".join(meant)}; read as {chosen}',
                       "pcs refuses it", "write the whole name")  # fmt: skip
    return chosen


def _resource(command: Command, state: State) -> Primitive | Group | Clone | Bundle:
    """Take the id of a resource that an earlier command made."""
    token = command.take("the id of a resource")
    for placed in state.statements:
        if isinstance(placed.statement, Primitive | Group | Clone | Bundle) and placed.statement.id == token.text:
            return placed.statement
    raise command.refuse(token, "undefined-name", f'"{token.text}" is made by no command before',
                         "what is not there cannot be changed", "create it before")  # fmt: skip


def _changed(state: State, command: Command, old: Statement, kind: SetKind, new: tuple[Pair, ...]) -> None:
    if isinstance(old, Primitive):
        state.change(old, set_in_body(old, kind, new), command.tokens)
    elif isinstance(old, Group | Clone | Bundle):
        state.change(old, replace(old, sets=set_in(old.sets, kind, new)), command.tokens)


def meta(command: Command, state: State) -> None:
    """Read `pcs resource meta ID name=value …`."""
    resource = _resource(command, state)
    _changed(state, command, resource, "meta", command.pairs(command.rest()))


def utilization(command: Command, state: State) -> None:
    """Read `pcs resource utilization ID name=value …`."""
    if command.more:
        resource = _resource(command, state)
        _changed(state, command, resource, "utilization", command.pairs(command.rest()))


def update(command: Command, state: State) -> None:
    """Read `pcs resource update ID … [op …] [meta …]`."""
    resource = _resource(command, state)
    id_ = command.tokens[command.at - 1].text
    groups = command.groups(("op", "meta"))
    params = command.pairs([token for part in groups[""] for token in part])
    if isinstance(resource, Clone):
        _changed(state, command, resource, "meta", params)
        return
    _changed(state, command, resource, "params", params)
    given = command.pairs([token for part in groups.get("meta", ()) for token in part])
    _changed(state, command, _again(state, id_), "meta", given)
    for op in ops.read(command, groups.get("op", ())):
        primitive = _again(state, id_)
        if isinstance(primitive, Primitive):
            state.change(primitive, _with_op(primitive, op), command.tokens)


def _again(state: State, id_: str) -> Statement:
    return next(s.statement for s in state.statements if getattr(s.statement, "id", None) == id_)


def _operations(primitive: Primitive) -> tuple[Op, ...]:
    return tuple(op for part in primitive.body if isinstance(part, Operations) for op in part.ops)


def _with_ops(primitive: Primitive, wanted: tuple[Op, ...]) -> Primitive:
    sets = tuple(part for part in primitive.body if isinstance(part, NvSet))
    return replace(primitive, body=(*sets, Operations(wanted)) if wanted else sets)


def _with_op(primitive: Primitive, op: Op) -> Primitive:
    """An update replaces the first operation of that name and role."""
    known = list(_operations(primitive))
    role = dict(op.attributes).get("role")
    place = next((n for n, one in enumerate(known) if one.name == op.name and dict(one.attributes).get("role") == role),
                 len(known))  # fmt: skip
    return _with_ops(primitive, (*known[:place], op, *known[place + 1 :]))


def add_op(command: Command, state: State) -> None:
    """Read `pcs resource op add ID NAME name=value …`."""
    token = command.take("the id of a resource")
    name = command.take("the name of the operation, e.g. monitor").text
    op = ops.op(name, command.attributes(command.rest()))
    primitive = state.named(Primitive, token.text)
    if primitive is not None:
        state.change(primitive, _with_ops(primitive, (*_operations(primitive), op)), command.tokens)
    else:
        state.add(Monitor(resource=token.text, op=op), command.tokens)


def remove_op(command: Command, state: State) -> None:
    """Read `pcs resource op remove ID NAME [name=value …]`."""
    token = command.take("the id of a resource, or of an operation")
    primitive = state.named(Primitive, token.text)
    if primitive is None or not command.more:
        raise command.refuse(token, "undefined-name", f'the operation "{token.text}" is not known by this id',
                             "operations are told by their resource here",
                             "name the resource and the operation")  # fmt: skip
    name = command.take("the name of the operation").text
    given = dict(command.attributes(command.rest()))
    kept = tuple(
        op for op in _operations(primitive) if op.name != name or not given.items() <= dict(op.attributes).items()
    )
    state.change(primitive, _with_ops(primitive, kept), command.tokens)


COMMANDS = {
    "resource create": create,
    "stonith create": create_fencing,
    "resource meta": meta,
    "stonith meta": meta,
    "resource update": update,
    "stonith update": update,
    "resource utilization": utilization,
    "resource op add": add_op,
    "stonith op add": add_op,
    "resource op remove": remove_op,
    "resource op delete": remove_op,
    "stonith op remove": remove_op,
    "stonith op delete": remove_op,
}


def written(primitive: Primitive, bundle: str | None = None) -> list[str]:
    """Return the commands that create a primitive; bundle: the one it is in."""
    agent = primitive.agent
    if agent is None or primitive.is_template:
        return []
    fencing = agent.standard == "stonith"
    sets = [part for part in primitive.body if isinstance(part, NvSet)]
    head = quoting.line("pcs", "stonith" if fencing else "resource", "create", "--no-default-ops", "--force", "--",
                        primitive.id, agent.type if fencing else str(agent))  # fmt: skip
    parts = [quoting.pairs(quoting.first(sets, "params")), ops.written(_operations(primitive))]
    parts += [quoting.under("meta", quoting.pairs(quoting.first(sets, "meta")))]
    parts += [quoting.line("bundle", bundle)] if bundle else []
    commands = [quoting.laid_out(head, parts)]
    needed = quoting.pairs(quoting.first(sets, "utilization"))
    if needed:
        commands.append(quoting.laid_out(quoting.line("pcs", "--", "resource", "utilization", primitive.id), [needed]))
    return commands


def written_monitor(monitor: Monitor) -> list[str]:
    """Return the command that adds a monitor to a resource that is there."""
    given = quoting.attributes(monitor.op.attributes)
    return [
        f"{quoting.line('pcs', 'resource', 'op', 'add', '--force', '--', monitor.resource, monitor.op.name)} {given}"
    ]


WRITERS = {Primitive: written, Monitor: written_monitor}
