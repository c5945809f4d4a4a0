"""LVM: physical volumes, logical volumes, and whose each group is (pvs(8), lvs(8), lvmsystemid(7)).

Groups of other system IDs are shown too (--foreign): a shared disk's group belongs to one node at a time.
"""

import json
from dataclasses import dataclass
from typing import Any

from quorate.errors import Unknown
from quorate.machines.host import command

MARK = "=== quorate"
PV = "pv_name,pv_uuid,pv_size,vg_name,vg_uuid,vg_systemid"
LV = "vg_name,vg_systemid,lv_name,lv_path,lv_active,lv_size,lv_device_open"

# Warnings on stderr are normal (a foreign group, a filtered device) and not asked for.
SCRIPT = f"""command -v lvm >/dev/null || exit 127
pvs --foreign --reportformat json --units b --nosuffix --options {PV} 2>/dev/null || exit 5
echo '{MARK}'
lvs --foreign --reportformat json --units b --nosuffix --options {LV} 2>/dev/null || exit 5
echo '{MARK}'
lvm systemid"""

COMMAND = command("sh", "-c", SCRIPT)


@dataclass(frozen=True, slots=True)
class PhysicalVolume:
    """A disk of LVM's. group: "" while it belongs to none. owner: the group's system ID, "" for anybody's."""

    device: str
    uuid: str
    size_bytes: int
    group: str
    owner: str


@dataclass(frozen=True, slots=True)
class LogicalVolume:
    """A logical volume. active, open: on the host that was asked."""

    group: str
    name: str
    owner: str
    path: str
    size_bytes: int
    active: bool
    open: bool


@dataclass(frozen=True, slots=True)
class Lvm:
    """What LVM sees on one host. system_id: the host's own, "" for none."""

    system_id: str
    physical: tuple[PhysicalVolume, ...]
    logical: tuple[LogicalVolume, ...]

    def group_of(self, pv_uuid: str) -> str:
        """Return the group that the physical volume of that UUID belongs to, "" for none."""
        return next((pv.group for pv in self.physical if pv.uuid == pv_uuid), "")

    def members(self, group: str) -> tuple[PhysicalVolume, ...]:
        """Return a group's physical volumes, none when there is no such group."""
        return tuple(pv for pv in self.physical if pv.group == group)

    def volume(self, group: str, name: str) -> LogicalVolume | None:
        """Return the logical volume of that name."""
        return next((lv for lv in self.logical if (lv.group, lv.name) == (group, name)), None)


def parse(output: str, status: int) -> Lvm:
    """Read both reports and the system ID; Unknown where LVM is not installed."""
    if status == 127:
        raise Unknown("LVM is not known: it is not installed.", "Install lvm2.")
    if status != 0:
        raise Unknown("What LVM has is not known: its reports failed.", "Run pvs there by hand.")
    pvs, lvs, own = output.split(MARK)
    return Lvm(
        own.partition("system ID:")[2].strip(),
        tuple(
            PhysicalVolume(e["pv_name"], e["pv_uuid"], int(e["pv_size"]), e["vg_name"], e["vg_systemid"])
            for e in _entries(pvs, "pv")
        ),
        tuple(
            LogicalVolume(
                e["vg_name"],
                e["lv_name"],
                e["vg_systemid"],
                e["lv_path"],
                int(e["lv_size"]),
                e["lv_active"] == "active",
                e["lv_device_open"] == "open",
            )
            for e in _entries(lvs, "lv")
        ),
    )


def _entries(report: str, kind: str) -> list[dict[str, Any]]:
    return [entry for part in json.loads(report)["report"] for entry in part.get(kind, ())]
