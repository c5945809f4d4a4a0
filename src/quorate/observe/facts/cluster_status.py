"""The state of the cluster as Pacemaker sees it, by `crm_mon` as XML (crm_mon(8), schema crm_mon-2.25.rng).

Any node can be asked; a node without quorum answers too, from its own view.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from types import MappingProxyType

from lxml import etree

from quorate.errors import Unknown
from quorate.machines.host import command
from quorate.observe.facts.cib import parse_xml

COMMAND = command("crm_mon", "--one-shot", "--inactive", "--fence-history=3", "--output-as=xml")

COLLECTIVES = ("group", "clone", "bundle", "replica")


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """A node. type: "member", "remote" or "guest". pending: it joins at present. unclean: it must be fenced.

    expected_up: it takes part by its own will. running: number of resource instances on it.
    """

    name: str
    id: str
    type: str
    online: bool
    standby: bool
    standby_on_fail: bool
    maintenance: bool
    pending: bool
    unclean: bool
    shutdown: bool
    expected_up: bool
    is_dc: bool
    health: str
    running: int


@dataclass(frozen=True, slots=True)
class ResourceStatus:
    """One instance of a primitive. parents: ids of what contains it, outermost first ("dlm-clone", "dlm-group:0").

    role: Started, Stopped, Promoted, Unpromoted, Starting, Stopping ...; target_role "" unless set.
    nodes: where it is active; more than one for a plain primitive is a fault. pending: action under way, "" for none.
    blocked: the cluster will not act on it. orphaned: runs, though no longer configured.
    """

    id: str
    agent: str
    role: str
    target_role: str
    active: bool
    managed: bool
    blocked: bool
    failed: bool
    orphaned: bool
    pending: str
    nodes: tuple[str, ...]
    parents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed operation, kept until it is cleaned up or expires. at: time as text in UTC, as Pacemaker writes it.

    status: complete, Timed Out, error ...; exit_status: the meaning of exit_code (not installed ...).
    """

    resource: str
    operation: str
    interval_ms: int
    node: str
    status: str
    exit_code: int
    exit_status: str
    reason: str
    at: str


@dataclass(frozen=True, slots=True)
class FailCount:
    """How often a resource failed on a node; `count` 1000000 is INFINITY, which keeps it off that node."""

    resource: str
    node: str
    count: int
    last_failure: str


@dataclass(frozen=True, slots=True)
class FenceEvent:
    """One fencing. status: success, failed or pending. delegate: the node that did it. completed: time as text."""

    target: str
    action: str
    status: str
    origin: str
    client: str
    delegate: str
    completed: str
    reason: str


@dataclass(frozen=True, slots=True)
class Ban:
    """A location constraint with a negative score, such as `crm_resource --ban` leaves behind (id "cli-ban-...")."""

    id: str
    resource: str
    node: str
    score: int
    promoted_only: bool

    @property
    def bars(self) -> bool:
        """Whether `resource` never runs on `node`, in whatever role."""
        return self.score <= -1_000_000 and not self.promoted_only


@dataclass(frozen=True, slots=True)
class ClusterStatus:
    """Everything crm_mon tells. dc: None while none is elected; `quorate` is then None too: nobody can say."""

    dc: str | None
    quorate: bool | None
    version: str
    mixed_versions: bool
    last_change: str
    fencing_enabled: bool
    maintenance_mode: bool
    stop_all_resources: bool
    no_quorum_policy: str
    nodes: tuple[NodeStatus, ...]
    resources: tuple[ResourceStatus, ...]
    failures: tuple[Failure, ...]
    fail_counts: tuple[FailCount, ...]
    fence_history: tuple[FenceEvent, ...]
    bans: tuple[Ban, ...]
    attributes: Mapping[str, Mapping[str, str]]

    def node(self, name: str) -> NodeStatus | None:
        """Return the node of that name."""
        return next((node for node in self.nodes if node.name == name), None)

    def instances(self, id_: str) -> tuple[ResourceStatus, ...]:
        """Return the primitives that are `id_`, or are inside the group, clone or bundle of that id."""
        return tuple(
            resource
            for resource in self.resources
            if id_ in {name for full in (resource.id, *resource.parents) for name in (full, full.partition(":")[0])}
        )

    @property
    def online(self) -> frozenset[str]:
        """The names of cluster nodes that are members and run Pacemaker (standby ones too)."""
        return frozenset(n.name for n in self.nodes if n.online and not n.pending and n.type == "member")


