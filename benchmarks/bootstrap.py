"""From booted nodes to a cluster that serves: quorate apply, pcs, and the guide's steps by hand as a script does them.

Every sample begins with three nodes booted anew from one image, pcsd answering on each; the contenders take turns. The
clock starts before the first connection and stops when one and the same question (crm_mon) says that every resource of
the file, fencing devices included, is started and none has failed; for quorate, when its apply has ended as well. The
CIB, the membership's links, token and encryption are the same for all.

    quorate   what `quorate apply` does without its test of fencing: looks at every host, plans, writes, and verifies
              after each step, fencing devices asked from every peer included; only the program's own start is left out
    pcs       pcs host auth; pcs cluster setup --start --wait; pcs cluster cib-push; then wait
    by hand   corosync.conf and key to all nodes at once, both daemons started on all at once; then the CIB; then wait

What the other two do not do, and quorate does inside its time: clocks, packages, ports, /etc/hosts, what starts at
boot, service files and CIB secrets (put there before the clock for them), crm_verify, and every fencing device asked
from every peer.
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable

from lxml import etree

from benchmarks.figures import Figures, Ratio
from benchmarks.nodes import blueprint, booted, cluster_of, lab_with, put_files, versions
from quorate.build.apply import apply
from quorate.build.prepare import prepare
from quorate.build.step import Fleet, answer
from quorate.build.steps.corosync_key import LENGTH
from quorate.build.steps.corosync_key import PATH as KEY
from quorate.build.want import Want
from quorate.lab.lab import Lab
from quorate.machines.fleet import run_all
from quorate.machines.host import command
from quorate.machines.ssh import SshHost, connect
from quorate.machines.waiting import until
from quorate.observe.facts import cib, cluster_status
from quorate.observe.gathering import gather
from quorate.render.cib import configuration, expected
from quorate.render.corosync import corosync_conf
from quorate.render.merge import merged

QUESTION = "How long from three booted nodes to a cluster that serves, verified: quorate, pcs, and the steps by hand?"

PASSWORD = "benchmark"
PCSD = 2224  # TCP port, pcs(8)
CONF = "/etc/corosync/corosync.conf"
NEW_CIB = "/root/new.xml"

# "online", "total": seconds since the clock started; "stage NAME": how long a stage took, of quorate only.
Told = dict[str, float]


async def connected(lab: Lab) -> dict[str, SshHost]:
    """Connect to every node at once."""

    async def one(name: str) -> SshHost:
        login = lab.cluster.node(name).ssh
        return await connect(name, login, dial=lab.dial, client_key=lab.client_key, known_hosts=lab.known_hosts)

    names = [node.name for node in lab.cluster.nodes]
    return dict(zip(names, await asyncio.gather(*map(one, names)), strict=True))


async def with_quorate(lab: Lab) -> Told:
    """Do what `quorate apply` does, the fencing test left out."""
    started = time.monotonic()
    fleet = await connected(lab)
    want = await prepare(lab.cluster, fleet, lab.secret)
    said: list[tuple[str, float]] = []
    done = await apply(fleet, want, lambda words: said.append((words, time.monotonic() - started)), lambda _: None)
    total = await when_running(fleet, want, started)
    online = next(at_s for words, at_s in said if words.startswith("manager:") and "DC is" in words)
    await close(fleet)
    return {"online": online, "total": total, **{f"stage {s}": took for s, took in done.seconds if took > 0.005}}


async def with_pcs(lab: Lab) -> Told:
    """Do it with pcs on the first node; two links, token and encryption as in the file."""
    started = time.monotonic()
    fleet = await connected(lab)
    want = await prepare(lab.cluster, fleet, lab.secret)
    first = next(iter(fleet.values()))
    nodes = lab.cluster.nodes
    hosts = [word for node in nodes for word in (node.name, f"addr={node.links[0].ip}")]
    await first.run(command("pcs", "host", "auth", *hosts, "-u", "hacluster", "-p", PASSWORD))
    addresses = [word for n in nodes for word in (n.name, *(f"addr={link.ip}" for link in n.links))]
    totem = (
        "transport",
        "knet",
        "crypto",
        "cipher=aes256",
        "hash=sha256",
        "totem",
        f"token={lab.cluster.corosync.token_ms}",
    )
    setup = command("pcs", "cluster", "setup", lab.cluster.name, *addresses, *totem, "--start", "--wait", "--force")
    await first.run(setup, timeout_s=180)
    online = await when_online(fleet, started)
    await put_new_cib(fleet, want)
    await first.run(command("pcs", "cluster", "cib-push", NEW_CIB, "--config"), timeout_s=60)
    total = await when_running(fleet, want, started)
    await close(fleet)
    return {"online": online, "total": total}


async def by_hand(lab: Lab) -> Told:
    """Do the guide's steps on all nodes at once, dc-deadtime left at its default of 20 s."""
    started = time.monotonic()
    fleet = await connected(lab)
    want = await prepare(lab.cluster, fleet, lab.secret)
    key, conf = secrets.token_bytes(LENGTH), corosync_conf(lab.cluster).encode()
    await asyncio.gather(*(host.put(KEY, key, mode=0o400) for host in fleet.values()))
    await asyncio.gather(*(host.put(CONF, conf) for host in fleet.values()))
    (await run_all(list(fleet.values()), command("systemctl", "start", "corosync", "pacemaker"))).all()
    online = await when_online(fleet, started)
    await put_new_cib(fleet, want)
    first = next(iter(fleet.values()))
    await first.run(command("cibadmin", "--replace", "--scope", "configuration", "--xml-file", NEW_CIB))
    total = await when_running(fleet, want, started)
    await close(fleet)
    return {"online": online, "total": total}


