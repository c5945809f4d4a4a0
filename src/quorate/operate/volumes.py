"""volumes: whose a shared disk's volume group is, and where its volume is active. Values in and out; pure.

Source: lvmsystemid(7): a group with a system ID is used by the host of that ID alone; the cluster changes it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from quorate.catalog.storage import SharedVolume
from quorate.check.words import listed
from quorate.findings import Finding, Severity
from quorate.observe.facts.lvm import Lvm
from quorate.operate.view import View

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class GroupState:
    """A volume group. owners: system IDs as the nodes see them, one as a rule. active, blind: nodes, as they say."""

    owners: tuple[str, ...]
    active: tuple[str, ...]
    blind: tuple[str, ...]
    asked: tuple[str, ...]
    identities: Mapping[str, str]


def group(store: SharedVolume, nodes: Sequence[str], views: Mapping[str, View]) -> GroupState:
    """Return what the nodes that could be asked say of the group."""
    told = {name: lvm for name in nodes if isinstance(lvm := views[name].lvm, Lvm)}
    owners = dict.fromkeys(pv.owner for lvm in told.values() for pv in lvm.members(store.group))
    volumes = {name: lvm.volume(store.group, store.volume) for name, lvm in told.items()}
    return GroupState(
        tuple(owners),
        tuple(name for name, volume in volumes.items() if volume and volume.active),
        tuple(name for name, lvm in told.items() if not lvm.members(store.group)),
        tuple(told),
        {name: lvm.system_id for name, lvm in told.items()},
    )


def words(store: SharedVolume, seen: GroupState) -> str:
    """Return "volume group db: owner n1, active on n1"."""
    if not seen.asked:
        return f"volume group {store.group}: not known"
    if not seen.owners:
        return f"volume group {store.group}: not there"
    owner = f"owner {' / '.join(seen.owners)}" if any(seen.owners) else "no owner"
    return f"volume group {store.group}: {owner}, " + (
        f"active on {', '.join(seen.active)}" if seen.active else f"not active on {', '.join(seen.asked)}"
    )


def problems(store: SharedVolume, seen: GroupState, online: frozenset[str], path: Path) -> Iterator[Finding]:
    """Yield what is wrong with the group. online: nodes that the cluster has."""
    name, group_ = path[1], store.group
    if len(seen.active) > 1:
        yield Finding(
            "volume-active-twice",
            Severity.ERROR,
            f"{name}: the volume group {group_} is active on {listed(seen.active)}",
            "two nodes that write to one disk destroy what is on it",
            "stop the service; deactivate the group where it should not be: vgchange --activate n "
            f"{group_}; check the file system before it is used again",
            path=path,
        )
    foreign = [n for n in seen.active if seen.identities[n] not in seen.owners and any(seen.owners)]
    if foreign and len(seen.active) == 1:
        yield Finding(
            "volume-foreign",
            Severity.ERROR,
            f"{name}: the volume group {group_} is active on {foreign[0]}, and belongs to {listed(seen.owners)}",
            "its owner may activate it as well, and then two nodes write",
            f"find out who changed the owner; on {foreign[0]}: vgs --foreign -o +systemid {group_}",
            path=path,
        )
    if seen.owners and not any(seen.owners):
        yield Finding(
            "volume-unowned",
            Severity.WARNING,
            f"{name}: the volume group {group_} has no owner",
            "any node that sees the disk may activate it",
            f"on the node that runs the service: vgchange --systemid $(uname -n) {group_}",
            path=path,
        )
    blind = [node for node in seen.blind if node in online]
    if blind:
        yield Finding(
            "volume-missing",
            Severity.ERROR if len(blind) == len(seen.asked) else Severity.WARNING,
            f"{name}: {listed(blind)} {'does' if len(blind) == 1 else 'do'} not see the volume group {group_}",
            f"{listed(blind)} cannot run the service",
            f"look whether {store.disk} is there (lsblk), and at the way to the storage",
            path=path,
        )
    for node in sorted(n for n, identity in seen.identities.items() if not identity and n in online):
        yield Finding(
            "volume-no-system-id",
            Severity.ERROR,
            f"{name}: LVM on {node} has no system ID",
            f"{node} can neither own {group_} nor respect that another node does",
            "quorate apply FILE writes it (system_id_source in lvm.conf)",
            path=path,
        )
