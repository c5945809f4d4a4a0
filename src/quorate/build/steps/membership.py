"""membership: Corosync runs with the configuration that lies on disk, and every node sees every other.

What runs is compared with what is wanted key by key (corosync-cmapctl against the file). Most keys are taken over by
`corosync-cfgtool -R` without interruption; those that need a restart of every node at once are refused with the way
to do it, because apply does not stop a running cluster unasked.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from quorate.build.change import Change, Effect, Run
from quorate.build.step import Fleet, Note, answer
from quorate.build.want import Want
from quorate.errors import TimedOut
from quorate.findings import Finding, Severity
from quorate.machines.host import Host, command
from quorate.machines.waiting import until
from quorate.observe.facts import corosync_runtime, quorum, unit_state
from quorate.observe.gathering import gather, gather_about
from quorate.render.corosync import corosync_conf, runtime_keys

TITLE = "membership"

# How Corosync logs is no difference that matters to a cluster.
# Of the rest, corosync.conf(5) of 3.1 and cfg.c of Corosync 3.1.7: these are read at start only.
COMPARED = ("totem.", "nodelist.", "quorum.")
RESTART_ONLY = ("totem.version", "totem.transport", "totem.cluster_name", "totem.ip_version", "quorum.provider")


@dataclass(frozen=True, slots=True)
class Facts:
    """Per node: the running configuration by cmap key, None where Corosync does not run."""

    running: Mapping[str, Mapping[str, str] | None]


async def look(fleet: Fleet, want: Want) -> Facts:
    """Ask every node whether Corosync runs, and with which configuration."""

    async def one(host: Host) -> Mapping[str, str] | None:
        unit = want.platforms[host.name].units["corosync"]
        if not (await gather_about(host, unit_state, unit))[unit].is_active:
            return None
        return (await gather(host, corosync_runtime)).values

    answers = await asyncio.gather(*(one(host) for host in fleet.values()))
    return Facts(dict(zip(fleet, answers, strict=True)))


def differing(running: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    """Return the keys of the wanted configuration that Corosync runs with another value, or that it alone has."""
    missing = [key for key, value in wanted.items() if key.startswith(COMPARED) and running.get(key) != value]
    extra = [key for key in running if key.startswith("nodelist.node.") and key not in wanted]
    return sorted({*missing, *extra})


def changes(facts: Facts, want: Want) -> Iterator[Change | Finding]:
    """Yield starts where Corosync does not run, and one reload where it runs with something else."""
    wanted = runtime_keys(corosync_conf(want.cluster))
    stale: dict[str, list[str]] = {}
    for name, running in facts.running.items():
        if running is None:
            unit = want.platforms[name].units["corosync"]
            yield Change(name, TITLE, "start corosync", (Run(command("systemctl", "start", unit)),), Effect.START)
        elif keys := differing(running, wanted):
            stale[name] = keys
    if not stale:
        return
    keys = sorted({key for keys in stale.values() for key in keys})
    if hard := [key for key in keys if key in RESTART_ONLY]:
        yield Finding(
            "needs-cluster-restart",
            Severity.ERROR,
            f"Corosync reads {', '.join(hard)} only when it starts",
            "nodes that run with different values do not form one cluster, so all would have to be restarted at once",
            "stop the cluster on every node (systemctl stop pacemaker corosync), then apply again",
            path=("corosync",),
        )
        return
    words = f"reload corosync on all nodes ({', '.join(keys[:4])}{' ...' if len(keys) > 4 else ''})"
    yield Change(next(iter(stale)), TITLE, words, (Run(command("corosync-cfgtool", "-R")),), Effect.RELOAD)


async def settled(fleet: Fleet, want: Want, note: Note) -> None:
    """Return when every node counts every node as a member and is quorate."""
    everybody = {node.id for node in want.cluster.nodes}
    seen: dict[str, str] = {}

    async def complete() -> bool | None:
        views = await asyncio.gather(*(answer(gather(host, quorum)) for host in fleet.values()))
        for name, view in zip(fleet, views, strict=True):
            members = sorted(member.id for member in view.members) if view else []
            seen[name] = f"{name} sees nodes {members}" if view else f"{name} does not answer"
        return (
            all(view and view.quorate and {member.id for member in view.members} >= everybody for view in views) or None
        )

    try:
        await until("every node a member, and quorate", complete, timeout_s=60, every_s=0.2)
    except TimedOut as error:
        port = want.cluster.corosync.links[0].port
        raise TimedOut(
            f"the membership is not complete: {'; '.join(seen.values())}",
            f"is UDP port {port} open between the nodes, are the link addresses right? See journalctl -u corosync",
        ) from error
    note(f"membership complete: {len(everybody)} nodes, quorate")
