"""`ms` and `master` were a kind of resource of their own.

Why: since Pacemaker 2.0 a promotable clone is a clone with the meta attribute promotable; the element <master> is
deprecated, and its words master-max and master-node-max have been promoted-max and promoted-node-max since 2.1.
What it becomes: `clone` with `promotable=true`. It means the same.
Source: Pacemaker Explained, "Promotable clones"
"""

from collections.abc import Iterator
from dataclasses import replace

from quorate.adopt.mending import Context, Mended
from quorate.adopt.mends._sets import meta, with_meta
from quorate.dialect.model import Clone, Pair, Statement
from quorate.findings import Severity

_NAMES = {"master-max": "promoted-max", "master-node-max": "promoted-node-max"}


def mend(statement: Statement, _context: Context) -> Iterator[Mended]:
    """Turn a <master>, and the old words of a promotable clone, into those of today."""
    if not isinstance(statement, Clone):
        return
    said = meta(statement)
    old = [name for name in _NAMES if name in said]
    if statement.master:
        first = () if "promotable" in said else (Pair("promotable", "true"),)
        new = with_meta(replace(statement, master=False), _NAMES, first)
        summary = f"{statement.id} is a master/slave resource; it becomes a promotable clone"
    elif old:
        new, summary = with_meta(statement, _NAMES), f"{' and '.join(old)} of {statement.id} have new names"
    else:
        return
    yield Mended(Severity.INFO, summary, "Pacemaker 2.1 reads the old words, and a later one will not",
                 "nothing: it means the same", becomes=new)  # fmt: skip
