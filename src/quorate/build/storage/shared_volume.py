"""A SharedVolume: a disk that every node sees, LVM on it, a file system on that; active on one node at a time. Pure.

A volume group belongs to the host whose system ID it carries (lvmsystemid(7)); the agent LVM-activate takes it over
when the service moves. It is made on one node, on a disk that every node sees as empty, and left inactive. A group of a
host that is no node of the cluster is nobody's to take.

    1. own       a group without an owner, as from before system IDs were used, gets one
    2. inside    on the owner: group, volume and file system where there are none; filled once, unmounted, inactive
"""

from collections.abc import Iterator

from quorate.build.change import Change
from quorate.build.storage import scripts
from quorate.build.storage.filling import filling, source_node
from quorate.build.storage.look import Facts, NodeStorage
from quorate.build.storage.phases import Phase, Stored, change, error
from quorate.build.want import Want
from quorate.catalog.storage import SharedVolume
from quorate.findings import Finding
from quorate.observe.facts.block_devices import BlockDevice

MIB = 1 << 20


def is_managed(stored: Stored, facts: Facts) -> bool:
    """Tell whether Pacemaker's configuration has the volume, on any node."""
    return any(f"{stored.service}-volume" in node.managed for node in facts.values())


def owner(store: SharedVolume, facts: Facts) -> str | None:
    """Return the system ID of the store's group, "" for none; None where there is no such group."""
    for node in facts.values():
        for volume in node.lvm.members(store.group) if node.lvm else ():
            return volume.owner
    return None


def gives_up(stored: Stored, store: SharedVolume, want: Want) -> bool:
    """Tell whether the operator gives up what is on the disk. Any node may be named: it is one disk."""
    return any(f"{name}:{store.disk}" in want.overwrite for name in stored.nodes)


def group_on(disk: BlockDevice, node: NodeStorage) -> str:
    """Return the volume group that has the disk, "" for none."""
    signature = disk.signature("LVM2_member")
    return node.lvm.group_of(signature.uuid) if signature and node.lvm else ""


# ---- what forbids it


def findings(stored: Stored, store: SharedVolume, facts: Facts, want: Want) -> Iterator[Finding]:
    """Yield what forbids to go on."""
    here = {name: facts[name] for name in stored.nodes}
    disks = {name: node.device(store.disk) for name, node in here.items()}
    unseen = [name for name, disk in disks.items() if not disk.is_block]
    if unseen:
        yield error(
            "disk-missing",
            f"{', '.join(unseen)} has no disk {store.disk}",
            f"{stored.service} keeps its data there, and every node that may run it has to see it",
            "attach it there, or write its right path; one below /dev/disk/by-id is the same on every node",
            stored.path,
        )
        return
    yield from sameness(stored, store, disks)
    yield from content(stored, store, here, want)
    yield from ownership(stored, store, here, want)


def sameness(stored: Stored, store: SharedVolume, disks: dict[str, BlockDevice]) -> Iterator[Finding]:
    """Yield an error where nodes know different disks by the same path."""
    for what, values in (
        ("sizes", {name: f"{disk.size_bytes // MIB} MiB" for name, disk in disks.items()}),
        ("WWNs", {name: disk.wwn for name, disk in disks.items() if disk.wwn}),
        ("serial numbers", {name: disk.serial for name, disk in disks.items() if disk.serial}),
        ("LVM UUIDs", {name: s.uuid for name, disk in disks.items() if (s := disk.signature("LVM2_member"))}),
    ):
        if len(set(values.values())) > 1:
            said = ", ".join(f"{name} {value}" for name, value in values.items())
            yield error(
                "disk-not-shared",
                f"{store.disk} is not the same disk on every node: different {what} ({said})",
                "a node would take over another disk, without the data",
                "use a path that is the same for the same disk everywhere: /dev/disk/by-id/...",
                stored.path,
            )
            return


def content(stored: Stored, store: SharedVolume, here: dict[str, NodeStorage], want: Want) -> Iterator[Finding]:
    """Yield an error where the disk holds something else, or lies in another group."""
    for name, node in here.items():
        disk = node.device(store.disk)
        group = group_on(disk, node)
        volumes = {volume.path for volume in node.lvm.logical} if node.lvm else set()
        if group not in {"", store.group}:
            yield error(
                "disk-in-another-group",
                f"{name}: {store.disk} belongs to the volume group {group}",
                f"the file calls the group {store.group}; another group's data is not touched",
                f"write `group: {group}` if that is the data, or name another disk",
                stored.path,
            )
            return
        if not group and owner(store, here) is not None and not is_managed(stored, here):
            yield error(
                "group-elsewhere",
                f"{name}: the volume group {store.group} is there, and not on {store.disk}",
                "two groups of one name cannot be told apart",
                "write another `group`, or the disk that it lies on",
                stored.path,
            )
            return
        if disk.is_empty or disk.signature("LVM2_member") or gives_up(stored, store, want):
            continue
        used = [user for user in disk.users if user not in volumes]
        yield error(
            "disk-not-empty",
            f"{name}: {store.disk} is not empty: it holds {disk.content}"
            + (f", used by {', '.join(used)}" if used else ""),
            "making it LVM's would destroy that",
            f"name another disk; or, if nobody needs it, `quorate apply --overwrite-data {name}:{store.disk}`",
            stored.path,
        )
        return


