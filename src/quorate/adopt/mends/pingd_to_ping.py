"""ocf:pacemaker:pingd watches whether other hosts answer.

Why: it was a daemon that Pacemaker has not had since 2.0.
What it becomes: ocf:pacemaker:ping with the attribute's name that pingd used unasked.
Source: Pacemaker Explained, "Moving Resources Due to Connectivity Changes"
"""

from collections.abc import Iterator
from dataclasses import replace

from quorate.adopt.mending import Context, Mended
from quorate.adopt.mends._sets import parameters, plus
from quorate.dialect.model import Agent, Pair, Primitive, Statement
from quorate.findings import Severity

_OLD = {"ocf:pacemaker:pingd", "ocf:heartbeat:pingd"}


def mend(statement: Statement, _context: Context) -> Iterator[Mended]:
    """Rename the agent."""
    if not isinstance(statement, Primitive) or str(statement.agent) not in {
        "ocf:pacemaker:pingd",
        "ocf:heartbeat:pingd",
    }:
        return
    new = replace(statement, agent=Agent("ocf", "pacemaker", "ping"))
    if "name" not in parameters(statement):
        new = plus(new, Pair("name", "pingd"))
    yield Mended(Severity.INFO, f"{statement.id} is run by pingd; it becomes ocf:pacemaker:ping",
                 "Pacemaker has had no pingd since 2.0", "nothing", becomes=new)  # fmt: skip
