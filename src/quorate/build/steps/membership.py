"""membership: Corosync runs with the configuration that lies on disk, and every node sees every other.

What runs is compared with what is wanted key by key (corosync-cmapctl against the file). Most keys are taken over by
`corosync-cfgtool -R` without interruption. The rest takes a restart of Corosync, on one node after the other or on all
together (build/restarts). A reload or restart that would get a running node fenced is refused (running_members.py).
"""

import asyncio
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from quorate.build import returning
from quorate.build.actions import run_everywhere
from quorate.build.change import Change, Deed, Effect, Run, Thing
from quorate.build.restarts import fitness, marks, rolling, saying, together
from quorate.build.restarts.crashed import Crashed
from quorate.build.restarts.way import Needs, differing, needs, series_of
from quorate.build.step import Fleet, Note, PlacedStates, answer
from quorate.build.steps import corosync_conf, corosync_key
from quorate.build.steps.running_members import endangered
from quorate.build.want import Want
from quorate.dialect.corosync.cmap import cmap_of
from quorate.errors import NeverComes, QuorateError, Refused, TimedOut
from quorate.findings import Finding, Severity
from quorate.machines.host import Command, Host, command
from quorate.machines.waiting import until
from quorate.observe.facts import corosync_runtime, corosync_version, file_state, quorum, unit_state
from quorate.observe.gathering import gather, gather_about
from quorate.render.corosync import corosync_conf as rendered

TITLE = "membership"
DAEMON = Thing("daemon", "corosync")
MANAGER = Thing("daemon", "pacemaker")


ADDRESS = re.compile(r"nodelist\.node\.\d+\.ring\d_addr")
LINKS_S = 30
# $1: how many links there are to be, $2: how many lines about nodes on them, $3: for how many seconds to wait
# (corosync-cfgtool(8), -s).
LINKS_UP = """for second in $(seq "$3"); do
  said=$(corosync-cfgtool -s)
  links=$(printf '%s\\n' "$said" | grep -c '^LINK ID'); nodes=$(printf '%s\\n' "$said" | grep -c 'nodeid')
  down=$(printf '%s\\n' "$said" | grep -c 'disconnected')
  if [ "$links" -eq "$1" ] && [ "$nodes" -eq "$2" ] && [ "$down" -eq 0 ]; then exit 0; fi
  sleep 1
done
printf '%s\\n' "$said" | grep -e '^LINK ID' -e disconnected >&2; exit 1
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """Per node: the running configuration by cmap key, None where Corosync does not run, and votequorum's flags.

    new_key: nodes whose key was replaced and perhaps not loaded since. files: each node's corosync.conf. obstacles:
    why Corosync must not be restarted now, sentences. order: of nodes, the one that is restarted first in front. Only
    asked where Corosync has to be restarted. series: of the oldest Corosync among them; only asked for a reload.
    """

    running: Mapping[str, Mapping[str, str] | None]
    flags: Mapping[str, frozenset[str]] = field(default_factory=dict)
    new_key: frozenset[str] = frozenset()
    files: Mapping[str, bytes | None] = field(default_factory=dict)
    obstacles: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    series: str = "3.1"

    def needs(self, want: Want) -> Needs:
        """Return what the running nodes need."""
        return needs(self.running, self.flags, self.new_key, want.cluster, self.series)


async def look(fleet: Fleet, want: Want) -> Facts:
    """Ask every node whether Corosync runs, and with which configuration; and where it has to restart, if it may."""
    facts = await seen(fleet, want)
    if facts.needs(want).reload:
        facts = replace(facts, series=await series(fleet))
    found = facts.needs(want)
    if not found.together and not found.rolling:
        return facts
    texts = await asyncio.gather(*(host.get(corosync_conf.PATH) for host in fleet.values()))
    against, order = await ground(fleet, want, found)
    return replace(facts, files=dict(zip(fleet, texts, strict=True)), obstacles=against, order=order)


async def seen(fleet: Fleet, want: Want) -> Facts:
    """Ask every node whether Corosync runs, and with which configuration."""

    async def one(host: Host) -> tuple[Mapping[str, str] | None, frozenset[str], bool]:
        unit = want.platforms[host.name].units["corosync"]
        if not (await gather_about(host, unit_state, unit))[unit].is_active:
            return None, frozenset(), False
        values = (await gather(host, corosync_runtime)).values
        votes = await answer(gather(host, quorum))
        mark = await gather_about(host, file_state, corosync_key.REPLACED)
        return values, votes.flags if votes else frozenset(), mark[corosync_key.REPLACED].exists

    answers = dict(zip(fleet, await asyncio.gather(*(one(host) for host in fleet.values())), strict=True))
    return Facts(
        {name: values for name, (values, _, _) in answers.items()},
        {name: flags for name, (values, flags, _) in answers.items() if values is not None},
        frozenset(name for name, (_, _, is_new) in answers.items() if is_new),
    )


async def series(fleet: Fleet) -> str:
    """Return the series of the oldest Corosync among the nodes."""
    return series_of(await asyncio.gather(*(answer(gather(host, corosync_version)) for host in fleet.values())))


async def ground(fleet: Fleet, want: Want, found: Needs) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return why Corosync must not be restarted now, and in which order it would be, node by node.

    Nothing speaks against it where Pacemaker runs nowhere.
    """
    try:
        _, live = await returning.live(fleet)
    except QuorateError:
        return (), ()
    status = await returning.status(fleet)
    if found.together or status is None:
        return tuple(together.obstacles(live, status, want)), ()
    order = fitness.order(fleet, status, fitness.devices(live.root))
    if marks.read(live.root).standby:
        return (), order  # an apply was interrupted; it is asked again when that is put right
    return tuple(await rolling.obstacles(fleet, want, live, status)), order


