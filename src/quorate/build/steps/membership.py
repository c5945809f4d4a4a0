"""membership: Corosync runs with the configuration that lies on disk, and every node sees every other.

What runs is compared with what is wanted key by key (corosync-cmapctl against the file). Most keys are taken over by
`corosync-cfgtool -R` without interruption; those that need a restart of every node at once are refused with the way
to do it, because apply does not stop a running cluster unasked. A reload that would get a running node fenced is
refused too (running_members.py).
"""

import asyncio
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from quorate.build.change import Change, Deed, Effect, Run, Thing
from quorate.build.step import Fleet, Note, PlacedStates, answer
from quorate.build.steps import corosync_key
from quorate.build.steps.running_members import endangered
from quorate.build.want import Want
from quorate.dialect.corosync.cmap import cmap_of
from quorate.dialect.corosync.reloading import Taken, how
from quorate.errors import TimedOut
from quorate.findings import Finding, Severity
from quorate.machines.host import Host, command
from quorate.machines.waiting import until
from quorate.observe.facts import corosync_runtime, file_state, quorum, unit_state
from quorate.observe.gathering import gather, gather_about
from quorate.render.corosync import corosync_conf

TITLE = "membership"
DAEMON = Thing("daemon", "corosync")

# How Corosync logs is no difference that matters to a cluster.
COMPARED = ("totem.", "nodelist.", "quorum.")
# Kept by Corosync itself in the same place: derived from the file, or the default of udp's port.
DERIVED = re.compile(r"(totem\.interface\.\d+\.(bindnetaddr|mcastaddr))=.*|totem\.interface\.\d+\.mcastport=5405")
# votequorum 3.1.7 takes expected_votes and two_node from a reload, and these only when it starts.
START_FLAGS = {
    "WaitForAll": "wait_for_all",
    "LastManStanding": "last_man_standing",
    "AutoTieBreaker": "auto_tie_breaker",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """Per node: the running configuration by cmap key, None where Corosync does not run, and votequorum's flags.

    new_key: nodes whose key was replaced and perhaps not loaded since.
    """

    running: Mapping[str, Mapping[str, str] | None]
    flags: Mapping[str, frozenset[str]] = field(default_factory=dict)
    new_key: frozenset[str] = frozenset()


async def look(fleet: Fleet, want: Want) -> Facts:
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


def differing(running: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, Taken]:
    """Return the keys that Corosync runs otherwise than wanted, and how each is taken over."""
    running = {key: value for key, value in running.items() if not DERIVED.fullmatch(f"{key}={value}")}
    return {key: taken for key, taken in how(running, wanted).items() if key.startswith(COMPARED)}


def changes(facts: Facts, want: Want) -> Iterator[Change | Finding]:
    """Yield starts where Corosync does not run, and one reload where it runs with something else."""
    wanted = cmap_of(corosync_conf(want.cluster))
    stale: dict[str, dict[str, Taken]] = {}
    for name, running in facts.running.items():
        if running is None:
            unit = want.platforms[name].units["corosync"]
            start = (Run(command("systemctl", "start", unit)),)
            yield Change(name, TITLE, "start corosync", start, Effect.START, things=((DAEMON, Deed.CHANGED),))
        elif keys := differing(running, wanted) | ({"its key": Taken.RELOAD} if name in facts.new_key else {}):
            stale[name] = keys
    yield from later(facts, want)
    if not stale:
        return
    differ = {key: taken for keys in stale.values() for key, taken in sorted(keys.items())}
    live = [running for running in facts.running.values() if running is not None]
    if found := endangered(live, want.cluster) or [*not_by_reload(differ)]:
        yield from found
        return
    words = f"reload corosync on all nodes ({', '.join([*differ][:4])}{' ...' if len(differ) > 4 else ''})"
    # The reload is told to the partition it is given in: a quorate one has most of the nodes.
    where = next((name for name in stale if "Quorate" in facts.flags.get(name, ())), next(iter(stale)))
    yield Change(where, TITLE, words, (Run(command("corosync-cfgtool", "-R")),), Effect.RELOAD)


def things(facts: Facts, want: Want) -> PlacedStates:  # noqa: ARG001 - the protocol of a step
    """Return Corosync on each node."""
    return {(name, DAEMON): "stopped" if running is None else "running" for name, running in facts.running.items()}


def not_by_reload(keys: Mapping[str, Taken]) -> Iterator[Finding]:
    """Yield an error for each kind of change that no reload brings into effect.

    What votequorum reads only at start does no harm in a reload, and later() says what is left to do.
    """
    together = [key for key, taken in keys.items() if taken is Taken.TOGETHER]
    alone = [key for key, taken in keys.items() if taken is Taken.RESTART and not key.startswith("quorum.")]
    anew = [key for key, taken in keys.items() if taken is Taken.ANEW]
    if together:
        yield Finding(
            "needs-cluster-restart",
            Severity.ERROR,
            f"Corosync reads {', '.join(together)} only when it starts",
            "nodes that run with different values do not form one cluster, so all would have to be restarted at once",
            "stop the cluster on every node (systemctl stop pacemaker corosync), then apply again",
            path=("corosync",),
        )
    if alone:
        yield Finding(
            "needs-restart",
            Severity.ERROR,
            f"Corosync reads {', '.join(alone)} only when it starts",
            "a reload would leave it as it is, and only seem to have changed it",
            "restart node after node when it suits: systemctl stop pacemaker corosync; systemctl start pacemaker",
            path=("corosync",),
        )
    if anew:
        yield Finding(
            "link-must-go-first",
            Severity.ERROR,
            f"Corosync refuses to change {', '.join(anew)} while it runs",
            "an address, port or protocol of a link that is in use stays what it was when the link was made",
            "take the link out of the file, apply, then put it in with the new value, and apply again",
            path=("nodes",),
        )


def later(facts: Facts, want: Want) -> Iterator[Finding]:
    """Yield a warning for settings of votequorum that running nodes take over only when Corosync starts again."""
    for flag, option in START_FLAGS.items():
        is_wanted = bool(getattr(want.cluster.quorum, option))
        names = [name for name, flags in facts.flags.items() if flags and (flag in flags) is not is_wanted]
        if names:
            yield Finding(
                "takes-effect-at-restart",
                Severity.WARNING,
                f"{', '.join(names)}: Corosync runs with {option} {'off' if is_wanted else 'on'}, unlike the file",
                f"Corosync 3.1 reads {option} only when it starts; a reload does not change it",
                "restart node after node when it suits: systemctl stop pacemaker corosync; systemctl start pacemaker",
                path=("quorum", option),
            )


async def settled(fleet: Fleet, want: Want, note: Note) -> None:
    """Return when every node counts every node as a member, all votes, is quorate, and runs what is in its file."""
    wanted = cmap_of(corosync_conf(want.cluster))
    seen: dict[str, str] = {}

    async def complete() -> bool | None:
        seen.update(zip(fleet, await asyncio.gather(*(one(host) for host in fleet.values())), strict=True))
        return not any(seen.values()) or None

    async def one(host: Host) -> str:
        problem = lacking(await answer(gather(host, quorum)), want)
        if problem:
            return f"{host.name} {problem}"
        runtime = await answer(gather(host, corosync_runtime))
        keys = differing(runtime.values, wanted) if runtime else {}
        error = f" (its last reload: {runtime.reload_error})" if runtime and runtime.reload_error else ""
        return f"{host.name} did not take over {', '.join(keys)}{error}" if keys else ""

    try:
        await until("every node a member, and quorate", complete, timeout_s=60, every_s=0.2)
    except TimedOut as error:
        port = want.cluster.corosync.links[0].port
        raise TimedOut(
            f"the membership is not complete: {'; '.join(words for words in seen.values() if words)}",
            f"is UDP port {port} open between the nodes, are the link addresses right? Corosync says in "
            "journalctl -u corosync why it refused a reload; it goes on with what it had",
        ) from error
    await asyncio.gather(*(key_is_loaded(host) for host in fleet.values()))
    note(f"membership complete: {len(want.cluster.nodes)} nodes, quorate")


def lacking(view: quorum.Quorum | None, want: Want) -> str:
    """Return in words what a node's view of the membership lacks, "" when it is as wanted."""
    if view is None:
        return "does not answer"
    members = sorted(member.id for member in view.members)
    if {*members} < {node.id for node in want.cluster.nodes} or not view.quorate:
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
