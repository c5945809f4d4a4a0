"""DRBD's devices: role, disk and connection on both sides, and what is not yet the same.

Module 8.4 tells it in /proc/drbd, by minor number; module 9 has only its version there, and `drbdsetup status` tells.
Sources: drbd-utils, drbdsetup(8) of both generations; the kernel's drivers/block/drbd/drbd_proc.c. In /proc/drbd
`oos` and the numbers of a running resynchronisation are KiB.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from quorate.errors import Unknown
from quorate.machines.host import command

SCRIPT = """[ -r /proc/drbd ] || { echo 'not loaded'; exit 0; }
cat /proc/drbd
read -r _ version _ </proc/drbd
case $version in 9*) echo '=== quorate'; drbdsetup status --json --statistics;; esac"""

COMMAND = command("sh", "-c", SCRIPT)
KIB = 1024
SYNCS = frozenset({"SyncSource", "SyncTarget", "PausedSyncS", "PausedSyncT"})

DEVICE = re.compile(
    r"^\s*(?P<minor>\d+): cs:(?P<cs>\w+)(?: ro:(?P<ro>\w+)/(?P<peer_ro>\w+) ds:(?P<ds>\w+)/(?P<peer_ds>\w+))?"
)
OUT_OF_SYNC = re.compile(r"\boos:(\d+)")
SYNCED = re.compile(r"sync'ed:\s*([\d.]+)%")
SPEED = re.compile(r"speed: ([\d,]+)")


@dataclass(frozen=True, slots=True)
class DrbdDevice:
    """One replicated device as this host sees it. resource: its name, "" where the module (8.4) does not say it.

    connection: Connected, StandAlone, Connecting (8.4 says WFConnection), SyncSource, SyncTarget, VerifyS ...
    role, peer_role: Primary, Secondary, Unknown. disk, peer_disk: UpToDate, Inconsistent, Outdated, Diskless ...
    out_of_sync_bytes: what differs. synced_percent, sync_bytes_s: of a resynchronisation that runs, else None.
    """

    minor: int
    resource: str
    connection: str
    role: str
    peer_role: str
    disk: str
    peer_disk: str
    out_of_sync_bytes: int = 0
    synced_percent: float | None = None
    sync_bytes_s: int | None = None

    @property
    def is_connected(self) -> bool:
        """Whether both sides speak with each other and know each other's state."""
        return self.peer_role != "Unknown"

    @property
    def is_syncing(self) -> bool:
        """Whether one side is being brought up to the other's state."""
        return self.connection in SYNCS

    @property
    def is_in_sync(self) -> bool:
        """Whether either side alone has all data."""
        return self.is_connected and self.disk == self.peer_disk == "UpToDate" and not self.is_syncing


@dataclass(frozen=True, slots=True)
class DrbdStatus:
    """version: of the loaded module, "" while it is not loaded. devices: those that are up, by minor number."""

    version: str
    devices: tuple[DrbdDevice, ...]

    def device(self, minor: int) -> DrbdDevice | None:
        """Return the device of that number, None while it is down."""
        return next((device for device in self.devices if device.minor == minor), None)


def parse(output: str, status: int) -> DrbdStatus:
    """Read /proc/drbd, and the JSON of DRBD 9 after it."""
    if output.startswith("not loaded"):
        return DrbdStatus("", ())
    version = re.match(r"version: (\S+)", output)
    if status != 0 or not version:
        raise Unknown("The state of DRBD is not known: neither /proc/drbd nor drbdsetup tells it.")
    text, _, report = output.partition("=== quorate\n")
    devices = _nine(json.loads(report)) if report else _eight(text)
    return DrbdStatus(version[1], tuple(sorted(devices, key=lambda device: device.minor)))


def _eight(text: str) -> Iterator[DrbdDevice]:
    """Read 8.4's text: a line that begins with the minor number, then lines that belong to it."""
    for block in re.split(r"(?m)^(?=\s*\d+: cs:)", text)[1:]:
        found = DEVICE.match(block)
        if found is None or found["cs"] == "Unconfigured":
            continue
        differs, synced, speed = OUT_OF_SYNC.search(block), SYNCED.search(block), SPEED.search(block)
        yield DrbdDevice(
            int(found["minor"]),
            "",
            "Connecting" if found["cs"] == "WFConnection" else found["cs"],
            found["ro"] or "Unknown",
            found["peer_ro"] or "Unknown",
            found["ds"] or "Diskless",
            found["peer_ds"] or "DUnknown",
            int(differs[1]) * KIB if differs else 0,
            float(synced[1]) if synced else None,
            int(speed[1].replace(",", "")) * KIB if speed else None,
        )


def _nine(resources: list[dict[str, Any]]) -> Iterator[DrbdDevice]:
    """Read DRBD 9's JSON. With more than one peer the one that is worst off is told."""
    for resource in resources:
        for volume in resource.get("devices", []):
            yield _volume(resource, volume, _worst_off(resource.get("connections", []), volume["volume"]))


def _worst_off(peers: list[dict[str, Any]], number: int) -> dict[str, Any] | None:
    """Return the least connected, then who lacks data; clients, without a disk on purpose, where nobody else is."""

    def merit(peer: dict[str, Any]) -> tuple[bool, bool]:
        theirs = _peer_device(peer, number)
        whole = theirs.get("peer-disk-state") == "UpToDate" and theirs.get("replication-state") == "Established"
        return peer["connection-state"] == "Connected", whole

    copies = [peer for peer in peers if not _peer_device(peer, number).get("peer-client")]
    return min(copies or peers, key=merit, default=None)


def _peer_device(peer: dict[str, Any] | None, number: int) -> dict[str, Any]:
    """Return what is said of a volume on that peer, {} where nothing is."""
    return next((device for device in (peer or {}).get("peer_devices", ()) if device["volume"] == number), {})


def _volume(resource: dict[str, Any], volume: dict[str, Any], peer: dict[str, Any] | None) -> DrbdDevice:
    theirs = _peer_device(peer, volume["volume"])
    connection = peer["connection-state"] if peer else "StandAlone"
    replication = theirs.get("replication-state", "Off")
    synced = theirs.get("percent-in-sync")
    return DrbdDevice(
        volume["minor"],
        resource["name"],
        replication if connection == "Connected" and replication not in {"Off", "Established"} else connection,
        resource["role"],
        peer["peer-role"] if peer else "Unknown",
        volume["disk-state"],
        theirs.get("peer-disk-state", "DUnknown"),
        theirs.get("out-of-sync", 0) * KIB,
        float(synced) if synced is not None and replication in SYNCS else None,
    )
