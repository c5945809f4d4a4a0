"""services: what the operator named in the file, where it runs, and how it is in words. Values in, values out; pure.

A service is a resource of Pacemaker that has the service's name (a group, a clone or a primitive); what it consists of
is judged together, and the part that keeps it from running is named.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from quorate.catalog.site import nodes_of
from quorate.describe.cluster import Cluster
from quorate.describe.resources import Clone, Group, Location, Resources
from quorate.findings import Finding, Severity
from quorate.observe.facts.cluster_status import ClusterStatus, Failure, ResourceStatus
from quorate.operate.insight import Line

GOOD = "running"


@dataclass(frozen=True, slots=True)
class ServiceState:
    """One service or top-level resource of the file. kind: of the catalog, "" for the file's own resources.

    state: running, partly, starting, stopping, stopped, failed, blocked, lost, twice, missing, unknown.
    nodes: where any of it is active. words: the state for people, with the reason. wanted: on how many nodes it should
    run; 0: on one at a time. absent: nodes of these that are there, and on which it does not run.
    served: whether clients are, None where nobody knows (serving.py). through: the service that it uses and for want of
    which they are not. inside: what its own servers say.
    """

    name: str
    kind: str
    state: str
    nodes: tuple[str, ...]
    words: str
    wanted: int = 0
    absent: tuple[str, ...] = ()
    served: bool | None = None
    through: str = ""
    inside: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class FailureState:
    """A failed operation that Pacemaker remembers. words: what failed and why. fix: what to do. at: time as text."""

    resource: str
    node: str
    words: str
    fix: str
    at: str


def named(cluster: Cluster, everything: Resources) -> dict[str, str]:
    """Return what the operator named, with the service's kind: services, then resources that stand for themselves."""
    inner = {m for r in everything.resources if isinstance(r, Group) for m in r.members}
    inner |= {r.member for r in everything.resources if isinstance(r, Clone)}
    own = [resource.id for resource in cluster.resources.resources if resource.id not in inner]
    return {name: type(service).kind for name, service in cluster.services.items()} | dict.fromkeys(own, "")


def services(cluster: Cluster, everything: Resources, truth: ClusterStatus | None) -> tuple[ServiceState, ...]:
    """Return the state of everything that the operator named, whatever it uses."""
    if truth is None:
        silence = "not known: nobody speaks for the cluster"
        return tuple(ServiceState(n, kind, "unknown", (), silence) for n, kind in named(cluster, everything).items())
    clones = {resource.id: resource for resource in everything.resources if isinstance(resource, Clone)}
    found = []
    for name, kind in named(cluster, everything).items():
        service = cluster.services.get(name)
        nodes = tuple(node.name for node in nodes_of(cluster, service)) if service else ()
        kept_off = _kept_off(name, everything)
        nodes = tuple(node for node in nodes if node not in kept_off)
        if name in clones:
            found.append(_clone(name, kind, truth, _wanted(clones[name], nodes, truth)))
            continue
        parts = truth.instances(name)
        where = tuple(dict.fromkeys(node for part in parts for node in part.nodes if part.active))
        state = ServiceState(name, kind, *_single(parts, where, truth))
        beside = [clone for clone in clones.values() if not clone.promotable and _owner(clone.id, cluster) == name]
        found.append(_with_beside(state, [_clone(c.id, "", truth, _wanted(c, nodes, truth)) for c in beside]))
    return tuple(found)


def _kept_off(clone: str, everything: Resources) -> frozenset[str]:
    """Return the nodes of a service on which the file itself has its clone never run: an arbitrator's."""
    barred = (one for one in everything.constraints if isinstance(one, Location) and one.bars)
    return frozenset(one.node for one in barred if one.resource == clone)


def _owner(resource: str, cluster: Cluster) -> str:
    """Return the service that a resource beside the one of its name belongs to, "" for none: "proxy-servers"."""
    return max((name for name in cluster.services if resource.startswith(f"{name}-")), key=len, default="")


def _wanted(clone: Clone, nodes: Sequence[str], truth: ClusterStatus) -> tuple[str, ...]:
    """Return the nodes on which a clone should run: those of its service, else all that constraints leave it."""
    ids = {clone.id, clone.member}
    banned = {ban.node for ban in truth.bans if ban.resource in ids and ban.bars}
    left = tuple(nodes) or tuple(node.name for node in truth.nodes if node.name not in banned)
    most = clone.meta.get("clone-max", "")
    return left[: int(most)] if most.isdigit() else left


def _with_beside(state: ServiceState, beside: Sequence[ServiceState]) -> ServiceState:
    """Return a service with the clones that stand beside the resource of its name: a proxy's, beside the address."""
    bad = next((one for one in beside if one.state != GOOD), None)
    if state.state != GOOD or bad is None:
        return state
    words = f"{state.words}; {bad.name} {bad.words}"
    return replace(state, state="partly", words=words, wanted=bad.wanted if bad.nodes else 0, absent=bad.absent)


