"""An order of kind Serialize is made symmetrical.

Why: Serialize only says that two actions must not happen at the same time; there is nothing to reverse. Pacemaker
complains of the configuration and ignores the word.
What to do: remove `symmetrical`.
Source: Pacemaker Explained, "Resource Constraints", symmetrical ("not valid for kind Serialize")
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(_cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report symmetrical Serialize orders."""
    for order in context.orders:
        if order.kind == "Serialize" and order.symmetrical:
            yield Finding(
                code="order-serialize-symmetrical",
                severity=Severity.ERROR,
                summary=f"the order of {order.first} and {order.then} is Serialize and symmetrical",
                why="Serialize has no reverse; crm_verify does not accept the configuration",
                fix="remove `symmetrical`",
                path=(*context.constraint_path(order.id), "symmetrical"),
            )
