"""Why 0.1 to 2 s pass between the new membership and the request to fence: an experiment on real nodes.

The claim: the DC's controller (pacemaker-controld, do_pe_invoke_callback() in controld_schedulerd.c) asks for the CIB
before it calls the scheduler; while writes of its own to the CIB are still unanswered it does not wait for them but
logs "Re-asking for the CIB: N other peer updates still pending", calls sleep(1), and asks again.

Two clusters, side by side, with the controller's debug log; in turns the DC, the node that serves, and a node that does
neither lose their power. In one cluster the controller is as Debian ships it; in the other a preloaded library makes
its sleep(1) last 20 ms, and changes nothing else. If the claim holds, the seconds between membership and request are
as many as there are such lines in the first cluster, and are gone in the second. "asleep" below is the number of lines
times the sleep.
"""

import asyncio
import re
import shutil
import subprocess
import tempfile
import time
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path

from benchmarks.figures import Figures, Ratio
from benchmarks.nodes import blueprint, booted, cluster_of, versions
from benchmarks.outage import Standing
from quorate.build.apply import apply
from quorate.build.prepare import prepare
from quorate.build.step import Fleet, answer
from quorate.build.steps import running
from quorate.drill.journal import fetch, parse_journal
from quorate.drill.phases import Phases, Step, find_phases
from quorate.errors import Missing
from quorate.lab.lab import Lab
from quorate.machines.host import Host, command
from quorate.machines.waiting import until
from quorate.observe.facts import cluster_status
from quorate.observe.gathering import gather
from quorate.ui.reach import reach

QUESTION = "Does Pacemaker's controller sleep between a new membership and the request to fence?"

LOG = "/var/log/pacemaker/pacemaker.log"
# "Nov 21 10:53:13.802 n1 pacemaker-controld  [410] (do_pe_invoke_callback) <TAB>debug: Re-asking ..."; without a year.
ASKED_AGAIN = re.compile(r"^(\w{3} +\d+ [\d:.]+) .*Re-asking for the CIB: \d+ other peer", re.MULTILINE)

SHORT_SLEEP = r"""
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <unistd.h>
unsigned int sleep(unsigned int seconds) {
    if (seconds == 1 && strcmp(program_invocation_short_name, "pacemaker-controld") == 0) {
        usleep(20000);
    } else {
        usleep(seconds * 1000000UL);
    }
    return 0;
}
"""
LIBRARY = "/usr/local/lib/short-sleep.so"  # where hacluster may read it, as whom the controller runs
PRELOAD = f"[Service]\nEnvironment=LD_PRELOAD={LIBRARY}\n"

AS_SHIPPED, SHORTENED = "as shipped", "sleep(1) made 20 ms"
VICTIMS = ("the DC", "the serving node", "an idle node")
SLEEPS_S = {AS_SHIPPED: 1.0, SHORTENED: 0.02}  # each time the controller asks again


def compiled(folder: Path) -> bytes:
    """Return the library."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise Missing("This experiment needs a C compiler.", "apt-get install gcc libc6-dev")
    source, library = folder / "short.c", folder / "short.so"
    source.write_text(SHORT_SLEEP)
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", library, source], check=True)
    return library.read_bytes()


async def tune(host: Host, library: bytes | None) -> None:
    """Before Pacemaker's first start: its controller tells everything, and its sleep is short where that is asked."""
    await host.run(command("sh", "-c", "echo PCMK_debug=pacemaker-controld >> /etc/default/pacemaker"))
    if library is not None:
        await host.put(LIBRARY, library, mode=0o755)
        place = "/etc/systemd/system/pacemaker.service.d/short.conf"
        await host.put(place, PRELOAD.encode(), make_parents=True)
        await host.run(command("systemctl", "daemon-reload"))


async def stand(stack: AsyncExitStack, name: str, library: bytes | None) -> Standing:
    """Boot and build a cluster that stays until the stack ends."""
    text = blueprint(name)
    cluster = cluster_of(text)
    lab = await stack.enter_async_context(booted(Lab(cluster)))
    found = await stack.enter_async_context(reach(cluster, in_lab=True))
    fleet = found.everybody()
    await asyncio.gather(*(tune(host, library) for host in fleet.values()))
    want = await prepare(cluster, fleet, found.secret)
    await apply(fleet, want, lambda _: None, lambda _: None)
    return Standing(text, lab, fleet, want)


