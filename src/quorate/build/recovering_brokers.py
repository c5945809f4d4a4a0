"""recovering_brokers: a cluster of RabbitMQ brokers goes on without members that are gone for good, as told.

    1. take the lock on every node that answers; ask every broker how it is
    2. where none serves, decide who begins: the one that stopped last of those that are there; have it agreed to
    3. record it in the history; take the brokers out of Pacemaker's hands, with a mark beside it, and end all
    4. have all forget who is gone while they are down: only so a copy of a mirrored queue takes the place of a leader
       that is gone (measured: with force_boot instead all 707 confirmed messages of such a queue were lost)
    5. start the one that begins; the others when it serves, never beside it
    6. when all that are there serve, take away what quorum queues had on who is gone, and give them back to Pacemaker

Where some serve already, they forget who is gone as they run. Killed at any time, it is run again: who is forgotten is
no member any more. While the mark is there nobody else starts a broker that is down: it counts as one that waits, or is
started where others serve. However it ends they are Pacemaker's again, by any member that answers. Only while some may
have forgotten who is gone and the first does not serve they stay out of its hands, until it is run again: Pacemaker
would start all at once.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from quorate.build import giving_up, lock, returning
from quorate.build.history import Origin
from quorate.build.step import Fleet, Note, answer
from quorate.catalog.services.rabbitmq_cluster import BASE, asked_by, broker
from quorate.catalog.site import Site
from quorate.errors import CommandFailed, QuorateError, Refused, UsageError
from quorate.machines.host import Command, Host, command
from quorate.machines.waiting import NotYet, until
from quorate.observe.facts import broker as fact
from quorate.observe.facts.broker import Broker
from quorate.observe.gathering import gather_about
from quorate.render.run_state import RECOVERS

SERVE_S = 300
CALL_S = 180
REST_S = 30
FORCED = "force_load"  # RabbitMQ's own mark, in a broker's directory: it does not wait for others when it starts
LOST = "what {names} alone had: definitions, messages of queues without copies, what no copy had yet"


@dataclass(frozen=True, slots=True)
class Going:
    """How a cluster goes on. node: the broker that begins, "" where some serve. lost: sentences: what may be."""

    node: str
    lost: tuple[str, ...]


def going(
    told: Mapping[str, Broker],
    site: Site,
    without: Collection[str],
    wanted: str | None = None,
    *,
    begun: bool = False,
) -> Going:
    """Decide. told: what the brokers that were asked said. wanted: who is to begin, None for who stopped last. Pure.

    begun: a run before this one has taken them from Pacemaker and may have ended them: who is down would wait.
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
            f"{', '.join(silent)} may have stopped last, and is not in the cluster, or cannot be asked",
            f"start Pacemaker there, or give up what only it has: {' '.join(f'--without {name}' for name in silent)}",
        )
    heard = {name: one for name, one in told.items() if name not in without and one.last}
    if not heard or (wanted and wanted not in heard):
        raise Refused(f"{wanted or 'no node'} has no broker's database to begin with", "quorate status FILE says more")
    last = wanted or min(heard, key=lambda name: (len({*heard[name].last} - {*without}), names.index(name)))
    if heard[last].state not in ({"waits", "down"} if begun else {"waits"}):
        raise Refused(
            f"{last} has the newest definitions of those that answer, and its broker does not wait there",
            f"have it started: does Pacemaker run there, is the cookie right? Or give it up: --without {last}",
        )
    gone = sorted({*heard[last].last} - {last} - (set() if wanted else {*heard}))
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
        online = await giving_up.permitted(fleet, without)
        # A host that answers and is not in the cluster may go off at any time; no broker is begun there.
        members = {name: host for name, host in fleet.items() if name in online}
        begun = await is_begun(members, site)
        chosen = going(await told(members, site), site, without, wanted, begun=begun)
        if not chosen.node and not without and not begun:
            return None
        agree(chosen.node, chosen.lost)
        what = ((f"{site.name} begins on {chosen.node}",) if chosen.node else ()) + chosen.lost
        recording = await giving_up.recorded(fleet, site, what, without, by)
        try:
            await go_on(members, site, chosen, without, note, begun=begun)
        except QuorateError as error:
            await recording.end("failed", error.message)
            raise
        await recording.end("done")
        return chosen.node


