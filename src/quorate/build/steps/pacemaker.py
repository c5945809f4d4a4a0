"""pacemaker: the resource manager runs on every node, all are online, and they have elected a DC.

A lone Pacemaker waits `dc-deadtime` (20 s) for somebody to answer before it makes itself DC; that wait is most of a
new cluster's first start. It protects nodes that start apart from each other. On the very first start nothing is
there to protect: no CIB exists on any node, so no resource can start and no device can fence, and Corosync already
has every node in its membership (the stage before). Only then is a CIB seeded that holds a short dc-deadtime; the
stage after this one writes the cluster's CIB, without it. docs/adr/0005-first-start.md has the experiment.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from quorate.build.change import Change, Deed, Effect, Run, Thing, WriteFile
from quorate.build.step import Fleet, Note, PlacedStates, answer
from quorate.build.want import Want
from quorate.findings import Finding
from quorate.machines.host import Host, command
from quorate.machines.waiting import until
from quorate.observe.facts import cluster_status, file_state, unit_state
from quorate.observe.gathering import gather, gather_about

TITLE = "pacemaker"
DAEMON = Thing("daemon", "pacemaker")
CIB = "/var/lib/pacemaker/cib/cib.xml"
DEADTIME = "1s"

# The oldest feature set among supported releases: an older daemon dies on a newer one (facts of Pacemaker 2.1.5).
SEED = f"""<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" epoch="1" num_updates="0" admin_epoch="0">
  <configuration>
    <crm_config>
      <cluster_property_set id="cib-bootstrap-options">
        <nvpair id="cib-bootstrap-options-dc-deadtime" name="dc-deadtime" value="{DEADTIME}"/>
      </cluster_property_set>
    </crm_config>
    <nodes/><resources/><constraints/>
  </configuration>
  <status/>
</cib>
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """Per node: does Pacemaker run, and has it ever (a CIB lies on the disk)?"""

    runs: Mapping[str, bool]
    ran: Mapping[str, bool]


async def look(fleet: Fleet, want: Want) -> Facts:
    """Ask every node."""

    async def one(host: Host) -> tuple[bool, bool]:
        unit = want.platforms[host.name].units["pacemaker"]
        units, files = await asyncio.gather(gather_about(host, unit_state, unit), gather_about(host, file_state, CIB))
        return units[unit].is_active, files[CIB].exists

    answers = dict(zip(fleet, await asyncio.gather(*(one(host) for host in fleet.values())), strict=True))
    return Facts({n: runs for n, (runs, _) in answers.items()}, {n: ran for n, (_, ran) in answers.items()})


def changes(facts: Facts, want: Want) -> Iterator[Change | Finding]:
    """Yield a start for every node where it does not run; with a seeded CIB on the very first start of all."""
    first = not any(facts.runs.values()) and not any(facts.ran.values())
    for name, runs in facts.runs.items():
        if runs:
            continue
        start = Run(command("systemctl", "start", want.platforms[name].units["pacemaker"]), timeout_s=120)
        seed = WriteFile(CIB, SEED.encode(), 0o600, "hacluster", "haclient")
        words = "start pacemaker" + (
            f" (first start: dc-deadtime {DEADTIME} until the CIB is written)" if first else ""
        )
        changed = ((DAEMON, Deed.CHANGED),)
        yield Change(name, TITLE, words, (seed, start) if first else (start,), Effect.START, things=changed)


def things(facts: Facts, want: Want) -> PlacedStates:  # noqa: ARG001 - the protocol of a step
    """Return Pacemaker on each node."""
    return {(name, DAEMON): "running" if runs else "stopped" for name, runs in facts.runs.items()}


async def settled(fleet: Fleet, want: Want, note: Note) -> None:
    """Return when every node says that all nodes are online and names the same DC."""

    async def agreed() -> str | None:
        asked = await asyncio.gather(*(answer(gather(host, cluster_status)) for host in fleet.values()))
        views = [view for view in asked if view is not None]
        if len(views) < len(fleet):
            return None
        everybody = {node.name for node in want.awaited}
        complete = all(view.online >= everybody for view in views)
        dcs = {view.dc for view in views}
        return next(iter(dcs)) if complete and len(dcs) == 1 and None not in dcs else None

    dc = await until("every node online and a DC elected", agreed, timeout_s=90, every_s=0.2)
    note(f"{len(fleet)} nodes online, DC is {dc}")
