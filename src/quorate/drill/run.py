"""run: one drill: break the node that serves the clients, and see what they see.

1. the cluster is at rest: every service runs, nothing failed; which node is hit is looked up (victim.py)
2. a client asks the service every 20 ms through its floating address, and has had 50 good answers in a row; one that
   writes has an account and a place for it, made for this run; beside it the address itself is asked, and its port;
   on every node an observer says from now on what of the services that node holds; of several services each has its own
3. explore is asked what the fault will do, and its answer is written down
4. the fault is injected on the node that serves, and proven to be in effect (faults/ has one file for each)
5. nobody helps: the cluster notices and starts the service again; the client gets its first answer
6. the fault is undone where it would stay, and the node may serve again
7. some seconds more: a service that moves back now interrupts its clients a second time
8. the cluster is at rest again; what a client wrote is read back, twice; the account is removed
9. the journals of the nodes that lived join the record, and the record is judged
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from quorate import __version__
from quorate.build.step import Fleet, Note
from quorate.build.steps import clock, running
from quorate.build.want import Want
from quorate.catalog.site import Site
from quorate.drill import victim
from quorate.drill.about import about
from quorate.drill.clients import Asking, asking_beside, clients_of, probe_of, read_back
from quorate.drill.fault import Fault, Scene, Setting, must_boot, status, unfit
from quorate.drill.faults import power_cut
from quorate.drill.ground import Ground
from quorate.drill.history import History, read
from quorate.drill.journal import fetch
from quorate.drill.observer import observing
from quorate.drill.outcome import Outcome, judge_run
from quorate.drill.places import markers
from quorate.drill.predicting import foretell
from quorate.drill.probe import Clients, probing_all
from quorate.drill.record import About, Event, Moment, service_of
from quorate.drill.writes import KEPT
from quorate.errors import UsageError
from quorate.machines.fleet import on_all
from quorate.machines.host import Host, command
from quorate.observe.facts import packages
from quorate.observe.gathering import gather_about

TELLING = (
    *("corosync", "pacemaker", "resource-agents", "fence-agents", "apache2", "mariadb-server", "rabbitmq-server"),
    *("galera-4", "haproxy", "memcached", "keystone", "glance-api"),
)
CLOCKS_APART_S = 0.05
MUST_BOOT = "Nobody can serve before nodes have booted: it is only asked that the service comes back, in whatever time."
WATCH_S = 5.0  # after the node's return
PAGE_CACHE = (
    "Container nodes share this machine's kernel, whose page cache survives the power cut of a node: that what was"
    " written is there shows that none of it was lost on the way to it, not that all had reached a disk."
)


@dataclass(frozen=True, slots=True)
class Story:
    """What a run is told with: the service that the fault hits, the folder, the file's own text, how to repeat it.

    asked: the services that clients ask; left out, the same one. aim: the node that is hit, as victim.py has it.
    """

    service: str
    folder: Path
    file_text: str
    repeat: Sequence[str]
    asked: tuple[str, ...] = ()
    aim: str = ""


DEFAULT: Fault = power_cut


async def drill(
    ground: Ground, fleet: Fleet, want: Want, story: Story, note: Note, *, fault: Fault = DEFAULT, seed: int = 0
) -> Outcome:
    """Run the drill; the module's docstring tells it. ground: a Lab, or Hosts. The file must be applied there.

    seed: of what the fault leaves to chance. UsageError where the fault makes no sense.
    """
    if why := unfit(fault, Setting(want.cluster, story.service, ground.kind)):
        raise UsageError(f"{fault.NAME} cannot be drilled here: {why}", "choose another fault")
    everybody = story.asked or (story.service,)
    for name in everybody:
        probe_of(want.cluster, name)
    await running.settled(fleet, want, lambda _: None)
    site = Site(story.service, want.platform, want.cluster)
    chance = Random(seed)  # noqa: S311 - a drill
    hit = await victim.find(ground, fleet, want, site, aim=story.aim, random=chance, note=note)
    scene = Scene(ground, fleet, want, story.service, hit.node, note, everybody)
    scene = replace(scene, chosen=fault.choose(scene.setting, scene.victim, Random(seed)))  # noqa: S311
    history = History(story.folder, await about_run(scene, story, fault, hit, seed))
    watched = markers(want.cluster, want.platform, getattr(fault, "DOUBLES", ()))
    async with observing(fleet, watched, history.place), clients_of(scene, history) as asking:
        kinds = [(one.kind, one.settings) for one in asking]
        async with asking_beside(scene, history), probing_all(kinds) as client:
            await client.wait_steady()
            history.event(Moment.STEADY)
            note(f"{told(asking)}; {scene.victim} {' and '.join(hit.words)}")
            zero = await broken(scene, fault, client, history)
            note(f"watching for {WATCH_S:g} s whether the service stays")
            await asyncio.sleep(WATCH_S)
            history.event(Moment.SETTLED)
        await running.settled(fleet, want, lambda _: None)
        await read_back(asking, history)
    for name, host in (scene.survivors if fault.LEAVES else fleet).items():
        history.journal(name, (await host.run(fetch(zero.wall_ns / 1e9), check=False)).stdout)
    return judge_run(read(story.folder))


def told(asking: Sequence[Asking]) -> str:
    """Return who asks, for people. Pure."""
    if len(asking) == 1:
        return f"a client asks {asking[0].settings.target} every {asking[0].settings.every_ms:g} ms"
    return f"clients of {', '.join(dict.fromkeys(service_of(one.name) for one in asking))} ask"


async def about_run(scene: Scene, story: Story, fault: Fault, hit: victim.Victim, seed: int) -> About:
    """Return what is known before the fault."""
    found = await status(scene.fleet)
    kinds = {probe_of(scene.want.cluster, name).kind for name in scene.asked}
    is_container = scene.ground.kind == "container"
    boots = must_boot(fault, scene.setting, scene.victim, scene.chosen)
    return about(
        scene.want.cluster,
        service=scene.service,
        resources=list(dict.fromkeys(one.id for name in scene.services for one in found.instances(name)))
        if found
        else [],
        fault=fault.NAME,
        sort=fault.SORT,
        title=fault.TITLE.format(node=scene.victim, **scene.chosen),
        node=scene.victim,
        place=place(scene),
        versions=await versions(scene.fleet[scene.victim]),
        file_text=story.file_text,
        repeat=story.repeat,
        node_leaves=fault.LEAVES,
        has_target=not boots,
        seed=seed,
        asked=scene.asked if scene.asked != (scene.service,) else (),
        aim=hit.aim,
        was=hit.was,
        remarks=[
            *([MUST_BOOT] if boots else []),
            *([PAGE_CACHE] if is_container and fault.LEAVES and kinds & {*KEPT, "image"} else []),
            *([words] if scene.ground.kind == "hosts" and (words := await clocks(scene)) else []),
        ],
    )


def place(scene: Scene) -> str:
    """Return where it ran, in words."""
    number = len(scene.fleet)
    if scene.ground.kind == "hosts":
        return f"{number} real hosts, the client on the machine that drilled"
    return f"lab of {number} {scene.ground.kind} nodes on one machine"


async def clocks(scene: Scene) -> str:
    """Return how far the hosts' clocks are from this machine's, by which phases are off; "" where that is not much."""
    found = (await on_all(list(scene.fleet.values()), lambda host: clock.look(host, scene.want))).all()
    name, far = max(found.items(), key=lambda item: abs(item[1].seconds))
    if abs(far.seconds) - far.uncertainty_s <= CLOCKS_APART_S:
        return ""
    return f"The clock of {name} was {far.seconds:+.2f} s from this machine's: phases are off by up to as much."


async def broken(scene: Scene, fault: Fault, client: Clients, history: History) -> Event:
    """Inject the fault, see it through and undo it; return the event that is zero on every axis."""
    victim, note = scene.victim, scene.note
    flag = fault.FLAG.format(node=victim, **scene.chosen)
    scene = replace(scene, event=lambda moment, text: recorded(moment, text, scene, history))
    try:
        await fault.prepare(scene)
        for line in await foretell(scene, fault, history):
            note(line)
        await client.wait_answered(since_ns=time.monotonic_ns())  # the last good answer is then as late as can be
        zero = history.event(Moment.INJECT, flag, node=victim)
        await fault.inject(scene)
        history.event(Moment.INJECTED, node=victim)
        note(flag)
        back = await fault.passed(scene, client, zero.at_ns)
        note(f"answered again {(back.done_ns - zero.at_ns) / 1e9:.1f} s after it")
    finally:
        await fault.undo(scene)
    history.event(Moment.HEAL, node=victim)
    await fault.healed(scene)
    if fault.RETURNED:
        words = fault.RETURNED.format(node=victim)
        history.event(Moment.RETURNED, words, node=victim)
        note(words)
    return zero


def recorded(moment: Moment, text: str, scene: Scene, history: History) -> None:
    """Write down what a fault did by itself, and say it."""
    history.event(moment, text, node=scene.victim)
    scene.note(text)


async def versions(host: Host) -> Mapping[str, str]:
    """Return the versions of everything that took part."""
    installed = await gather_about(host, packages, *TELLING)
    kernel = (await host.run(command("uname", "-r"))).stdout.strip()
    return {"quorate": __version__, **installed, "kernel": kernel}
