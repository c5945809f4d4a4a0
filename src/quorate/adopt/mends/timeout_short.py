"""An operation may take less time than the agent advises.

Why: an operation that is cut off counts as failed; a stop that is cut off gets its node fenced. What is not written is
the default of operations, else 20 s.
What it becomes: it stays as it was written, for somebody may have measured it.
Source: the agent's own metadata; Pacemaker Explained, "Resource Operations"
"""

from collections.abc import Iterator

from quorate.adopt.mending import Context, Mended
from quorate.describe.resources import AgentName
from quorate.dialect.model import Operations, Primitive, Properties, Statement
from quorate.duration import seconds, text
from quorate.findings import Severity

_DEFAULT_S = 20.0


def mend(statement: Statement, context: Context) -> Iterator[Mended]:
    """Report start, stop, promote, demote and monitor below the agent's own, once for each resource."""
    if not isinstance(statement, Primitive) or statement.agent is None or statement.is_template:
        return
    agent = statement.agent
    known = context.agents.get(AgentName(agent.standard, agent.provider, agent.type))
    if known is None:
        return
    given = {op.name: dict(op.attributes) for part in statement.body if isinstance(part, Operations) for op in part.ops}
    names = ["start", "stop", *(["promote", "demote"] if context.clone_of(statement.id) else []), "monitor"]
    short = []
    for name in names:
        advice = known.action(name)
        if advice is None or not advice.timeout_s or (name == "monitor" and name not in given):
            continue
        allowed = seconds(given.get(name, {}).get("timeout", "")) or _default_s(context)
        if allowed < advice.timeout_s:
            short.append(f"{name} {text(allowed)} (advised {text(advice.timeout_s)})")
    if short:
        yield Mended(Severity.WARNING, f"time-outs of {statement.id} are short: {', '.join(short)}",
                     "an operation that is cut off counts as failed, and after a failed stop the node is fenced",
                     "allow what the agent advises, or more")  # fmt: skip


def _default_s(context: Context) -> float:
    for item in context.statements:
        if isinstance(item, Properties) and item.kind == "op_defaults":
            for pair in item.pairs:
                if pair.name == "timeout" and (given := seconds(pair.value or "")):
                    return given
    return _DEFAULT_S
