"""The nodes' root directory: Debian with what a cluster needs, built by mmdebstrap, cached by what went into it.

An image is ROOT/images/DIGEST, the digest taken over release, packages and recipe, so that it is built again only when
one of them changes. That of container nodes is a root directory; that of kernel nodes a directory with one ext4 file
(kernel_image.py). It is built beside its place and renamed, under a lock: a killed build leaves DIGEST.building and
DIGEST.tmp, which the next build removes. Downloads are kept in ROOT/archives, by hard links. Images are read-only by
convention; nodes write to overlays or copy-on-write files of their own. Does I/O (network, disk); 35 to 40 s on
two idle cores.
"""

import asyncio
import fcntl
import hashlib
import inspect
import shlex
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from quorate.build.steps.packages import wanted
from quorate.catalog.platforms.debian import PLATFORM
from quorate.describe.cluster import Cluster
from quorate.errors import CommandFailed
from quorate.lab import kernel_image
from quorate.lab.processes import run_to_log
from quorate.lab.user_mode_linux import Kernel

RELEASE = "bookworm"

PACKAGES = (
    "apache2",
    "ca-certificates",
    "chrony",
    "corosync",
    "corosync-qdevice",
    "corosync-qnetd",
    "curl",
    "dbus",  # Pacemaker talks to systemd through it
    "fence-agents",
    "iproute2",
    "ipmitool",
    "iputils-arping",
    "iputils-ping",
    "kmod",  # the Filesystem agent calls modprobe, else "not installed"
    "nftables",
    "openssh-server",
    "pacemaker",
    "pacemaker-cli-utils",
    "pacemaker-resource-agents",
    "procps",
    "psmisc",  # fuser, for the Filesystem agent
    "resource-agents",
    "sudo",
    "systemd",
    "systemd-sysv",
    "wget",
)

LEFT_OUT = ("doc", "info", "locale", "man")  # directories of /usr/share that no node needs

# Debian starts these as soon as they are installed; in a cluster they start when quorate or Pacemaker says so.
NOT_AT_BOOT = (
    "apache2",
    "corosync",
    "corosync-qdevice",
    "corosync-qnetd",
    "drbd",
    "e2scrub_reap",
    "epmd",
    "garb",
    "glance-api",
    "haproxy",
    "keystone",
    "logd",
    "mariadb",
    "memcached",
    "pacemaker",
    "rabbitmq-server",
)

# A container has no seat, no random seed, no kernel file systems of its own: what waits for them is masked.
MASKED = (
    "cryptsetup.target",
    "dev-hugepages.mount",
    "getty-static.service",
    "getty.target",
    "proc-sys-fs-binfmt_misc.automount",
    "sys-fs-fuse-connections.mount",
    "sys-kernel-config.mount",
    "sys-kernel-debug.mount",
    "sys-kernel-tracing.mount",
    "systemd-binfmt.service",
    "systemd-firstboot.service",
    "systemd-logind.service",
    "systemd-pcrphase-sysinit.service",
    "systemd-pcrphase.service",
    "systemd-random-seed.service",
    "systemd-repart.service",
    "systemd-update-utmp-runlevel.service",
    "systemd-update-utmp.service",
    "systemd-user-sessions.service",
)

REMOVED = (
    "etc/corosync/corosync.conf",  # the package's own names 127.0.0.1 as the only member
    "etc/hostname",
    "etc/resolv.conf",
    "usr/lib/tmpfiles.d/systemd-nologin.conf",  # makes /run/nologin, which a masked service would remove
    "usr/share/dbus-1/system-services/org.freedesktop.login1.service",  # without logind, systemctl reboots by itself
)

# The package makes keys when it is installed; every quorum device is to have its own.
KEYS = "etc/corosync/qnetd/nssdb"

SSHD = """\
# Quick and strict: keys only, and no look-up of the client's name, for there is no DNS in a lab.
UseDNS no
PasswordAuthentication no
HostKey /etc/ssh/ssh_host_ed25519_key
AuthorizedKeysFile .ssh/authorized_keys /etc/ssh/lab_authorized_keys
"""


def digest(packages: Iterable[str], kernel: Kernel | None = None) -> str:
    """Return the name of the image with these packages besides its own: 16 hexadecimal digits.

    kernel: that of kernel nodes; None for the image of containers.
    """
    command = build_command(Path("TARGET"), Path("ARCHIVES"), _all(packages, kernel))
    data: tuple[object, ...] = (NOT_AT_BOOT, MASKED, REMOVED, KEYS, SSHD, command)
    recipe = inspect.getsource(prepare)
    if kernel:
        data += (kernel.release,)
        recipe += inspect.getsource(kernel_image)
    return hashlib.sha256(repr((data, recipe)).encode()).hexdigest()[:16]


