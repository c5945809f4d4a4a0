"""recovering_brokers: a cluster of RabbitMQ brokers goes on without members that are gone for good, as told.

    1. take the lock on every node that answers; ask every broker how it is
    2. where none serves, decide who begins: the one that stopped last of those that are there; have it agreed to
    3. record it in the history; tell that broker to load what it has (force_boot) and end it: Pacemaker starts it again
    4. when all that are there serve, have them forget the members that are gone, and what queues had there

Where the others serve already, only the last is done. Killed at any time, it is run again: a broker that was told to
begin and has is asked for nothing more, and who is forgotten is no member any more.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from quorate.build import history, lock
from quorate.build.history import Origin, Recording
from quorate.build.plan import Plan
from quorate.build.step import Fleet, Note, answer
from quorate.catalog.services.rabbitmq_cluster import asked_by, broker
from quorate.catalog.site import Site
from quorate.errors import QuorateError, Refused, UsageError
from quorate.machines.host import Host, command
from quorate.machines.waiting import NotYet, until
from quorate.observe.facts import broker as fact
from quorate.observe.facts import cluster_status
from quorate.observe.facts.broker import Broker
from quorate.observe.gathering import gather, gather_about

SERVE_S = 300
CALL_S = 180
LOST = "definitions and messages of queues on one broker that only {names} had, if there are any"


@dataclass(frozen=True, slots=True)
class Going:
    """How a cluster goes on. node: the broker that begins, "" where some serve. lost: sentences: what may be."""

    node: str
    lost: tuple[str, ...]


def going(told: Mapping[str, Broker], site: Site, without: Collection[str], wanted: str | None = None) -> Going:
    """Decide. told: what the brokers that were asked said. wanted: who is to begin, None for who stopped last. Pure.

    Raises Refused where a broker was not heard that is not given up, or one that was heard cannot begin.
    """
    names = [node.name for node in site.nodes]
    if unknown := sorted({*without, *([wanted] if wanted else [])} - {*names}):
        raise UsageError(f"{site.name} has no broker on {', '.join(unknown)}", f"its nodes are {', '.join(names)}")
    if any(one.state == "running" for one in told.values()):
        return Going("", (LOST.format(names=", ".join(sorted(without))),) if without else ())
    silent = [name for name in names if name not in told and name not in without]
    if silent:
        raise Refused(
            f"{', '.join(silent)} may have stopped last, and cannot be asked",
            f"start it, or give up what only it has: {' '.join(f'--without {name}' for name in silent)}",
        )
    fit = {name: one for name, one in told.items() if name not in without and one.last and one.state != "deaf"}
    if not fit or (wanted and wanted not in fit):
        raise Refused(
            f"{wanted} has no broker that could begin" if wanted else "no node has a broker that could begin",
            "quorate status FILE says how each is; one with another cookie has to get the right one first",
        )
    last = wanted or min(fit, key=lambda name: (len({*fit[name].last} - {*without}), names.index(name)))
    gone = sorted({*fit[last].last} - {last} - (set() if wanted else {*fit}))
    return Going(last, (LOST.format(names=", ".join(gone)),) if gone else ())


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
    """Have the brokers go on; return the node that began, "" where some served, None where nothing was to be done.

    fleet: the nodes that answer. without: those that are gone for good. wanted: who is to begin. agree: is shown what
    may be lost before anything is done; raises Refused to end it there.
    """
    async with lock.held(fleet, f"recover {site.name} of {site.cluster.name}"):
        await _gone(fleet, without)
        chosen = going(await told(fleet, site), site, without, wanted)
        if not chosen.node and not without:
            return None
        agree(chosen.node, chosen.lost)
        recording = await _recorded(fleet, site, chosen, without, by)
        try:
            await go_on(fleet, site, chosen, without, note)
        except QuorateError as error:
            await recording.end("failed", error.message)
            raise
        await recording.end("done")
        return chosen.node


async def go_on(fleet: Fleet, site: Site, chosen: Going, without: Collection[str], note: Note) -> None:
    """Have the chosen one begin, wait for the others, and have them forget who is gone."""
    present = {node.name: fleet[node.name] for node in site.nodes if node.name in fleet and node.name not in without}
    if chosen.node:
        host = present[chosen.node]
        await host.run(command("rabbitmqctl", "force_boot"), timeout_s=CALL_S)
        # It waits, and serves nobody; Pacemaker starts it again, with the permission.
        unit = site.platform.units["rabbitmq"]
        await host.run(command("systemctl", "kill", "--signal=KILL", unit))
        note(f"{chosen.node} begins with what it has")

    async def serve() -> list[str] | None:
        found = await told(present, site)
        away = sorted(name for name in present if name not in found or found[name].state != "running")
        if away:
            raise NotYet(f"{', '.join(away)} not yet")
        return list(found[min(found)].members)

    members = await until(f"the brokers on {', '.join(present)} serve", serve, timeout_s=SERVE_S, every_s=1)
    note(f"the brokers on {', '.join(present)} serve")
    for name in sorted({*without} & {*members}):
        await forget(next(iter(present.values())), broker(site.cluster.node(name)))
        note(f"{name} is no member any more")


async def forget(host: Host, name: str) -> None:
    """Have the cluster forget a member that is gone: first its replicas of queues, which count for majorities."""
    await host.run(command("rabbitmq-queues", "--quiet", "shrink", name), timeout_s=CALL_S)
    await host.run(command("rabbitmqctl", "--quiet", "forget_cluster_node", name), timeout_s=CALL_S)


async def told(fleet: Fleet, site: Site) -> dict[str, Broker]:
    """Return what the brokers say, of those that do."""
    found = {}
    for node in site.nodes:
        if node.name in fleet:
            said = await answer(gather_about(fleet[node.name], fact, *asked_by(site, node)))
            if said is not None:
                found[node.name] = said
    return found


async def _gone(fleet: Fleet, without: Collection[str]) -> None:
    """Refuse where who is given up is in the cluster, or those that are there have no quorum."""
    for host in fleet.values():
        seen = await answer(gather(host, cluster_status))
        if seen is None:
            continue
        if not seen.quorate:
            raise Refused("the nodes that answer have no quorum, so nothing may begin on them", "quorate status FILE")
        if there := sorted(seen.online & {*without}):
            raise Refused(f"{', '.join(there)} is in the cluster: its broker can be asked", "leave it out of --without")
        return
    raise Refused("no node could say who is in the cluster", "does Pacemaker run? quorate status FILE")


async def _recorded(fleet: Fleet, site: Site, chosen: Going, without: Collection[str], by: Origin) -> Recording:
    """Write down on all nodes that answer that it begins, and what it may cost."""
    hosts = list(fleet.values())
    absent = f" without {', '.join(sorted(without))}" if without else ""
    begun = history.begun(
        f"recover {site.name}{absent}", Plan((), ()), site.cluster.name, by, await history.read(hosts)
    )
    what = ((f"{site.name} begins on {chosen.node}",) if chosen.node else ()) + chosen.lost
    recording = Recording(hosts, replace(begun, settled=True, foretold=what))  # nothing of it can be taken back
    await recording.at("recover")
    return recording
