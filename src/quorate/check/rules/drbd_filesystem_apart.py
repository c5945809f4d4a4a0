"""A file system on a replicated device is not tied to where the device is primary.

Why: on the secondary the device cannot even be opened. Without a colocation with the promoted role the file system is
started there, fails and is banned; without the order it is started before the promotion.
What to do: add both constraints, `{colocation: FILESYSTEM, with: CLONE, with_role: Promoted}` and
`{order: CLONE, then: FILESYSTEM, action: promote, then_action: start}`. The services of the catalog have them.
Source: DRBD User's Guide, "Integrating DRBD with Pacemaker clusters"
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.storage import drbd_clones, mounts
from quorate.check.words import listed
from quorate.describe.cluster import Cluster
from quorate.describe.resources import Colocation
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report file systems on /dev/drbd... without a colocation with, or an order after, a promotion of DRBD."""
    clones = {clone.id for _, clone in drbd_clones(context)}
    together, after = _together(context, clones), _after(context, clones)
    for mount in mounts(cluster, context):
        carrier = context.carrier(mount.primitive.id)
        if not clones or not mount.device.startswith("/dev/drbd") or carrier in clones:
            continue
        clone = min(clones)
        wanted = (
            (
                carrier in together,
                "where it is promoted",
                f"{{colocation: {carrier}, with: {clone}, with_role: Promoted}}",
            ),
            (
                carrier in after,
                "after its promotion",
                f"{{order: {clone}, then: {carrier}, action: promote, then_action: start}}",
            ),
        )
        if missing := [(words, fix) for there, words, fix in wanted if not there]:
            yield Finding(
                code="drbd-filesystem-apart",
                severity=Severity.ERROR,
                summary=f"{clone}: nothing says that {mount.primitive.id} starts {listed(w for w, _ in missing)}",
                why="where DRBD is secondary the device cannot be opened, and the start fails",
                fix="add to the constraints " + " and ".join(f"`{fix}`" for _, fix in missing),
                path=mount.path("device"),
            )


def _together(context: Context, clones: set[str]) -> set[str]:
    """Return what must be where a DRBD clone is promoted, directly or through something that must."""
    pairs = [
        (context.carrier(c.resource), context.carrier(c.with_resource), c.with_role)
        for c in context.resources.constraints
        if isinstance(c, Colocation) and c.score == "INFINITY"
    ]
    found = {one for one, other, role in pairs if other in clones and role == "Promoted"}
    for _ in pairs:
        found |= {one for one, other, _ in pairs if other in found}
    return found


def _after(context: Context, clones: set[str]) -> set[str]:
    """Return what starts after the promotion of a DRBD clone, directly or after something that does."""
    orders = [(context.carrier(o.first), context.carrier(o.then), o) for o in context.orders if o.kind == "Mandatory"]
    found = {then for first, then, order in orders if first in clones and order.first_action == "promote"}
    for _ in orders:
        found |= {then for first, then, _ in orders if first in found}
    return found
