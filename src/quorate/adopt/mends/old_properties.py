"""Properties that Pacemaker of today does not have, or that have become something else.

Why: Pacemaker keeps what it does not know and never looks at it, so the setting is lost without a word.
What it becomes: default-resource-stickiness and its like are defaults of resources and operations;
expected-quorum-votes is Corosync's, which counts the nodes of its list; the others have gone.
Source: Pacemaker Explained, "Cluster-Wide Configuration"; pacemaker-schedulerd(7)
"""

from collections.abc import Iterator
from dataclasses import replace

from quorate.adopt.mending import Context, Mended
from quorate.dialect.model import Properties, Statement
from quorate.findings import Severity

MOVED = {
    "default-resource-stickiness": ("rsc_defaults", "resource-stickiness"),
    "default-migration-threshold": ("rsc_defaults", "migration-threshold"),
    "is-managed-default": ("rsc_defaults", "is-managed"),
    "default-action-timeout": ("op_defaults", "timeout"),
}
"""Properties that became defaults: Pacemaker's word for these, and the name among them (mapping/properties.py)."""

_GONE = {
    "expected-quorum-votes": "Corosync counts the votes of its nodes",
    "default-resource-failure-stickiness": "migration-threshold took its place",
    "crmd-integration-timeout": "it is called join-integration-timeout",
    "crmd-finalization-timeout": "it is called join-finalization-timeout",
    "crmd-transition-delay": "it is called transition-delay",
}


def mend(statement: Statement, _context: Context) -> Iterator[Mended]:
    """Leave out what does nothing, and say where it is said today."""
    if not isinstance(statement, Properties) or statement.kind != "property":
        return
    for pair in statement.pairs:
        if pair.name in MOVED:
            kind, name = MOVED[pair.name]
            yield Mended(Severity.INFO, f"{pair.name} is no property any more; it becomes {name} in {kind}",
                         "Pacemaker never looks at the property", "nothing: it means the same")  # fmt: skip
        if pair.name in _GONE:
            statement = replace(statement, pairs=tuple(each for each in statement.pairs if each != pair))
            yield Mended(Severity.WARNING, f"{pair.name}={pair.value} is no property of Pacemaker's any more; left out",
                         "Pacemaker never looks at it", _GONE[pair.name], becomes=statement)  # fmt: skip
