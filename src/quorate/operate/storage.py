"""storage: how the disks below services are, out of what their nodes say. Values in and out; pure.

For each service with a store: the replicated device (drbd.py) or the volume group (volumes.py), and where its file
system is mounted, compared with where the cluster says that it is. What a node did not say is no finding here when the
node itself did not answer: that is said once, of the node.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from quorate.catalog.storage import Mount, Provided, Replicated, SharedVolume
from quorate.check.storage import WAYS, Held, stores
from quorate.check.words import listed
from quorate.describe.cluster import Cluster
from quorate.errors import QuorateError
from quorate.findings import Finding, Severity
from quorate.observe.facts.cluster_status import ClusterStatus
from quorate.observe.facts.constraints import LocationConstraint
from quorate.operate import drbd, volumes
from quorate.operate.drbd import Side
from quorate.operate.view import Question, View

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class StoreState:
    """A service's store. kind: drbd, lvm, filesystem. state: good, doubtful, bad, unknown. words: the state for people.

    mounted: the nodes on which it is mounted. sides: of a replicated device. owner, active: of a volume group, the
    system ID that it belongs to and the nodes on which its volume is active.
    """

    service: str
    kind: str
    state: str
    words: str
    mounted: tuple[str, ...]
    sides: tuple[Side, ...] = ()
    owner: str = ""
    active: tuple[str, ...] = ()


def questions(cluster: Cluster) -> Mapping[str, frozenset[Question]]:
    """Return what has to be asked of each node, by name; nothing of those that no store concerns."""
    asked: dict[str, frozenset[Question]] = {}
    for held in stores(cluster):
        for name in held.nodes:
            asked[name] = asked.get(name, frozenset()) | _questions(held)
    return asked


def _questions(held: Held) -> frozenset[Question]:
    below: dict[type, frozenset[Question]] = {
        Replicated: frozenset({"drbd"}),
        SharedVolume: frozenset({"lvm"}),
        Provided: frozenset(),
    }
    return below[type(held.store)] | {"mounts"}


def storage(
    cluster: Cluster,
    views: Mapping[str, View],
    truth: ClusterStatus | None,
    constraints: Sequence[LocationConstraint] = (),
) -> tuple[tuple[StoreState, ...], tuple[Finding, ...]]:
    """Return how each store is, and what is wrong. constraints: the cluster's, among which DRBD may have left some."""
    states: list[StoreState] = []
    found: list[Finding] = []
    for held in stores(cluster):
        nodes = [node.name for node in cluster.nodes if node.name in held.nodes]
        online = frozenset(name for name in nodes if _online(name, views[name], truth))
        state, findings = _store(held, nodes, views, online, truth)
        states.append(state)
        found += drbd.left_over(state.sides, constraints, held.path())
        found += findings
    return tuple(states), tuple(found)


def _online(name: str, view: View, truth: ClusterStatus | None) -> bool:
    """Say whether the cluster runs its storage on the node; in standby even DRBD is stopped."""
    seen = truth.node(name) if truth else None
    return seen.online and not seen.standby if seen else view.silence is None and not view.down


def _store(
    held: Held, nodes: list[str], views: Mapping[str, View], online: frozenset[str], truth: ClusterStatus | None
) -> tuple[StoreState, list[Finding]]:
    store, path = held.store, held.path()
    mounted = tuple(name for name in nodes if _is_mounted(views[name], store.mount))
    found = [*_mounts(held, mounted, views, truth), *_silence(held, nodes, views)]
    asked = [name for name in nodes if isinstance(views[name].mounts, tuple)]
    at = f"{store.mount.directory} {_where(mounted, asked)}"
    known = bool(asked)
    if isinstance(store, Replicated):
        seen = drbd.sides(store, nodes, views)
        found += drbd.problems(store, seen, online, path)
        told = f"{drbd.words(seen)}; {at}"
        state = _word(found, known and len(seen) == len(nodes))  # one side alone is not known to be good
        return StoreState(held.service, WAYS[Replicated], state, told, mounted, sides=seen), found
    if isinstance(store, SharedVolume):
        group = volumes.group(store, nodes, views)
        found += volumes.problems(store, group, online, path)
        told, owner = f"{volumes.words(store, group)}; {at}", " / ".join(filter(None, group.owners))
        state = _word(found, known)
        return StoreState(held.service, WAYS[SharedVolume], state, told, mounted, (), owner, group.active), found
    told = f"{store.mount.type if store.mount.type != 'none' else 'directory'} {store.mount.device}; {at}"
    return StoreState(held.service, WAYS[Provided], _word(found, known), told, mounted), found


