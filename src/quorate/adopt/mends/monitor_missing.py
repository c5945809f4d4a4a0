"""A resource has no monitor.

Why: Pacemaker looks at a resource only as often as it is told to; one without a monitor counts as started until its
node is lost.
What it becomes: nothing is added to what was written; write the monitor that the agent advises.
Source: Pacemaker Explained, "Monitoring Resources for Failure"
"""

from collections.abc import Iterator

from quorate.adopt.mending import Context, Mended
from quorate.describe.resources import AgentName
from quorate.dialect.model import Operations, Primitive, Statement
from quorate.duration import text
from quorate.findings import Severity


def mend(statement: Statement, context: Context) -> Iterator[Mended]:
    """Report primitives without any monitor, where nothing is inherited."""
    if not isinstance(statement, Primitive) or statement.agent is None or statement.is_template:
        return
    blocks = [part for part in statement.body if isinstance(part, Operations)]
    if any(block.ref for block in blocks) or any(op.name == "monitor" for block in blocks for op in block.ops):
        return
    agent = statement.agent
    known = context.agents.get(AgentName(agent.standard, agent.provider, agent.type))
    advice = known.action("monitor") if known else None
    interval = text(advice.interval_s) if advice and advice.interval_s else "10s"
    timeout = f" timeout={text(advice.timeout_s)}" if advice and advice.timeout_s else ""
    yield Mended(Severity.WARNING, f"{statement.id} has no monitor", "when it dies, nobody notices",
                 f"add `op monitor interval={interval}{timeout}`")  # fmt: skip
