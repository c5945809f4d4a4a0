"""proof: each node is really fenced once, through its own devices, and comes back; the date is kept in the cluster.

Only in the lab or with --test-fencing. A fencing device that was never used is a hope. The proof is a permanent node
attribute (`quorate-fencing-proven`: time and a digest of the devices concerned), so that it is seen by status on any
machine, and is void when a device changes.

A test ends whatever the node runs, so it is only made while the others can take over: every node online and in use, the
cluster quorate, both copies of replicated data the same, nothing in maintenance or unmanaged. What somebody set by hand
is refused in the plan, before anything was changed; all of it is asked again before each node. With `action: off` the
node is switched on again through the same devices (`stonith_admin --unfence`). A cluster of one node has no peer that
could test it.
"""

import asyncio
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from quorate.build.change import Change, Deed, Effect, Run, Thing
from quorate.build.step import Fleet, Note, answer
from quorate.build.steps import running
from quorate.build.storage.phases import stores
from quorate.build.want import Want
from quorate.catalog.storage import Replicated
from quorate.describe.cluster import Cluster
from quorate.errors import NeverComes, QuorateError, Refused, TimedOut, Unknown
from quorate.findings import Finding, Severity
from quorate.machines.host import Command, Host, command
from quorate.machines.waiting import until
from quorate.observe.facts import boot_id, cluster_status, drbd_status, unit_state
from quorate.observe.facts.cluster_status import ClusterStatus
from quorate.observe.facts.drbd_status import DrbdDevice
from quorate.observe.gathering import gather, gather_about
from quorate.render.cib import expected

TITLE = "fencing"
ATTRIBUTE = "quorate-fencing-proven"
READY_S = 60
FATAL = 100  # CRM_EX_FATAL (crm_error --exit 100): Pacemaker ended itself, and systemd leaves it so


@dataclass(frozen=True, slots=True)
class Facts:
    """proven: node -> the attribute's value. active: nodes that run a service now; they are tested last.

    known: False when no node could say, as before Pacemaker's first start; the other fields are then empty.
    by_hand: why no node may be tested until somebody undoes it; meanwhile: what may pass by waiting. Sentences.
    """

    proven: Mapping[str, str]
    active: frozenset[str]
    known: bool = True
    by_hand: tuple[str, ...] = ()
    meanwhile: tuple[str, ...] = ()


def digest(cluster: Cluster, node: str) -> str:
    """Return what the proof of `node` depends on: its devices, their parameters (secrets as references) and levels."""
    devices = [
        (d.id, d.agent, {k: str(v) for k, v in sorted(d.parameters.items())}, d.victims[node])
        for d in cluster.fencing.devices_for(node)
    ]
    text = json.dumps([devices, cluster.fencing.levels.get(node), cluster.fencing.action])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def proven_at(value: str, cluster: Cluster, node: str) -> datetime | None:
    """Return when `node` was proven to be fenced, None when the proof is missing or was made for other devices."""
    when, _, made_for = value.partition(" ")
    if made_for != digest(cluster, node):
        return None
    try:
        return datetime.fromisoformat(when)
    except ValueError:
        return None


async def look(fleet: Fleet, want: Want) -> Facts:
    """Read the proofs, who is busy, and what speaks against a test."""
    status = await running.look(fleet, want)
    if status is None:
        return Facts({}, frozenset(), known=False)
    proven = {name: values.get(ATTRIBUTE, "") for name, values in status.attributes.items()}
    busy = {
        name for r in status.resources if r.active and not (r.agent or "").startswith("stonith") for name in r.nodes
    }
    meanwhile = (*not_well(status, want), *await one_copy(fleet, want))
    return Facts(proven, frozenset(busy), True, tuple(set_by_hand(status, want)), meanwhile)


async def one_copy(fleet: Fleet, want: Want) -> list[str]:
    """Return which data are whole on one node alone: that node's test would leave a service with none.

    Every DRBD device that is up counts, whoever made it: an adopted cluster may have it as text under `resources:`. Who
    has no disk of it, be it on purpose, has no copy; whether that is one too few is told by those that have.
    """
    answers = await asyncio.gather(*(answer(gather(host, drbd_status)) for host in fleet.values()))
    known = {s.store.minor: s.service for s in stores(want) if isinstance(s.store, Replicated)}
    apart: dict[str, list[DrbdDevice]] = {}
    for device in (device for seen in answers if seen for device in seen.devices):
        if not device.is_in_sync and device.disk != "Diskless":
            service, name = known.get(device.minor), device.resource or f"/dev/drbd{device.minor}"
            apart.setdefault(f"{service}'s data" if service else f"DRBD's {name}", []).append(device)
    return [f"the copies of {name} are not the same yet{done(devices)}" for name, devices in apart.items()]


