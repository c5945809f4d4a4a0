"""setting_up: what is done once for a whole cluster, when the service it is done on runs (catalog/setting_up.py).

One after the other, what others use before what uses it. Each is asked for before and after, so that an apply that was
killed here is gone on with. What cannot be asked yet, for its service does not run, is planned as if it were to be done
and decided when it can.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from quorate.build import returning
from quorate.build.change import Change, Deed, Thing
from quorate.build.step import Fleet, Note
from quorate.build.want import Want
from quorate.catalog.made import filled
from quorate.catalog.setting_up import SettingUp
from quorate.catalog.site import Site
from quorate.errors import CommandFailed, QuorateError, TimedOut
from quorate.findings import Finding
from quorate.machines.host import Command, Host
from quorate.machines.waiting import NotYet, until
from quorate.observe.facts.cluster_status import ClusterStatus

TITLE = "setting up"
ASK_S = 90  # keystone-manage and glance-manage take 20 s to begin on a slow node
READY_S = 300
"""How long a service that runs may take until it can be asked."""


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be done for a service."""

    service: str
    what: SettingUp


@dataclass(frozen=True, slots=True)
class State:
    """host: where it can be asked now, "" for nowhere. done: None where that cannot be told."""

    host: str = ""
    done: bool | None = None


def tasks(want: Want) -> list[Task]:
    """Return everything that has to be done, in that order."""
    sites = {name: Site(name, want.platform, want.cluster) for name in want.cluster.services}
    ordered: list[str] = []

    def visit(name: str, above: tuple[str, ...] = ()) -> None:
        if name in ordered or name in above or name not in sites:
            return
        for used in sites[name].service.uses(sites[name]):
            visit(used, (*above, name))
        ordered.append(name)

    for name in sites:
        visit(name)
    return [Task(name, one) for name in ordered for one in sites[name].service.settings_up(sites[name])]


def places(task: Task, status: ClusterStatus | None, fleet: Fleet) -> list[str]:
    """Return the nodes where something can be done: those where its resource is promoted, then where it runs."""
    if not task.what.on:
        return list(fleet)[:1]
    instances = [one for one in status.instances(task.what.on) if one.active] if status else []
    instances.sort(key=lambda one: one.role != "Promoted")
    return [node for one in instances for node in one.nodes if node in fleet]


async def ask(task: Task, host: Host, want: Want) -> bool | None:
    """Ask whether it is done; None where nobody can tell yet."""
    what = task.what
    question = Command(what.asks, filled(what.ask_input, want.made).encode(), secret=bool(what.ask_input))
    try:
        done = await host.run(question, timeout_s=ASK_S, check=False)
    except TimedOut:
        return None
    return {0: True, 1: False}.get(done.status)


async def look(fleet: Fleet, want: Want) -> tuple[tuple[Task, State], ...]:
    """Ask for everything, all services at once and each service's own in order."""
    all_tasks = tasks(want)
    status = await returning.status(fleet) if all_tasks else None

    async def of_service(name: str) -> list[tuple[Task, State]]:
        found = []
        for task in (one for one in all_tasks if one.service == name):
            host = next(iter(places(task, status, fleet)), "")
            found.append((task, State(host, await ask(task, fleet[host], want) if host else None)))
        return found

    asked = await asyncio.gather(*(of_service(name) for name in dict.fromkeys(task.service for task in all_tasks)))
    return tuple(one for found in asked for one in found)


def changes(facts: tuple[tuple[Task, State], ...], want: Want) -> Iterator[Change | Finding]:
    """Yield what is not done, or not known to be."""
    for task, state in facts:
        if state.done:
            continue
        host = state.host or next(node.name for node in want.awaited)
        made = tuple((Thing(kind, name), Deed.CREATED) for kind, name in task.what.things)
        yield Change(host, TITLE, f"{task.what.words}, for {task.service}", (), things=made)


async def perform(fleet: Fleet, want: Want, note: Note) -> None:
    """Do what is not done, one after the other."""
    for task in tasks(want):
        if await do(task, fleet, want):
            note(f"{TITLE}: {task.service}: {task.what.words}: done")


async def do(task: Task, fleet: Fleet, want: Want) -> bool:
    """Do one thing unless it is done; tell whether it was. Waits until its service can be asked."""

    async def known(first: str = "") -> State | None:
        found = places(task, await returning.status(fleet), fleet)
        for host in sorted(
            found, key=lambda host: host != first
        ):  # one that is being given all data, say, cannot tell, where the next can
            done = await ask(task, fleet[host], want)
            if done is not None:
                return State(host, done)
        raise NotYet(
            f"{' and '.join(found)} cannot say whether it is done" if found else f"{task.what.on} runs nowhere"
        )

    described = f"{task.service} can be asked, to {task.what.words}"
    state = await until(described, known, timeout_s=READY_S, every_s=0.3)
    if state.done:
        return False
    host, what = fleet[state.host], task.what
    call = Command(
        what.does, filled(what.input, want.made).encode(), secret=bool(what.input), purpose=f"to {what.words}"
    )
    try:
        await host.run(call, timeout_s=what.timeout_s)
    except QuorateError as error:
        raise type(error)(masked(error.message, want.made), masked(error.hint, want.made)) from None
    # Who is busy with what was just done cannot say so at once; the others may not have it yet.
    state = await until(described, lambda: known(state.host), timeout_s=READY_S, every_s=0.3)
    if not state.done:
        raise CommandFailed(
            f"{state.host}: {task.service}: it was done to {what.words}, and is not so when asked again",
            "look at the service's log on that node, then apply again",
        )
    return True


def masked(text: str, values: Mapping[str, str]) -> str:
    """Return a text in which no made secret stands: programs repeat what they were told when they complain."""
    for value in values.values():
        text = text.replace(value, "********")
    return text


async def settled(fleet: Fleet, want: Want, note: Note) -> None:
    """Return at once: everything was asked for again when it was done."""
