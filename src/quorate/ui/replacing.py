"""replacing: a new machine in a node's place in the lab, once the cluster has done with the old one.

Elsewhere the others have fenced a machine long before it is replaced. In the lab that takes three seconds: the new one
would be fenced instead, amid the first that is done to it.
"""

from quorate.build import returning
from quorate.build.step import Fleet, Note
from quorate.describe.cluster import Cluster
from quorate.errors import TimedOut
from quorate.lab.lab import Lab
from quorate.machines.waiting import until
from quorate.ui.reach import reach

CONNECT_S = 2.0
PATIENCE_S = 60.0


async def replace(cluster: Cluster, node: str, note: Note) -> None:
    """Put a new machine in a node's place. It gets power when no other node waits for the old one to be fenced."""

    async def fenced() -> None:
        async with reach(cluster, in_lab=True, timeout_s=CONNECT_S) as found:
            others = {name: host for name, host in found.fleet.items() if name != node}
            try:
                await until(f"{node} fenced by the others", lambda: is_gone(node, others), timeout_s=PATIENCE_S)
            except TimedOut:
                note(f"the others have not fenced {node} within {PATIENCE_S:g} s, and may do so later")

    await Lab(cluster).replace(node, note, fenced)


async def is_gone(node: str, others: Fleet) -> bool | None:
    """Tell that nobody means to fence a node: there is no cluster, or it is surely off; None while that is open."""
    status = await returning.status(others)
    known = [one for one in status.nodes if one.name == node] if status else []
    return None if any(one.online or one.pending or one.unclean for one in known) else True
