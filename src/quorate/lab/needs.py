"""What this machine must have before it can carry a lab: root, some programs, cgroup2 that can kill. Reads only."""

import os
import shutil
from pathlib import Path

from quorate.errors import Missing
from quorate.lab import cgroup, processes

# Program -> the Debian and Ubuntu package that has it.
PROGRAMS = {
    "mmdebstrap": "mmdebstrap",
    "systemd-nspawn": "systemd-container",
    "ipmi_sim": "openipmi",
    "ssh-keygen": "openssh-client",
    "nsenter": "util-linux",
    "journalctl": "systemd",
}


def missing_packages() -> list[str]:
    """Return the packages that this machine lacks, sorted."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin:/usr/bin:/bin"
    return sorted({package for program, package in PROGRAMS.items() if shutil.which(program, path=path) is None})


def check() -> None:
    """Raise Missing, with what to do, when this machine can not carry a lab."""
    if os.geteuid() != 0:
        raise Missing("A lab needs root: it makes network namespaces, mounts and control groups.", "Run it with sudo.")
    lacking = missing_packages()
    if lacking:
        raise Missing(
            f"A lab needs programs that are not installed here: {', '.join(lacking)}.",
            f"apt-get install --no-install-recommends {' '.join(lacking)}",
        )
    check_cgroups(cgroup.unified_mount())


def check_cgroups(unified: Path | None) -> None:
    """Raise Missing when cgroup2 is not mounted, not writable, or the kernel is older than 5.14 (no cgroup.kill)."""
    if unified is None:
        raise Missing(
            "A lab needs the cgroup2 file system, which is not mounted here.",
            "mkdir -p /sys/fs/cgroup/unified && mount -t cgroup2 none /sys/fs/cgroup/unified",
        )
    if not os.access(unified, os.W_OK) or not os.access(unified / "cgroup.procs", os.W_OK):
        raise Missing(f"{unified} can not be written to.", "Inside a container, a lab needs its own writable cgroups.")
    release = tuple(int(part) for part in os.uname().release.split("-")[0].split(".")[:2])
    if release < (5, 14):
        raise Missing(
            f"A lab needs Linux 5.14 or later: {os.uname().release} has no cgroup.kill.",
            "Power is cut by killing a whole control group at once.",
        )


async def install_missing() -> list[str]:
    """Install the packages that are missing, with apt; return their names. CommandFailed when apt could not."""
    lacking = missing_packages()
    if lacking:
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        await processes.run("apt-get", "update", "-q", environment=quiet)
        await processes.run("apt-get", "install", "-qy", "--no-install-recommends", *lacking, environment=quiet)
    return lacking
