"""Properties that Pacemaker of today does not have, or that have become something else.

Why: Pacemaker keeps what it does not know and never looks at it, so the setting is lost without a word.
What it becomes: default-resource-stickiness is a default of resources; expected-quorum-votes is Corosync's, which
counts the nodes of its list; the others have gone.
Source: Pacemaker Explained, "Cluster-Wide Configuration"; pacemaker-schedulerd(7)
"""

from collections.abc import Iterator
from dataclasses import replace

from quorate.adopt.mending import Context, Mended
from quorate.dialect.model import Properties, Statement
from quorate.findings import Severity

_GONE = {
    "expected-quorum-votes": "Corosync counts the votes of its nodes",
    "default-resource-stickiness": "resource-stickiness is a default of resources: pacemaker.stickiness",
    "default-migration-threshold": "migration-threshold is a default of resources: pacemaker.resource_defaults",
    "default-resource-failure-stickiness": "migration-threshold took its place",
    "default-action-timeout": "timeout is a default of operations: pacemaker.operation_defaults",
    "is-managed-default": "is-managed is a default of resources: pacemaker.resource_defaults",
    "crmd-integration-timeout": "it is called join-integration-timeout",
    "crmd-finalization-timeout": "it is called join-finalization-timeout",
    "crmd-transition-delay": "it is called transition-delay",
}


def mend(statement: Statement, _context: Context) -> Iterator[Mended]:
    """Leave out what does nothing, and say where it is said today."""
    if not isinstance(statement, Properties) or statement.kind != "property":
        return
    for pair in statement.pairs:
        if pair.name in _GONE:
            statement = replace(statement, pairs=tuple(each for each in statement.pairs if each != pair))
            yield Mended(Severity.WARNING, f"{pair.name}={pair.value} is no property of Pacemaker's any more; left out",
                         "Pacemaker never looks at it", _GONE[pair.name], becomes=statement)  # fmt: skip