def _single(
    parts: tuple[ResourceStatus, ...], where: tuple[str, ...], truth: ClusterStatus
) -> tuple[str, tuple[str, ...], str]:
    """Judge a service that runs in one place: its state, nodes and words."""
    state, words = _gravest(parts, where, truth)
    return state, where, words


def _gravest(parts: tuple[ResourceStatus, ...], where: tuple[str, ...], truth: ClusterStatus) -> tuple[str, str]:
    at = f" on {', '.join(where)}" if where else ""
    if not parts:
        return "missing", "in the file, and not on the cluster"
    if lost := [node for node in where if (seen := truth.node(node)) and (seen.unclean or not seen.online)]:
        return (
            "lost",
            f"was on {', '.join(lost)}, which is lost and not proven to be off; it cannot start elsewhere yet",
        )
    if len(where) > 1:
        return "twice", f"running on more than one node: {', '.join(where)}"
    if held := [part for part in parts if part.blocked]:
        return "blocked", f"blocked{at}: {reason(held[0], truth) or 'Pacemaker will not act on it'}"
    return _at_work(parts, at, truth) or _at_rest(parts, at, truth)


def _at_work(parts: tuple[ResourceStatus, ...], at: str, truth: ClusterStatus) -> tuple[str, str] | None:
    """Return that a service is just being started or stopped; None where it is not."""
    for part in parts:
        for word, state in (("Start", "starting"), ("Stop", "stopping")):
            if f"{word}ing" in part.role or part.pending.startswith(word):
                because = reason(part, truth) if part.failed else ""
                return state, f"{state}{at}" + (f" ({because})" if because else "")
    return None


def _at_rest(parts: tuple[ResourceStatus, ...], at: str, truth: ClusterStatus) -> tuple[str, str]:
    idle = sorted((part for part in parts if not part.active), key=lambda part: not failures_of(part.id, truth))
    failed = [part for part in parts if part.failed and part.active]
    if idle:
        state, words = _idle(idle[0], truth)
        return ("partly", f"partly{at}; {idle[0].id} {words}") if at else (state, words)
    if failed:
        return "failed", f"failed{at}: {reason(failed[0], truth) or 'no reason given'}"
    watched = "" if all(part.managed for part in parts) else ", not managed: nothing watches or moves it"
    return GOOD, f"running{at}{watched}"


def _clone(name: str, kind: str, truth: ClusterStatus, wanted: Sequence[str]) -> ServiceState:
    """Judge what runs in several places. wanted: the nodes on which it should."""
    parts = truth.instances(name)
    active = [part for part in parts if part.active]
    lost = {node.name for node in truth.nodes if node.unclean or not node.online}  # nobody knows what runs there
    where = tuple(dict.fromkeys(node for part in active for node in part.nodes if node not in lost))
    if not parts:
        return ServiceState(name, kind, "missing", (), "in the file, and not on the cluster", len(wanted))
    if not active:
        state, words = _idle(parts[0], truth)
        return ServiceState(name, kind, state, (), words, len(wanted))
    if not where:
        gone = ", ".join(sorted({node for part in active for node in part.nodes}))
        return ServiceState(name, kind, "lost", (), f"was on {gone}: lost, and not proven to be off", len(wanted))
    promoted = [node for node in where if any(node in part.nodes and part.role == "Promoted" for part in active)]
    words = f"running on {', '.join(where)}" + (f"; promoted on {', '.join(promoted)}" if promoted else "")
    bad = [part for part in active if part.failed or part.blocked]
    if bad:
        words = f"{words}; {bad[0].id} failed: {reason(bad[0], truth) or 'no reason given'}"
        return ServiceState(name, kind, "failed", where, words, len(wanted))
    missing = [node for node in wanted if node not in where]
    if not missing:
        return ServiceState(name, kind, GOOD, where, words, len(wanted))
    reasons = {node: _away(node, truth) for node in missing}
    absent = tuple(node for node, why in reasons.items() if not why)
    told = [why or _not_on(node, parts, truth) for node, why in reasons.items()]
    count = f"{len(wanted) - len(missing)} of {len(wanted)}"
    return ServiceState(name, kind, "partly", where, f"{count}, {words}; {'; '.join(told)}", len(wanted), absent)


def _away(node: str, truth: ClusterStatus) -> str:
    """Return why a node runs nothing, "" where it could."""
    seen = truth.node(node)
    if seen is None or seen.unclean or not seen.online:
        return f"{node} is not there"
    return f"{node} is in standby" if seen.standby else ""


def _not_on(node: str, parts: Sequence[ResourceStatus], truth: ClusterStatus) -> str:
    failed = [failure for part in parts for failure in failures_of(part.id, truth) if failure.node == node]
    return f"not on {node}" + (f": {cause(failed[0])}" if failed else "")


