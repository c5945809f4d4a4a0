"""resting: the cluster put into maintenance by quorate, and taken out of it; both proved. Does it, and waits.

In maintenance Pacemaker starts, stops and watches nothing, and fences nobody ("Delaying fencing operations until there
are resources to manage"); resources run on. It is proved to be on when no operation recurs any more. Before it is taken
off the scheduler is asked what it would do then. It is proved to be off when all that runs is watched again.
"""

from lxml.etree import _Element as Element

from quorate.build import returning
from quorate.build.restarts import fitness, marks
from quorate.build.restarts.asking import would_do
from quorate.build.step import Fleet, Note
from quorate.errors import NeverComes, Refused, TimedOut
from quorate.machines.host import Host
from quorate.machines.waiting import NotYet, until
from quorate.render.merge import RESTART_SET

SETTLE_S = 60
EVERY_S = 0.3
HAND = "crm_attribute --type crm_config --name maintenance-mode"


async def rest(fleet: Fleet, note: Note) -> None:
    """Put the cluster into maintenance, and return when nothing is watched any more."""
    host, live = await returning.live(fleet)
    found = marks.read(live.root)
    if found.denied and not found.theirs:
        raise Refused(
            "the cluster's properties say maintenance-mode=false, which hides what quorate sets",
            f"remove it, it is the default: {HAND} --delete",
        )
    if not found.ours:
        await host.run(marks.rest())

    async def is_at_rest() -> bool:
        status = await returning.status(fleet)
        _, now = await returning.live(fleet)
        if status is None or not status.maintenance_mode:
            raise NotYet("maintenance-mode is not in effect")
        if still := fitness.recurring_on(now.root):
            raise NotYet(f"still watched: {', '.join(sorted(id_ for id_, _ in still))}")
        return True

    await until("maintenance in effect", is_at_rest, timeout_s=SETTLE_S, every_s=EVERY_S)
    await returning.at_rest(fleet, SETTLE_S)
    note("in maintenance: nothing is started, stopped or watched, all resources run on")


async def wake(fleet: Fleet, note: Note) -> None:
    """Take the cluster out of the maintenance that quorate put it into, once nothing that runs would be touched.

    What is found not to run is started: that is a failure during the restart, and Pacemaker's to mend.
    """
    fallen = await nothing_moves(fleet)
    host, live = await returning.live(fleet)
    await host.run(marks.wake())
    if fallen:
        note(f"found not running, and recovered: {', '.join(fallen)}")
    theirs = marks.read(live.root).theirs
    if theirs:
        note(f"maintenance-mode is kept: somebody set it before ({HAND} --update false ends it)")
        return
    await until("maintenance off, and every resource watched again", lambda: is_awake(fleet), timeout_s=SETTLE_S)
    note("maintenance is off, every resource is watched again")


async def nothing_moves(fleet: Fleet) -> list[str]:
    """Wait until the scheduler would touch nothing that runs; return what it would start, in words."""
    seen: list[str] = []
    fallen: list[str] = []

    async def quiet() -> bool:
        host, live = await returning.live(fleet)
        ends, starts, unknown = await asked(host, live.root)
        seen[:], fallen[:] = ends, starts
        if unknown:
            seen.append("look what runs")
        if seen or fallen:
            raise NotYet(", ".join([*seen, *fallen]))
        return True

    try:
        await until("every resource found running where it was", quiet, timeout_s=SETTLE_S, every_s=EVERY_S)
    except TimedOut as error:
        if seen:
            raise NeverComes(
                f"out of maintenance Pacemaker would: {', '.join(seen)}; so the cluster stays in it, and all runs on",
                "mend the cause and apply again; or, if that may happen, end it by hand: "
                f"cibadmin --delete --xml-text '<cluster_property_set id=\"{RESTART_SET}\"/>'",
            ) from error
    return list(fallen)


async def asked(host: Host, live: Element) -> tuple[list[str], list[str], bool]:
    """Return what the scheduler would do without the marks, as fitness.upset does."""
    return fitness.upset(await would_do(host, marks.without(live)), fitness.devices(live))


async def is_awake(fleet: Fleet) -> bool:
    """Return True when nothing is in maintenance any more and everything is watched; else raise NotYet."""
    status = await returning.status(fleet)
    _, live = await returning.live(fleet)
    if status is None or status.maintenance_mode:
        raise NotYet("maintenance-mode is still in effect")
    if idle := fitness.unwatched(live.root, status):
        raise NotYet(f"not watched: {', '.join(idle)}")
    return True