def changes(facts: Facts, want: Want) -> Iterator[Change | Finding]:
    """Yield starts where Corosync does not run, and one reload, or restarts, where it runs with something else."""
    found = facts.needs(want)
    yield from saying.lasting(found)
    live = [running for running in facts.running.values() if running is not None]
    danger = endangered(live, want.cluster, want.leaving) if found.reload or found.together else []
    if problems := danger or [*saying.against(found, facts.obstacles)]:
        yield from starts(facts, want)
        yield from problems
    elif found.together:
        yield from all_together(facts, found, want)
    else:
        yield from starts(facts, want)
        yield from reload(facts, found, want)
        yield from one_by_one(facts, found)


def starts(facts: Facts, want: Want) -> Iterator[Change]:
    """Yield a start where Corosync does not run."""
    for name, running in facts.running.items():
        if running is None:
            start = (Run(command("systemctl", "start", want.platforms[name].units["corosync"])),)
            yield Change(name, TITLE, "start corosync", start, Effect.START, things=((DAEMON, Deed.CHANGED),))


def reload(facts: Facts, found: Needs, want: Want) -> Iterator[Change]:
    """Yield one reload for all nodes where one of them needs it."""
    if not found.reload or found.by_restart:
        return
    keys = sorted({key for keys in found.reload.values() for key in keys})
    words = f"reload corosync on all nodes ({saying.some(keys)})"
    # The reload is told to the partition it is given in: a quorate one has most of the nodes.
    where = next((n for n in found.reload if "Quorate" in facts.flags.get(n, ())), next(iter(found.reload)))
    waits = link_waits(keys, want)
    yield Change(where, TITLE, words, (Run(command("corosync-cfgtool", "-R")), *waits), Effect.RELOAD)
    for name in facts.running if waits else ():
        if name != where:
            yield Change(name, TITLE, "wait until its links are up", waits)


def link_waits(keys: Iterable[str], want: Want) -> tuple[Run, ...]:
    """Return what waits until a node's links are up, where a reload changes links or adds a node."""
    nodes = want.cluster.nodes
    links = {len(node.links) for node in nodes}
    if want.cluster.corosync.transport != "knet" or len(links) > 1 or not any(ADDRESS.fullmatch(key) for key in keys):
        return ()
    (count,) = links
    return (links_up(count, len(nodes)),)


def links_up(links: int, nodes: int) -> Run:
    """Return what waits until a node has so many links, and each of them is up to all of so many nodes."""
    argv = ("sh", "-c", LINKS_UP, "quorate-links", str(links), str(links * nodes), str(LINKS_S))
    return Run(Command(argv, purpose="waiting for its links to come up"), timeout_s=LINKS_S + 30)


def all_together(facts: Facts, found: Needs, want: Want) -> Iterator[Change]:
    """Yield the new file and the restart of both daemons on every node; no resource is touched."""
    for name in facts.running:
        if change := corosync_conf.writing(facts.files.get(name), want, name):
            yield change
    for name in facts.running:
        keys = saying.some(found.together)
        words = f"restart corosync and pacemaker on all nodes at once, every resource runs on ({keys})"
        yield Change(name, TITLE, words, (), Effect.RESTART_DAEMON, things=BOTH)


