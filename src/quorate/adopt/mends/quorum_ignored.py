"""no-quorum-policy is ignore.

Why: after a split every part goes on, starts everything, and fences the others. With two nodes it was needed while
Corosync could not count: since Corosync 2 `two_node` gives one of two nodes quorum, once both have been seen.
What it becomes: with two nodes it is left out, for quorate sets two_node. With others it stays, and check refuses it.
Source: votequorum(5), two_node; pacemaker-schedulerd(7), no-quorum-policy
"""

from collections.abc import Iterator
from dataclasses import replace

from quorate.adopt.mending import Context, Mended
from quorate.dialect.model import Properties, Statement
from quorate.findings import Severity


def mend(statement: Statement, context: Context) -> Iterator[Mended]:
    """Leave the property out where there are two nodes."""
    if not isinstance(statement, Properties) or statement.kind != "property":
        return
    pairs = tuple(pair for pair in statement.pairs if (pair.name, pair.value) != ("no-quorum-policy", "ignore"))
    if pairs == statement.pairs:
        return
    two = len(context.nodes) == 2
    yield Mended(Severity.WARNING,
                 "no-quorum-policy=ignore " + ("is left out: two_node takes its place" if two else "stays"),
                 "after a split every part runs all services and fences the others",
                 "nothing" if two else "leave it out; an even number of nodes needs a quorum device",
                 becomes=replace(statement, pairs=pairs) if two else None)  # fmt: skip
