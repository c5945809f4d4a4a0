"""What every node says about its storage, with one command per node.

A fact that could not be had (a tool that is not yet installed) is None here; who needs it says so.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from quorate.build.step import Fleet
from quorate.build.storage import scripts
from quorate.build.storage.phases import Stored, stores
from quorate.build.want import Want
from quorate.catalog.storage import Provided, Replicated, SharedVolume
from quorate.errors import Unknown
from quorate.machines.host import Host, command
from quorate.observe.facts import (
    access_control,
    block_devices,
    data_directory,
    disk_space,
    drbd_generation,
    drbd_module,
    drbd_status,
    file_state,
    kernel_modules,
    lvm,
    memory,
    mounts,
)
from quorate.observe.facts.access_control import AccessControl
from quorate.observe.facts.block_devices import BlockDevice
from quorate.observe.facts.data_directory import DataDirectory
from quorate.observe.facts.disk_space import Space
from quorate.observe.facts.drbd_generation import Generation
from quorate.observe.facts.drbd_module import DrbdModule
from quorate.observe.facts.drbd_status import DrbdStatus
from quorate.observe.facts.kernel_modules import KernelModules
from quorate.observe.facts.lvm import Lvm
from quorate.observe.facts.memory import Memory
from quorate.observe.facts.mounts import Mounted
from quorate.observe.gathering import Question, ask_together
from quorate.render import drbd as drbd_file
from quorate.render import lvm as lvm_file

MARKER = ".quorate-same"
FITNESS = ("memory", "modules", "mounts", "generation", "data", "space")


@dataclass(frozen=True, slots=True)
class NodeStorage:
    """One node's answers. texts: files that were asked for, None where absent; they hold DRBD's secret.

    managed: the ids of primitives in the CIB on the node's disk. directories: the shared ones that are there.
    generations: what DRBD's metadata says, by resource; None where there is none. data: what lies where servers have
    their data without a cluster, by directory; None where that could not be seen. space: of the shared directories.
    """

    hostname: str
    memory: Memory | None = None
    modules: KernelModules | None = None
    access: AccessControl | None = None
    devices: Mapping[str, BlockDevice] = field(default_factory=dict)
    mounts: tuple[Mounted, ...] = ()
    drbd_module: DrbdModule | None = None
    drbd: DrbdStatus | None = None
    generations: Mapping[str, Generation | None] = field(default_factory=dict)
    lvm: Lvm | None = None
    data: Mapping[str, DataDirectory | None] = field(default_factory=dict)
    space: Mapping[str, tuple[Space, ...] | None] = field(default_factory=dict)
    managed: frozenset[str] = frozenset()
    directories: frozenset[str] = frozenset()
    texts: Mapping[str, str | None] = field(default_factory=dict, repr=False)

    def device(self, path: str) -> BlockDevice:
        """Return the device of that path; one that was not answered is missing."""
        return self.devices.get(path) or BlockDevice(path, "missing")


Facts = Mapping[str, NodeStorage]


def concerned(want: Want) -> tuple[str, ...]:
    """Return the nodes with anything to look at: a service with a store, with memory of its own, with a module."""
    return tuple(
        node.name
        for node in want.cluster.nodes
        if any(
            service.store(name) or service.memory_mib() or service.modules()
            for name, service in want.services_on(node.name).items()
        )
    )


async def look(fleet: Fleet, want: Want, *, fitness: bool = True) -> Facts:
    """Ask every node that is concerned, all at once; with no stores nobody is asked.

    fitness: ask also what only matters before anything is made, of memory, modules, mounts and generations.
    """
    names = [name for name in concerned(want) if name in fleet]
    answers = await asyncio.gather(*(look_at(fleet[name], want, fitness=fitness) for name in names))
    return dict(zip(names, answers, strict=True))


async def look_at(host: Host, want: Want, *, fitness: bool) -> NodeStorage:
    """Ask one node."""
    asked = questions(want, host.name)
    if not fitness:
        asked = {key: question for key, question in asked.items() if not key.startswith(FITNESS)}
    answers = dict(zip(asked, await ask_together(host, *asked.values(), timeout_s=60), strict=True))

    def about(word: str) -> dict[str, Any]:
        return {key.removeprefix(word): answer for key, answer in answers.items() if key.startswith(word)}

    return NodeStorage(
        hostname=answers["hostname"] or host.name,
        memory=answers.get("memory"),
        modules=answers.get("modules"),
        access=answers.get("access"),
        devices=answers.get("devices") or {},
        mounts=answers.get("mounts") or (),
        drbd_module=answers.get("drbd module"),
        drbd=answers.get("drbd"),
        generations=about("generation "),
        lvm=answers.get("lvm"),
        data=about("data "),
        space=about("space "),
        managed=answers["managed"] or frozenset(),
        directories=frozenset(p for p, file in (answers.get("directories") or {}).items() if file.kind == "directory"),
        texts=about("text "),
    )


def questions(want: Want, name: str) -> dict[str, Question[Any]]:
    """Return what node `name` is asked, by words of this module."""
    here = [stored for stored in stores(want) if name in stored.nodes]
    modules = sorted({module for service in want.services_on(name).values() for module in service.modules()})
    asked: dict[str, Question[Any]] = {
        "hostname": Question(command("uname", "-n"), lambda said, _: said.strip()),
        "memory": Question(memory.COMMAND, memory.parse),
        "managed": managed_in(want.platforms[name].paths["cib"]),
    }
    if modules:
        asked["modules"] = Question(kernel_modules.command_for(*modules), kernel_modules.parse)
    if here:
        asked["mounts"] = Question(mounts.COMMAND, mounts.parse)
    if any(stored.seed and stored.seed.program for stored in here):
        asked["access"] = Question(access_control.COMMAND, access_control.parse)
        asked |= {f"text {path}": text(path) for path in local_rules(here)}
    devices = [path for stored in here for path in devices_of(stored)]
    if devices:
        asked["devices"] = Question(block_devices.command_for(*devices), block_devices.parse)
        asked |= {f"text {path}": text(path) for path in (lvm_file.PATH, lvm_file.MAIN)}
    asked |= about_drbd([s.store for s in here if isinstance(s.store, Replicated)])
    if any(isinstance(stored.store, SharedVolume) for stored in here):
        asked["lvm"] = Question(lvm.COMMAND, lvm.parse)
    shared = shared_directories(here)
    if shared:
        asked["directories"] = Question(file_state.command_for(*shared), file_state.parse)
        asked |= {f"space {path}": Question(disk_space.command_for(path), disk_space.parse) for path in shared}
        files = [f"{path}/{file}" for path in shared for file in (MARKER, scripts.FILLING, scripts.ADOPTED)]
        asked |= {f"text {path}": text(path) for path in files}
    for usual in (stored.seed.usual for stored in here if stored.seed and stored.seed.usual):
        question = Question(data_directory.command_for(usual.directory), data_directory.parse)
        asked[f"data {usual.directory}"] = question
    return asked


def about_drbd(replicated: list[Replicated]) -> dict[str, Question[Any]]:
    """Return the questions about DRBD, none where no store is replicated."""
    if not replicated:
        return {}
    asked: dict[str, Question[Any]] = {
        "drbd module": Question(drbd_module.COMMAND, drbd_module.parse),
        "drbd": Question(drbd_status.COMMAND, drbd_status.parse),
    }
    for store in replicated:
        asked[f"text {drbd_file.path(store.name)}"] = text(drbd_file.path(store.name))
        asked[f"generation {store.name}"] = Question(drbd_generation.command_for(store.name), drbd_generation.parse)
    return asked


def devices_of(stored: Stored) -> tuple[str, ...]:
    """Return the block devices to look at for a store."""
    if isinstance(stored.store, Replicated):
        return (stored.store.disk, stored.store.mount.device)
    return (stored.store.disk,) if isinstance(stored.store, SharedVolume) else ()


def is_shared_directory(stored: Stored) -> bool:
    """Tell whether the store is a directory that all its nodes share."""
    mount = stored.store.mount
    return isinstance(stored.store, Provided) and mount.type == "none" and mount.device.startswith("/")


def shared_directories(here: list[Stored]) -> list[str]:
    """Return the directories that nodes share for these stores."""
    return [stored.store.mount.device for stored in here if is_shared_directory(stored)]


def local_rules(here: list[Stored]) -> list[str]:
    """Return the files of AppArmor's local rules for the programs of these stores."""
    return sorted({local_rules_of(s.seed.program) for s in here if s.seed and s.seed.program})


def local_rules_of(program: str) -> str:
    """Return where an operator adds to a program's AppArmor profile."""
    return f"/etc/apparmor.d/local/{program.removeprefix('/').replace('/', '.')}"


def text(path: str) -> Question[str | None]:
    """Return the question for a file's text; None where there is no such file."""
    return Question(command("cat", "--", path), lambda said, status: said if status == 0 else None)


def managed_in(cib: str) -> Question[frozenset[str]]:
    """Return the question for the primitives in a CIB on disk, which is there whether Pacemaker runs or not."""

    def parse(said: str, status: int) -> frozenset[str]:
        if status > 1:
            raise Unknown("No CIB is there.")
        return frozenset(re.findall(r'<primitive [^>]*?\bid="([^"]+)"', said))

    return Question(command("grep", "-o", "<primitive [^>]*>", cib), parse)