def one_by_one(facts: Facts, found: Needs) -> Iterator[Change]:
    """Yield the restart of both daemons on every node that needs it, which is emptied before; in their order."""
    for name, options in sorted(found.rolling.items(), key=lambda one: (*facts.order, one[0]).index(one[0])):
        words = f"restart corosync and pacemaker, one node at a time, in standby meanwhile ({saying.some(options)})"
        yield Change(name, TITLE, words, (), Effect.RESTART_DAEMON, things=BOTH, empties=True)


BOTH = ((DAEMON, Deed.CHANGED), (MANAGER, Deed.CHANGED))


def things(facts: Facts, want: Want) -> PlacedStates:  # noqa: ARG001 - the protocol of a step
    """Return Corosync on each node."""
    return {(name, DAEMON): "stopped" if running is None else "running" for name, running in facts.running.items()}


async def perform(fleet: Fleet, want: Want, note: Note) -> None:
    """Go the ways that are needed: all together, or else starts, then a reload, then one node after the other."""

    def tell(words: str) -> None:
        note(f"{TITLE}: {words}")

    facts = await look(fleet, want)
    found = facts.needs(want)
    if found.together:
        await together.restart(fleet, want, tell, settled)
        return
    refuse(list(changes(facts, want)))
    await run_everywhere([*starts(facts, want), *reload(facts, found, want)], fleet)

    async def behind() -> frozenset[str]:
        return frozenset((await seen(fleet, want)).needs(want).rolling)

    if found.rolling:
        if not found.by_restart:  # else every node lacks something until it has been restarted
            await settled(fleet, want, tell)
        await rolling.restart(fleet, want, tell, behind)


def refuse(said: list[Change | Finding]) -> None:
    """Raise Refused where something speaks against it, after all."""
    errors = [one for one in said if isinstance(one, Finding) and one.severity is Severity.ERROR]
    if errors:
        raise Refused("; ".join(one.summary for one in errors), "; ".join(one.fix for one in errors))


async def settled(fleet: Fleet, want: Want, note: Note) -> None:
    """Return when every node counts every node as a member, all votes, is quorate, and runs what is in its file.

    A Corosync that crashes meanwhile is started again, once.
    """
    wanted, crashed = cmap_of(rendered(want.cluster)), Crashed(want, note)
    seen: dict[str, str] = {}

    async def complete() -> bool | None:
        seen.update(zip(fleet, await asyncio.gather(*(one(host) for host in fleet.values())), strict=True))
        return not any(seen.values()) or None

    async def one(host: Host) -> str:
        view = await answer(gather(host, quorum))
        if view is None:
            await crashed.look(host)
        if problem := lacking(view, want):
            return f"{host.name} {problem}"
        runtime = await answer(gather(host, corosync_runtime))
        keys = differing(runtime.values, wanted) if runtime else {}
        error = f" (its last reload: {runtime.reload_error})" if runtime and runtime.reload_error else ""
        return f"{host.name} did not take over {', '.join(keys)}{error}" if keys else ""

    try:
        await until("every node a member, and quorate", complete, timeout_s=60, hopeless=crashed.hopeless)
    except NeverComes as error:
        raise NeverComes(error.message, "journalctl -u corosync there says what it did last") from error
    except TimedOut as error:
        port = want.cluster.corosync.links[0].port
        raise TimedOut(
            f"the membership is not complete: {'; '.join(words for words in seen.values() if words)}",
            f"is UDP port {port} open between the nodes, are the link addresses right? Corosync says in "
            "journalctl -u corosync why it refused a reload; it goes on with what it had",
        ) from error
    await asyncio.gather(*(key_is_loaded(host) for host in fleet.values()))
    note(f"membership complete: {len(want.awaited)} nodes, quorate")


def lacking(view: quorum.Quorum | None, want: Want) -> str:
    """Return in words what a node's view of the membership lacks, "" when it is as wanted."""
    if view is None:
        return "does not answer"
    members = sorted(member.id for member in view.members)
    if not {*members} >= {node.id for node in want.awaited} or not view.quorate:
        return f"sees nodes {members}" + ("" if view.quorate else ", without quorum")
    expected = want.cluster.quorum.expected_votes
    # last_man_standing lowers the number by itself while nodes are away (votequorum(5)).
    if view.expected_votes != expected and "LastManStanding" not in view.flags:
        return f"expects {view.expected_votes} votes, the file {expected} (corosync-quorumtool -e sets it by hand)"
    return ""


async def key_is_loaded(host: Host) -> None:
    """Forget that the key was replaced: Corosync was reloaded or started since, or changes() would have said so."""
    if (await gather_about(host, file_state, corosync_key.REPLACED))[corosync_key.REPLACED].exists:
        await host.run(command("rm", "-f", corosync_key.REPLACED))
