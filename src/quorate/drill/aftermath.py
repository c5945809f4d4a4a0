"""Aftermath: what to wait for once a fault is in effect, and after it is undone.

Not every fault interrupts its clients, and not every one has its node fenced; which it is may depend on who was
quicker. So it is asked what the side with quorum says, until that is as it should be, and stays so for as long as the
cluster may take to notice.
"""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from quorate.build.step import answer
from quorate.catalog.expand import of_service
from quorate.catalog.site import Site
from quorate.describe.resources import Clone, Location
from quorate.drill.fault import Scene, status
from quorate.drill.probe import Clients
from quorate.drill.record import Attempt
from quorate.errors import CommandFailed, HostUnreachable, TimedOut
from quorate.machines.host import Command, Host, command
from quorate.machines.waiting import NotYet, until
from quorate.observe.facts import cluster_status
from quorate.observe.facts.cluster_status import ClusterStatus, ResourceStatus
from quorate.observe.gathering import gather
from quorate.operate import inside, insight

START_S = 300.0  # a start, or a stop, may take its whole timeout
STOP_S = 180.0
RETURN_S = 240.0  # of a node of the lab: fencing, boot, a stopped Pacemaker starts
RUNNING = ("Started", "Promoted")
UNDER_WAY = ("Starting", "Stopping", "Promoting", "Demoting", "Migrating")
SLACK_S = 2.0


def return_s(scene: Scene) -> float:
    """Return how long a node may take to come back; the firmware of a real one takes minutes (--return-within)."""
    return scene.want.return_s if scene.ground.kind == "hosts" else RETURN_S


async def view(scene: Scene) -> ClusterStatus | None:
    """Return what a node with quorum says; the victim is asked last. None while no node has quorum."""
    for host in (*scene.survivors.values(), scene.fleet[scene.victim]):
        with suppress(TimedOut):
            found = await answer(gather(host, cluster_status, timeout_s=5))
            if found is not None and found.quorate:
                return found
    return None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A service that is to run. ids: of what runs it. everywhere: as a clone, so that every node has its own.

    never_on: of cloned primitives, the nodes that the file keeps them from, as an arbitrator's.
    """

    service: str
    ids: tuple[str, ...]
    everywhere: bool = False
    never_on: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def instances(self, found: ClusterStatus) -> list[ResourceStatus]:
        """Return its primitives, each of a clone's for itself."""
        return list({id(one): one for id_ in self.ids for one in found.instances(id_)}.values())


def wanted(scene: Scene) -> list[Wanted]:
    """Return the services that matter to a drill."""
    return [_wanted(scene.site(name)) for name in scene.services]


def _wanted(site: Site) -> Wanted:
    if not site.is_everywhere:
        return Wanted(site.name, (site.name,))
    made = of_service(site)
    members = {one.id: one.member for one in made.resources if isinstance(one, Clone)}
    barred = [one for one in made.constraints if isinstance(one, Location) and one.bars]
    never_on = {
        member: frozenset(one.node for one in barred if one.resource == clone) for clone, member in members.items()
    }
    return Wanted(site.name, tuple(one.id for one in made.resources), everywhere=True, never_on=never_on)


def unrest(found: ClusterStatus, nodes: set[str], services: Sequence[Wanted]) -> str:
    """Return what is not at rest, in words; "" when every node is a member and the services run unharmed. Pure.

    Of a service that runs on every node, nothing is missed on those that are away or on standby.
    """
    away = sorted(nodes - found.online)
    if away:
        return f"{', '.join(away)} away"
    if unclean := [node.name for node in found.nodes if node.unclean or node.pending or node.shutdown]:
        return f"{', '.join(unclean)} not settled"
    out = frozenset(node.name for node in found.nodes if not node.online or node.standby)
    for one in services:
        if not (instances := one.instances(found)):
            return f"{one.service} unknown"
        spare = {id_: len(out | one.never_on.get(id_, frozenset())) for id_ in one.ids} if one.everywhere else {}
        if idle := _idle(instances, spare):
            return f"{', '.join(idle)} not running"
    return ""