def done(devices: Iterable[DrbdDevice]) -> str:
    """Return how far they are being made the same, "" where they are not."""
    return next((f", {d.synced_percent:g} % done" for d in devices if d.synced_percent is not None), "")


def set_by_hand(status: ClusterStatus, want: Want) -> Iterator[str]:
    """Yield what somebody has set, and what would keep the others from taking over."""
    if status.maintenance_mode:
        yield "the cluster is in maintenance mode"
    if status.stop_all_resources:
        yield "all resources are to be stopped (stop-all-resources)"
    for node in status.nodes:
        if node.maintenance and not status.maintenance_mode:
            yield f"{node.name} is in maintenance"
        if node.standby:
            yield f"{node.name} is in standby"
    wanted = set(expected(want.cluster, want.platform))
    loose = {r.id.partition(":")[0] for r in status.resources if not r.managed} & wanted
    if loose and not status.maintenance_mode:
        yield f"{', '.join(sorted(loose))} {'is' if len(loose) == 1 else 'are'} not managed by the cluster"


def not_well(status: ClusterStatus, want: Want) -> Iterator[str]:
    """Yield what keeps the others from taking over, and may pass by itself."""
    for node in want.cluster.nodes:
        seen = status.node(node.name)
        if node.name not in status.online:
            yield f"{node.name} is not online"
        elif seen and (seen.standby_on_fail or seen.unclean or seen.shutdown):
            yield f"{node.name} is about to leave"
    if not status.quorate:
        yield "the cluster is not quorate"


def unproven(facts: Facts, want: Want) -> list[str]:
    """Return the nodes that have a fencing device and no valid proof; idle ones first, the busy ones last."""
    if not want.cluster.fencing.enabled or len(want.cluster.nodes) < 2:
        return []
    names = [node.name for node in want.cluster.nodes if want.cluster.fencing.devices_for(node.name)]
    left = [name for name in names if proven_at(facts.proven.get(name, ""), want.cluster, name) is None]
    return sorted(left, key=lambda name: (name in facts.active, names.index(name)))


def changes(facts: Facts, want: Want) -> Iterator[Change | Finding]:
    """Yield one power cycle per node that has no valid proof; an error where a test would end a service for good."""
    cluster = want.cluster
    if len(cluster.nodes) == 1 and cluster.fencing.enabled and cluster.fencing.devices:
        yield Finding(
            "fencing-not-testable",
            Severity.INFO,
            f"the fencing of {cluster.nodes[0].name} cannot be tested: there is no other node",
            "a node is fenced by its peers, and a cluster of one has none",
            "nothing to do; with a second node it is tested",
            path=("fencing",),
        )
    victims = unproven(facts, want)
    if victims and facts.by_hand:
        yield Finding(
            "fencing-test-unsafe",
            Severity.ERROR,
            f"fencing cannot be tested on {', '.join(victims)}: {'; '.join(facts.by_hand)}",
            "the node that is fenced ends its services, and no other node would take them over",
            "undo that first, or apply with --no-test-fencing",
            path=("fencing",),
        )
        return
    for victim in victims:
        peer = next(node.name for node in cluster.nodes if node.name != victim)
        fence = tuple(Run(step, timeout_s=150) for step in fencing(victim, cluster.fencing.action))
        yield Change(
            peer,
            TITLE,
            f"power-cycle {victim} through its fencing devices",
            fence,
            Effect.RESTART_NODE,
            things=((Thing("node", victim), Deed.CHANGED),),
        )


def fencing(victim: str, action: str) -> tuple[Command, ...]:
    """Return the commands that have the cluster fence `victim`, whatever it runs, as the cluster itself would.

    A node that was switched off is switched on again; the fencer calls that unfencing (stonith_admin(8)).
    """
    if action == "off":
        return tuple(command("stonith_admin", word, victim, "--timeout", 120) for word in ("--fence", "--unfence"))
    return (command("stonith_admin", "--reboot", victim, "--timeout", 120),)


