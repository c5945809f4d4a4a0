"""Baseline: how the cluster was right before a change, and what went wrong since. Values only, pure.

Only what is new counts: a resource that had failed before says nothing about the change.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from quorate.observe.facts.cluster_status import ClusterStatus, Failure, ResourceStatus

RUNNING = ("Started", "Promoted", "Unpromoted")
FENCED = ("success", "pending")


@dataclass(frozen=True, slots=True)
class Baseline:
    """How the cluster was. running: primitives but fencing devices. failing: resources with a failed operation.

    fencings: events that were known, "NODE TIME".
    """

    running: frozenset[str] = frozenset()
    failing: frozenset[str] = frozenset()
    fencings: frozenset[str] = frozenset()

    def as_lists(self) -> dict[str, list[str]]:
        """Return it for JSON."""
        return {name: sorted(getattr(self, name)) for name in self.__dataclass_fields__}

    @classmethod
    def from_lists(cls, data: Mapping[str, Iterable[str]]) -> "Baseline":
        """Return what as_lists() returned."""
        return cls(**{name: frozenset(data.get(name, ())) for name in cls.__dataclass_fields__})


def baseline(status: ClusterStatus) -> Baseline:
    """Return how the cluster is."""
    return Baseline(
        frozenset(running(status)),
        frozenset(primitive(failure.resource) for failure in status.failures),
        frozenset(fencings(status)),
    )


def resumed(before: Baseline, status: ClusterStatus) -> Baseline:
    """Return the baseline of a change that is gone on with: what ran before it; what had failed or was fenced by now.

    What went wrong while nobody watched may have had any cause.
    """
    return replace(baseline(status), running=before.running)


def primitive(instance: str) -> str:
    """Return the primitive's id, of which `instance` may be one of several ("dlm:0")."""
    return instance.partition(":")[0]


def runs(resource: ResourceStatus) -> bool:
    """Say whether a resource really runs: crm_mon calls it active while its start is tried, and after that failed."""
    return resource.active and not resource.failed and resource.role in RUNNING


def running(status: ClusterStatus) -> set[str]:
    """Return the primitives that run, on one node at least; not fencing devices, which serve nobody."""
    return {primitive(r.id) for r in status.resources if runs(r) and not r.agent.startswith("stonith:")}


def fencings(status: ClusterStatus) -> dict[str, str]:
    """Return the nodes that were fenced or are being fenced, by the event."""
    return {
        f"{event.target} {event.completed}": event.target for event in status.fence_history if event.status in FENCED
    }


def new_failures(before: Baseline, status: ClusterStatus) -> list[Failure]:
    """Return the operations that failed since, of resources that had no failure before.

    A failed probe is none: a node that lacks what the resource needs says so, and the resource runs on another.
    """
    return [
        failure
        for failure in status.failures
        if primitive(failure.resource) not in before.failing
        and not (failure.operation == "monitor" and failure.interval_ms == 0)
    ]


def violation(before: Baseline, status: ClusterStatus) -> str | None:
    """Return in words what went wrong since, None where nothing did."""
    fenced = [node for event, node in fencings(status).items() if event not in before.fencings]
    said = [f"{node} was fenced" for node in dict.fromkeys(fenced)] + failed(new_failures(before, status))
    return "; ".join(said) or None


def failed(failures: Iterable[Failure]) -> list[str]:
    """Return "site-apache failed on n1, n2: start: what the agent said", once for what is the same on several nodes."""
    nodes: dict[tuple[str, str], list[str]] = {}
    for one in failures:
        what = (primitive(one.resource), f"{one.operation}: {one.reason or one.exit_status}")
        nodes.setdefault(what, []).append(one.node)
    return [f"{name} failed on {', '.join(dict.fromkeys(where))}: {said}" for (name, said), where in nodes.items()]
