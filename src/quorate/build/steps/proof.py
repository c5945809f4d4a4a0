"""proof: each node is really fenced once, through its own devices, and comes back; the date is kept in the cluster.

Only in the lab or with --test-fencing. A fencing device that was never used is a hope. The proof is a permanent node
attribute (`quorate-fencing-proven`: time and a digest of the devices concerned), so that it is seen by status on any
machine, and is void when a device changes.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from quorate.build.change import Change, Effect, Run
from quorate.build.step import Fleet, Note, answer
from quorate.build.steps import running
from quorate.build.want import Want
from quorate.describe.cluster import Cluster
from quorate.errors import NeverComes, QuorateError, TimedOut
from quorate.findings import Finding
from quorate.machines.host import Command, Host, command
from quorate.machines.waiting import until
from quorate.observe.facts import boot_id, cluster_status, unit_state
from quorate.observe.gathering import gather, gather_about

TITLE = "fencing"
ATTRIBUTE = "quorate-fencing-proven"
FATAL = 100  # CRM_EX_FATAL (crm_error --exit 100): Pacemaker ended itself, and systemd leaves it so


@dataclass(frozen=True, slots=True)
class Facts:
    """proven: node -> the attribute's value. active: nodes that run a service now; they are tested last."""

    proven: Mapping[str, str]
    active: frozenset[str]


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
    """Read the proofs, and who is busy."""
    status = await running.look(fleet, want)
    if status is None:
        return Facts({}, frozenset())
    proven = {name: values.get(ATTRIBUTE, "") for name, values in status.attributes.items()}
    busy = {
        name for r in status.resources if r.active and not (r.agent or "").startswith("stonith") for name in r.nodes
    }
    return Facts(proven, frozenset(busy))


def unproven(facts: Facts, want: Want) -> list[str]:
    """Return the nodes that have a fencing device and no valid proof; idle ones first, the busy ones last."""
    if not want.cluster.fencing.enabled:
        return []
    names = [node.name for node in want.cluster.nodes if want.cluster.fencing.devices_for(node.name)]
    left = [name for name in names if proven_at(facts.proven.get(name, ""), want.cluster, name) is None]
    return sorted(left, key=lambda name: (name in facts.active, names.index(name)))


def changes(facts: Facts, want: Want) -> Iterator[Change | Finding]:
    """Yield one power cycle per node that has no valid proof."""
    for victim in unproven(facts, want):
        peer = next(node.name for node in want.cluster.nodes if node.name != victim)
        fence = Run(fencing(victim), timeout_s=150)
        yield Change(peer, TITLE, f"power-cycle {victim} through its fencing devices", (fence,), Effect.RESTART)


def fencing(victim: str) -> Command:
    """Return the command that has the cluster fence `victim`, whatever it runs."""
    return command("stonith_admin", "--reboot", victim, "--timeout", 120)


async def perform(fleet: Fleet, want: Want, note: Note) -> None:
    """Fence one node after the other, each only when all is well again; who is busy is asked anew each time."""
    tested: set[str] = set()
    while victims := [name for name in unproven(await look(fleet, want), want) if name not in tested]:
        await prove(fleet, want, victims[0], note)
        tested.add(victims[0])


async def prove(fleet: Fleet, want: Want, victim: str, note: Note) -> None:
    """Fence `victim`, wait until it is a member again with another boot id, and keep the date in the cluster."""
    peer = fleet[next(name for name in fleet if name != victim)]
    before = await gather(fleet[victim], boot_id)
    await peer.run(fencing(victim), timeout_s=150)

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
    """Return when every node with a device has a valid proof."""
    left = [change for change in changes(await look(fleet, want), want) if isinstance(change, Change)]
    if left:
        raise NeverComes("; ".join(f"not done: {change.words}" for change in left), "apply again with --test-fencing")
    note("fencing proven on every node")