async def put_new_cib(fleet: Fleet, want: Want) -> None:
    """Lay the file's configuration, joined with what the cluster wrote itself, on the first node."""
    first = next(iter(fleet.values()))
    live = await gather(first, cib)
    new, _ = merged(live.root, configuration(want.cluster, want.agents, want.platform))
    found = new.find("configuration")
    assert found is not None
    await first.put(NEW_CIB, etree.tostring(found))


async def when_online(fleet: Fleet, started: float) -> float:
    """Return the seconds until the first node says that all nodes are online and who is DC."""
    first = next(iter(fleet.values()))

    async def online() -> bool | None:
        view = await answer(gather(first, cluster_status))
        return (view is not None and view.online >= set(fleet) and bool(view.dc)) or None

    await until("all online", online, timeout_s=120, every_s=0.1)
    return time.monotonic() - started


async def when_running(fleet: Fleet, want: Want, started: float) -> float:
    """Return the seconds until every resource of the file is started."""
    first = next(iter(fleet.values()))

    async def running() -> bool | None:
        view = await answer(gather(first, cluster_status))
        started_ones = {r.id for r in view.resources if r.role == "Started" and not r.failed} if view else set()
        return started_ones >= set(expected(want.cluster, want.platform)) or None

    await until("everything started", running, timeout_s=120, every_s=0.1)
    return time.monotonic() - started


async def close(fleet: dict[str, SshHost]) -> None:
    """Close the connections."""
    await asyncio.gather(*(host.close() for host in fleet.values()))


async def ready(lab: Lab, *, files: bool) -> dict[str, str]:
    """Bring booted nodes to where the clock starts: pcsd answers, hacluster has a password; return the versions."""
    fleet = await connected(lab)
    want = await prepare(lab.cluster, fleet, lab.secret)
    hosts = list(fleet.values())
    (await run_all(hosts, command("chpasswd", input=f"hacluster:{PASSWORD}\n"))).all()
    (await run_all(hosts, command("systemctl", "start", "pcsd"))).all()
    for name in fleet:

        async def listening(name: str = name) -> bool | None:
            return True if await answer(knock(lab, name)) else None

        await until(f"pcsd of {name}", listening, timeout_s=60, every_s=0.2)
    if files:
        await put_files(want, fleet)
    found = dict(await versions(hosts[0]))
    await close(fleet)
    return found


async def knock(lab: Lab, node: str) -> bool:
    """Return True when pcsd of that node takes connections; HostUnreachable when not."""
    (await lab.dial(node, PCSD, timeout_s=1)).close()
    return True


CONTENDERS: dict[str, Callable[[Lab], Awaitable[Told]]] = {
    "quorate": with_quorate,
    "pcs": with_pcs,
    "by hand": by_hand,
}


async def sample(figures: Figures, name: str) -> None:
    """Take one sample of one contender on nodes of its own."""
    lab = lab_with(cluster_of(blueprint("bench-bootstrap")), "pcs")
    async with booted(lab):
        figures.versions = await ready(lab, files=name != "quorate")
        told = await CONTENDERS[name](lab)
    figures.add(name, told["total"])
    figures.add(f"{name}, until online and DC", told["online"])
    for part, seconds in told.items():
        if part.startswith("stage "):
            figures.add(f"{name}, {part}", seconds)


async def all_samples(figures: Figures, runs: int) -> None:
    """Let the contenders take turns."""
    for _ in range(runs):
        for name in CONTENDERS:
            await sample(figures, name)


def run(runs: int) -> Figures:
    """Time the contenders in turn."""
    figures = Figures(QUESTION, "s")
    asyncio.run(all_samples(figures, runs))
    figures.ratios = [
        Ratio("quorate", "pcs", 0.5),
        Ratio("quorate", "by hand", 0.6),
        *(Ratio("quorate, until online and DC", f"{peer}, until online and DC") for peer in ("pcs", "by hand")),
    ]
    figures.notes = [
        "quorate verifies after each step and asks every fencing device from every peer inside its time; nobody else",
        "service files and passwords: written by quorate inside its time, there before the clock for pcs and by hand",
        "nobody tests fencing by a real power cycle here; quorate's own start (see startup) is not in its time",
    ]
    return figures
