"""departure: a node that the file no longer has leaves in order, before Corosync is told to go on without it.

    1. it is put into standby until its next start, and everything that ran there runs elsewhere or is stopped
    2. Pacemaker and Corosync are stopped there and kept from starting; its corosync.conf is put aside, the cluster's
       key, passwords and configurations, old ones too, are taken away: it cannot come back by itself
    3. the others see it as gone, and not as lost

A node is only forgotten when it surely runs nothing. One that does not answer must have left in order or have been
fenced, in the eyes of the cluster; otherwise apply refuses. So it does where the nodes that stay would not have quorum.
Afterwards the steps corosync.conf, membership and cib go on without it, and forgetting takes it from Pacemaker's
memory.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from quorate.build.change import Change, Deed, Effect, Run, Thing
from quorate.build.staying import Votes, is_quorate_alone, loses_quorum, votes
from quorate.build.step import Fleet, Note, answer
from quorate.build.steps import certificates, cib_secrets, corosync_conf, corosync_key, running
from quorate.build.steps.running_members import not_in_file
from quorate.build.want import Departing, Want
from quorate.errors import CommandFailed, Refused, Unknown
from quorate.findings import Finding, Severity
from quorate.machines.host import Command, Host, command
from quorate.machines.waiting import NotYet, until
from quorate.observe.facts import change_records, cluster_status, corosync_runtime, quorum, unit_state
from quorate.observe.facts.cluster_status import ClusterStatus, NodeStatus
from quorate.observe.gathering import gather, gather_about

TITLE = "departure"
ASIDE = f"{corosync_conf.PATH}.removed"
STOP_S = 300

# $1: corosync.conf, $2: where it is kept, then the units in the order of their end. What is taken away last is what
# tells the next apply that this is still to be done.
LEAVE = f"""set -eu
conf=$1 aside=$2; shift 2
for unit; do
  if systemctl cat "$unit" >/dev/null 2>&1; then systemctl disable "$unit"; systemctl stop "$unit"; fi
