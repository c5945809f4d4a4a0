"""running: every resource that the file wants runs, none is failed, none is where the file bars it from.

A clone has to run on every node that is online, in use and not barred, up to its clone-max; unless the file places it
with other resources or by utilization, for then Pacemaker alone knows the number, and one instance is enough. Failures
that are over do not count. What somebody has stopped by hand (target-role) is not waited for, nor what has no node left
because all that may run it are in standby.

Nothing is changed here; this is the document's "test after each step" for the services. A resource that failed to start
everywhere will not come by waiting, so the wait ends with the agent's own reason. One that ended everywhere may: three
databases that lost each other on a busy machine were begun again by Pacemaker, half a minute later.
"""

from collections.abc import Iterator

from quorate.build.baseline import runs
from quorate.build.change import Change
from quorate.build.step import Fleet, Note, answer
from quorate.build.want import Want
from quorate.describe.resources import Clone, Colocation, Group, Location, Resources
from quorate.errors import NeverComes, TimedOut
from quorate.findings import Finding
from quorate.machines.waiting import until
from quorate.observe.facts import cluster_status
from quorate.observe.facts.cluster_status import ClusterStatus, Failure
from quorate.observe.gathering import gather
from quorate.render.cib import everything, expected

TITLE = "running"
PATIENCE_S = 180
INFINITY = 1_000_000
TOO_FEW = "runs on only"
LEFT = {"stop", "block"}  # on-fail: what has failed stays as it is


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


def stopped(status: ClusterStatus) -> set[str]:
    """Return the primitives that are to be stopped (target-role), be it by hand."""
    return {r.id.partition(":")[0] for r in status.resources if r.target_role.lower() == "stopped"}


def waiting_for(status: ClusterStatus, want: Want) -> list[str]:
    """Return the wanted primitives, not to be stopped, that are not yet as the module's docstring says."""
    return list(lacks(status, want))


def lacks(status: ClusterStatus, want: Want) -> dict[str, str]:
    """Return what each of them lacks, in words that follow its name; nothing in maintenance, where nothing starts."""
    if status.maintenance_mode:
        return {}
    resources = everything(want.cluster, want.platform)
    wanted = [id_ for id_ in expected(want.cluster, want.platform) if id_ not in stopped(status)]
    found = {id_: lacking(id_, resources, status, want) for id_ in wanted}
    return {id_: words for id_, words in found.items() if words}


def lacking(id_: str, resources: Resources, status: ClusterStatus, want: Want) -> str | None:
    """Return why a primitive is not as the file wants it, None when it is."""
    instances = [resource for resource in status.resources if resource.id.partition(":")[0] == id_]
    there = {node for resource in instances if runs(resource) for node in resource.nodes}
    around = containers(id_, resources)
    if not there:
        return None if shut_out(around, resources, status, want) else "runs nowhere"
    if any(resource.failed and resource.managed for resource in instances):
        return "is failed"
    if astray := there & barred(around, resources):
        return f"runs on {', '.join(sorted(astray))}, where it must not"
    places = places_for(around, resources, status, want)
    return f"{TOO_FEW} {len(there)} of {places} nodes" if len(there) < places else None


def containers(id_: str, resources: Resources) -> frozenset[str]:
    """Return a primitive's id and those of the group and the clone around it."""
    found = {id_}
    for _ in range(2):  # a group around a primitive, and a clone around that
        found |= {r.id for r in resources.resources if isinstance(r, Group) and found & set(r.members)}
        found |= {r.id for r in resources.resources if isinstance(r, Clone) and r.member in found}
    return frozenset(found)


def barred(around: frozenset[str], resources: Resources) -> set[str]:
    """Return the nodes that the file keeps a resource from, for any role."""
    return {c.node for c in resources.constraints if isinstance(c, Location) and c.resource in around and c.bars}


def shut_out(around: frozenset[str], resources: Resources, status: ClusterStatus, want: Want) -> bool:
    """Tell whether all nodes that may run a resource are in standby, or done without: somebody wanted that.

    With two nodes that is so for the fencing device of the other one, which never runs on its victim.
    """
    bans = {ban.node for ban in status.bans if ban.resource in around and ban.bars}
    barred_here = barred(around, resources) | bans
    may = [node for node in status.nodes if node.name not in barred_here]
    return bool(may) and all(node.standby or node.name in want.without for node in may)


