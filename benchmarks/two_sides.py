"""Every cable between two nodes cut for 45 s, a writing client on each side: is every acknowledged row there then?

    python -m benchmarks two_sides [RUNS [CONTENDER,CONTENDER...]]

Two kernel nodes, MariaDB on DRBD, a floating address; booted and built anew for each sample, contenders in turn:

    document 000     as written: stonith-enabled=false, no-quorum-policy=ignore; document000.py lists what Debian forces
    the same, fenced the same commands, with stonith-enabled=true and two fence_ipmilan devices; its DRBD still fences
                     nobody, since the document has that commented out
    quorate          `quorate new mariadb-drbd`, applied

The cut is a switch that falls apart: each network between the nodes becomes two, one per side, for 45 s (after 20 s the
second node does not serve yet). Each side has a client of its own, in a network namespace on that side's network, which
commits a numbered row every 20 ms at the floating address, at whichever node answers there; no two rows of both clients
have one number. The BMCs' network is not cut. Afterwards the clients go on until the cluster is at rest.

Where DRBD has ended in StandAlone the data of one side is thrown away, as DRBD's guide says, to which the document
points: of the side that acknowledged fewer rows after the cut. A node of the document's that was fenced waits for its
operator, who starts it when the cable is mended. A lost row was acknowledged, and is not in the data that remains.
"""

import asyncio
import secrets
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from pyroute2 import NetNS

from benchmarks.bootstrap import close, connected
from benchmarks.document000 import DAEMONS, IN_SYNC, SERVICE, build, devices, discard
from benchmarks.figures import Figures, Limit, Ratio
from benchmarks.nodes import booted, cluster_of, lab_with, versions
from quorate.build.apply import apply
from quorate.build.prepare import prepare
from quorate.catalog.blueprints import blueprints
from quorate.drill.database import ACCOUNT, MAKE, READ, statements
from quorate.drill.history import read_trace
from quorate.drill.probe import ProbeProcess, Settings, probing
from quorate.drill.record import Attempt
from quorate.errors import CommandFailed, HostUnreachable, QuorateError, TimedOut
from quorate.lab import cables, taps
from quorate.lab.lab import Lab
from quorate.lab.places import namespace_path
from quorate.lab.plan import namespace
from quorate.machines.ssh import SshHost
from quorate.machines.waiting import NotYet, until

QUESTION = "The link between two nodes is cut for 45 s: how many acknowledged rows does each configuration lose?"

NAME = "bench-two-sides"
DOCUMENT, FENCED, OURS = "document 000", "the same, fenced", "quorate"
CUT_S = 45.0
SETTLE_S = 240.0
REST_S = 15.0  # so long nothing may change before the cluster is taken to be at rest
SECOND_CLIENT = 1_000_000  # the number of its first row


@dataclass(frozen=True)
class Run:
    """What one sample came to. acknowledged: client -> rows. gaps_s: client -> longest time without an answer.

    lost: node that acknowledged -> rows. both_s: seconds in which both nodes acknowledged rows.
    """

    acknowledged: Mapping[str, int]
    unknown: int
    gaps_s: Mapping[str, float]
    lost: Mapping[str, int]
    both_s: int
    ended: str


# --- the two sides ---------------------------------------------------------------------------------------------------


@asynccontextmanager
async def clients(lab: Lab, word: str, folder: Path) -> AsyncIterator[dict[str, ProbeProcess]]:
    """Have a client on each node's side, called as the node; they end with the block."""
    (address,) = lab.cluster.services[SERVICE].addresses()  # type: ignore[attr-defined]
    names = tuple(node.name for node in lab.cluster.nodes)
    bridge = lab.plan.node(names[0]).interface(0).bridge
    async with AsyncExitStack() as stack:
        found = {}
        for number, name in enumerate(names):
            own = namespace(lab.name, f"client-{name}")
            at = f"{address.network.network_address + 200 + number}/{address.network.prefixlen}"
            cable = cables.Cable("eth0", f"02:00:00:c1:1e:0{number}", f"client{number}", bridge, (at,))
            await asyncio.to_thread(cables.wire, lab.plan.namespace, own, [cable])
            stack.push_async_callback(asyncio.to_thread, cables.remove, own)
            settings = Settings(
                f"{address.ip}:3306",
                str(folder / f"{name}.jsonl"),
                timeout_ms=1000,
                seconds_max=900,
                namespace=str(namespace_path(own)),
                nodes=names,
                one_at_a_time=True,
                user=ACCOUNT,
                password=word,
                first=number * SECOND_CLIENT,
            )
            found[name] = await stack.enter_async_context(probing("sql", settings))
        yield found


def far_ports(lab: Lab) -> dict[str, str]:
    """Return the ports that are cut off, those of the second node's links and of its client, with their bridges."""
    node = lab.cluster.nodes[-1].name
    linked = [interface for interface in lab.plan.node(node).interfaces if interface.links]
    ports = {card.port: interface.bridge for interface in linked for card in interface.cards}
    return {"client1": linked[0].bridge, **ports}


