"""giving_up: what every recovery without nodes has in common: who may be given up, and what is written down of it."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from quorate.build import history, returning
from quorate.build.history import Origin, Recording
from quorate.build.plan import Plan
from quorate.build.step import Fleet
from quorate.catalog.site import Site
from quorate.errors import Refused


async def permitted(fleet: Fleet, without: Collection[str]) -> frozenset[str]:
    """Return the cluster's members where they may go on; Refused without quorum, or where one of `without` is one."""
    seen = await returning.status(fleet)
    if seen is None or not seen.quorate:
        raise Refused("the nodes that answer have no quorum, so nothing may begin on them", "quorate status FILE")
    if there := sorted(seen.online & {*without}):
        raise Refused(f"{', '.join(there)} is in the cluster: it can be asked", "leave it out of --without")
    return frozenset(seen.online)


async def recorded(fleet: Fleet, site: Site, what: Sequence[str], without: Collection[str], by: Origin) -> Recording:
    """Write down on all nodes that answer that a service goes on. what: where it begins, and what that may cost."""
    hosts = list(fleet.values())
    absent = f" without {', '.join(sorted(without))}" if without else ""
    begun = history.begun(
        f"recover {site.name}{absent}", Plan((), ()), site.cluster.name, by, await history.read(hosts)
    )
    # Nothing of it can be taken back, or gone on with.
    recording = Recording(hosts, replace(begun, settled=True, foretold=tuple(what)))
    await recording.at("recover")
    return recording
