"""serving: whether clients of each service are served, and if not why. Values in, values out; pure.

A service that runs serves nobody while a service that it uses does not (Service.uses), while too few of its servers run
(Service.servers), or while its own servers say that they do not (insight.py).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from quorate.catalog.platform import Platform
from quorate.catalog.site import Site
from quorate.describe.cluster import Cluster
from quorate.errors import UsageError
from quorate.explore.leaning import used
from quorate.findings import Finding, Severity
from quorate.observe.facts.cluster_status import ClusterStatus
from quorate.operate.insight import Insight, Line, sites_of
from quorate.operate.services import GOOD, ServiceState


def serving(
    states: Sequence[ServiceState],
    cluster: Cluster,
    platform: Platform,
    told: Mapping[str, Insight],
    truth: ClusterStatus | None,
) -> tuple[ServiceState, ...]:
    """Return the states with whether clients are served. told: what services say of themselves, by name."""
    sites = {site.name: site for site in sites_of(cluster, platform)}
    own = {state.name: _own(state, sites.get(state.name), told.get(state.name, Insight()), truth) for state in states}
    direct = {name: [one for one in site.service.uses(site) if one in own] for name, site in sites.items()}
    return tuple(_leaning(state, own, direct) for state in own.values())


def _own(state: ServiceState, site: Site | None, insight: Insight, truth: ClusterStatus | None) -> ServiceState:
    """Return a service with whether it serves for itself, whatever it uses."""
    state = replace(state, inside=insight.lines, served=_runs(state))
    if not state.served:
        return state
    if silent := insight.silent:
        who = f"{silent.node}: " if silent.node else ""
        return replace(state, served=False, words=f"not served: {who}{silent.words}; {state.words}")
    if site is not None and (few := _too_few(state, site, insight.lines, truth)):
        return replace(state, served=False, words=f"not served: {few}; {state.words}")
    if state.state == "partly":
        return replace(state, words=f"served; {state.words}")
    return state


def _runs(state: ServiceState) -> bool | None:
    """Whether something of it runs that may serve; None where nobody knows."""
    if state.state == "unknown":
        return None
    cloned = bool(state.wanted)
    return state.state in {GOOD, "twice"} or (cloned and bool(state.nodes) and state.state in {"partly", "failed"})


def _too_few(state: ServiceState, site: Site, lines: Sequence[Line], truth: ClusterStatus | None) -> str:
    """Return that too few of its servers run for any of them to serve, "" where enough do."""
    servers = site.service.servers(site)
    if servers.enough == "one" or not state.wanted:
        return ""
    deaf = {line.node for line in lines if line.node and line.serves is False}
    running = len(set(state.nodes) - deaf)
    gone = 0
    if servers.enough == "most of the rest" and truth is not None:
        hosts = {node.name for node in site.nodes} - {node for _, node in servers.arbitrators}
        gone = sum(1 for node in truth.nodes if node.standby and node.name in hosts - set(state.nodes))
    voters = [one for one in servers.arbitrators if not _in_standby(one[1], truth)]
    voting = sum(1 for primitive, node in voters if truth is None or _runs_on(primitive, node, truth))
    if 2 * (running + voting) > state.wanted - gone + len(voters):
        return ""
    return f"{running} of {state.wanted} servers are no majority"


def _in_standby(node: str, truth: ClusterStatus | None) -> bool:
    seen = truth.node(node) if truth else None
    return seen is not None and seen.standby


def _runs_on(primitive: str, node: str, truth: ClusterStatus) -> bool:
    seen = truth.node(node)
    is_there = seen is not None and seen.online and not seen.unclean
    return is_there and any(one.active and node in one.nodes for one in truth.instances(primitive))


def _leaning(state: ServiceState, own: Mapping[str, ServiceState], direct: Mapping[str, Sequence[str]]) -> ServiceState:
    """Return a service with what it lacks of those that it uses; the one that lacks nothing itself is to blame."""
    try:
        leans = used(state.name, direct)
    except UsageError:  # in a circle: then no exploration takes the file
        leans = tuple(direct.get(state.name, ()))
    missing = next((own[name] for name in leans if own[name].served is False), None)
    if missing is not None and state.served:
        words = state.words.removeprefix("served; ")
        words = f"not served: {missing.name}, which it uses, {_is(missing)}; {words}"
        return replace(state, served=False, through=missing.name, words=words)
    if state.served and any(own[name].served is None for name in leans):
        return replace(state, served=None)
    return state


def _is(missing: ServiceState) -> str:
    """Return what keeps another from being served, in a word or two: "is stopped", "serves nobody"."""
    if missing.state in {"stopped", "starting", "stopping", "missing", "lost", "blocked"}:
        return f"is {missing.state}"
    return "has failed" if missing.state == "failed" else "serves nobody"


def problems(states: Sequence[ServiceState]) -> Iterator[Finding]:
    """Yield services that run and serve nobody: those for want of the same service together."""
    for state in states:
        runs = state.state == GOOD or (state.wanted and state.state == "partly")
        if runs and state.served is False and not state.through:
            yield _finding([state.name], state.words, state.name)
    through: dict[str, list[str]] = {}
    for state in states:
        if state.through:
            through.setdefault(state.through, []).append(state.name)
    for missing, names in through.items():
        it = "it uses" if len(names) == 1 else "they use"
        yield _finding(names, f"{missing}, which {it}, does not serve", missing)


def _finding(names: Sequence[str], why: str, missing: str) -> Finding:
    are = "runs, and its" if len(names) == 1 else "run, and their"
    return Finding(
        "service-not-served",
        Severity.ERROR,
        f"{', '.join(names)} {are} clients are not served",
        why,
        f"bring {missing} back to serving: see what is said of it",
        path=("services", names[0]),
    )