def ownership(stored: Stored, store: SharedVolume, here: dict[str, NodeStorage], want: Want) -> Iterator[Finding]:
    """Yield an error where the group is a stranger's, in use outside of Pacemaker, or lost."""
    holder = owner(store, here)
    managed = is_managed(stored, here)
    yield from owned_by_another(stored, store, here, want)
    if managed and holder is None and any(node.lvm for node in here.values()):
        yield error(
            "store-lost",
            f"the cluster has {stored.service}'s storage, and no node sees the volume group {store.group}",
            "an empty store would take the place of data that is lost, or elsewhere",
            f"bring the disk back; or remove {stored.service} from the cluster, and apply again to begin anew",
            stored.path,
        )
    if holder and holder not in {node.hostname for node in here.values()}:
        yield error(
            "group-belongs-to-another-host",
            f"the volume group {store.group} on {store.disk} belongs to {holder}, which is no node of {stored.service}",
            "that host may have it in use; LVM's only protection is that nobody else takes it",
            f"if {holder} is gone for good: `vgchange --systemid {stored.nodes[0]} {store.group}` with its "
            "system ID given as extra_system_ids (lvmsystemid(7))",
            stored.path,
        )
    for name, node in here.items():
        volumes = [v for v in node.lvm.logical if v.group == store.group and v.open] if node.lvm else []
        mounted = node.device(store.disk).users_mounted_on
        if not managed and (volumes or mounted):
            where = f", mounted on {', '.join(mounted)}" if mounted else ""
            yield error(
                "store-in-use",
                f"{name} uses {store.group}{where}, and not by Pacemaker",
                "somebody works with that data",
                "end what uses it, unmount it, and apply again: then Pacemaker takes it over",
                stored.path,
            )


def owned_by_another(
    stored: Stored, store: SharedVolume, here: dict[str, NodeStorage], want: Want
) -> Iterator[Finding]:
    """Yield an error where data are to be copied from one node, and another has the group: only that can fill it."""
    holder, copier = belongs_to(store, here), source_node(stored, want)
    if copier and holder and holder != copier and not is_managed(stored, here):
        yield error(
            "group-of-another-node",
            f"the volume group {store.group} belongs to {holder}, and the data to copy into it are on {copier}",
            "only the node that owns a group can have it active",
            f"on {holder}: `vgchange --yes --activate n {store.group}`, "
            f"`vgchange --yes --systemid {here[copier].hostname} {store.group}`",
            stored.path,
        )


# ---- what is to be done


def phases(stored: Stored, store: SharedVolume, facts: Facts, want: Want, done: frozenset[str]) -> Iterator[Phase]:
    """Yield the phases that are still to be gone through. done: titles of those that this run ended."""
    if is_managed(stored, facts) or "inside" in done:
        return
    here = {name: facts[name] for name in stored.nodes}
    holder = owner(store, here)
    actor = belongs_to(store, here) or source_node(stored, want) or stored.nodes[0]
    if holder == "":
        run = scripts.script(scripts.OWN_GROUP, "own", f"giving {store.group} to {actor}", store.group)
        words = f"{stored.service}: make {actor} the owner of the volume group {store.group}"
        yield Phase("own", (change(actor, words, run),))
    yield Phase("inside", (inside(stored, store, actor, facts, want, new=holder is None),))


def belongs_to(store: SharedVolume, here: dict[str, NodeStorage]) -> str | None:
    """Return the node that owns the group, or has it active where nobody owns it; None for a group yet to be made."""
    holder = owner(store, here)
    if holder == "":
        return next(iter(active_on(store, here)), None)
    return next((name for name, node in here.items() if node.hostname == holder), None)


def active_on(store: SharedVolume, here: dict[str, NodeStorage]) -> list[str]:
    """Return the nodes on which a volume of the group is active."""
    return [
        name
        for name, node in here.items()
        if node.lvm and any(volume.group == store.group and volume.active for volume in node.lvm.logical)
    ]


def inside(stored: Stored, store: SharedVolume, name: str, facts: Facts, want: Want, *, new: bool) -> Change:
    """Return the change that makes what is missing, down to the service's directory, and leaves it inactive."""
    purpose = f"preparing {store.mount.device}"
    overwrite = "overwrite" if gives_up(stored, store, want) else ""
    fill = filling(stored, facts, want, make=True)
    arguments = (store.group, store.volume, store.disk, overwrite, *fill.arguments)
    run = scripts.script(scripts.INSIDE_VOLUME, "inside", purpose, *arguments)
    made = f"make the volume group {store.group} on {store.disk}" + (", destroying what it holds" if overwrite else "")
    return fill.change(name, run, first=made if new else "")


def left(stored: Stored, store: SharedVolume, facts: Facts) -> Iterator[str]:
    """Yield what is not as it has to be before Pacemaker starts, in words."""
    here = {name: facts[name] for name in stored.nodes}
    if owner(store, here) is None:
        yield f"there is no volume group {store.group}"
    if not is_managed(stored, facts):
        yield from (f"{name}: {store.group} is still active" for name in active_on(store, here))
