"""ocf:heartbeat:IPaddr holds an address.

Why: it calls ifconfig, which today's distributions do not install, and announces the address less well.
What it becomes: IPaddr2, which takes the same parameters.
Source: ocf_heartbeat_IPaddr(7), ocf_heartbeat_IPaddr2(7)
"""

from collections.abc import Iterator
from dataclasses import replace

from quorate.adopt.mending import Context, Mended
from quorate.adopt.mends._sets import parameters
from quorate.describe.resources import AgentName
from quorate.dialect.model import Agent, Primitive, Statement
from quorate.findings import Severity


def mend(statement: Statement, context: Context) -> Iterator[Mended]:
    """Rename the agent where IPaddr2 has every parameter that is given."""
    if not isinstance(statement, Primitive) or str(statement.agent) != "ocf:heartbeat:IPaddr":
        return
    known = context.agents.get(AgentName("ocf", "heartbeat", "IPaddr2"))
    strange = sorted(parameters(statement).keys() - (known.parameters.keys() if known else set()))
    new = None if strange else replace(statement, agent=Agent("ocf", "heartbeat", "IPaddr2"))
    fix = f"write IPaddr2 without {', '.join(strange)}, which it does not have" if strange else "nothing"
    yield Mended(Severity.INFO, f"{statement.id} is run by IPaddr; IPaddr2 takes its place",
                 "IPaddr calls ifconfig, which is not there any more", fix, becomes=new)  # fmt: skip
