"""ocf:heartbeat:drbd runs DRBD.

Why: the agent has gone from resource-agents; since 2009 DRBD brings its own, ocf:linbit:drbd.
What it becomes: ocf:linbit:drbd, which takes the same parameter drbd_resource.
Source: DRBD User's Guide, "Adding a DRBD-backed service to the cluster configuration"
"""

from collections.abc import Iterator
from dataclasses import replace

from quorate.adopt.mending import Context, Mended
from quorate.dialect.model import Agent, Primitive, Statement
from quorate.findings import Severity


def mend(statement: Statement, _context: Context) -> Iterator[Mended]:
    """Name the provider anew."""
    if isinstance(statement, Primitive) and str(statement.agent) == "ocf:heartbeat:drbd":
        new = replace(statement, agent=Agent("ocf", "linbit", "drbd"))
        yield Mended(Severity.INFO, f"{statement.id} is run by ocf:heartbeat:drbd; it becomes ocf:linbit:drbd",
                     "resource-agents have no such agent any more", "nothing", becomes=new)  # fmt: skip