async def is_begun(fleet: Fleet, site: Site) -> bool:
    """Tell whether a run before this one was ended before it gave the brokers back to Pacemaker."""
    _, now = await returning.live(fleet)
    mark = f"configuration/resources/clone[@id='{site.name}']/meta_attributes/nvpair[@name='{RECOVERS}']"
    return now.root.find(mark) is not None


async def go_on(
    fleet: Fleet, site: Site, chosen: Going, without: Collection[str], note: Note, *, begun: bool = False
) -> None:
    """Have the chosen one begin and the others follow, or those that serve forget who is gone.

    begun: a run before this one has not come to its end; where some serve, those that are down are started.
    """
    present = {node.name: fleet[node.name] for node in site.nodes if node.name in fleet and node.name not in without}
    gone = [broker(site.cluster.node(name)) for name in sorted(without)]
    if not chosen.node and not begun:
        await forget(serving(await told(present, site), present), gone)
        note(f"{', '.join(sorted(without))} is no member any more")
        return
    members = sorted(fleet.values(), key=lambda host: host.name != chosen.node)
    is_half_done = False
    try:
        await hold(members, site)
        if chosen.node:
            first = present[chosen.node]
            await end(present.values(), site)
            is_half_done = True
            await begin(first, [host for host in present.values() if host is not first], site, gone, note)
            is_half_done = False
            await _serve(present, site)
            await shrink(first, gone)
        else:
            found = await told(present, site)
            first = serving(found, present)
            down = [present[name] for name, one in found.items() if one.state == "down"]
            await unmark(down, site)
            await start(down, site)
            await _serve(present, site)
            await forget(first, gone)
    finally:
        if is_half_done:
            note("the brokers stay out of Pacemaker's hands, and none starts, until this is run again")
        else:
            await give_back(members, site)
    await _serve(present, site)
    note(f"the brokers on {', '.join(sorted(present))} serve")


async def hold(members: Iterable[Host], site: Site) -> None:
    """Take the brokers out of Pacemaker's hands. The mark comes first: without it nobody knew who has done so."""
    names = {RECOVERS: "true", "is-managed": "false"}
    pairs = (("--set-parameter", name, "--parameter-value", value) for name, value in names.items())
    await anywhere(members, *(_meta(site, *pair) for pair in pairs))


async def give_back(members: Sequence[Host], site: Site) -> None:
    """Give the brokers back to Pacemaker, by any member that answers; the mark goes last.

    What was stopped meanwhile is a failure to Pacemaker until that is forgotten. It has to look anew before it is in
    charge: else it starts a broker again that serves, and of two the other pauses for as long.
    """
    cleanup = command("crm_resource", "--cleanup", "--resource", site.name)
    wait = command("crm_resource", "--wait", f"--timeout={REST_S}s")
    with suppress(QuorateError):
        await anywhere(members, cleanup, wait, check=False)
    await anywhere(members, *(_meta(site, "--delete-parameter", name) for name in ("is-managed", RECOVERS)))


def _meta(site: Site, *words: str) -> Command:
    return command("crm_resource", "--resource", site.name, "--meta", "--set-name", f"{site.name}-meta", *words)


async def anywhere(hosts: Iterable[Host], *commands: Command, check: bool = True) -> None:
    """Run commands on the first host where all of them can be run; what they do may be done twice."""
    failed: list[QuorateError] = []
    for host in hosts:
        try:
            for one in commands:
                await host.run(one, timeout_s=CALL_S, check=check)
        except QuorateError as error:
            failed.append(error)
        else:
            return
    raise failed[0]


async def end(hosts: Iterable[Host], site: Site) -> None:
    """End all brokers."""
    unit = site.platform.units["rabbitmq"]
    kill = command("systemctl", "kill", "--signal=KILL", unit)
    down = command("sh", "-c", f"while systemctl is-active --quiet {unit}; do sleep 0.2; done")
    hosts = tuple(hosts)
    await asyncio.gather(*(host.run(kill, check=False) for host in hosts))
    await asyncio.gather(*(host.run(down, timeout_s=CALL_S) for host in hosts))