async def perform(fleet: Fleet, want: Want, note: Note) -> None:
    """Fence one node after the other, each only when all is well; who is busy is asked anew each time."""
    tested: set[str] = set()
    while victims := [name for name in unproven(await ready(fleet, want), want) if name not in tested]:
        await prove(fleet, want, victims[0], note)
        tested.add(victims[0])


async def ready(fleet: Fleet, want: Want) -> Facts:
    """Return the facts once the others could take over from any node. Raises Unknown, Refused, NeverComes."""
    seen = Facts({}, frozenset(), known=False)

    async def well() -> bool | None:
        nonlocal seen
        seen = await look(fleet, want)
        return True if seen.known and (seen.by_hand or not seen.meanwhile) else None

    try:
        await until("every node online and the cluster quorate", well, timeout_s=READY_S, every_s=0.3)
    except TimedOut as error:
        if not seen.known:
            raise Unknown(
                "no node can say how the cluster is, so no node was fenced", "see `quorate status`"
            ) from error
        raise NeverComes(
            f"no node was fenced for a test: {'; '.join(seen.meanwhile)}", "see `quorate status`, then apply again"
        ) from error
    if seen.by_hand and unproven(seen, want):
        raise Refused(
            f"no node was fenced for a test: {'; '.join(seen.by_hand)}",
            "undo that first, or apply with --no-test-fencing",
        )
    return seen


async def prove(fleet: Fleet, want: Want, victim: str, note: Note) -> None:
    """Fence `victim`, wait until it is a member again with another boot id, and keep the date in the cluster."""
    peer = fleet[next(name for name in fleet if name != victim)]
    before = await gather(fleet[victim], boot_id)
    for step in fencing(victim, want.cluster.fencing.action):
        await peer.run(step, timeout_s=150)

    booted = False

    async def back() -> bool | None:
        nonlocal booted
        try:
            if not booted:
                await fleet[victim].reconnect(timeout_s=3)
                booted = await gather(fleet[victim], boot_id) != before
            if booted:
                await start_again(fleet[victim], want, note)
        except QuorateError:
            booted = False
        status = await answer(gather(peer, cluster_status))
        return True if booted and status is not None and victim in status.online else None

    try:
        await until(f"{victim} back after its fencing test", back, timeout_s=want.return_s, every_s=0.3)
    except TimedOut as error:
        raise NeverComes(
            f"{victim} was fenced and is not back after {want.return_s:g} s; the other nodes run on",
            f"look at its console; when it is up with corosync and pacemaker started, apply again (it was {before})",
        ) from error
    await running.settled(fleet, want, lambda _: None)
    await peer.run(record(want.cluster, victim))
    note(f"{victim} fenced and back")


async def start_again(host: Host, want: Want, note: Note) -> None:
    """Start Pacemaker on a node that came back before the others had noticed that it was gone.

    Fencing a healthy member is told to the whole cluster when the membership has changed, token and consensus later.
    A node that boots faster than that hears of its own fencing and ends Pacemaker and Corosync for good ("We were
    allegedly just fenced", seen with Pacemaker 2.1.5 on nodes that boot in a second). It was fenced; nothing is wrong.
    A node that is fenced because it was lost cannot get there: the membership has changed before its power is cut.
    """
    unit = want.platforms[host.name].units["pacemaker"]
    state = (await gather_about(host, unit_state, unit))[unit]
    if state.active == "inactive" and state.exit_status == FATAL:
        note(f"{host.name} was back before the others had missed it, and heard of its own fencing; start pacemaker")
        await host.run(command("systemctl", "start", unit), timeout_s=120)


def record(cluster: Cluster, victim: str) -> Command:
    """Return the command that keeps the proof in the cluster."""
    value = f"{datetime.now(UTC).isoformat(timespec='seconds')} {digest(cluster, victim)}"
    return command("crm_attribute", "--node", victim, "--name", ATTRIBUTE, "--update", value, "--lifetime", "forever")


async def settled(fleet: Fleet, want: Want, note: Note) -> None:
    """Return when every node with a device has a valid proof; Unknown when no node can say."""
    facts = await look(fleet, want)
    if not facts.known:
        raise Unknown("no node can say whether fencing is proven", "see `quorate status`, then apply again")
    if left := unproven(facts, want):
        raise NeverComes(f"fencing is not proven on {', '.join(left)}", "apply again with --test-fencing")
    alone = len(want.cluster.nodes) == 1
    note("fencing cannot be tested with one node" if alone else "fencing proven on every node")
