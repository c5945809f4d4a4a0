"""stonith-enabled is false.

Why: a node that only stopped answering is taken for dead, and its services run twice; with shared or replicated data
that destroys them. Guides switch fencing off because nothing starts without a device.
What it becomes: `fencing: {enabled: false}`, which check warns of. Give every node a device and remove the line.
Source: Pacemaker Explained, "Fencing"; Clusters from Scratch, "Configure Fencing"
"""

from collections.abc import Iterator

from quorate.adopt.mending import Context, Mended
from quorate.dialect.crm.vocabulary import FALSE
from quorate.dialect.model import Properties, Statement
from quorate.findings import Severity


def mend(statement: Statement, _context: Context) -> Iterator[Mended]:
    """Say so; what to put in its place only the operator knows."""
    if isinstance(statement, Properties) and statement.kind == "property":
        said = {pair.name: (pair.value or "").lower() for pair in statement.pairs}
        if said.get("stonith-enabled") in FALSE:
            yield Mended(Severity.WARNING, "stonith-enabled=false: no node is ever fenced",
                         "services then run twice when a node only stops answering",
                         "give every node a fencing device, and remove fencing.enabled")  # fmt: skip