async def cut(one: Standing, which: str) -> tuple[Phases, list[float]]:
    """Cut the power of one node of the kind VICTIMS names; return the phases, and when the controller asked again.

    Both in seconds after the cut.
    """
    await running.settled(one.fleet, one.want, lambda _: None)
    await apart(one)
    await asyncio.sleep(5)  # the last return and the move have settled
    dc, serving = await roles(one)
    victim = {
        "the DC": dc,
        "the serving node": serving,
        "an idle node": next(name for name in one.fleet if name not in {dc, serving}),
    }[which]
    survivors = {name: host for name, host in one.fleet.items() if name != victim}
    zero = time.time()
    await one.lab.power(victim, "off")
    await seen(survivors, victim, online=False)
    await seen(survivors, victim, online=True)
    journals = {name: (await host.run(fetch(zero), check=False)).stdout for name, host in survivors.items()}
    logs = [(await host.get(LOG) or b"").decode(errors="replace") for host in survivors.values()]
    await one.fleet[victim].reconnect()
    phases = find_phases(
        [line for name, text in journals.items() for line in parse_journal(text, name)],
        victim=victim,
        nodes={node.id: node.name for node in one.want.cluster.nodes},
        fault_s=zero,
    )
    return phases, sorted(at_s for text in logs for at_s in asked_again(text, zero) if at_s >= 0)


async def roles(one: Standing) -> tuple[str, str]:
    """Return the DC and the node that serves."""
    status = await gather(next(iter(one.fleet.values())), cluster_status)
    assert status.dc is not None
    return status.dc, status.instances("site")[0].nodes[0]


async def apart(one: Standing) -> None:
    """Move the service off the DC, if it is there; it stays where it went."""
    dc, serving = await roles(one)
    if dc == serving:
        host = one.fleet[dc]
        await host.run(command("crm_resource", "--ban", "--resource", "site", "--node", dc))
        await host.run(command("crm_resource", "--wait"), timeout_s=60)
        await host.run(command("crm_resource", "--clear", "--resource", "site", "--node", dc))
        await running.settled(one.fleet, one.want, lambda _: None)


async def seen(survivors: Fleet, victim: str, *, online: bool) -> None:
    """Return when a survivor has noticed that the victim is a member again, or is none any more."""

    async def so() -> bool | None:
        view = await answer(gather(next(iter(survivors.values())), cluster_status))
        return (view is not None and (victim in view.online) is online) or None

    await until(f"{victim} is {'back' if online else 'missed'}", so, timeout_s=120, every_s=0.1)


def asked_again(log: str, zero: float) -> list[float]:
    """Return when the controller asked again, in seconds after `zero`; the nodes' clocks show UTC."""
    year = time.gmtime(zero).tm_year
    times = (
        datetime.strptime(f"{year} {found} +0000", "%Y %b %d %H:%M:%S.%f %z") for found in ASKED_AGAIN.findall(log)
    )
    return [at.timestamp() - zero for at in times]


def keep(figures: Figures, name: str, sleep_s: float, phases: Phases, again: list[float]) -> None:
    """Keep one cut: how long from membership to request, and how much of it the controller slept, by its log."""
    formed, requested = phases.at(Step.MEMBERSHIP), phases.at(Step.FENCING_REQUESTED)
    assert formed is not None, f"{name}: no new membership in the journals"
    assert requested is not None, f"{name}: no request to fence in the journals"
    times = sum(formed <= at_s <= requested for at_s in again)
    figures.add(f"{name}: membership to request", requested - formed)
    figures.add(f"{name}: of which asleep, by the log", times * sleep_s)


async def measured(figures: Figures, runs: int) -> None:
    """Build both clusters, cut power in turns."""
    async with AsyncExitStack() as stack:
        library = compiled(Path(stack.enter_context(tempfile.TemporaryDirectory())))
        standing = {
            AS_SHIPPED: await stand(stack, "bench-wait", None),
            SHORTENED: await stand(stack, "bench-awake", library),
        }
        figures.versions = dict(await versions(next(iter(standing[AS_SHIPPED].fleet.values()))))
        for _ in range(runs):
            for which in VICTIMS:
                for name, one in standing.items():
                    keep(figures, f"{name}, {which} cut", SLEEPS_S[name], *await cut(one, which))


def run(runs: int) -> Figures:
    """Cut the power in turns."""
    figures = Figures(QUESTION, "s")
    asyncio.run(measured(figures, runs))
    figures.ratios = [
        Ratio(f"{SHORTENED}, {who} cut: membership to request", f"{AS_SHIPPED}, {who} cut: membership to request")
        for who in VICTIMS
    ]
    return figures
