"""What this machine must have before it can carry a lab: root, some programs, cgroup2 that can kill. Reads only."""

import os
import shutil
from pathlib import Path

from quorate.errors import Missing
from quorate.lab import cgroup, processes
from quorate.lab.kind import Kind

# Program -> the Debian and Ubuntu package that has it.
PROGRAMS = {
    "mmdebstrap": "mmdebstrap",
    "ipmi_sim": "openipmi",
    "ssh-keygen": "openssh-client",
    "nsenter": "util-linux",
    "journalctl": "systemd",
}
PROGRAMS_OF: dict[Kind, dict[str, str]] = {
    "container": {"systemd-nspawn": "systemd-container"},
    "kernel": {"patchelf": "patchelf", "mke2fs": "e2fsprogs"},
}
TUN = Path("/dev/net/tun")


def missing_packages(*kinds: Kind) -> list[str]:
    """Return the packages that this machine lacks for nodes of these kinds, sorted."""
    programs = PROGRAMS | {name: package for kind in kinds for name, package in PROGRAMS_OF[kind].items()}
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin:/usr/bin:/bin"
    return sorted({package for program, package in programs.items() if shutil.which(program, path=path) is None})


def check(kind: Kind = "container") -> None:
    """Raise Missing, with what to do, when this machine can not carry a lab with nodes of this kind."""
    if os.geteuid() != 0:
        raise Missing("A lab needs root: it makes network namespaces, mounts and control groups.", "Run it with sudo.")
    lacking = missing_packages(kind)
    if lacking:
        raise Missing(
            f"A lab needs programs that are not installed here: {', '.join(lacking)}.",
            f"apt-get install --no-install-recommends {' '.join(lacking)}",
        )
    check_cgroups(cgroup.unified_mount())
    if kind == "kernel" and not TUN.exists():
        raise Missing(f"Kernel nodes need {TUN}, which is not here.", "modprobe tun")


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


async def install_missing(*kinds: Kind) -> list[str]:
    """Install what is missing for these kinds of nodes (default: containers), with apt; return the packages' names.

    CommandFailed when apt could not.
    """
    lacking = missing_packages(*(kinds or ("container",)))
    if lacking:
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        await processes.run("apt-get", "update", "-q", environment=quiet)
        await processes.run("apt-get", "install", "-qy", "--no-install-recommends", *lacking, environment=quiet)
    return lacking
