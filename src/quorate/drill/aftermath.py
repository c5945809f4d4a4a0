"""Aftermath: what to wait for once a fault is in effect, and after it is undone.

Not every fault interrupts its clients, and not every one has its node fenced; which it is may depend on who was
quicker. So it is asked what the side with quorum says, until that is as it should be, and stays so for as long as the
cluster may take to notice.
"""

import time
from contextlib import suppress

from quorate.build.step import answer
from quorate.drill.fault import Scene, status
from quorate.drill.probe import ProbeProcess
from quorate.drill.record import Attempt
from quorate.errors import CommandFailed, HostUnreachable, TimedOut
from quorate.machines.host import Command, Host, command
from quorate.machines.waiting import NotYet, until
from quorate.observe.facts import cluster_status
from quorate.observe.facts.cluster_status import ClusterStatus
from quorate.observe.gathering import gather

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


def unrest(found: ClusterStatus, nodes: set[str], service: str) -> str:
    """Return what is not at rest, in words; "" when every node is a member and the service runs unharmed. Pure."""
    away = sorted(nodes - found.online)
    if away:
        return f"{', '.join(away)} away"
    if unclean := [node.name for node in found.nodes if node.unclean or node.pending or node.shutdown]:
        return f"{', '.join(unclean)} not settled"
    instances = found.instances(service)
    idle = [one.id for one in instances if not one.active or one.failed or one.pending or one.role not in RUNNING]
    return f"{', '.join(idle)} not running" if idle else "" if instances else f"{service} unknown"


async def settles(scene: Scene, client: ProbeProcess, since_ns: int) -> Attempt:
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
        wrong = unrest(found, everybody, scene.service) if found else "no node has quorum"
        if wrong:
            since = None
            raise NotYet(wrong)
        since = since or time.monotonic()
        return time.monotonic() - since >= hold_s or None

    await until("the cluster is at rest again", so, timeout_s=STOP_S + return_s(scene), every_s=0.2)
    return await answered(client, since_ns)


async def answered(client: ProbeProcess, since_ns: int) -> Attempt:
    """Return the first good answer after the first failure since then; if there was none, the next good one."""
    last = await client.wait_answered(since_ns=max(since_ns, time.monotonic_ns()))
    failed = next((one for one in client.attempts if one.sent_ns >= since_ns and not one.ok), None)
    again = [one for one in client.attempts if failed and one.ok and one.sent_ns >= failed.done_ns]
    return again[0] if again else last


async def moved_away(scene: Scene, client: ProbeProcess, since_ns: int) -> Attempt:
    """Wait until the service runs on another node, then for an answer: a client may have noticed nothing."""

    async def moved() -> bool | None:
        found = await view(scene)
        if found is None:
            return None
        instances = found.instances(scene.service)
        runs = all(one.active and not one.failed and one.role in RUNNING for one in instances)
        return (runs and scene.victim not in {node for one in instances for node in one.nodes}) or None

    await until(f"{scene.service} has left {scene.victim}", moved, timeout_s=STOP_S + return_s(scene), every_s=0.1)
    return await answered(client, since_ns)


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
    """Return when every node can be reached, and is a member."""

    async def back() -> bool | None:
        away = [name for name, host in scene.fleet.items() if not await reached(host)]
        if away:
            raise NotYet(f"{', '.join(away)} cannot be reached")
        found = await view(scene)
        missing = sorted(set(scene.fleet) - found.online) if found else ["everybody"]
        if missing:
            raise NotYet(f"{', '.join(missing)} no member")
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
