"""Booting a container node: what the power button starts, in the node's own cgroups.

    python -m quorate.lab.boot NODE-DIRECTORY

It makes the network namespace anew, then starts systemd-nspawn inside that and inside a mount namespace that holds the
overlay; both end with the node. An operating system that reboots itself makes nspawn end with status 133 (--keep-unit),
and the boot begins again; on any other end the ports go dark.

Sources: systemd-nspawn(1); systemd's docs/ENVIRONMENT.md for SYSTEMD_NSPAWN_API_VFS_WRITABLE, which makes /proc/sys/net
writable as on a host, and SYSTEMD_NSPAWN_LOCK, whose files a killed nspawn would leave. nspawn is started inside the
namespace rather than told its path, so that /sys/class/net is the node's own.
"""

import json
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from quorate.lab.cables import Bond, Cable, wire
from quorate.lab.places import namespace_path

REBOOTED = 133

# Beyond nspawn's own: networks are the node's to change; Corosync and SBD lock their memory (real-time priority comes
# with CAP_SYS_NICE, which nspawn leaves).
CAPABILITIES = "CAP_NET_ADMIN,CAP_IPC_LOCK"

# $1 overlay options, $2 where to mount it, then the program that sees it.
MOUNT = 'mount -t overlay overlay -o "$1" "$2" && shift 2 && exec "$@"'
# $1 the boot, $2 the button, $3 node directory, $4 lab's namespace, then the node.
SUPERVISE = f"""\
boot=$1 button=$2 directory=$3 namespace=$4; shift 4
"$@"
[ $? = {REBOOTED} ] && exec "$boot" -m quorate.lab.boot "$directory"
exec nsenter --net="$namespace" "$boot" -S -c "$button" "$directory" dark
"""

BUTTON = "from quorate.lab.chassis import main; main()"


def boot(directory: Path) -> None:
    """Wire the node and become the shell that supervises its systemd-nspawn. Does not return."""
    papers = json.loads((directory / "chassis.json").read_text())
    pass_firmware(directory, papers["firmware_s"])
    cables = cables_of(papers, directory)
    wire(papers["lab_namespace"], papers["namespace"], cables)
    shutil.rmtree(directory / "work", ignore_errors=True)  # what an overlay that was cut off left there
    (directory / "work").mkdir()
    argv = ["sh", "-c", SUPERVISE, "sh", *_supervised(directory, papers), *_nspawn(directory, papers)]
    os.execvp("sh", argv)  # noqa: S606 - an argument vector of ours


def cables_of(papers: dict[str, Any], directory: Path) -> list[Cable]:
    """Return a node's cables, by its papers and the marks of those that are pulled."""
    return [
        Cable(
            **{key: cable[key] for key in ("name", "mac", "port", "bridge")},
            addresses=tuple(cable["addresses"]),
            routes=tuple((network, router) for network, router in cable["routes"]),
            plugged=not (directory / "cut" / cable["name"]).exists(),
        )
        for cable in papers["cables"]
    ]


def bonds_of(papers: dict[str, Any]) -> list[Bond]:
    """Return a node's bonds, by its papers."""
    return [Bond(bond["name"], bond["mode"], tuple(bond["cards"]), tuple(bond["asked"])) for bond in papers["bonds"]]


def pass_firmware(directory: Path, firmware_s: float) -> None:
    """Wait, with the power on, until a real server's firmware would be through.

    A container boots in a second. A node that is fenced while it is a member would be back before the others had missed
    it, hear of its own fencing, and end Pacemaker for good: no hardware is that quick.
    """
    cut = directory / "last_off"
    if cut.exists():
        time.sleep(max(0.0, float(cut.read_text()) + firmware_s - time.monotonic()))


def _supervised(directory: Path, papers: dict[str, Any]) -> list[str]:
    return [sys.executable, BUTTON, str(directory), str(namespace_path(papers["lab_namespace"]))]


def _nspawn(directory: Path, papers: dict[str, Any]) -> list[str]:
    root = str(directory / "root")
    overlay = f"lowerdir={papers['image']},upperdir={directory / 'upper'},workdir={directory / 'work'}"
    return [
        *("nsenter", f"--net={namespace_path(papers['namespace'])}"),
        *("unshare", "--mount", "--propagation=slave"),
        *("sh", "-c", MOUNT, "sh", overlay, root),
        *("env", "SYSTEMD_NSPAWN_API_VFS_WRITABLE=network", "SYSTEMD_NSPAWN_LOCK=0"),
        *("systemd-nspawn", "--quiet", "--boot", f"--directory={root}"),
        "--setenv=SYSTEMD_COLORS=0",
        *(f"--machine={papers['machine']}", f"--hostname={papers['hostname']}"),
        *("--register=no", "--keep-unit", f"--capability={CAPABILITIES}"),
        *(f"--bind={_escaped(source)}:{_escaped(target)}" for source, target in papers["binds"]),
        *("--console=read-only", "--resolv-conf=off", "--timezone=off", "--link-journal=no"),
        "systemd.show_status=true",
        "systemd.log_color=false",
    ]


def _escaped(path: str) -> str:
    return path.replace("\\", "\\\\").replace(":", "\\:")  # systemd-nspawn(1), --bind=


if __name__ == "__main__":
    boot(Path(sys.argv[1]))