def _idle(instances: Sequence[ResourceStatus], spare: Mapping[str, int]) -> list[str]:
    """Return the ids of what should run and does not. spare: of a cloned primitive so many may be stopped."""
    stopped: Counter[str] = Counter()
    found: list[str] = []
    for one in instances:
        if one.active and not one.failed and not one.pending and one.role in RUNNING:
            continue
        own = one.id.partition(":")[0]
        is_out = one.parents and one.role == "Stopped" and not one.failed and not one.pending
        if is_out and stopped[own] < spare.get(own, 0):
            stopped[own] += 1
        else:
            found.append(one.id)
    return found


async def unwell(scene: Scene, found: ClusterStatus) -> str:
    """Return which server is not well by its own word, though Pacemaker runs it: not synced yet, short of a member.

    Only services whose kind says something of itself (operate/inside) are asked, and only on nodes that take part.
    """
    known, sites = inside.files(), [scene.site(name) for name in scene.want.cluster.services]
    asked = [site for site in sites if site.is_everywhere and type(site.service).kind in known]
    hosts = {name: host for name, host in scene.fleet.items() if name in found.online}
    if not asked:
        return ""
    within = await insight.look(hosts, scene.want.cluster, scene.want.platform, known)
    for site in asked:
        running = frozenset(node for one in found.instances(site.name) if one.active for node in one.nodes)
        for line in within.insight(site, running).lines:
            if line.serves is not None and line.state != "good" and line.node in {"", *running}:
                return f"{site.name}{f' on {line.node}' if line.node else ''}: {line.words}"
    return ""


async def rests(scene: Scene) -> None:
    """Return when every node is a member, everything runs, and the servers say that they serve."""

    async def so() -> bool | None:
        if wrong := await at_rest(scene, set(scene.fleet)):
            raise NotYet(wrong)
        return True

    await until("the cluster is at rest again", so, timeout_s=STOP_S + return_s(scene), every_s=0.3)


async def at_rest(scene: Scene, nodes: set[str]) -> str:
    """Return what is not at rest, "" for nothing: first by Pacemaker, then by what the servers say of themselves."""
    found = await view(scene)
    if found is None:
        return "no node has quorum"
    return unrest(found, nodes, wanted(scene)) or await unwell(scene, found)


async def settles(scene: Scene, client: Clients, since_ns: int) -> Attempt:
    """Wait until the cluster is at rest for as long as it may take to notice a fault; return the client's answer.

    That is the first one after its first failure, or if it noticed nothing, one from now. A lost node is not waited for
    where it cannot come back before the fault is undone: where nothing is fenced, and with two nodes, each of which may
    go on and keep the other away.
    """
    cluster = scene.want.cluster
    everybody = set(scene.fleet) if cluster.fencing.enabled and not cluster.quorum.two_node else set()
    hold_s = scene.want.cluster.corosync.detection_s + SLACK_S
    since: float | None = None

    async def so() -> bool | None:
        nonlocal since
        found = await view(scene)
        wrong = unrest(found, everybody, wanted(scene)) if found else "no node has quorum"
        if not wrong and since is not None and time.monotonic() - since >= hold_s:
            assert found is not None
            wrong = await unwell(scene, found)
            if not wrong:
                return True
        elif not wrong:
            since = since or time.monotonic()
            return None
        since = None
        raise NotYet(wrong)

    await until("the cluster is at rest again", so, timeout_s=STOP_S + return_s(scene), every_s=0.2)
    return await client.wait_again(since_ns=since_ns)


