"""Two disks with DRBD between them, as far as the storage steps can tell: it answers with facts and obeys the scripts.

It is stricter than the world: whatever would destroy data is a failure of the test.
"""

from dataclasses import dataclass, field, replace

from quorate.build.change import Change, Run, WriteFile
from quorate.build.storage import scripts
from quorate.build.storage.look import NodeStorage
from quorate.observe.facts.block_devices import BlockDevice, Signature
from quorate.observe.facts.drbd_generation import Generation
from quorate.observe.facts.drbd_module import DrbdModule
from quorate.observe.facts.drbd_status import DrbdDevice, DrbdStatus
from quorate.observe.facts.memory import Memory
from quorate.render import drbd

GIB = 1 << 30
MODULE = DrbdModule("6.1.0", "8.4.11", "8.4.11", "9.22.0")
FRESH = Generation("0000000000000004", consistent=False, up_to_date=False)
WRITTEN = Generation("C929249514F1DFB6", consistent=True, up_to_date=True)
PATH = drbd.path("db")


class Died(Exception):
    """The power went, or quorate was killed."""


@dataclass
class Disk:
    size: int = GIB
    data: str = ""  # what is on it before DRBD comes
    metadata: bool = False
    written: bool = False  # the metadata is not fresh
    whole: bool = False  # UpToDate
    up: bool = False
    file: str | None = None


@dataclass
class World:
    """Both nodes. filesystem, filled: of the replicated device. dies_before: the number of the action that kills."""

    disks: dict[str, Disk] = field(default_factory=lambda: {"n1": Disk(), "n2": Disk()})
    filesystem: str = ""
    filled: bool = False
    managed: frozenset[str] = frozenset()
    dies_before: int = -1
    actions: list[str] = field(default_factory=list)

    def facts(self) -> dict[str, NodeStorage]:
        return {name: self._node(name) for name in self.disks}

    def _node(self, name: str) -> NodeStorage:
        disk = self.disks[name]
        peer = next(d for n, d in self.disks.items() if n != name)
        found = [Signature("drbd")] if disk.metadata else []
        found += [Signature(kind) for kind in (disk.data, self.filesystem if disk.written else "") if kind]
        backing = BlockDevice(
            "/dev/sda3",
            "block",
            size_bytes=disk.size,
            users=("/dev/drbd0",) if disk.up else (),
            signatures=tuple(found),
            is_zero=not found,
        )
        generation = (WRITTEN if disk.written else FRESH) if disk.metadata and disk.file else None
        return NodeStorage(
            hostname=name,
            memory=Memory(GIB, GIB, 0, 0),
            devices={"/dev/sda3": backing, "/dev/drbd0": BlockDevice("/dev/drbd0", "block", can_read=False)},
            drbd_module=MODULE,
            drbd=DrbdStatus("8.4.11", (self._device(disk, peer),) if disk.up else ()),
            generations={"db": generation},
            managed=self.managed,
            texts={PATH: disk.file},
        )

    def _device(self, disk: Disk, peer: Disk) -> DrbdDevice:
        states = {True: "UpToDate", False: "Inconsistent"}
        theirs = states[peer.whole] if peer.up else "DUnknown"
        role = "Secondary" if peer.up else "Unknown"
        differs = 0 if disk.whole and peer.whole else disk.size
        connection = "Connected" if peer.up else "Connecting"
        return DrbdDevice(0, "", connection, "Secondary", role, states[disk.whole], theirs, differs)

    def do(self, change: Change) -> None:
        for action in change.actions:
            if len(self.actions) == self.dies_before:
                raise Died
            if isinstance(action, WriteFile):
                self.actions.append(f"{change.host} write {action.path}")
                self._write(change.host, action)
            elif isinstance(action, Run):
                self.actions.append(f"{change.host} {action.command.argv[3]}")
                self._run(change.host, action.command.argv)

    def _write(self, name: str, action: WriteFile) -> None:
        assert action.secret
        assert action.mode == 0o600
        if action.path == PATH:
            self.disks[name].file = action.content.decode()

    def _run(self, name: str, argv: tuple[str, ...]) -> None:
        disk, others = self.disks[name], [d for n, d in self.disks.items() if n != name]
        match argv[2]:
            case scripts.TEST_FILE:
                pass
            case scripts.CREATE_METADATA:
                assert not disk.metadata, "metadata would be destroyed"
                assert not disk.data or argv[6] == "overwrite", "data would be destroyed"
                assert disk.file
                disk.data, disk.metadata = "", True
            case scripts.CONNECT:
                assert disk.metadata
                disk.up = True
            case scripts.MAKE_FIRST:
                assert disk.up
                assert all(d.up for d in others)
                assert not any(d.written or d.whole for d in self.disks.values()), "data would be destroyed"
                disk.written = disk.whole = True
            case scripts.INSIDE_REPLICATED:
                assert disk.up
                assert disk.whole, "DRBD promotes no torn copy"
                assert self.filesystem in {"", "xfs"}
                self.filesystem, self.filled = "xfs", True
            case scripts.REST:
                for d in others:
                    d.written = d.whole = d.whole or (d.up and disk.whole)
                disk.up = False
            case _:
                raise AssertionError(f"not expected: {argv[3]}")


def with_file(world: World, text: str) -> World:
    for disk in world.disks.values():
        disk.file = text
    return world


def twisted(disk: Disk, **changes: object) -> Disk:
    return replace(disk, **changes)
