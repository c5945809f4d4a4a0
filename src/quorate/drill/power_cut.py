"""power_cut: cut the power of the node that serves the clients, and see what they see. Lab only.

1. the cluster is at rest: every service runs, nothing failed
2. a client asks the service every 20 ms through its floating address, and has had 50 good answers in a row
3. the power of the serving node is cut, as at the plug: no process ends in order
4. nobody helps: the survivors notice, fence, start the service elsewhere; the client gets its first answer
5. fencing has switched the node on again; it boots and becomes a member
6. some seconds more: a service that moves back now interrupts its clients a second time
7. the cluster is at rest again; the survivors' journals join the record, and the record is judged
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from quorate import __version__
from quorate.build.step import Fleet, Note, answer
from quorate.build.steps import running
from quorate.build.want import Want
from quorate.catalog.service import Probe, Service
from quorate.drill.about import about
from quorate.drill.history import History, read
from quorate.drill.journal import fetch
from quorate.drill.outcome import Outcome, judge_run
from quorate.drill.probe import Settings, probing
from quorate.drill.record import Moment
from quorate.errors import Unknown, UsageError
from quorate.lab.lab import Lab
from quorate.machines.host import Host, command
from quorate.machines.waiting import until
from quorate.observe.facts import cluster_status, packages
from quorate.observe.gathering import gather, gather_about

TELLING = ("corosync", "pacemaker", "resource-agents", "fence-agents", "apache2")
WATCH_S = 5.0  # after the node's return
RETURN_S = 120.0


@dataclass(frozen=True, slots=True)
class Story:
    """What a run is told with: the service that clients ask, the folder, the file's own text, how to repeat it."""

    service: str
    folder: Path
    file_text: str
    repeat: Sequence[str]


async def power_cut(lab: Lab, fleet: Fleet, want: Want, story: Story, note: Note) -> Outcome:
    """Run the drill; the module's docstring tells it. The lab must be up and the file applied."""
    service = story.service
    probe = probe_of(want, service)
    await running.settled(fleet, want, lambda _: None)
    status = await gather(next(iter(fleet.values())), cluster_status)
    instances = status.instances(service)
    victim = next((node for instance in instances for node in instance.nodes), None)
    if victim is None:
        raise Unknown(f"{service} runs nowhere", "apply the file first")
    survivors = {name: host for name, host in fleet.items() if name != victim}
    history = History(
        story.folder,
        about(
            want.cluster,
            service=service,
            resources=[instance.id for instance in instances],
            fault="power-cut",
            title=f"The power of {victim} was cut",
            node=victim,
            place=f"lab of {len(fleet)} container nodes on one machine",
            versions=await versions(fleet[victim]),
            file_text=story.file_text,
            repeat=story.repeat,
        ),
    )
    settings = Settings(
        probe.target,
        str(history.probe_file(service)),
        expect=probe.expect,
        namespace=str(lab.namespace_path),
        nodes=tuple(fleet),
    )
    async with probing("http", settings) as client:
        await client.wait_steady()
        history.event(Moment.STEADY)
        note(f"a client asks {probe.target} every {settings.every_ms} ms; {victim} serves")
        zero = history.event(Moment.INJECT, f"power of {victim} cut", node=victim)
        await lab.power(victim, "off")
        history.event(Moment.INJECTED, node=victim)
        note(f"power of {victim} cut")
        failed = await client.wait_failed(since_ns=zero.at_ns)
        back = await client.wait_answered(since_ns=failed.done_ns)
        note(f"first answer {(back.done_ns - zero.at_ns) / 1e9:.1f} s after the cut")
        await returned(survivors, victim)
        history.event(Moment.RETURNED, f"{victim} is a member again", node=victim)
        note(f"{victim} is back; watching for {WATCH_S:g} s whether the service stays")
        await asyncio.sleep(WATCH_S)
        history.event(Moment.SETTLED)
    await fleet[victim].reconnect()
    await running.settled(fleet, want, lambda _: None)
    for name, host in survivors.items():
        history.journal(name, (await host.run(fetch(zero.wall_ns / 1e9), check=False)).stdout)
    return judge_run(read(story.folder))


def probe_of(want: Want, service: str) -> Probe:
    """Return how clients ask the service; UsageError where only Pacemaker can tell whether it works."""
    options = want.cluster.services.get(service)
    if not isinstance(options, Service):
        raise UsageError(f"no service is called {service}", f"choose from: {', '.join(want.cluster.services)}")
    probe = options.probe()
    if probe is None or probe.kind != "http":
        raise UsageError(f"{service} has no client that this drill can use", "choose a service of kind web")
    return probe


async def versions(host: Host) -> Mapping[str, str]:
    """Return the versions of everything that took part."""
    installed = await gather_about(host, packages, *TELLING)
    kernel = (await host.run(command("uname", "-r"))).stdout.strip()
    return {"quorate": __version__, **installed, "kernel": kernel}


async def returned(survivors: Fleet, victim: str) -> None:
    """Return when a survivor counts the victim as online."""

    async def online() -> bool | None:
        for host in survivors.values():
            status = await answer(gather(host, cluster_status))
            if status is not None:
                return victim in status.online or None
        return None

    await until(f"{victim} is a member again", online, timeout_s=RETURN_S, every_s=0.2)