def places_for(around: frozenset[str], resources: Resources, status: ClusterStatus, want: Want) -> int:
    """Return on how many nodes a resource has to run; 1 for what is no clone, and where the file alone cannot tell."""
    clone = next((r for r in resources.resources if isinstance(r, Clone) and r.id in around), None)
    properties = want.cluster.pacemaker.properties
    placed = any(isinstance(c, Colocation) and c.resource in around for c in resources.constraints)
    by_utilization = properties.get("placement-strategy", "default") != "default"
    opt_in = properties.get("symmetric-cluster", "true").lower() != "true"
    if clone is None or placed or by_utilization or opt_in:
        return 1
    bans = {ban.node for ban in status.bans if ban.resource in around and ban.bars}
    usable = {n.name for n in status.nodes if n.name in status.online and not (n.standby or n.maintenance)}
    most = clone.meta.get("clone-max", "")
    places = len(usable - bans - barred(around, resources))
    return min(places, int(most)) if most.isdecimal() else places


def given_up(status: ClusterStatus, want: Want) -> str | None:
    """Return why a wanted resource cannot start any more, None while it still may."""
    idle = lacks(status, want)
    online = {node.name for node in status.nodes if node.online}
    for resource in sorted(idle):
        failures = [
            failure
            for failure in status.failures
            if failure.resource.partition(":")[0] == resource and not is_tried_again(failure, status, want)
        ]
        bans = {ban.node for ban in status.bans if ban.resource == resource and ban.bars}
        if failures and {failure.node for failure in failures} >= online - bans:
            last = failures[-1]
            where = "every node" if not bans & online else "every node that may run it"
            return f"{resource} failed on {where}; on {last.node}: {last.operation}: {last.reason or last.exit_status}"
        if idle[resource].startswith(TOO_FEW):
            shut = {c.node for c in status.fail_counts if c.resource == resource and c.count >= INFINITY} & online
            for last in (failure for failure in failures if failure.node in shut):
                return f"{resource} failed on {last.node}: {last.operation}: {last.reason or last.exit_status}"
    return None


def is_tried_again(failure: Failure, status: ClusterStatus, want: Want) -> bool:
    """Tell whether a server that ended is started again where it ended: until it has done so as often as it may."""
    resource = failure.resource.partition(":")[0]
    operations = (
        op for p in everything(want.cluster, want.platform).primitives if p.id == resource for op in p.operations
    )
    if failure.interval_ms == 0 or any(op.name == failure.operation and op.on_fail in LEFT for op in operations):
        return False
    counts = (c.count for c in status.fail_counts if c.resource == resource and c.node == failure.node)
    return max(counts, default=1) < threshold(resource, want)


def threshold(resource: str, want: Want) -> int:
    """Return the migration-threshold of a primitive, its own or of what is around it; Pacemaker takes 0 for none."""
    resources = everything(want.cluster, want.platform)
    around = containers(resource, resources)
    metas = [p.meta for p in resources.primitives if p.id == resource]
    metas += [r.meta for r in resources.resources if r.id in around and r.id != resource]
    words = (meta["migration-threshold"] for meta in metas if "migration-threshold" in meta)
    word = next(words, want.cluster.pacemaker.resource_defaults.get("migration-threshold", ""))
    return int(word) if word.isdecimal() and int(word) else INFINITY


def patience_s(want: Want) -> float:
    """Return how long to wait: what a cluster takes anyway, and the longest start that a service or the file allows."""
    primitives = everything(want.cluster, want.platform).primitives
    starts = [op.timeout_s or 0 for primitive in primitives for op in primitive.operations if op.name == "start"]
    return PATIENCE_S + max(starts, default=0)


async def settled(fleet: Fleet, want: Want, note: Note) -> None:
    """Return when everything wanted runs as the module's docstring says; TimedOut or NeverComes tells what does not."""
    seen: list[str] = []

    async def started() -> bool | None:
        status = await look(fleet, want)
        if status is None:
            return None
        seen[:] = [f"{id_} {words}" for id_, words in lacks(status, want).items()]
        return True if not seen else None

    async def hopeless() -> str | None:
        status = await look(fleet, want)
        return given_up(status, want) if status else None

    try:
        await until("every service started", started, timeout_s=patience_s(want), every_s=0.3, hopeless=hopeless)
    except (TimedOut, NeverComes) as error:
        hint = "fix the cause on the node, then `crm_resource --cleanup` and apply again"
        raise type(error)(f"{error.message} (not as wanted: {', '.join(seen)})", error.hint or hint) from error
    status = await look(fleet, want)
    places: dict[str, list[str]] = {}
    for resource in status.resources if status else ():
        if resource.active and resource.agent and not resource.agent.startswith("stonith"):
            places.setdefault(resource.id.partition(":")[0], []).extend(resource.nodes)
    said = [f"{resource} on {', '.join(sorted(nodes))}" for resource, nodes in places.items()]
    said += [f"{resource} is to be stopped (target-role)" for resource in sorted(stopped(status) if status else ())]
    said += [f"{node.name} is in standby" for node in (status.nodes if status else ()) if node.standby]
    note("; ".join(said) or "no services in the file")