done
rm -rf -- {corosync_key.PATH} {certificates.DATABASE} {cib_secrets.FOLDER} /var/lib/pacemaker/cib
rm -rf -- {change_records.FOLDER} /var/lib/pacemaker/pengine/* {corosync_conf.KEPT}
install --directory --owner=hacluster --group=haclient --mode=0750 /var/lib/pacemaker/cib
mv -f -- "$conf" "$aside"
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the cluster, and of the nodes that go.

    status: how the cluster is, as a node says that stays and has quorum; None where none does. votes: what Corosync
    counts there. member: whether a node to go, that answers, still has this cluster's corosync.conf.
    """

    status: ClusterStatus | None = None
    votes: Votes | None = None
    member: Mapping[str, bool] = field(default_factory=dict)


async def look(fleet: Fleet, want: Want) -> Facts:
    """Ask a node that stays how the cluster is, and those that go whether they are still of it."""
    if not want.departing:
        return Facts()
    reached = {one.name: one.host for one in want.departing if one.host}
    confs = await asyncio.gather(*(host.get(corosync_conf.PATH) for host in reached.values()))
    member = {name: bool(conf) and is_ours(conf or b"", want) for name, conf in zip(reached, confs, strict=True)}
    for host in fleet.values():
        status, counted = await answer(gather(host, cluster_status)), await answer(gather(host, quorum))
        runtime = await answer(gather(host, corosync_runtime))
        if status and counted and counted.quorate and runtime:
            return Facts(status, votes(counted, runtime.values, want.cluster), member)
    return Facts(member=member)


def is_ours(conf: bytes, want: Want) -> bool:
    """Say whether a corosync.conf is this cluster's: what belongs to another is left alone."""
    return corosync_conf.cluster_name(conf) in {None, want.cluster.name}


def changes(facts: Facts, want: Want) -> Iterator[Change | Finding]:
    """Yield what makes each node leave, or why it cannot be removed."""
    problems = list(refusals(facts, want))
    yield from problems
    if problems:
        return
    for one in want.departing:
        node = facts.status.node(one.name) if facts.status else None
        if one.host is None:
            yield unasked(one, quorate=bool(facts.votes and is_quorate_alone(facts.votes, one.id)))
        if one.host is None or not facts.member.get(one.name):
            continue
        if node is not None and node.online and not is_empty(node):
            words = f"move what runs on {one.name} to the nodes that stay, or stop it (standby)"
            yield Change(one.name, TITLE, words, (), Effect.RESTART)
        things = (Thing("node", one.name), Deed.REMOVED), (Thing("file", corosync_conf.PATH), Deed.REMOVED)
        words = (
            f"stop pacemaker and corosync on {one.name} and keep them from starting; keep its corosync.conf "
            f"as {ASIDE}, take away the key, the passwords and old configurations"
        )
        yield Change(one.name, TITLE, words, (Run(leaving(want, one), timeout_s=STOP_S),), things=things)


def is_empty(node: NodeStatus) -> bool:
    """Say whether a node is in standby and runs nothing."""
    return node.standby and not node.running


def leaving(want: Want, one: Departing) -> Command:
    """Return the command that makes a node leave for good."""
    units = want.platforms[one.name].units
    names = (units["pacemaker"], units["qdevice"], units["corosync"])
    return Command(
        ("sh", "-c", LEAVE, "quorate-leave", corosync_conf.PATH, ASIDE, *names), purpose=f"the leaving of {one.name}"
    )


def refusals(facts: Facts, want: Want) -> Iterator[Finding]:
    """Yield why nodes cannot be removed."""
    numbers = {node.id: node.name for node in want.cluster.nodes}
    addresses = {str(link.ip): node.name for node in want.cluster.nodes for link in node.links}
    joined = facts.votes.members if facts.votes else frozenset()
    for one in want.departing:
        heirs = {numbers.get(one.id), *(addresses.get(address) for address in one.addresses)} - {None}
        if heirs:
            yield taken_over(one, str(min(map(str, heirs))))
        elif not one.agreed:
            if one.id not in joined:  # the step membership tells of those that are joined
                yield not_in_file(one.name, one.id)
        elif facts.status is None or facts.votes is None:
            yield nobody_knows(one)
        elif one.host is None and (words := may_run(facts.status.node(one.name), joined=one.id in joined)):
            yield may_still_run(one, words)
        elif words := held(facts, one):
            yield cannot_move(one, words)
    leaving = frozenset(one.id for one in want.departing if one.agreed)
    if facts.votes and leaving and (problem := loses_quorum(facts.votes, leaving, want.cluster)):
        yield problem


def may_run(node: NodeStatus | None, *, joined: bool) -> str:
    """Return in words why a node that does not answer may still run resources; "" where the cluster knows better."""
    if joined:
        return "is a member of the cluster"
    if node is not None and node.unclean:
        return "was lost and is not fenced"
    return "takes part in the cluster" if node is not None and node.online else ""


def unasked(one: Departing, *, quorate: bool) -> Finding:
    """Return a warning for a node that is removed without having been told. quorate: when it boots, alone."""
    boots = (
        "when it boots again it has quorum alone: it starts the services once more, and may fence the nodes that stay"
        if quorate
        else "when it boots again it waits for the others in vain, without quorum"
    )
    first = "keep it off, or off the network, until there" if quorate else "when it is back, there"
    return Finding(
        "removed-while-silent",
        Severity.WARNING,
        f"{one.name} does not answer, and is removed without being told",
        f"it runs nothing, says the cluster; {boots}, with the cluster's key on its disk ({one.error})",
        f"{first}: systemctl disable --now pacemaker corosync; rm /etc/corosync/authkey",
        path=("nodes",),
    )


def held(facts: Facts, one: Departing) -> str:
    """Return in words why what a node runs would not move off it, "" where it would, or where it has left already.

    In maintenance Pacemaker may be stopped on a node whose resources run on; the cluster still counts them then.
    """
    status = facts.status
    node = status.node(one.name) if status else None
    has_left = one.host is not None and not facts.member.get(one.name)
    if status is None or node is None or (has_left and not node.online and not node.running):
        return ""
    if status.maintenance_mode or node.maintenance:
        return f"{'the cluster' if status.maintenance_mode else one.name} is in maintenance"
    if not node.online:
        return f"resources run on there without Pacemaker ({node.running})" if node.running else ""
    loose = sorted({found.id for found in status.resources if one.name in found.nodes and not found.managed})
    return f"{', '.join(loose)} {'is' if len(loose) == 1 else 'are'} not managed" if loose else ""


def cannot_move(one: Departing, words: str) -> Finding:
    """Return the error for a node that Pacemaker would not empty."""
    return Finding(
        "removal-held",
        Severity.ERROR,
        f"{one.name} cannot be emptied: {words}",
        "Pacemaker moves nothing off it, and what runs there would be stopped hard or go on alone",
        "undo that first, with Pacemaker started there where it is stopped; then apply again",
        path=("nodes",),
    )


def taken_over(one: Departing, heir: str) -> Finding:
    """Return the error for a node of the file that has the id or an address of one that goes."""
    return Finding(
        "node-replaced-under-another-name",
        Severity.ERROR,
        f"{heir} has the id or an address of {one.name}, which the running cluster has under that name",
        "Corosync and Pacemaker would take one for the other while both are known",
        f"keep the name {one.name} for the new machine; or remove {one.name} first, apply, then add {heir} "
        f"(ids follow the order in the file; `id:` sets one)",
        path=("nodes", heir),
    )


def nobody_knows(one: Departing) -> Finding:
    """Return the error where no node can say how the cluster is."""
    return Finding(
        "removal-state-unknown",
        Severity.ERROR,
        f"{one.name} cannot be removed: no node that stays runs Pacemaker in a partition with quorum",
        "only the cluster knows whether a node runs something, or was fenced",
        f"put {one.name} back into the file and apply, so that the cluster runs; see `quorate status`",
        path=("nodes",),
    )


def may_still_run(one: Departing, words: str) -> Finding:
    """Return the error for a node that does not answer and may run resources."""
    return Finding(
        "removal-unfenced",
        Severity.ERROR,
        f"{one.name} cannot be removed: it does not answer SSH, and {words}",
        f"forgotten while it may still run services, they would run twice ({one.error})",
        f"power it off, by `stonith_admin --fence {one.name}` on a node that stays; or by hand, and then say so, "
        f"only if you are certain: `stonith_admin --confirm {one.name}`. Then apply again",
        path=("nodes",),
    )


async def perform(fleet: Fleet, want: Want, note: Note) -> None:
    """Have one node after the other leave."""
    for one in want.departing:
        facts = await look(fleet, want)
        if one.host is None or not facts.member.get(one.name):
            continue
        if facts.status is None:
            raise Unknown(f"{one.name} was not stopped: no node can say how the cluster is", "see `quorate status`")
        if words := held(facts, one):
            raise Refused(f"{one.name} was not stopped: {words}", "undo that first, then apply again")
        node = facts.status.node(one.name)
        if node is not None and node.online:
            await emptied(fleet, want, one.name)
            note(f"{one.name} runs nothing any more")
        await one.host.run(leaving(want, one), timeout_s=STOP_S)
        await gone(fleet, one)
        note(f"{one.name} has left, and does not come back by itself")


async def emptied(fleet: Fleet, want: Want, name: str) -> None:
    """Put a node into standby until its next start, and return when it runs nothing; TimedOut says what it runs."""
    peer = next(iter(fleet.values()))
    await peer.run(command("crm_standby", "--node", name, "--update", "on", "--lifetime", "reboot"))

    async def empty() -> bool:
        status = await answer(gather(peer, cluster_status))
        node = status.node(name) if status else None
        if status is None or node is None or not is_empty(node):
            there = [one.id for one in status.resources if name in one.nodes] if status else []
            raise NotYet(f"it still runs {', '.join(there) or 'something'}")
        return True

    await until(f"{name} runs nothing", empty, timeout_s=running.patience_s(want), every_s=0.3)


async def gone(fleet: Fleet, one: Departing) -> None:
    """Return when the nodes that stay see that a node has left in order."""

    async def left(host: Host) -> bool:
        status, counted = await answer(gather(host, cluster_status)), await answer(gather(host, quorum))
        node = status.node(one.name) if status else None
        if counted is None or one.id in {member.id for member in counted.members}:
            raise NotYet(f"{host.name} counts it as a member")
        if status is None or (node is not None and (node.online or node.unclean)):
            raise NotYet(f"{host.name} has not seen it leave in order")
        return True

    for host in fleet.values():
        if await answer(gather(host, quorum)) is not None:
            await until(f"{one.name} has left", lambda host=host: left(host), timeout_s=60, every_s=0.3)  # type: ignore[misc]


async def settled(fleet: Fleet, want: Want, note: Note) -> None:  # noqa: ARG001 - the protocol of a step
    """Return when no node that goes, and answers, is of this cluster any more."""
    for one in want.departing:
        if one.host is None:
            continue
        units = [want.platforms[one.name].units[name] for name in ("pacemaker", "corosync")]
        states = await gather_about(one.host, unit_state, *units)
        conf = await one.host.get(corosync_conf.PATH)
        if conf and is_ours(conf, want):
            raise CommandFailed(f"{one.name} still has {corosync_conf.PATH}", "who has put it back there?")
        if on := [name for name, state in states.items() if state.is_active and conf is None]:
            raise CommandFailed(f"{', '.join(on)} run{'s' if len(on) == 1 else ''} on {one.name}", "who started it?")
    if want.leaving:
        note(f"{', '.join(sorted(want.leaving))}: out of the cluster")
