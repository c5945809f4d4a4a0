"""The disk of kernel nodes: an image's root directory with a kernel's modules, as one ext4 file that all nodes share.

On top of the image of container nodes (image.py) come udev, device-mapper, LVM, DRBD, file systems and bonding, the
modules of User-Mode Linux, and what makes a machine the node that its lab says it is: at every boot `quorate-lab-boot`
mounts a directory of the host, takes files, addresses and disks from there, and a serial line waits for the lab's words
(`fail DISK`). Each node writes to a copy-on-write file of its own. Does I/O (disk).

Sources: mke2fs(8), -d; the kernel's Documentation/virt/uml/user_mode_linux_howto_v2.rst.
"""

import shutil
from pathlib import Path

from quorate.lab.processes import run

DISK = "root.ext4"
HOST = "/run/quorate-lab"  # where a node sees its directory of the host
ROOM_MB = 2500  # for what a node writes; a sparse file until then

PACKAGES = (
    "dmsetup",
    "drbd-utils",
    "e2fsprogs",
    "fdisk",
    "ifenslave",
    "lvm2",
    "parted",
    "udev",
    "xfsprogs",
)

NOT_AT_BOOT = ("drbd", "lvm2-lvmpolld", "lvm2-monitor", "blk-availability")

# Starting a program takes much longer in User-Mode Linux than on its host: what a node does not need is not started.
MASKED = (
    "dev-mqueue.mount",
    "dm-event.socket",
    "fstrim.timer",
    "ifupdown-pre.service",
    "kmod-static-nodes.service",
    "modprobe@.service",
    "networking.service",
    "systemd-modules-load.service",
    "systemd-remount-fs.service",
    "systemd-tmpfiles-clean.timer",
)

BOOT = f"""\
#!/bin/sh
# Makes this machine the node that its lab says it is. {HOST} is a directory of the host, this node's own.
mkdir -p {HOST}
mount -t hostfs none {HOST} || exit 1
cd {HOST} || exit 1
if ! test -e /var/lib/quorate-lab; then
    cp -R --no-preserve=ownership files/. /
    sync -f /
    touch /var/lib/quorate-lab
    sync -f /
fi
modprobe ipv6
ip -force -batch network
sh mounts
"""

# Every disk is a device-mapper device over the virtual one, so that it can be made to fail while it is in use. The
# virtual one loses its name: LVM refuses a physical volume that it sees twice.
DISKS = f"""\
#!/bin/sh
modprobe dm_mod
dmsetup create --concise "$(cat {HOST}/disks)"
rm -f /dev/ubd[b-p]
"""

# One line is one request, "NUMBER WORD DISK TABLE"; the answer is a file. Sleeps until somebody writes to the line.
LINE = f"""\
#!/bin/sh
stty -echo
while read -r number word disk table; do
    case $word in
    table)
        said=$(dmsetup suspend --noflush --nolockfs "$disk" 2>&1 &&
            dmsetup load "$disk" --table "$table" 2>&1 && dmsetup resume "$disk" 2>&1) ;;
    poweroff)
        said=$(systemctl --no-block poweroff 2>&1) ;;
    *)
        said="unknown word $word"; false ;;
    esac
    printf '%s %s\\n' $? "$said" > {HOST}/answers/.new && mv {HOST}/answers/.new "{HOST}/answers/$number"
done
"""

BOOT_UNIT = """\
[Unit]
Description=This node's files and addresses
DefaultDependencies=no
Before=sysinit.target systemd-sysusers.service systemd-tmpfiles-setup.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/lib/quorate-lab/boot

[Install]
WantedBy=sysinit.target
"""

DISKS_UNIT = f"""\
[Unit]
Description=This node's disks, by the names of its cluster file
DefaultDependencies=no
ConditionFileNotEmpty={HOST}/disks
Wants=systemd-udevd.service
After=quorate-lab-boot.service systemd-udevd.service
Before=sysinit.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/lib/quorate-lab/disks

[Install]
WantedBy=sysinit.target
"""

LINE_UNIT = """\
[Unit]
Description=The lab's line to this node
After=quorate-lab-boot.service

[Service]
ExecStart=/usr/lib/quorate-lab/line
StandardInput=file:/dev/ttyS0
TimeoutStopSec=1

[Install]
WantedBy=multi-user.target
"""

# The disks of a cluster file are called as the file says, whatever the kernel calls them.
RULES = 'SUBSYSTEM=="block", ENV{DM_UUID}=="LAB-?*", SYMLINK+="$env{DM_NAME}"\n'

FILES = {
    "usr/lib/quorate-lab/boot": (BOOT, 0o755),
    "usr/lib/quorate-lab/disks": (DISKS, 0o755),
    "usr/lib/quorate-lab/line": (LINE, 0o755),
    "etc/systemd/system/quorate-lab-boot.service": (BOOT_UNIT, 0o644),
    "etc/systemd/system/quorate-lab-disks.service": (DISKS_UNIT, 0o644),
    "etc/systemd/system/quorate-lab-line.service": (LINE_UNIT, 0o644),
    "etc/systemd/system/ssh.service.d/quorate-lab.conf": (
        f"[Service]\nExecStartPost=/bin/touch {HOST}/ready\n",
        0o644,
    ),
    "etc/systemd/system/systemd-udev-trigger.service.d/quorate-lab.conf": (
        "[Service]\nExecStart=\nExecStart=-udevadm trigger --type=all --action=add --subsystem-match=block\n",
        0o644,
    ),
    "etc/systemd/journald.conf.d/quorate-lab.conf": (
        "[Journal]\nForwardToConsole=yes\nMaxLevelConsole=info\nTTYPath=/dev/console\n",
        0o644,
    ),
    "etc/udev/rules.d/60-quorate-lab.rules": (RULES, 0o644),
    "etc/fstab": ("", 0o644),
}
ENABLED = {
    "sysinit.target.wants/quorate-lab-disks.service": "../quorate-lab-disks.service",
    "sysinit.target.wants/quorate-lab-boot.service": "../quorate-lab-boot.service",
    "multi-user.target.wants/quorate-lab-line.service": "../quorate-lab-line.service",
}


def prepare(root: Path, modules: Path) -> None:
    """Make a prepared image's root directory that of kernel nodes. modules: a directory called as its release."""
    shutil.copytree(modules, root / "lib/modules" / modules.name, symlinks=True)
    for path, (content, mode) in FILES.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)
        target.chmod(mode)
    units = root / "etc/systemd/system"
    for name in NOT_AT_BOOT:
        for link in units.glob(f"*.wants/{name}.*"):
            link.unlink()
    for name in MASKED:
        (units / name).unlink(missing_ok=True)
        (units / name).symlink_to("/dev/null")
    for wants, unit in ENABLED.items():
        (units / wants).parent.mkdir(exist_ok=True)
        (units / wants).symlink_to(unit)


async def write_disk(root: Path, disk: Path) -> None:
    """Write the root directory into a new ext4 file system with room to spare; 8 s on two idle cores."""
    used = int((await run("du", "--summarize", "--block-size=1M", "--one-file-system", str(root))).split()[0])
    await run("mke2fs", "-q", "-t", "ext4", "-d", str(root), str(disk), f"{used + ROOM_MB}M")