def packages_of(cluster: Cluster) -> set[str]:
    """Return the Debian packages that the cluster's hosts need, as apply would install them."""
    device = cluster.quorum.device
    hosts = [*(node.name for node in cluster.nodes), *([device.host] if device else [])]
    return {package for host in hosts for package in wanted(cluster, PLATFORM, host)}


async def ensure(
    root: Path, packages: Iterable[str], progress: Callable[[str], None], kernel: Kernel | None = None
) -> Path:
    """Return the image with these packages, built if it is not there; CommandFailed with the build's last lines.

    kernel: that of kernel nodes; None for the image of containers.
    """
    packages = tuple(packages)
    image = root / "images" / digest(packages, kernel)
    if image.is_dir():
        return image
    image.parent.mkdir(parents=True, exist_ok=True)
    with image.with_suffix(".lock").open("a") as lock:
        if not _try_lock(lock.fileno()):
            progress("waiting for another build of the same image")
            await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
        if not image.is_dir():
            number = len(_all(packages, kernel))
            kind = "kernel" if kernel else "container"
            progress(f"building the image of {kind} nodes (Debian {RELEASE}, {number} packages and what they need)")
            await _build(image, packages, kernel)
    return image


async def _build(image: Path, packages: Iterable[str], kernel: Kernel | None) -> None:
    building, log = image.with_suffix(".building"), image.with_suffix(".log")
    archives, scratch = image.parent.parent / "archives", image.with_suffix(".tmp")
    archives.mkdir(parents=True, exist_ok=True)
    for old in (building, scratch):
        await asyncio.to_thread(shutil.rmtree, old, ignore_errors=True)
    scratch.mkdir()
    scratch.chmod(0o1777)  # apt verifies signatures there as a user of its own
    root = building / "root" if kernel else building
    root.parent.mkdir(exist_ok=True)
    status = await run_to_log(build_command(root, archives, _all(packages, kernel)), log, {"TMPDIR": str(scratch)})
    await asyncio.to_thread(shutil.rmtree, scratch, ignore_errors=True)
    if status != 0:
        lines = "\n".join(log.read_text(errors="replace").splitlines()[-8:])
        raise CommandFailed(
            f"mmdebstrap could not build the node image (status {status}):\n{lines}",
            f"Most often the package mirror can not be reached. The whole log is {log}.",
        )
    await asyncio.to_thread(prepare, root)
    if kernel:
        await asyncio.to_thread(kernel_image.prepare, root, kernel.modules)
        await kernel_image.write_disk(root, building / kernel_image.DISK)
        await asyncio.to_thread(shutil.rmtree, root)
    building.rename(image)
    log.unlink(missing_ok=True)


def build_command(target: Path, archives: Path, packages: Iterable[str]) -> list[str]:
    """Return the mmdebstrap(1) call: in namespaces of its own, so that all of it dies with its first process."""
    packages, cache = tuple(packages), "var/cache/apt/archives"
    fill = f'mkdir -p "$1/{cache}" && find {archives} -name "*.deb" -exec cp -lt "$1/{cache}" {{}} +'
    keep = f'find "$1/{cache}" -maxdepth 1 -name "*.deb" -exec cp -lnt {archives} {{}} +'
    answers = PLATFORM.answers_for(packages)
    answer = f'printf %s {shlex.quote(answers)} | chroot "$1" {shlex.join(PLATFORM.answer)}'
    return [
        *("unshare", "--mount", "--pid", "--fork", "--kill-child"),
        *("mmdebstrap", "--quiet"),
        *("--variant=minbase", "--mode=root", "--format=directory", f"--include={','.join(packages)}"),
        *(f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in LEFT_OUT),
        "--dpkgopt=force-unsafe-io",
        '--aptopt=Acquire::Languages "none"',
        "--skip=download/empty,essential/unlink",
        f"--setup-hook={fill}",
        *([f"--essential-hook={answer}"] if answers else []),
        f"--customize-hook={keep}",
        RELEASE,
        str(target),
    ]


def prepare(image: Path) -> None:
    """Turn a fresh installation into a node's: nothing of the cluster starts at boot, nothing waits, sshd is ready."""
    units = image / "etc/systemd/system"
    for name in NOT_AT_BOOT:
        for link in units.glob(f"*.wants/{name}.*"):
            link.unlink()
    for link in units.glob("timers.target.wants/*"):
        link.unlink()
    for name in MASKED:
        (units / name).unlink(missing_ok=True)
        (units / name).symlink_to("/dev/null")
    for name in (*REMOVED, *(str(key.relative_to(image)) for key in image.glob("etc/ssh/ssh_host_*"))):
        (image / name).unlink(missing_ok=True)
    shutil.rmtree(image / KEYS, ignore_errors=True)
    (image / "etc/machine-id").write_text("")
    (image / "etc/ssh/sshd_config.d/quorate-lab.conf").write_text(SSHD)


def _all(packages: Iterable[str], kernel: Kernel | None) -> list[str]:
    return sorted({*PACKAGES, *(kernel_image.PACKAGES if kernel else ()), *packages})


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
