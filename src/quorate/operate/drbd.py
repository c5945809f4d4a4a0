"""drbd: how a replicated device is, out of what both of its nodes say. Values in and out; pure.

Each side is told by its own node; where that one says nothing, by its peer, as far as they are connected.
Source: DRBD User's Guide 8.4, "Checking DRBD status"; the words are DRBD's own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from quorate.catalog.storage import Replicated
from quorate.check.words import listed
from quorate.findings import Finding, Severity
from quorate.observe.facts.drbd_status import DrbdDevice, DrbdStatus
from quorate.operate.view import View

Path = tuple[str | int, ...]
HELP = "docs/how-to/storage.md, split brain"


@dataclass(frozen=True, slots=True)
class Side:
    """One node's half of a device.

    connection: as this node says, "" where only its peer could be asked. device is False where it is not up (then the
    other fields are empty). module: False where DRBD is not even loaded.
    """

    node: str
    role: str = ""
    disk: str = ""
    connection: str = ""
    out_of_sync_bytes: int = 0
    synced_percent: float | None = None
    device: bool = True
    module: bool = True


def sides(store: Replicated, nodes: Sequence[str], views: Mapping[str, View]) -> tuple[Side, ...]:
    """Return what is known of each side, in the order of `nodes`; a side of which nothing is known is left out."""
    found: dict[str, Side] = {}
    for name in nodes:
        told = views[name].drbd
        if isinstance(told, DrbdStatus):
            found[name] = _side(name, told.device(store.minor), module=bool(told.version))
    for name in nodes:
        if name in found:
            continue
        peers = [views[other].drbd for other in nodes if other in found]
        devices = [peer.device(store.minor) for peer in peers if isinstance(peer, DrbdStatus)]
        if seen := next((device for device in devices if device and device.is_connected), None):
            found[name] = Side(name, seen.peer_role, seen.peer_disk)
    return tuple(found[name] for name in nodes if name in found)


def _side(name: str, device: DrbdDevice | None, *, module: bool) -> Side:
    if device is None:
        return Side(name, device=False, module=module)
    return Side(
        name,
        device.role,
        device.disk,
        device.connection,
        device.out_of_sync_bytes,
        device.synced_percent,
    )


def words(seen: tuple[Side, ...]) -> str:
    """Return "n1 Primary UpToDate, n2 Secondary UpToDate, Connected"."""
    told = ", ".join(f"{s.node} {s.role} {s.disk}" if s.device else f"{s.node} down" for s in seen)
    connections = "/".join(dict.fromkeys(s.connection for s in seen if s.connection))
    percent = next((f" {s.synced_percent:.0f} %" for s in seen if s.synced_percent is not None), "")
    differs = max((s.out_of_sync_bytes for s in seen), default=0)
    rest = [connections + percent] if connections else []
    rest += [f"{size(differs)} out of sync"] if differs else []
    return ", ".join([told or "not known", *rest])


def problems(store: Replicated, seen: tuple[Side, ...], online: frozenset[str], path: Path) -> Iterator[Finding]:
    """Yield what is wrong with the device. online: nodes that the cluster has; of the others nothing is expected."""
    name = str(path[1])
    up = [side for side in seen if side.device]
    yield from _down(store, [side for side in seen if not side.device and side.node in online], path)
    if len(primaries := [side.node for side in up if side.role == "Primary"]) > 1:
        yield Finding(
            "drbd-two-primaries",
            Severity.ERROR,
            f"{name}: {listed(primaries)} both have {store.mount.device} as primary",
            "both may write, and what one of them writes will have to be thrown away",
            "stop the service where it should not be, then see " + HELP,
            path=path,
        )
    alone = [side.node for side in up if side.connection == "StandAlone"]
    if alone:
        yield Finding(
            "drbd-standalone",
            Severity.ERROR,
            f"{name}: {listed(alone)} will not connect {store.mount.device} (StandAlone)",
            "after a split brain, or a refused connection, DRBD waits for a person; both sides go their own ways",
            f"journalctl -k -g 'Split-Brain|drbd' says which; after a split brain see {HELP}; "
            f"after a mere disconnect: drbdadm connect {store.name}",
            path=path,
        )
    left = max((side.out_of_sync_bytes for side in up), default=0) if any(map(_syncs, up)) else None
    for side in up:
        yield from _disk(store, side, left, path)
    yield from _connection(store, up, bool(alone), online, path)


def _down(store: Replicated, down: list[Side], path: Path) -> Iterator[Finding]:
    for side in down:
        loaded = "" if side.module else ", and its module is not loaded"
        yield Finding(
            "drbd-down",
            Severity.WARNING,
            f"{path[1]}: {store.mount.device} is down on {side.node}{loaded}",
            f"{side.node} has no current copy, and cannot take over",
            f"crm_resource --cleanup --resource {path[1]}-drbd --node {side.node}; "
            "if it stays so, read journalctl -k there",
            path=path,
        )


def _disk(store: Replicated, side: Side, left: int | None, path: Path) -> Iterator[Finding]:
    """Yield what is wrong with one side's disk. left: bytes that a running resynchronisation has to copy."""
    if side.disk in {"Diskless", "Failed"}:
        yield Finding(
            "drbd-diskless",
            Severity.ERROR,
            f"{path[1]}: {side.node} has lost the disk {store.disk} ({side.disk})",
            "there is one copy left: the other node's",
            f"replace or mend the disk; on a new one, on {side.node}: drbdadm create-md {store.name}; "
            f"then: drbdadm attach {store.name}",
            path=path,
        )
    elif side.disk == "Inconsistent" and left is not None:
        percent = f", {side.synced_percent:.0f} % done" if side.synced_percent is not None else ""
        yield Finding(
            "drbd-syncing",
            Severity.WARNING,
            f"{path[1]}: {side.node} is being brought up to date{percent}, {size(left)} left",
            f"until it is done {side.node} cannot take over",
            "wait",
            path=path,
        )
    elif side.disk in {"Inconsistent", "Outdated"}:
        yield Finding(
            f"drbd-{side.disk.lower()}",
            Severity.ERROR,
            f"{path[1]}: the data of {side.node} are {side.disk.lower()}, and nothing brings them up to date",
            f"{side.node} cannot take over",
            f"mend the connection between the nodes; then on {side.node}: drbdadm adjust {store.name}",
            path=path,
        )