def _where(mounted: tuple[str, ...], asked: list[str]) -> str:
    if mounted:
        return f"on {', '.join(mounted)}"
    return f"not mounted on {', '.join(asked)}" if asked else "not known"


def _word(found: list[Finding], known: bool) -> str:
    if any(finding.severity is Severity.ERROR for finding in found):
        return "bad"
    return "doubtful" if found else "good" if known else "unknown"


def _is_mounted(view: View, mount: Mount) -> bool:
    """Say whether the node has it mounted, there or (a block device) anywhere else."""
    if not isinstance(view.mounts, tuple):
        return False
    device = mount.device if mount.device.startswith("/dev/") else None
    return any(m.directory == mount.directory or m.source == device for m in view.mounts if m.type != "autofs")


def _mounts(
    held: Held, mounted: tuple[str, ...], views: Mapping[str, View], truth: ClusterStatus | None
) -> Iterator[Finding]:
    """Yield a store that is mounted on two nodes and may not be, or not where the cluster says."""
    directory, path, name = held.store.mount.directory, held.path(), held.service
    if len(mounted) > 1 and not (isinstance(held.store, Provided) and held.store.together):
        yield Finding(
            "store-mounted-twice",
            Severity.ERROR,
            f"{name}: its data are mounted on {listed(mounted)}",
            "two nodes that write damage the data, or write what will be thrown away",
            f"stop what uses {directory} where the service does not run, and umount it there; then check the data",
            path=path,
        )
        return
    parts = truth.instances(f"{name}-filesystem") if truth else ()
    if not parts or any(part.pending or part.role in {"Starting", "Stopping"} for part in parts):
        return
    active = {node for part in parts if part.active for node in part.nodes}
    if by_hand := [node for node in mounted if node not in active]:
        yield Finding(
            "store-mounted-by-hand",
            Severity.ERROR,
            f"{name}: {directory} is mounted on {by_hand[0]}, where the cluster does not run it",
            "the cluster may start it elsewhere at any moment, and then two nodes write",
            f"umount {directory} on {by_hand[0]}",
            path=path,
        )
    for node in sorted(active):
        if node in views and isinstance(views[node].mounts, tuple) and node not in mounted:
            yield Finding(
                "store-not-mounted",
                Severity.ERROR,
                f"{name}: nothing is mounted on {directory} of {node}, where the cluster runs it",
                "the service writes to the node's own disk, where the next node will not find it",
                f"crm_resource --restart --resource {name}",
                path=path,
            )


def _silence(held: Held, nodes: list[str], views: Mapping[str, View]) -> Iterator[Finding]:
    """Yield a question about storage that a node which answers otherwise could not answer."""
    for name in nodes:
        view = views[name]
        if view.silence:
            continue
        answers = {"drbd": view.drbd, "lvm": view.lvm, "mounts": view.mounts}
        for question in sorted(_questions(held)):
            answer = answers[question]
            if isinstance(answer, QuorateError):
                yield Finding(
                    "storage-unknown",
                    Severity.WARNING,
                    f"{held.service}: {name} does not say how its storage is ({question}): {answer.message}",
                    "what is not seen is not well; a disk that hangs does not answer either",
                    answer.hint or f"ask on {name} by hand",
                    path=held.path(),
                )