def fall_apart(lab: Lab) -> None:
    """Plug the second node's side into bridges of its own, made where they are missing; what is there already stays.

    pyroute2 has an event loop of its own: call this on a thread.
    """
    with NetNS(lab.plan.namespace, flags=0) as wires:
        for bridge in set(far_ports(lab).values()):
            if not wires.link_lookup(ifname=f"far-{bridge}"):
                wires.link("add", ifname=f"far-{bridge}", kind="bridge")
                cables.bring_up(wires, f"far-{bridge}")
    for port, bridge in far_ports(lab).items():
        taps.plug(lab.plan.namespace, port, f"far-{bridge}")


def mend(lab: Lab) -> None:
    """Plug everything into the lab's own bridges again; on a thread, too."""
    for port, bridge in far_ports(lab).items():
        taps.plug(lab.plan.namespace, port, bridge)


async def cut(lab: Lab, seconds: float) -> None:
    """Let the second node's side have bridges of its own for a while, what boots meanwhile, too."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        await asyncio.to_thread(fall_apart, lab)
        await asyncio.sleep(0.2)
    await asyncio.to_thread(mend, lab)


def reaches(lab: Lab) -> bool:
    """Tell whether the second side's client reaches the first node: a ping from its namespace."""
    first, second = lab.cluster.nodes
    inside = ["nsenter", f"--net={namespace_path(namespace(lab.name, f'client-{second.name}'))}"]
    ping = ["ping", "-c", "1", "-W", "1", str(first.links[0].ip)]
    return subprocess.run([*inside, *ping], stdout=subprocess.DEVNULL, check=False).returncode == 0


# --- at rest again ---------------------------------------------------------------------------------------------------


async def seen(fleet: Mapping[str, SshHost]) -> dict[str, str]:
    """Return what DRBD says on each node, "away" where it does not answer."""

    async def one(host: SshHost) -> str:
        try:
            if not host.connected:
                await host.reconnect(timeout_s=3)
            return await devices(host) or "down"
        except (HostUnreachable, TimedOut):
            return "away"

    return dict(zip(fleet, await asyncio.gather(*map(one, fleet.values())), strict=True))


async def at_rest(fleet: Mapping[str, SshHost], writing: Mapping[str, ProbeProcess], *, start: bool) -> dict[str, str]:
    """Wait until DRBD's states do not change any more and rows are acknowledged; return the states, whatever they are.

    start: start the cluster's daemons where they do not run, as an operator would.
    """
    end = time.monotonic() + SETTLE_S
    states: dict[str, str] = {}
    since = time.monotonic()
    while time.monotonic() < end:
        now = await seen(fleet)
        if start:
            for name in (name for name, state in now.items() if state == "down"):
                await fleet[name].run(DAEMONS, check=False, timeout_s=120)
        if now != states:
            states, since = now, time.monotonic()
        is_final = all(state == IN_SYNC for state in states.values()) or "StandAlone" in str(states)
        if is_final and time.monotonic() - since > REST_S and True in [await serves(one) for one in writing.values()]:
            return states
        await asyncio.sleep(1)
    return {**states, "note": f"not at rest after {SETTLE_S:g} s"}


async def serves(client: ProbeProcess) -> bool:
    """Tell whether a client's next rows are acknowledged."""
    try:
        await client.wait_answered(since_ns=time.monotonic_ns(), timeout_s=2)
    except TimedOut:
        return False
    return True


async def told(fleet: Mapping[str, SshHost], sql: str) -> str:
    """Have the server that serves carry SQL out as root, wherever it is; wait for one."""

    async def said() -> str:
        for host in fleet.values():
            try:
                return (await host.run(statements("mariadb", sql))).stdout
            except (CommandFailed, HostUnreachable):
                continue
        raise NotYet("no node serves")

    return await until("a server serves", said, timeout_s=180, every_s=0.5)


# --- what it came to -------------------------------------------------------------------------------------------------


def gap_s(attempts: Sequence[Attempt]) -> float:
    """Return the longest time between two acknowledged rows, or to the end."""
    moments = [one.done_ns for one in attempts if one.ok] + [attempts[-1].done_ns]
    return max(later - earlier for earlier, later in pairwise(moments)) / 1e9


