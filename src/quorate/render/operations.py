"""Operations of a resource: what the operator gave, completed by what its agent advises. Pure.

Every operation stands in the CIB with its timeout, because the 20 s that Pacemaker takes otherwise
(Pacemaker Explained, "Operation Properties") are below what many agents advise.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from quorate import duration
from quorate.catalog.agents import Action, Agent
from quorate.describe.resources import Operation, Role

DEFAULT_MONITOR_S = 10.0
"""For agents that offer a monitor and advise no interval (fence agents, some old OCF agents)."""


@dataclass(frozen=True, slots=True)
class Context:
    """How a primitive is used: as a promotable clone's member, with notifications, or able to migrate.

    least_timeout_s: the operator's default timeout for operations; an agent's advice below it is raised to it.
    """

    promotable: bool = False
    notify: bool = False
    migrates: bool = False
    least_timeout_s: float = 0.0


def operations(
    given: Sequence[Operation], agent: Agent | None, context: Context, inherited: Sequence[Operation] = ()
) -> tuple[Operation, ...]:
    """Return the operations to write for one primitive, start and stop first, monitors after.

    given: the operator's or the service's; each keeps what it says and gets the rest from the agent. A given monitor
    replaces all monitors the agent advises. inherited: what its template gives, and need not be repeated.
    """
    named = {operation.name for operation in (*given, *inherited)}
    advised = tuple(op for op in _advised(agent, context) if op.name not in named)
    complete = [_completed(operation, agent, context) for operation in (*given, *advised)]
    order = ["start", "stop", "promote", "demote", "notify", "migrate_to", "migrate_from", "monitor"]
    return tuple(sorted(complete, key=lambda op: order.index(op.name) if op.name in order else len(order)))


def completed(given: Sequence[Operation], agent: Agent | None, context: Context) -> tuple[Operation, ...]:
    """Return only the given operations, each completed (for templates)."""
    return tuple(_completed(operation, agent, context) for operation in given)


def _completed(operation: Operation, agent: Agent | None, context: Context) -> Operation:
    advice = agent.action(operation.name, operation.role) if agent else None
    return replace(
        operation,
        interval_s=_interval(operation, advice),
        timeout_s=_timeout(operation, advice, context),
    )


def _interval(operation: Operation, advice: Action | None) -> float:
    if operation.interval_s is not None:
        return operation.interval_s
    if operation.name != "monitor":
        return 0.0
    return advice.interval_s if advice and advice.interval_s else DEFAULT_MONITOR_S


def _timeout(operation: Operation, advice: Action | None, context: Context) -> float | None:
    if operation.timeout_s is not None:
        return operation.timeout_s
    advised = advice.timeout_s if advice and advice.timeout_s else 0.0
    return max(advised, context.least_timeout_s) or None


def _advised(agent: Agent | None, context: Context) -> tuple[Operation, ...]:
    if agent is None:
        return (Operation("monitor"),)
    names = ["start", "stop"]
    names += ["promote", "demote"] if context.promotable else []
    names += ["notify"] if context.notify else []
    names += ["migrate_to", "migrate_from"] if context.migrates else []
    plain = tuple(Operation(name) for name in names if agent.actions_named(name))
    return plain + _monitors(agent, context)


def _monitors(agent: Agent, context: Context) -> tuple[Operation, ...]:
    """Return one monitor for each role the resource can have.

    Agents list deeper checks (depth 10, 20) as further monitors: those are offers that need OCF_CHECK_LEVEL, and only
    the first is taken. A monitor without a role never runs on the promoted instance, hence two for promotable clones;
    their intervals must differ (Pacemaker Explained, "Promotable clones").
    """
    advised = agent.actions_named("monitor")
    if not advised:
        return ()
    plain = next((a for a in advised if a.role in {None, "Started", "Unpromoted"}), advised[0])
    if not context.promotable:
        return (_monitor(plain, None, context),)
    promoted = next((a for a in advised if a.role == "Promoted"), plain)
    first, second = _monitor(promoted, "Promoted", context), _monitor(plain, "Unpromoted", context)
    if first.interval_s == second.interval_s and second.interval_s is not None:
        second = replace(second, interval_s=second.interval_s + 1)
    return (first, second)


def _monitor(advice: Action, role: Role | None, context: Context) -> Operation:
    bare = Operation("monitor", role=role)
    return replace(bare, interval_s=_interval(bare, advice), timeout_s=_timeout(bare, advice, context))


_OP_ATTRIBUTES = {"description", "enabled", "interval-origin", "record-pending", "start-delay"}


def attributes(operation: Operation) -> dict[str, str]:
    """Return the XML attributes of an <op>, without its id."""
    values = {
        "name": operation.name,
        "interval": duration.text(operation.interval_s or 0.0),
        "timeout": duration.text(operation.timeout_s) if operation.timeout_s is not None else "",
        "role": operation.role or "",
        "on-fail": operation.on_fail or "",
    }
    values |= {key: value for key, value in operation.options.items() if key in _OP_ATTRIBUTES}
    return {key: value for key, value in values.items() if value}


def parameters(operation: Operation) -> dict[str, str]:
    """Return the further options of an operation, which are handed to the agent (OCF_CHECK_LEVEL)."""
    return {key: value for key, value in operation.options.items() if key not in _OP_ATTRIBUTES}
