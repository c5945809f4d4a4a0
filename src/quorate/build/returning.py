"""returning: back to the configuration before a change that did not lead where it should.

watched    waits for the cluster to get there, and gives up at once when an operation fails or a node is fenced
is_worse   was it the change? What did not run before and still does not, is no reason to go back
take_back  writes the previous configuration, if nobody else has changed it since: in one piece, or in two where servers
           have to make way (making_way.py), and also from between the two; clears what failed, so that it starts
           again; waits until all that ran before runs
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from lxml import etree

from quorate.build.baseline import Baseline, new_failures, primitive, running, violation
from quorate.build.making_way import between, is_halfway
from quorate.build.restarts import marks
from quorate.build.restoring import Others, is_still, of_others, primitives, restored
from quorate.build.step import Fleet, Note
from quorate.build.steps import cib as cib_step
from quorate.build.steps.running import patience_s, stopped
from quorate.build.want import Want
from quorate.errors import (
    CommandFailed,
    HostUnreachable,
    NeverComes,
    QuorateError,
    Refused,
    Returned,
    TimedOut,
    Unknown,
)
from quorate.machines.host import Host, command
from quorate.machines.waiting import NotYet, until
from quorate.observe.facts import cib, cluster_status
from quorate.observe.facts.cib import Cib
from quorate.observe.facts.cluster_status import ClusterStatus, Failure
from quorate.observe.gathering import Fact, gather

T = TypeVar("T")

WATCH_S = 0.5
AGAIN_S = 0.1
TRIES = 5
SLICE_S = 5  # of waiting for rest: a command that is given up ends by itself, soon
PENDING = 124  # CRM_EX_TIMEOUT: actions are still to be done
PENDING_ACTION = re.compile(r"^\s*Action \d+: (\S+)", re.MULTILINE)
LINES_MAX = 3
SEE = "see `quorate status FILE`; `quorate rollback FILE` goes back to the previous configuration"
MEND = "mend the cause, then apply again; with --no-return the new configuration is left, to look at it"


@dataclass(frozen=True, slots=True)
class WayBack:
    """Where to, and from where. before, intended: the CIB's <configuration> before the change, and the change's own.

    since: when the change began, ISO 8601 in UTC. complete: whether what is new can run by now: not before all nodes
    have joined.
    """

    before: str
    intended: str
    baseline: Baseline
    since: str
    complete: bool = True

    @property
    def exists(self) -> bool:
        """Whether there is something to go back to: a cluster in which something ran, so not on a first build.

        Nor where a change had been broken off between two writes: what makes way is stopped then.
        """
        whole = primitives(self.before) and not is_halfway(self.before)
        return bool(self.intended and self.baseline.running and whole)

    def others(self, now: Cib) -> Others:
        """Return what the change does not touch, and is to stay as it is now."""
        return of_others(now.root, self.before, self.intended)

    def leads_from(self, now: Cib, want: Want) -> bool:
        """Tell whether the live configuration is one that the change wrote, be it the first of two writes."""
        return self.is_live(now, self.intended) or self.is_between(now, want)

    def is_between(self, now: Cib, want: Want) -> bool:
        """Tell whether only the first of two writes is live (making_way.py), of the change or of the way back."""
        there, back = (self.before, self.intended), (self.intended, self.before)
        return any(self.is_live(now, between(old, new, want)) for old, new in (there, back))

    def is_live(self, now: Cib, configuration: str) -> bool:
        """Tell whether a configuration is the live one, but for what is of others. "" is none, and never live."""
        return bool(configuration) and is_still(now.root, configuration, self.others(now))


async def live(fleet: Fleet) -> tuple[Host, Cib]:
    """Return the CIB and the first node that told it; Unknown where none can."""
    for host in fleet.values():
        if (found := await said_by(host, cib)) is not None:
            return host, found
    raise Unknown("no node can tell the CIB", "see `quorate status`")


async def status(fleet: Fleet) -> ClusterStatus | None:
    """Return how the cluster is, None where no node can say."""
    for host in fleet.values():
        if (found := await said_by(host, cluster_status)) is not None:
            return found
    return None


async def said_by(host: Host, fact: Fact[T]) -> T | None:
    """Return a fact; None where the host cannot say, is gone, or hangs: another is asked then."""
    try:
        return await gather(host, fact)
    except (Unknown, HostUnreachable, TimedOut):
        return None


async def at_rest(fleet: Fleet, timeout_s: float) -> None:
    """Return when Pacemaker has nothing left to do (crm_resource(8), --wait); TimedOut after `timeout_s`.

    A CIB that was just written looks done until the DC has read it; this asks the scheduler instead.
    """
    wait = command("crm_resource", "--wait", f"--timeout={SLICE_S}s")
    try:
        async with asyncio.timeout(timeout_s):
            for host in fleet.values():
                while True:
                    try:
                        done = await host.run(wait, timeout_s=3 * SLICE_S, check=False)
                    except (HostUnreachable, TimedOut):
                        break
                    if done.status == 0 or only_forgetting(done.stdout + done.stderr):
                        return
                    if done.status != PENDING:
                        break
                    await asyncio.sleep(AGAIN_S)
    except TimeoutError:
        raise TimedOut(f"Pacemaker still acts on the change after {timeout_s:g} s", "see `quorate status`") from None


def only_forgetting(said: str) -> bool:
    """Tell whether the actions that `crm_resource --wait` names as pending only delete histories of what is gone.

    Where no resource is left that may be started, the scheduler asks for that and the DC never does it (2.1.5).
    """
    pending = PENDING_ACTION.findall(said)
    return bool(pending) and all(name.endswith("_delete_0") for name in pending)


async def watched(work: Awaitable[None], fleet: Fleet, before: Baseline) -> None:
    """Await `work`; NeverComes as soon as something goes wrong that had not before."""

    async def goes_wrong() -> str:
        while True:
            seen = await status(fleet)
            if seen and (words := violation(before, seen)):
                return words
            await asyncio.sleep(WATCH_S)

    task, watch = asyncio.ensure_future(work), asyncio.ensure_future(goes_wrong())
    try:
        await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
        if watch.done():
            raise NeverComes(watch.result())
        await task
        seen = await status(fleet)
        if seen and (words := violation(before, seen)):
            raise NeverComes(words)
    finally:
        task.cancel()
        watch.cancel()
        await asyncio.gather(task, watch, return_exceptions=True)


def is_worse(way: WayBack, seen: ClusterStatus) -> bool:
    """Tell whether the change made it worse: something failed anew, or what ran before, or is new, does not run."""
    new = primitives(way.intended) - primitives(way.before) if way.complete else set()
    wanted = (way.baseline.running | new) & primitives(way.intended)
    return violation(way.baseline, seen) is not None or not wanted <= running(seen) | stopped(seen)


async def take_back(
    fleet: Fleet,
    want: Want,
    way: WayBack,
    error: QuorateError,
    note: Note,
    *,
    files_back: Callable[[], Awaitable[None]],
) -> QuorateError:
    """Go back, and return the error to end with: `error` itself where there is nothing to take back.

    files_back: puts files back that the configuration of before needs; called right before that is written.
    Raises nothing: what goes wrong on the way is told in the error.
    """
    said, how = error.message, "could not be put back"
    failures: list[Failure] = []
    lines: list[str] | None = None
    try:
        _, now = await live(fleet)
        if way.is_live(now, way.before):
            return error
        if marks.read(now.root).ours:  # nothing is managed: it cannot be judged what runs, and nothing would be started
            return error
        if seen := await status(fleet):
            # Between two writes it gets worse, though what was to stop may still be running.
            if not is_worse(way, seen) and not way.is_between(now, want):
                return error
            failures = standing(way, seen)
            said = why(way, seen, error)
        note(f"{said.splitlines()[0]}; putting the previous configuration back")
        await files_back()
        await put_back(fleet, want, way)
        how = "is back, but not all is well"
        seen = await status(fleet)
        await clear(fleet, [*failures, *(standing(way, seen) if seen else ())])
        lines = await journal(fleet, failures, way.since)
        await comes_back(fleet, way, patience_s(want))
    except QuorateError as trouble:
        lines = await journal(fleet, failures, way.since) if lines is None else lines
        said = "\n".join((said, *lines))
        return NeverComes(f"{said}\nThe previous configuration {how}: {trouble.message}", trouble.hint or SEE)
    said = "\n".join((said, *lines))
    return Returned(f"{said}\nThe previous configuration is back, and all that ran before runs.", MEND)


def why(way: WayBack, seen: ClusterStatus, error: QuorateError) -> str:
    """Return what went wrong: what failed by now, else what was waited for; both, where services are not the matter."""
    words = violation(way.baseline, seen)
    if words is None:
        return error.message
    return words if way.complete else f"{error.message}\n{words}"


def standing(way: WayBack, seen: ClusterStatus) -> list[Failure]:
    """Return what has failed anew by now, or before of what ran once and does not: it starts only when forgotten."""
    idle = way.baseline.running - running(seen)
    return [*new_failures(way.baseline, seen), *(one for one in seen.failures if primitive(one.resource) in idle)]


async def journal(fleet: Fleet, failures: Sequence[Failure], since: str) -> list[str]:
    """Return what the journal of the first node where something failed has about it since; [] where it has nothing."""
    first = next((failure for failure in failures if failure.node in fleet), None)
    if first is None:
        return []
    day, _, clock = since.partition("T")  # systemd.time(7) knows "2026-11-27 23:46:46 UTC"
    begin = f"--since={day} {clock[:8]} UTC"
    ask = command("journalctl", "--no-pager", "--quiet", "--output=short-iso", begin, "--lines=1000")
    try:
        said = (await fleet[first.node].run(ask, timeout_s=20, check=False)).stdout
    except QuorateError:
        return []
    name = primitive(first.resource)
    lines = [line for line in said.splitlines() if name in line and ("ERROR" in line or "exit-reason" in line)]
    return [f"  {first.node}'s journal: {line.strip()}" for line in lines[-LINES_MAX:]]


async def put_back(fleet: Fleet, want: Want, way: WayBack) -> None:
    """Write the configuration of before in place of the change's own (`cib.in_turn`); Refused where that is not live.

    Whoever writes to the CIB meanwhile makes the write fail, and so does a node that is lost. It is looked at again
    then, a few times.
    """
    for left in reversed(range(TRIES)):
        host, now = await live(fleet)
        if way.is_live(now, way.before):  # written, though the node was lost before it could say so
            return
        if not way.leads_from(now, want):
            raise Refused("somebody else has changed the configuration since", "see `quorate history FILE`")
        root = restored(now.root, way.before, keep_run_state=False, others=way.others(now))
        etree.indent(root)
        try:
            for one in cib_step.in_turn(now, root, want, verify=False):
                await host.run(one.command, timeout_s=one.timeout_s)
        except (CommandFailed, HostUnreachable):
            if not left:
                raise
            await asyncio.sleep(AGAIN_S)
        else:
            return


async def clear(fleet: Fleet, failures: Iterable[Failure]) -> None:
    """Have Pacemaker forget what failed, so that it is tried again there."""
    host, _ = await live(fleet)
    for name, node in sorted({(primitive(one.resource), one.node) for one in failures}):
        # A resource that has gone with the change is known no more, and then there is nothing to forget.
        await host.run(command("crm_resource", "--cleanup", "--resource", name, "--node", node), check=False)


async def comes_back(fleet: Fleet, way: WayBack, patience_s: float) -> None:
    """Return when all that ran before the change runs."""
    await at_rest(fleet, patience_s)

    async def back() -> bool | None:
        seen = await status(fleet)
        lacking = sorted(way.baseline.running - running(seen)) if seen else ["all"]
        if lacking:
            raise NotYet(f"{', '.join(lacking)} {'runs' if len(lacking) == 1 else 'run'} nowhere")
        return True

    await until("all that ran before runs", back, timeout_s=patience_s, every_s=0.3)
