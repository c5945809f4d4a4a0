"""Where a lab's processes are held: found, frozen and killed by cgroup, never by name or process id.

The cgroup2 hierarchy does the work in both layouts: hybrid (/sys/fs/cgroup/unified beside version 1) and unified
(/sys/fs/cgroup itself): cgroup.kill is the power cut, cgroup.freeze the hang (a frozen group can be killed, unlike
version 1's freezer), `populated` in cgroup.events the power LED. Version 1 hierarchies only get a group of their own,
without which systemd-nspawn puts all nodes into the same ones. Does I/O on the cgroup file systems; only the standard
library is imported, because the power button (chassis.py) must start within milliseconds.

Sources: the kernel's Documentation/admin-guide/cgroup-v2.rst; https://systemd.io/CGROUP_DELEGATION.
"""

import os
import select
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

SYSTEMD_RUNS = Path("/run/systemd/system")  # sd_booted(3)


def hierarchies(mountinfo: str) -> tuple[str | None, list[str]]:
    """Read /proc/self/mountinfo: the mount point of cgroup2 (None: there is none) and those of version 1 (proc(5)).

    A version 1 `cpu` hierarchy whose groups need real-time bandwidth is left out: a new group has none, and
    Corosync could not run as a real-time process in it. Nodes stay in its root, as they would without version 1.
    """
    unified, version1 = None, []
    for line in mountinfo.splitlines():
        before, _, after = line.partition(" - ")
        point, kind = before.split()[4], after.split()[0]
        options = after.split()[2].split(",")
        if kind == "cgroup2":
            unified = unified or point
        elif kind == "cgroup" and not ("cpu" in options and Path(point, "cpu.rt_runtime_us").exists()):
            version1.append(point)
    return unified, version1


def unified_mount() -> Path | None:
    """Return where cgroup2 is mounted on this machine, or None."""
    found, _ = hierarchies(Path("/proc/self/mountinfo").read_text())
    return Path(found) if found else None


def lab_groups(lab: str) -> list[Path]:
    """Return the directories of a lab's groups, that of cgroup2 first.

    Where systemd is the first process it owns the tree, and a lab gets a unit with Delegate=yes to hold its groups.
    """
    unified, version1 = hierarchies(Path("/proc/self/mountinfo").read_text())
    if unified is None:
        return []
    delegated = f"system.slice/{unit(lab)}" if SYSTEMD_RUNS.is_dir() else f"quorate/{lab}"
    groups = [Path(unified, delegated)]
    for point in version1:
        is_systemd = Path(point).name == "systemd"
        groups.append(Path(point, delegated if is_systemd else f"quorate/{lab}"))
    return groups


def unit(lab: str) -> str:
    """Return the name of the systemd unit that holds a lab, where systemd is the first process."""
    return f"quorate-lab-{lab}.service"


def hold(lab: str) -> None:
    """Make the lab's groups, within a delegated unit where systemd runs; nothing happens if they are there."""
    groups = lab_groups(lab)
    if SYSTEMD_RUNS.is_dir() and not groups[0].is_dir():
        keeper = ["--property=Delegate=yes", "--property=KillMode=mixed", "sleep", "infinity"]
        start = ["systemd-run", "--quiet", "--collect", f"--unit={unit(lab)}", *keeper]
        subprocess.run(start, check=True, stdin=subprocess.DEVNULL)
    make(groups)


def release(lab: str) -> None:
    """Remove the lab's groups; all processes in them must be gone."""
    groups = lab_groups(lab)
    if SYSTEMD_RUNS.is_dir() and groups and groups[0].is_dir():
        subprocess.run(["systemctl", "stop", unit(lab)], check=False, stdin=subprocess.DEVNULL)
    remove(groups)
    for group in groups:
        try:
            group.parent.rmdir()  # quorate/, when this was the last lab
        except OSError:
            continue


def make(groups: Iterable[Path]) -> None:
    """Make these groups. A new cpuset (version 1) is empty and takes no process before it has its parent's CPUs."""
    for group in groups:
        missing = [g for g in (group, *group.parents) if not g.exists()]
        for directory in reversed(missing):
            directory.mkdir(exist_ok=True)
            for name in ("cpuset.cpus", "cpuset.mems"):
                inherited = directory.parent / name
                if (directory / name).exists() and inherited.exists() and "unified" not in directory.parts:
                    (directory / name).write_text(inherited.read_text())


def enter(groups: Iterable[Path]) -> None:
    """Move the calling process into these groups."""
    for group in groups:
        (group / "cgroup.procs").write_text(str(os.getpid()))


def remove(groups: Iterable[Path]) -> None:
    """Remove these groups and all below them; those that hold processes are left standing."""
    for group in groups:
        for directory, _, _ in os.walk(group, topdown=False):
            try:
                Path(directory).rmdir()
            except OSError:
                continue


def is_populated(group: Path) -> bool:
    """Tell whether any living process is in this cgroup2 group or below it; zombies do not count."""
    return _event(group, "populated")


def processes(group: Path) -> list[int]:
    """Return the processes of this very group, not of those below it."""
    try:
        return [int(line) for line in (group / "cgroup.procs").read_text().split()]
    except OSError:
        return []


def is_frozen(group: Path) -> bool:
    """Tell whether every process of this cgroup2 group is frozen."""
    return _event(group, "frozen")


def kill(group: Path, timeout_s: float = 10) -> bool:
    """Kill everything in this cgroup2 group at once, frozen or not, and wait until it is empty; False on time-out."""
    try:
        (group / "cgroup.kill").write_text("1")
    except FileNotFoundError:
        return True
    gone = wait(group, "populated", value=False, timeout_s=timeout_s)
    set_frozen(group, frozen=False)
    return gone


def set_frozen(group: Path, *, frozen: bool) -> None:
    """Begin to freeze or thaw this cgroup2 group; nothing happens if there is none."""
    try:
        (group / "cgroup.freeze").write_text("1" if frozen else "0")
    except FileNotFoundError:
        return


def wait(group: Path, key: str, *, value: bool, timeout_s: float) -> bool:
    """Wait until `key` (populated, frozen) of cgroup.events has `value`; False on time-out. The kernel wakes us."""
    deadline = time.monotonic() + timeout_s
    try:
        with (group / "cgroup.events").open() as events:
            poll = select.poll()
            poll.register(events, select.POLLPRI)
            while (f"{key} 1" in events.read()) is not value:
                left_s = deadline - time.monotonic()
                if left_s <= 0:
                    return False
                poll.poll(left_s * 1000)
                events.seek(0)
    except (FileNotFoundError, OSError):
        return not value  # a removed group holds nothing
    return True


def _event(group: Path, key: str) -> bool:
    try:
        return f"{key} 1" in (group / "cgroup.events").read_text()
    except OSError:
        return False
