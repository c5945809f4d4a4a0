"""status: one screen of truth about a running cluster. Pure: what the file wants and what the nodes said go in.

    views (view.py asks for them)
      -> who speaks for the cluster: the DC, else a node with quorum, else anyone
      -> nodes, links, votes (membership.py), services (services.py), storage (storage.py), fencing (fencing.py)
      -> what the services' own servers say (insight.py and the files of inside/), whom they serve (serving.py)
      -> clocks (clocks.py)
      -> problems: findings, each with what to do

Well means that everything was seen and nothing is wrong. What no node could tell stays unknown, and is never well.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from quorate.catalog.platform import Platform
from quorate.describe.cluster import Cluster
from quorate.describe.resources import Resources
from quorate.findings import Finding, Severity
from quorate.observe.facts.cluster_status import ClusterStatus
from quorate.observe.facts.constraints import LocationConstraint
from quorate.operate import changes, clocks, fencing, membership, services, serving, storage
from quorate.operate.fencing import EventState, FencingState
from quorate.operate.insight import UNASKED, Within, sites_of
from quorate.operate.membership import LinkState, NodeState, Votes
from quorate.operate.services import FailureState, ServiceState
from quorate.operate.storage import StoreState
from quorate.operate.view import View
from quorate.render.cib import everything

BY_HAND = ("cli-ban-", "cli-prefer-", "cli-standby-")
"""How ids begin that crm_resource(8) gives to the constraints of --ban and --move."""


@dataclass(frozen=True, slots=True)
class Status:
    """How the cluster is. told_by: the node whose view this is, None where none sees the cluster.

    known: False when no node could say how the cluster is; then nothing below means anything but the problems.
    left_over: constraints that somebody's --ban or --move left behind. version: of Pacemaker.
    """

    cluster: str
    told_by: str | None
    known: bool
    dc: str | None
    version: str
    maintenance: bool
    nodes: tuple[NodeState, ...]
    votes: Votes | None
    links: tuple[LinkState, ...]
    services: tuple[ServiceState, ...]
    storage: tuple[StoreState, ...]
    fencing: tuple[FencingState, ...]
    events: tuple[EventState, ...]
    failures: tuple[FailureState, ...]
    left_over: tuple[LocationConstraint, ...]
    problems: tuple[Finding, ...]

    @property
    def well(self) -> bool:
        """Whether all was seen and nothing is wrong; remarks (INFO) do not count."""
        return self.known and all(problem.severity is Severity.INFO for problem in self.problems)

    @property
    def exit_code(self) -> int:
        """0: well. 1: not well. 3: could not find out."""
        return 0 if self.well else 1 if self.known else 3


def judge(
    cluster: Cluster, platform: Platform, answers: Sequence[View], now: datetime, within: Within = UNASKED
) -> Status:
    """Return the status. answers: one View per node of the file. now: with a time zone; only ages depend on it.

    within: what the services said of themselves.
    """
    views = {view.name: view for view in answers}
    teller = membership.speaker(views)
    truth = teller.cluster if teller and isinstance(teller.cluster, ClusterStatus) else None
    wanted = everything(cluster, platform)
    nodes = membership.nodes(cluster, views, truth)
    links = membership.links(cluster, views)
    states = services.services(cluster, wanted, truth)
    running = {state.name: frozenset(state.nodes) for state in states}
    told = {site.name: within.insight(site, running[site.name]) for site in sites_of(cluster, platform)}
    states = serving.serving(states, cluster, platform, told, truth)
    constraints = teller.constraints if teller and isinstance(teller.constraints, tuple) else ()
    kept, ill_kept = storage.storage(cluster, views, truth, constraints)
    failed = services.failures(truth)
    fences = fencing.fencing(cluster, truth, now)
    lately = fencing.events(truth, now)
    ill = frozenset(device.id for node in fences for device in node.devices if not device.well)
    moved = left_over(teller)
    found = [
        *membership.problems(cluster, views, nodes, links),
        *(services.problems(states, failed, ill) if truth else ()),
        *(serving.problems(states) if truth else ()),
        *(finding for insight in told.values() for finding in insight.findings),
        *ill_kept,
        *fencing.problems(cluster, truth, fences, lately),
        *(_whole(wanted, truth) if truth else ()),
        *_moves(moved),
        *clocks.problems(views.values()),
        *changes.problems(views.values()),
        *_unseen(teller),
    ]
    return Status(
        cluster=cluster.name,
        told_by=teller.name if teller else None,
        known=truth is not None or any(state.state == "stopped" for state in nodes),
        dc=truth.dc if truth else None,
        version=truth.version if truth else "",
        maintenance=truth is not None and truth.maintenance_mode,
        nodes=nodes,
        votes=membership.votes(cluster, teller),
        links=links,
        services=states,
        storage=kept,
        fencing=fences,
        events=lately,
        failures=failed,
        left_over=moved,
        problems=tuple(sorted(found, key=lambda finding: list(Severity).index(finding.severity))),
    )


def left_over(teller: View | None) -> tuple[LocationConstraint, ...]:
    """Return the constraints that crm_resource made, by their ids."""
    if teller is None or not isinstance(teller.constraints, tuple):
        return ()
    return tuple(found for found in teller.constraints if found.id.startswith(BY_HAND))


def _whole(wanted: Resources, truth: ClusterStatus) -> Iterator[Finding]:
    """Yield what concerns the cluster as a whole: no DC, maintenance, versions, the file against the cluster."""
    if truth.dc is None:
        yield Finding(
            "no-dc",
            Severity.ERROR,
            "no DC is elected",
            "without one nobody decides: nothing is started, stopped, recovered or fenced",
            "ask again in a few seconds; if it stays so, read journalctl -u pacemaker on the nodes",
        )
    if truth.maintenance_mode:
        yield Finding(
            "maintenance-mode",
            Severity.WARNING,
            "the whole cluster is in maintenance mode",
            "services run on, but nobody watches them, and a failure is not recovered from",
            "when the work is done: crm_attribute --name maintenance-mode --delete",
        )
    if truth.mixed_versions and not any(
        node.pending for node in truth.nodes
    ):  # a node that joins tells its version last
        yield Finding(
            "mixed-versions",
            Severity.WARNING,
            f"the nodes run different versions of Pacemaker; the DC has {truth.version}",
            "a rolling upgrade that stops half-way leaves features off and is tested by nobody",
            "finish the upgrade on every node",
        )
    on_cluster = {resource.id.partition(":")[0] for resource in truth.resources}
    primitives = [primitive.id for primitive in wanted.primitives]
    if missing := [id_ for id_ in primitives if id_ not in on_cluster]:
        yield Finding(
            "not-on-the-cluster",
            Severity.ERROR,
            f"in the file and not on the cluster: {', '.join(missing)}",
            "the cluster was not built from this file, or somebody removed them",
            "quorate plan FILE shows the difference; quorate apply FILE makes it",
        )
    foreign = [r for r in truth.resources if r.id.partition(":")[0] not in primitives]
    if orphans := sorted({resource.id for resource in foreign if resource.orphaned}):
        yield Finding(
            "orphaned",
            Severity.WARNING,
            f"still running though no longer configured: {', '.join(orphans)}",
            "Pacemaker neither watches nor recovers them",
            "crm_resource --cleanup --resource " + orphans[0],
        )
    if others := sorted({resource.id for resource in foreign if not resource.orphaned}):
        yield Finding(
            "not-in-the-file",
            Severity.INFO,
            f"on the cluster and not in the file: {', '.join(others)}",
            "somebody or something made them without the file: the next person will not know of them",
            "add them to the file, or remove them from the cluster",
        )


def _moves(moved: tuple[LocationConstraint, ...]) -> Iterator[Finding]:
    for constraint in moved:
        keeps = "keeps it away from" if constraint.score.startswith("-") else "ties it to"
        yield Finding(
            "left-over-constraint",
            Severity.WARNING,
            f"{constraint.resource}: {constraint.id} {keeps} {constraint.node}",
            "a move by hand leaves such a constraint behind; it stays for ever and decides at the next failure",
            f"crm_resource --clear --resource {constraint.resource}",
        )


def _unseen(teller: View | None) -> Iterator[Finding]:
    """Yield a finding for each question that even the node that speaks for the cluster could not answer."""
    if teller is None:
        return
    for what, answer in (("votes", teller.quorum), ("links", teller.links), ("constraints", teller.constraints)):
        if isinstance(answer, Exception):
            yield Finding(
                f"{what}-unknown",
                Severity.WARNING,
                f"the {what} are not known: {answer.message}",
                "what is not seen is not well",
                answer.hint or f"ask on {teller.name} by hand",
            )