def _connection(
    store: Replicated, up: list[Side], alone: bool, online: frozenset[str], path: Path
) -> Iterator[Finding]:
    """Yield a missing connection between two nodes that are there, and differences that nothing mends."""
    apart = [side for side in up if side.connection not in {"", "Connected", "StandAlone"} and not _speaks(side)]
    if apart and not alone and len(up) > 1 and {side.node for side in up} <= online:
        yield Finding(
            "drbd-disconnected",
            Severity.WARNING,
            f"{path[1]}: {store.mount.device} is not connected ({listed(side.node for side in apart)}: "
            f"{apart[0].connection})",
            "what is written now is on one node only",
            f"look at the link it replicates over and at port {store.port}; then: drbdadm connect {store.name}",
            path=path,
        )
    differs = max((side.out_of_sync_bytes for side in up), default=0)
    if differs and all(side.connection == "Connected" and side.disk == "UpToDate" for side in up if side.connection):
        yield Finding(
            "drbd-out-of-sync",
            Severity.ERROR,
            f"{path[1]}: both sides of {store.mount.device} are up to date, and differ in {size(differs)}",
            "after a failover clients would read other data than before",
            f"on the node that is Secondary: drbdadm disconnect {store.name} && drbdadm connect {store.name}, "
            "which copies what differs; then look for the disk, controller or memory that did it",
            path=path,
        )


def _syncs(side: Side) -> bool:
    return side.connection.startswith(("Sync", "PausedSync"))


def _speaks(side: Side) -> bool:
    """Say whether the connection word is one of two sides that speak with each other."""
    return _syncs(side) or side.connection.startswith(("Verify", "Ahead", "Behind", "WFBitMap", "WFSync"))


def size(count: int) -> str:
    """Return a number of bytes for people: "0 B", "512 KiB", "1.5 GiB"."""
    value = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < 1024:
            return f"{value:.3g} {unit}"
        value /= 1024
    return f"{value:.3g} TiB"