def parse(output: str, status: int) -> ClusterStatus:
    """Read crm_mon's XML; Unknown when there is none, as when Pacemaker does not run (status 102)."""
    try:
        root = parse_xml(output)
    except etree.XMLSyntaxError:
        raise Unknown(f"The cluster's state is not known: crm_mon ended with status {status}.", HINT) from None
    result = root.find("status")
    code = result.get("code") if result is not None else str(status)
    if root.find("summary") is None or code != "0":
        errors = " ".join(error.text or "" for error in root.iter("error"))
        raise Unknown(f"The cluster's state is not known: {errors or f'crm_mon ended with status {status}'}", HINT)
    dc = root.find("summary/current_dc")
    has_dc = dc is not None and _is(dc, "present")
    options = root.find("summary/cluster_options")
    return ClusterStatus(
        dc=dc.get("name") if dc is not None and has_dc else None,
        quorate=_is(dc, "with_quorum") if dc is not None and has_dc else None,
        version=_get(dc, "version"),
        mixed_versions=dc is not None and _is(dc, "mixed_version"),
        last_change=_get(root.find("summary/last_change"), "time"),
        fencing_enabled=_get(options, "stonith-enabled") == "true",
        maintenance_mode=_get(options, "maintenance-mode") == "true",
        stop_all_resources=_get(options, "stop-all-resources") == "true",
        no_quorum_policy=_get(options, "no-quorum-policy"),
        nodes=tuple(_node(node) for node in root.iterfind("nodes/node")),
        resources=tuple(_resource(resource) for resource in root.iterfind("resources//resource")),
        failures=tuple(_failure(failure) for failure in root.iterfind("failures/failure")),
        fail_counts=tuple(_fail_counts(root)),
        fence_history=fence_events(root),
        bans=tuple(_ban(ban) for ban in root.iterfind("bans/ban")),
        attributes=MappingProxyType(
            {
                _get(node, "name"): MappingProxyType(
                    {_get(a, "name"): _get(a, "value") for a in node.iterfind("attribute")}
                )
                for node in root.iterfind("node_attributes/node")
            }
        ),
    )


HINT = "Is Pacemaker running there? systemctl status pacemaker"


def _get(element: "etree._Element | None", name: str) -> str:
    return "" if element is None else element.get(name) or ""


def _is(element: "etree._Element", name: str) -> bool:
    return element.get(name) == "true"


def _node(node: "etree._Element") -> NodeStatus:
    return NodeStatus(
        name=_get(node, "name"),
        id=_get(node, "id"),
        type=_get(node, "type"),
        online=_is(node, "online"),
        standby=_is(node, "standby"),
        standby_on_fail=_is(node, "standby_onfail"),
        maintenance=_is(node, "maintenance"),
        pending=_is(node, "pending"),
        unclean=_is(node, "unclean"),
        shutdown=_is(node, "shutdown"),
        expected_up=_is(node, "expected_up"),
        is_dc=_is(node, "is_dc"),
        health=_get(node, "health"),
        running=int(_get(node, "resources_running") or 0),
    )


def _resource(resource: "etree._Element") -> ResourceStatus:
    parents = [p for p in resource.iterancestors() if p.tag in COLLECTIVES]
    return ResourceStatus(
        id=_get(resource, "id"),
        agent=_get(resource, "resource_agent"),
        role=_get(resource, "role"),
        target_role=_get(resource, "target_role"),
        active=_is(resource, "active"),
        managed=_is(resource, "managed"),
        blocked=_is(resource, "blocked"),
        failed=_is(resource, "failed"),
        orphaned=_is(resource, "orphaned"),
        pending=_get(resource, "pending"),
        # crm_mon 2.1.5 names a node twice for resources inside a bundle
        nodes=tuple(dict.fromkeys(_get(node, "name") for node in resource.iterfind("node"))),
        parents=tuple(_get(parent, "id") for parent in reversed(parents) if parent.tag != "replica"),
    )


def _failure(failure: "etree._Element") -> Failure:
    task, interval = _get(failure, "task"), _get(failure, "interval") or "0"
    key = _get(failure, "op_key") or _get(failure, "id")
    return Failure(
        resource=key.removesuffix(f"_{task}_{interval}"),
        operation=task,
        interval_ms=int(interval),
        node=_get(failure, "node"),
        status=_get(failure, "status"),
        exit_code=int(_get(failure, "exitcode") or 0),
        exit_status=_get(failure, "exitstatus"),
        reason=unescape(_get(failure, "exitreason")),  # crm_mon 2.1.5 escapes it twice
        at=_get(failure, "last-rc-change"),
    )


def _fail_counts(root: "etree._Element") -> list[FailCount]:
    return [
        FailCount(_get(history, "id"), _get(node, "name"), _score(count), _get(history, "last-failure"))
        for node in root.iterfind("node_history/node")
        for history in node.iterfind("resource_history")
        if (count := _get(history, "fail-count"))
    ]


def fence_events(root: "etree._Element") -> tuple[FenceEvent, ...]:
    """Return the fence events below `root`, newest first as the tools print them."""
    return tuple(
        FenceEvent(
            target=_get(event, "target"),
            action=_get(event, "action"),
            status=_get(event, "status"),
            origin=_get(event, "origin"),
            client=_get(event, "client"),
            delegate=_get(event, "delegate"),
            completed=_get(event, "completed"),
            reason=_get(event, "exit-reason"),
        )
        for event in root.iter("fence_event")
    )


def _ban(ban: "etree._Element") -> Ban:
    promoted = _is(ban, "promoted-only") or _is(ban, "master_only")
    return Ban(_get(ban, "id"), _get(ban, "resource"), _get(ban, "node"), _score(_get(ban, "weight")), promoted)


def _score(text: str) -> int:
    """Read a score; ±INFINITY is ±1000000 in Pacemaker."""
    return int(text.replace("INFINITY", "1000000") or 0)