def _idle(part: ResourceStatus, truth: ClusterStatus) -> tuple[str, str]:
    """Say why something does not run: the first reason that is certain."""
    failed = failures_of(part.id, truth)
    able = {node.name for node in truth.nodes if node.online and not node.standby}
    banned = {ban.node for ban in truth.bans if ban.resource in {part.id, *part.parents} and ban.bars}
    if failed and truth.quorate is not False and part.target_role != "Stopped":
        everywhere = "on every node" if {failure.node for failure in failed} >= able else f"on {failed[0].node}"
        return "failed", f"failed {everywhere}: {cause(failed[0])}"
    reasons = (
        (part.target_role == "Stopped", "somebody asked for it (target-role=Stopped)"),
        (truth.stop_all_resources, "somebody asked for everything to stop (stop-all-resources)"),
        (truth.quorate is False, "no quorum"),
        (truth.maintenance_mode or not part.managed, "in maintenance, so nothing starts it"),
        (not able, "no node may run anything (standby or offline)"),
        (able <= banned, "it is banned from every node that is there"),
    )
    unknown = "; if it does not start within seconds, `crm_simulate --live-check --show-scores` says why"
    return "stopped", "stopped" + next((f": {words}" for holds, words in reasons if holds), unknown)


def failures_of(resource: str, truth: ClusterStatus) -> list[Failure]:
    """Return the failures of a primitive, whatever its instance, the latest first."""
    id_ = resource.partition(":")[0]
    return sorted((f for f in truth.failures if f.resource.partition(":")[0] == id_), key=lambda f: f.at, reverse=True)


def reason(part: ResourceStatus, truth: ClusterStatus) -> str:
    """Return the latest failure of a primitive in words; "" where there is none."""
    return next((cause(failure) for failure in failures_of(part.id, truth)), "")


def cause(failure: Failure) -> str:
    """Return an operation that failed and why: "start: not installed (environment is invalid)"."""
    what = failure.status.lower() if failure.status == "Timed Out" else failure.exit_status or failure.status
    return f"{failure.operation}: {what}" + (f" ({failure.reason})" if failure.reason else "")


def failures(truth: ClusterStatus | None) -> tuple[FailureState, ...]:
    """Return what failed, the latest first."""
    found = sorted(truth.failures, key=lambda failure: failure.at, reverse=True) if truth else []
    return tuple(
        FailureState(
            failure.resource,
            failure.node,
            f"{failure.resource} on {failure.node}: {cause(failure)}",
            f"mend the cause on {failure.node}, then: crm_resource --cleanup --resource {failure.resource}"
            f" --node {failure.node}",
            failure.at,
        )
        for failure in found
    )


FIXES: Mapping[str, str] = {
    "missing": "quorate apply FILE",
    "twice": "stop it by hand where it should not be, check its data, and find out why Pacemaker did not prevent it",
    "lost": "see the node's fencing below",
    "blocked": "mend the cause on the node, then: crm_resource --cleanup --resource {name}",
    "failed": "mend the cause on the node, then: crm_resource --cleanup --resource {name}",
    "partly": "mend the cause on the node, then: crm_resource --cleanup --resource {name}",
    "starting": "ask again in a few seconds",
    "stopping": "ask again in a few seconds",
    "stopped": "see the other problems",
    "asked": "if it should run: crm_resource --resource {name} --meta --delete-parameter target-role",
    "unknown": "find out why no node answers",
}


def problems(
    states: tuple[ServiceState, ...], failed: tuple[FailureState, ...], told: frozenset[str]
) -> Iterator[Finding]:
    """Yield every service that does not run as it should, then failures that are over but still remembered.

    told: resources whose failures are told elsewhere.
    """
    for state in states:
        if state.state == GOOD or (state.state == "partly" and state.wanted and not state.absent):
            continue  # a node that is away is told as such
        mild = state.state in {"starting", "stopping"} or (state.state == "partly" and state.served)
        asked = state.state == "stopped" and "target-role" in state.words
        why = "clients may not be served"
        if state.state == "twice":
            why = "two writers damage the data of one service"
        elif state.served:
            why = "clients are served, by fewer servers than there should be: the next failure may be one too many"
        yield Finding(
            f"service-{state.state}",
            Severity.WARNING if mild else Severity.ERROR,
            f"{state.name}: {state.words}",
            why,
            FIXES["asked" if asked else state.state].format(name=state.name),
            path=("services", state.name) if state.kind else ("resources", state.name),
        )
    for failure in failed:
        if failure.resource in told or any(failure.words.partition(": ")[2] in state.words for state in states):
            continue
        yield Finding(
            "failure-remembered",
            Severity.WARNING,
            f"failed at {failure.at}: {failure.words}",
            "Pacemaker counts failures and keeps a resource off a node where it failed too often",
            failure.fix,
        )