def both_s(attempts: Sequence[Attempt], since_ns: int) -> int:
    """Return how many of the seconds since then have rows acknowledged by more than one node."""
    seconds: dict[int, set[str]] = {}
    for one in attempts:
        if one.ok and one.done_ns >= since_ns:
            seconds.setdefault((one.done_ns - since_ns) // 10**9, set()).add(one.node)
    return sum(len(nodes) > 1 for nodes in seconds.values())


def judge(sides: Mapping[str, Sequence[Attempt]], rows: Sequence[int], since_ns: int, ended: str) -> Run:
    """Compare what the clients were promised with the rows that are there. since_ns: the cut."""
    everything = [one for attempts in sides.values() for one in attempts]
    there = Counter(rows)
    assert not [n for n, times in there.items() if times > 1], "a row is there twice"
    missing = Counter(one.node or "?" for one in everything if one.ok and one.n not in there)
    return Run(
        {name: sum(one.ok for one in attempts) for name, attempts in sides.items()},
        sum(one.result == "unknown" for one in everything),
        {name: gap_s(attempts) for name, attempts in sides.items()},
        missing,
        both_s(everything, since_ns),
        ended,
    )


async def one_run(lab: Lab, fleet: Mapping[str, SshHost], *, by_document: bool) -> Run:
    """Cut, mend, wait, resolve, compare."""
    word = secrets.token_urlsafe(24)
    await told(fleet, MAKE.format(password=word))
    with tempfile.TemporaryDirectory() as path:
        async with clients(lab, word, Path(path)) as writing:
            for client in writing.values():
                await client.wait_steady(timeout_s=60)
            assert reaches(lab)
            since_ns = time.monotonic_ns()
            cutting = asyncio.create_task(cut(lab, CUT_S))
            await asyncio.sleep(1)
            assert not reaches(lab)
            await cutting
            states = await at_rest(fleet, writing, start=by_document)
        sides = {name: read_trace(Path(path) / f"{name}.jsonl", []) for name in fleet}
    attempts = {name: trace.attempts for name, trace in sides.items() if trace is not None}
    ended = ", ".join(f"{name} {state}" for name, state in states.items())
    if "StandAlone" in ended:
        promised = Counter(one.node for each in attempts.values() for one in each if one.ok and one.sent_ns >= since_ns)
        loser = min(fleet, key=lambda name: promised[name])
        assert by_document, f"DRBD of quorate's cluster: {ended}"
        await discard(fleet, loser)
        ended += f"; resolved: the data of {loser} discarded ({promised[loser]} rows acknowledged after the cut, of "
        ended += f"{sum(promised.values())})"
    readings = [sorted(map(int, (await told(fleet, READ)).split())) for _ in range(2)]
    assert readings[0] == readings[1], "two readings differ"
    return judge(attempts, readings[-1], since_ns, ended)


async def sample(figures: Figures, name: str) -> None:
    """Take one sample of one contender on nodes of its own."""
    lab = lab_with(cluster_of(blueprints()["mariadb-drbd"].called(NAME)), "crmsh")
    async with booted(lab):
        fleet = await connected(lab)
        if name == OURS:
            want = await prepare(lab.cluster, fleet, lab.secret)
            await apply(fleet, want, lambda _: None, lambda _: None)
        else:
            await build(lab, fleet, fenced=name == FENCED)
        figures.versions = dict(await versions(next(iter(fleet.values()))))
        keep(figures, name, await one_run(lab, fleet, by_document=name != OURS))
        await close(fleet)


def keep(figures: Figures, name: str, run: Run) -> None:
    """Keep what a run came to."""
    figures.add(f"{name}: acknowledged rows lost", sum(run.lost.values()))
    figures.add(f"{name}: seconds in which both nodes acknowledged", run.both_s)
    figures.add(f"{name}: longest gap of the client that waited less, s", min(run.gaps_s.values()))
    figures.add(f"{name}: longest gap of the client that waited more, s", max(run.gaps_s.values()))
    gaps = ", ".join(f"{side} {seconds:.1f} s" for side, seconds in run.gaps_s.items())
    lost = ", ".join(f"{number} by {node}" for node, number in run.lost.items()) or "none"
    figures.notes.append(
        f"{name}: {sum(run.acknowledged.values())} rows acknowledged, lost: {lost}; {run.unknown} COMMITs unanswered; "
        f"gaps by side: {gaps}; DRBD at the end: {run.ended}"
    )
    print(figures.notes[-1], flush=True)  # a run takes minutes


async def all_samples(figures: Figures, names: Sequence[str], runs: int) -> None:
    """Let the contenders take turns; what fails is told with what it was."""
    for turn in range(runs):
        for name in names:
            try:
                await sample(figures, name)
            except QuorateError as error:
                figures.notes.append(f"{name}, run {turn + 1}: no figure, {error.message}")
                print(figures.notes[-1], flush=True)


def run(runs: int = 2, contenders: str = "") -> Figures:
    """Cut the link in turns. contenders: their names, with commas between; "": all."""
    figures = Figures(QUESTION, "")
    asyncio.run(all_samples(figures, contenders.split(",") if contenders else [DOCUMENT, FENCED, OURS], runs))
    compare(figures)
    return figures


def compare(figures: Figures) -> None:
    """Set quorate's figures against the document's, where both were measured."""
    lost, waited = "acknowledged rows lost", "longest gap of the client that waited less, s"
    figures.ratios = [
        Ratio(f"{OURS}: {what}", f"{DOCUMENT}: {what}")
        for what in (lost, waited)
        if f"{OURS}: {what}" in figures.samples and any(figures.samples.get(f"{DOCUMENT}: {what}", ()))
    ]
    if f"{OURS}: {lost}" in figures.samples:
        figures.limits = [Limit(f"{OURS}: {lost}", 0)]