async def noticed_and_answered(scene: Scene, client: Clients, since_ns: int) -> Attempt:
    """Return the first good answer after the first failure since then, which one node's clients are bound to see.

    Where others serve as well, clients may see none: then it is waited until the cluster is at rest.
    """
    if scene.is_shared:
        return await settles(scene, client, since_ns)
    failed = await client.wait_failed(since_ns=since_ns)
    return await client.wait_answered(since_ns=failed.done_ns)


async def moved_away(scene: Scene, client: Clients, since_ns: int) -> Attempt:
    """Wait until nothing that clients need runs on the victim any more, and runs elsewhere; then for an answer.

    A client may have noticed nothing.
    """

    async def moved() -> bool | None:
        found = await view(scene)
        return (found is not None and not any(left_behind(found, one, scene.victim) for one in wanted(scene))) or None

    await until(f"{scene.service} has left {scene.victim}", moved, timeout_s=STOP_S + return_s(scene), every_s=0.1)
    return await client.wait_again(since_ns=since_ns)


def left_behind(found: ClusterStatus, one: Wanted, node: str) -> bool:
    """Tell whether a service still runs on a node, or not yet anywhere else. Pure."""
    instances = one.instances(found)
    active = [instance for instance in instances if instance.active]
    whole = [each for each in instances if each.active or not each.parents] if one.everywhere else instances
    wrong = [one for one in whole if not one.active or one.failed or one.role not in RUNNING or node in one.nodes]
    return bool(wrong) or not active


async def reached(host: Host) -> bool:
    """Tell whether a host answers; it is connected to anew if it has to be."""
    with suppress(HostUnreachable, TimedOut):
        await host.run(command("true"), timeout_s=5)
        return True
    with suppress(HostUnreachable, TimedOut):
        await host.reconnect(timeout_s=5)
        return True
    return False


async def everybody_back(scene: Scene) -> None:
    """Return when every node can be reached and is a member, and the services' own servers say that they serve there.

    A database takes its time to catch up, a broker to join again, and neither shows in what Pacemaker says.
    """

    async def back() -> bool | None:
        away = [name for name, host in scene.fleet.items() if not await reached(host)]
        if away:
            raise NotYet(f"{', '.join(away)} cannot be reached")
        found = await view(scene)
        missing = sorted(set(scene.fleet) - found.online) if found else ["everybody"]
        if missing:
            raise NotYet(f"{', '.join(missing)} no member")
        assert found is not None
        if wrong := await unwell(scene, found):
            raise NotYet(wrong)
        return True

    await until("every node is a member again", back, timeout_s=return_s(scene), every_s=0.3)


async def forget_failures(scene: Scene, *, of_node: bool = False) -> None:
    """Have the cluster forget the service's failures: they would count towards the threshold of the next ones.

    A start that is under way is waited for: Pacemaker 2.1 takes a start whose history is cleaned meanwhile for one that
    failed for good, and clients of a RabbitMQ have their answer before its start has ended.
    of_node: those of everything that ran on the victim, its fencing devices among them.
    """
    with suppress(TimedOut):
        await until(f"nothing of {scene.service} is under way", lambda: idle(scene), timeout_s=START_S, every_s=0.2)
    what = ("--node", scene.victim) if of_node else ("--resource", scene.service)
    wanted = command("crm_resource", "--cleanup", *what)
    for host in (*scene.survivors.values(), scene.fleet[scene.victim]):
        with suppress(HostUnreachable, CommandFailed, TimedOut):
            await host.run(wanted, timeout_s=90)
            return


async def idle(scene: Scene) -> bool | None:
    """Return True where nothing of the service is being started or stopped, or nobody can say."""
    found = await status(scene.fleet)
    return found is None or not any(one.role in UNDER_WAY for one in found.instances(scene.service)) or None


async def at(host: Host, wanted: Command) -> None:
    """Run an undoing command where the host can be reached; one that is off or was fenced has nothing to undo."""
    if await reached(host):
        with suppress(HostUnreachable):
            await host.run(wanted, check=False)