async def begin(first: Host, others: Sequence[Host], site: Site, gone: Sequence[str], note: Note) -> None:
    """Have brokers that are down forget who is gone; start the first with what it has, and then the others.

    The others forget, too: RabbitMQ 3.10 keeps a table (rabbit_node_maintenance_states) on the broker that began the
    cluster alone. Where that one is gone the first makes the table anew, and who still knew the old one did not start
    ("Bad cookie in table definition"). But only the first may begin with what it has, whatever the others hold.

    And only when it serves may they start. What a broker has beside its database still names who was forgotten
    offline: one that meets another at its start which does not know those throws its own database away, for that one
    "is online". Two that start at once both did: every account, queue and binding was gone, of both.
    """
    for name in gone:
        await forget_one(first, name, "--offline")
        for host in others:  # one at a time: each is refused while it sees the database of another open
            # One that has lost its disk has nothing to forget, and fails.
            await host.run(forgetting(name, "--offline"), timeout_s=CALL_S, check=False)
    # Forgetting marks it so, too, but not who was forgotten by a run before this one; that mark may be used up.
    await first.run(command("rabbitmqctl", "force_boot"), timeout_s=CALL_S)
    await unmark(others, site)
    await start([first], site)
    note(f"{first.name} begins with what it has")
    await _serve({first.name: first}, site)
    await start(others, site)


async def unmark(hosts: Iterable[Host], site: Site) -> None:
    """Have none of these begin with what it has, whoever was to by a run before this one."""
    for host in hosts:
        await host.run(command("rm", "-f", f"{BASE}/{broker(site.cluster.node(host.name))}/{FORCED}"))


async def start(hosts: Iterable[Host], site: Site) -> None:
    """Start brokers, and do not wait for them."""
    starting = command("systemctl", "start", "--no-block", site.platform.units["rabbitmq"])
    await asyncio.gather(*(host.run(starting) for host in hosts))


def serving(found: Mapping[str, Broker], present: Fleet) -> Host:
    """Return the first whose broker serves: one that does not cannot have the others forget anybody."""
    for name, one in found.items():
        if one.state == "running":
            return present[name]
    raise Refused("no broker serves any more", "run it again, and read again what it says")


async def forget(host: Host, gone: Sequence[str]) -> None:
    """Have brokers that serve forget who is gone, after the replicas there, which count for majorities."""
    await shrink(host, gone)
    for name in gone:
        await forget_one(host, name)


async def forget_one(host: Host, name: str, *options: str) -> None:
    """Have a broker forget another; one that is no member any more was forgotten by a run before this one."""
    try:
        await host.run(forgetting(name, *options), timeout_s=CALL_S)
    except CommandFailed as error:
        if "not_a_cluster_node" not in error.message:
            raise


def forgetting(name: str, *options: str) -> Command:
    """Return what makes a broker forget another."""
    return command("rabbitmqctl", "--quiet", "forget_cluster_node", *options, name)


async def shrink(host: Host, gone: Sequence[str]) -> None:
    """Take the replicas of quorum queues away that were there: what is forgotten offline leaves them."""
    for name in gone:
        await host.run(command("rabbitmq-queues", "--quiet", "shrink", name), timeout_s=CALL_S)


async def _serve(present: Fleet, site: Site) -> None:
    """Wait until all of them serve."""

    async def serve() -> bool | None:
        found = await told(present, site)
        away = sorted(name for name in present if name not in found or found[name].state != "running")
        if away:
            raise NotYet(f"{', '.join(away)} not yet")
        return True

    await until(f"the brokers on {', '.join(present)} serve", serve, timeout_s=SERVE_S, every_s=1)


async def told(fleet: Fleet, site: Site) -> dict[str, Broker]:
    """Return what the brokers say, of those that do."""
    found = {}
    for node in site.nodes:
        if node.name in fleet:
            said = await answer(gather_about(fleet[node.name], fact, *asked_by(site, node)))
            if said is not None:
                found[node.name] = said
    return found
