"""Clearing a lab away: everything it left on this machine, found by its name and directories, whatever state it is in.

Processes by cgroup, namespaces by name, mounts by directory. Every step is harmless when repeated and when there is
nothing to do, so that a killed `up` or `down` is finished by the next. Does I/O; blocking.
"""

import ctypes
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from quorate.errors import NeverComes
from quorate.lab import cables, cgroup, network
from quorate.lab.places import Places
from quorate.lab.plan import machine_prefix

MNT_DETACH = 2  # umount2(2)
KILL_S = 60.0  # a kernel node gives a gigabyte back before its process is gone, on a busy machine not within 10 s
NSPAWN_RUN = Path("/run/systemd/nspawn")  # what nspawn keeps per machine, left there when it is killed


def clear(places: Places) -> None:
    """Remove everything the lab has. NeverComes if a process would not die."""
    groups = cgroup.lab_groups(places.name)
    while groups and groups[0].is_dir():  # again if a process came in between the kill and the removal
        if not cgroup.kill(groups[0], KILL_S) and (left := _processes(groups[0])):
            raise NeverComes(
                f"Processes of the lab {places.name} do not die: {', '.join(left)}.",
                "They wait inside the kernel, for a disk or a network file system; look at /proc/PID/stack.",
            )
        cgroup.release(places.name)
    for name in network.left_over(places.name):
        cables.remove(name)
    for point in mounts_below(places.directory):
        detach(point)
    for machine in NSPAWN_RUN.glob(f"*/{machine_prefix(places.name)}*"):
        shutil.rmtree(machine) if machine.is_dir() else machine.unlink()
    shutil.rmtree(places.directory, ignore_errors=True)


def empty(directory: Path, keep: Iterable[str]) -> None:
    """Empty a node's directory, its disk and papers among it, but for these names; the node is off."""
    for point in mounts_below(directory):
        detach(point)
    for path in [path for path in directory.iterdir() if path.name not in keep]:
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def mounts_below(directory: Path) -> list[Path]:
    """Return what is mounted below a directory, the innermost first (proc(5), mountinfo)."""
    points = [Path(_unescaped(line.split()[4])) for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    return sorted((p for p in points if directory in p.parents), key=lambda p: len(p.parts), reverse=True)


def detach(point: Path) -> None:
    """Unmount lazily: out of sight now, gone when the last user is."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.umount2(os.fsencode(point), MNT_DETACH) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), str(point))


def _unescaped(text: str) -> str:
    return text.encode().decode("unicode_escape")


def _processes(group: Path) -> list[str]:
    return [str(process) for directory, _, _ in os.walk(group) for process in cgroup.processes(Path(directory))]
