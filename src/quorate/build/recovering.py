"""recovering: a Galera cluster begins although a node is missing that may hold more, as the operator has said.

    1. take the lock on every node that answers; read what the nodes' guards tell each other
    2. decide where to begin (catalog/galera_positions.py), show what may be lost, have it agreed to, and read again
    3. record it in the history; tell the guard of that node (a transient attribute); wait until its server is primary;
       take the attribute back, whatever came of it

The guard begins a new history, of another UUID. So every other node gets all data anew, and a node that was missing
cannot come back as an equal whatever it holds: no memory of this has to be kept anywhere. Killed at any time, it is run
again: the attribute is only a permission, and goes with its use, with the node, or when the node joins another.
"""

from collections.abc import Callable, Collection
from contextlib import suppress

from quorate.build import giving_up, lock
from quorate.build.history import Origin
from quorate.build.step import Fleet, Note, answer
from quorate.catalog.galera_positions import PRIMARY, Beginning, Told, attribute, beginning, read
from quorate.catalog.services.galera import Galera
from quorate.catalog.site import Site
from quorate.errors import QuorateError, Refused, Unknown
from quorate.machines.host import command
from quorate.machines.waiting import NotYet, until
from quorate.observe.facts import node_attributes
from quorate.observe.gathering import gather_about

BEGIN_S = 180


async def told(fleet: Fleet, service: str) -> dict[str, Told]:
    """Return what the guards of a service tell, by node, from the first node that answers; Unknown from none."""
    for host in fleet.values():
        values = await answer(gather_about(host, node_attributes, attribute(service)))
        if values is not None:
            return read(values)
    raise Unknown("no node could say what the others hold", "does Pacemaker run on them? quorate status FILE")


async def recover(
    fleet: Fleet,
    site: Site,
    note: Note,
    agree: Callable[[str, tuple[str, ...]], None],
    *,
    without: Collection[str] = (),
    wanted: str | None = None,
    by: Origin,
) -> str | None:
    """Have the database begin; return the node where it did, None where it ran already.

    fleet: the nodes that answer. without: those to do without. wanted: where to begin, None for the newest data.
    agree: is shown what may be lost before anything is done; raises Refused to end it there.
    """
    async with lock.held(fleet, f"recover {site.name} of {site.cluster.name}"):
        chosen = await decided(fleet, site, without, wanted)
        if chosen is None:
            return None
        agree(chosen.node, chosen.lost)
        # The answer may have taken hours.
        again = await decided(fleet, site, without, wanted)
        if again is None:
            return None
        if again != chosen:
            raise Refused("what the nodes hold is not what was agreed to any more", "run it again, and read it again")
        what = (f"{site.name} begins on {chosen.node}", *chosen.lost)
        recording = await giving_up.recorded(fleet, site, what, without, by)
        try:
            await begin(fleet, site.name, chosen.node, note)
        except QuorateError as error:
            await recording.end("failed", error.message)
            raise
        await recording.end("done")
        return chosen.node


async def decided(fleet: Fleet, site: Site, without: Collection[str], wanted: str | None) -> Beginning | None:
    """Return where it is to begin as the nodes are now, None where it runs; Refused where it may not."""
    await giving_up.permitted(fleet, without)
    assert isinstance(site.service, Galera)
    holders = [node.name for node in site.service.holders(site)]
    return beginning(await told(fleet, site.name), holders, without, wanted)


async def begin(fleet: Fleet, service: str, node: str, note: Note) -> None:
    """Let the guard of `node` begin, and wait until its server is primary; what was not used of it is taken back."""
    if node not in fleet:
        raise Refused(f"{node}, where the newest data are, does not answer here", "mend the way to it (SSH)")
    permission = f"--name={attribute(service)}-begin"

    async def serves() -> bool | None:
        seen = await told(fleet, service)
        if node in seen and seen[node].kind == PRIMARY:
            return True
        raise NotYet(", ".join(f"{name} is {one.kind}" for name, one in sorted(seen.items())) or "nobody runs it")

    try:
        await fleet[node].run(command("attrd_updater", permission, "--update=yes"))
        note(f"{node} may begin")
        await until(f"{service} is primary on {node}", serves, timeout_s=BEGIN_S, every_s=0.5)
    finally:
        with suppress(QuorateError):  # the guard takes it back, too, as soon as its server joins or is primary
            await fleet[node].run(command("attrd_updater", permission, "--delete"), timeout_s=10)
    note(f"{service} is primary on {node}; the others get all data from it")
