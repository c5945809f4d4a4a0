"""fencing: can every node be fenced, when was that last proven, and what was fenced lately? Values in and out; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from quorate.build.steps.proof import ATTRIBUTE, proven_at
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity
from quorate.observe.facts.cluster_status import ClusterStatus, FenceEvent
from quorate.operate.services import failures_of, reason


@dataclass(frozen=True, slots=True)
class DeviceState:
    """A fencing device. node: the one that watches it, "" for none. well: its monitor is fine. words: for people."""

    id: str
    node: str
    well: bool
    words: str


@dataclass(frozen=True, slots=True)
class FencingState:
    """How a node can be fenced. proof: proven, void (its devices have changed since), missing or unknown.

    proven: when it was last really fenced through these devices; age_s: how long ago. None unless proven.
    """

    node: str
    devices: tuple[DeviceState, ...]
    proof: str
    proven: datetime | None
    age_s: float | None


@dataclass(frozen=True, slots=True)
class EventState:
    """A fencing that the cluster remembers. age_s: None while it goes on or where the time is not readable."""

    node: str
    status: str
    words: str
    age_s: float | None


def fencing(cluster: Cluster, truth: ClusterStatus | None, now: datetime) -> tuple[FencingState, ...]:
    """Return how each node of the file can be fenced. now: with a time zone."""
    return tuple(_node(cluster, node.name, truth, now) for node in cluster.nodes)


def _node(cluster: Cluster, node: str, truth: ClusterStatus | None, now: datetime) -> FencingState:
    devices = tuple(_device(device.id, truth) for device in cluster.fencing.devices_for(node))
    if truth is None:
        return FencingState(node, devices, "unknown", None, None)
    value = truth.attributes.get(node, {}).get(ATTRIBUTE, "")
    proven = proven_at(value, cluster, node)
    seen = truth.node(node)
    if not value and (seen is None or not seen.online):
        return FencingState(node, devices, "unknown", None, None)  # crm_mon tells no attributes of a node that is away
    if proven is None:
        return FencingState(node, devices, "void" if value else "missing", None, None)
    return FencingState(node, devices, "proven", proven, max(0.0, (now - proven).total_seconds()))


def _device(id_: str, truth: ClusterStatus | None) -> DeviceState:
    parts = truth.instances(id_) if truth else ()
    if truth is None:
        return DeviceState(id_, "", False, "not known")
    if not parts:
        return DeviceState(id_, "", False, "not on the cluster")
    part = parts[0]
    node = part.nodes[0] if part.active and part.nodes else ""
    if part.failed:
        return DeviceState(id_, node, False, f"failed{f' on {node}' if node else ''}: {reason(part, truth)}")
    if node:
        return DeviceState(id_, node, True, f"answers {node}")
    why = reason(part, truth)
    return DeviceState(id_, "", False, f"failed: {why}" if why else "watched by no node")


def events(truth: ClusterStatus | None, now: datetime) -> tuple[EventState, ...]:
    """Return what was fenced, the latest first."""
    return tuple(_event(event, now) for event in (truth.fence_history if truth else ()))


def _event(event: FenceEvent, now: datetime) -> EventState:
    by_cluster = event.client.startswith("pacemaker-controld")
    by = f" by {event.delegate}" if event.delegate else ""
    who = "the cluster" if by_cluster else f"{event.client.partition('.')[0]} on {event.origin}"
    asked = f", asked for by {who}" if event.client else ""
    done = {"success": f"{event.target} was fenced ({event.action}){by}{asked}"}
    because = f": {event.reason}" if event.reason else ""
    failed = f"{event.delegate or event.origin} failed to fence {event.target} ({event.action}){because}"
    pending = f"{event.target} is being fenced ({event.action}){by}{asked}"
    words = done.get(event.status, failed if event.status == "failed" else pending)
    return EventState(event.target, event.status, words, _age(event.completed, now))


def _age(text: str, now: datetime) -> float | None:
    """Read "2026-11-21 10:51:37Z", as Pacemaker writes it."""
    try:
        return max(0.0, (now - datetime.fromisoformat(text)).total_seconds())
    except (ValueError, TypeError):
        return None


def problems(
    cluster: Cluster, truth: ClusterStatus | None, states: tuple[FencingState, ...], lately: tuple[EventState, ...]
) -> Iterator[Finding]:
    """Yield fencing that is off, devices that do not answer, fencing that failed, nodes never proven to be fenced."""
    if truth is None:
        return
    if cluster.fencing.enabled and not truth.fencing_enabled:
        yield Finding(
            "fencing-off",
            Severity.ERROR,
            "fencing is switched off on the cluster (stonith-enabled=false)",
            "a lost node is taken for dead while it may still write",
            "crm_attribute --name stonith-enabled --update true",
            path=("fencing",),
        )
    told: set[str] = set()
    for state in states:
        for device in state.devices:
            if not device.well and device.id not in told:
                told.add(device.id)
                yield _device_down(device, state.node, truth)
    yield from _failed_fencing(lately)
    for proof, why in (
        ("missing", "a fencing device that was never used is a hope"),
        ("void", "the devices were changed since they were proven; the new ones are a hope"),
    ):
        if unproven := [state.node for state in states if state.devices and state.proof == proof]:
            yield Finding(
                f"fencing-proof-{proof}",
                Severity.WARNING,
                f"fencing of {', '.join(unproven)} is not proven"
                + (" for the devices as they are now" if proof == "void" else ""),
                why,
                "when a restart of each node can be afforded: quorate apply FILE --test-fencing",
                path=("fencing",),
            )


def _device_down(device: DeviceState, node: str, truth: ClusterStatus) -> Finding:
    failed = failures_of(device.id, truth)
    cleanup = f"; then: crm_resource --cleanup --resource {device.id}" if failed else ""
    return Finding(
        "fencing-device-down" if failed else "fencing-device-unwatched",
        Severity.ERROR if failed else Severity.WARNING,
        f"fencing device {device.id} {device.words}",
        f"{node} could not be fenced, and what it runs would stay down until a person helps",
        f"look at the device's address, user, password and network{cleanup}",
        path=("fencing",),
    )


def _failed_fencing(lately: tuple[EventState, ...]) -> Iterator[Finding]:
    """Yield a finding for each node whose latest fencing did not succeed."""
    latest: dict[str, EventState] = {}
    for event in lately:
        latest.setdefault(event.node, event)
    for event in latest.values():
        if event.status == "success":
            continue
        failed = event.status == "failed"
        yield Finding(
            "fencing-failed" if failed else "fencing-pending",
            Severity.ERROR if failed else Severity.WARNING,
            event.words,
            "the cluster waits: nothing that the node ran is started elsewhere before it is proven to be off",
            f"mend the device, or when you have SEEN that {event.node} is off: stonith_admin --confirm {event.node}"
            if failed
            else "ask again in a few seconds",
            path=("nodes", event.node),
        )
