"""The kernel of kernel nodes: Debian's newest User-Mode Linux with the C library of its release, kept in ROOT/kernels.

Debian 12's (6.1) traces every process of a node with ptrace(2): a program takes 10 to 20 ms to start, and a failover
is hundreds of programs. Since Linux 6.16 a node's processes trap into their kernel by seccomp(2), three times as fast
(ADR 12). So the package is taken from the newest release that has one, and Debian 12's where that can not be had.
Nothing is installed: two packages are unpacked, and the program is told where its own C library lies.

The interface to userspace is Linux's and does not change; DRBD's module is 8.4.11 in both. Does I/O (network, disk).
"""

import asyncio
import fcntl
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from quorate.errors import CommandFailed, Missing, QuorateError
from quorate.lab.processes import run

SUITES = ("forky", "bookworm")  # tried in this order
PACKAGES = ("user-mode-linux", "libc6")
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
LIBRARIES = "usr/lib/x86_64-linux-gnu"

# apt with a source, lists and a cache of its own: the machine's stay as they are.
CONFIGURATION = """\
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "{scratch}/sources";
Dir::State "{scratch}/state";
Dir::State::Status "/dev/null";
Dir::Cache "{scratch}/cache";
Acquire::Languages "none";
APT::Sandbox::User "root";
"""
SOURCE = """\
Types: deb
URIs: {mirror}
Suites: {suite}
Components: main
Architectures: amd64
Signed-By: {keyring}
"""


@dataclass(frozen=True, slots=True)
class Kernel:
    """A User-Mode Linux that is here. release: as uname(2) says it."""

    directory: Path

    @property
    def program(self) -> Path:
        """The kernel, a program of this machine."""
        return self.directory / "linux.uml"

    @property
    def modules(self) -> Path:
        """The directory of its modules, called as its release; Missing when there is none."""
        found = sorted((self.directory / "usr/lib/uml/modules").glob("*/modules.dep"))
        if not found:
            raise Missing(f"There are no kernel modules below {self.directory}.", "quorate lab install --nodes kernel")
        return found[-1].parent

    @property
    def release(self) -> str:
        """Its release, as uname(2) says it."""
        return self.modules.name


def here(root: Path) -> Kernel | None:
    """Return the kernel that is here, the newest release's if several are."""
    return next((Kernel(path) for suite in SUITES if (path := root / "kernels" / suite).is_dir()), None)


def of_lab(root: Path) -> Kernel:
    """Return the kernel that is here; Missing when there is none."""
    found = here(root)
    if found is None:
        raise Missing("There is no kernel for kernel nodes here.", "quorate lab install --nodes kernel")
    return found


async def ensure(root: Path, progress: Callable[[str], None]) -> Kernel:
    """Return the kernel, fetched if there is none; CommandFailed with apt's words when no release has one for us."""
    kernels = root / "kernels"
    kernels.mkdir(parents=True, exist_ok=True)
    with (kernels / "lock").open("a") as lock:
        await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
        found = here(root)
        refusals: list[str] = []
        for suite in SUITES if found is None else ():
            progress(f"fetching the kernel of kernel nodes from Debian's {suite}")
            try:
                found = await _fetch(kernels, suite)
                break
            except QuorateError as error:
                refusals.append(f"{suite}: {error.message}")
                progress(f"Debian's {suite} has no kernel for kernel nodes that runs here: {error.message}")
        if found is None:
            raise CommandFailed(
                f"No kernel for kernel nodes could be fetched: {'; '.join(refusals)}",
                "Most often the package mirror can not be reached.",
            )
    return found


async def _fetch(kernels: Path, suite: str) -> Kernel:
    place, building, scratch = kernels / suite, kernels / f"{suite}.building", kernels / f"{suite}.tmp"
    for old in (building, scratch):
        await asyncio.to_thread(shutil.rmtree, old, ignore_errors=True)
    await _download(scratch, suite)
    for package in sorted(scratch.glob("*.deb")):
        await run("dpkg-deb", "--extract", str(package), str(building))
    program = building / "linux.uml"
    (building / "usr/bin/linux.uml").rename(program)
    libraries = place / LIBRARIES
    loader = libraries / "ld-linux-x86-64.so.2"
    await run("patchelf", "--set-interpreter", str(loader), "--set-rpath", str(libraries), str(program))
    await asyncio.to_thread(shutil.rmtree, scratch)
    building.rename(place)  # where the program looks for its library
    try:
        await run(str(place / "linux.uml"), "--version")
    except CommandFailed:
        await asyncio.to_thread(shutil.rmtree, place)
        raise
    return Kernel(place)


async def _download(scratch: Path, suite: str) -> None:
    for name in ("sources", "state/lists/partial", "cache/archives/partial"):
        (scratch / name).mkdir(parents=True)
    source = SOURCE.format(mirror=await _mirror(), suite=suite, keyring=KEYRING)
    (scratch / "sources/debian.sources").write_text(source)
    (scratch / "apt.conf").write_text(CONFIGURATION.format(scratch=scratch))
    apt = ("env", f"--chdir={scratch}", f"APT_CONFIG={scratch / 'apt.conf'}", "apt-get", "-q")
    await run(*apt, "update")
    await run(*apt, "download", *PACKAGES)


async def _mirror() -> str:
    """Return where this machine has its own Debian packages from."""
    targets = await run(
        *("apt-get", "indextargets", "--format", "$(ORIGIN) $(REPO_URI)", "Created-By: Packages", "Component: main")
    )
    for line in targets.splitlines():
        origin, _, uri = line.partition(" ")
        if origin == "Debian" and not uri.rstrip("/").endswith("security"):
            return uri
    raise Missing("apt knows no mirror of Debian here.", "Add one to /etc/apt/sources.list.d, and `apt-get update`.")
