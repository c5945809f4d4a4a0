"""One address is given to two things.

Why: two hosts with one address answer in turns: links flap, fencing reaches the wrong board and switches off a
healthy node. Mostly a line that was copied and not changed.
What to do: correct the later one.
Source: corosync.conf(5), nodelist; fence_ipmilan(8), ip
"""

from collections.abc import Iterator

from quorate.check.addresses import Holder, of_fencing, of_nodes
from quorate.check.context import Context
from quorate.check.fencing import address
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report the second use of an address among nodes and fencing devices."""
    on_victim = {
        (device.id, node)  # that is fence-device-on-victim
        for device in cluster.fencing.devices
        for node in device.victims
        if address(device) is not None
    }
    first: dict[object, Holder] = {}
    for holder in (*of_nodes(cluster), *of_fencing(cluster)):
        earlier = first.setdefault(holder.address, holder)
        if earlier is holder or (holder.owner, earlier.owner) in on_victim:
            continue
        yield Finding(
            code="duplicate-address",
            severity=Severity.ERROR,
            summary=f"{holder.address} belongs to {earlier.words} and to {holder.words}",
            why="two things that answer at one address take turns: links flap, or the wrong node is fenced",
            fix=f"write the right address of {holder.words}",
            path=holder.path,
        )
