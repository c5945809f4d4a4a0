"""running: every resource that the file wants is started where it may run, without a failure.

Nothing is changed here; this is the document's "test after each step" for the services. A resource that failed to start
everywhere will not come by waiting, so the wait ends with the agent's own reason.
"""

from collections.abc import Iterator

from quorate.build.change import Change
from quorate.build.step import Fleet, Note, answer
from quorate.build.want import Want
from quorate.errors import NeverComes, TimedOut
from quorate.findings import Finding
from quorate.machines.waiting import until
from quorate.observe.facts import cluster_status
from quorate.observe.facts.cluster_status import ClusterStatus, ResourceStatus
from quorate.observe.gathering import gather
from quorate.render.cib import expected

TITLE = "running"
PATIENCE_S = 180
INFINITY = 1_000_000
RUNNING = ("Started", "Promoted", "Unpromoted")


async def look(fleet: Fleet, want: Want) -> ClusterStatus | None:  # noqa: ARG001 - the protocol of a step
    """Ask the first node that answers."""
    for host in fleet.values():
        status = await answer(gather(host, cluster_status))
        if status is not None:
            return status
    return None


def changes(facts: ClusterStatus | None, want: Want) -> Iterator[Change | Finding]:  # noqa: ARG001
    """Yield nothing: what should run was written by the step before."""
    yield from ()


def runs(resource: ResourceStatus) -> bool:
    """Say whether a resource really runs: crm_mon calls it active while its start is tried, and after that failed."""
    return resource.active and not resource.failed and resource.role in RUNNING


def stopped(status: ClusterStatus) -> set[str]:
    """Return the primitives that are to be stopped (target-role), be it by hand."""
    return {r.id.partition(":")[0] for r in status.resources if r.target_role.lower() == "stopped"}


def waiting_for(status: ClusterStatus, want: Want) -> list[str]:
    """Return the wanted primitives that run nowhere yet and are not to be stopped."""
    there = {resource.id.partition(":")[0] for resource in status.resources if runs(resource)} | stopped(status)
    return [resource for resource in expected(want.cluster, want.platform) if resource not in there]


def given_up(status: ClusterStatus, want: Want) -> str | None:
    """Return why a wanted resource cannot start any more, None while it still may."""
    idle = set(waiting_for(status, want))
    online = {node.name for node in status.nodes if node.online}
    for resource in sorted(idle):
        failures = [failure for failure in status.failures if failure.resource.partition(":")[0] == resource]
        barred = {ban.node for ban in status.bans if ban.resource == resource and ban.score <= -INFINITY}
        if failures and {failure.node for failure in failures} >= online - barred:
            last = failures[-1]
            where = "every node" if not barred & online else "every node that may run it"
            return f"{resource} failed on {where}; on {last.node}: {last.operation}: {last.reason or last.exit_status}"
    return None


async def settled(fleet: Fleet, want: Want, note: Note) -> None:
    """Return when everything wanted is active and the cluster is at rest."""
    seen: list[str] = []

    async def started() -> bool | None:
        status = await look(fleet, want)
        if status is None:
            return None
        seen[:] = waiting_for(status, want)
        return True if not seen else None

    async def hopeless() -> str | None:
        status = await look(fleet, want)
        return given_up(status, want) if status else None

    try:
        await until("every service started", started, timeout_s=PATIENCE_S, every_s=0.3, hopeless=hopeless)
    except (TimedOut, NeverComes) as error:
        hint = "fix the cause on the node, then `crm_resource --cleanup` and apply again"
        raise type(error)(f"{error.message} (not started: {', '.join(seen)})", error.hint or hint) from error
    status = await look(fleet, want)
    places = {
        resource.id: ", ".join(resource.nodes)
        for resource in (status.resources if status else ())
        if resource.active and resource.agent and not resource.agent.startswith("stonith")
    }
    said = [f"{resource} on {nodes}" for resource, nodes in places.items()]
    said += [f"{resource} is to be stopped (target-role)" for resource in sorted(stopped(status) if status else ())]
    note("; ".join(said) or "no services in the file")
