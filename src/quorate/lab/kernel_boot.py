"""Booting a kernel node: what the power button starts, in the node's own cgroups.

    python -m quorate.lab.kernel_boot NODE-DIRECTORY

It makes the node's taps anew, writes down what the node asks of its host, and becomes the shell that supervises
User-Mode Linux. That kernel, told to reboot, executes itself again by its own name (argv[0]); told to power off, it
ends. So it is given the name of a program that only says that it was called (status 133, as systemd-nspawn does), and
the boot begins again with new taps: a kernel that executes itself would find the old ones in use. A watchdog's reset
and `reboot -f` come the same way.

Sources: arch/um/os-Linux/main.c, arch/um/kernel/reboot.c; linux.uml --help.
"""

import json
import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

from quorate.lab.boot import BUTTON, REBOOTED, bonds_of, cables_of, pass_firmware
from quorate.lab.cables import Bond, Cable
from quorate.lab.taps import wire

ASK_EVERY_MS = 500  # a card is left after two questions without an answer
# $1 the boot, $2 the button, $3 node directory, $4 the kernel, then its arguments. 3 is the line to the node.
SUPERVISE = f"""\
boot=$1 button=$2 directory=$3 kernel=$4; shift 4
(exec -a ./rebooted "$kernel" "$@" 3<>line 4>/dev/null)
[ $? = {REBOOTED} ] && exec "$boot" -m quorate.lab.kernel_boot "$directory"
exec "$boot" -S -c "$button" "$directory" dark
"""


def boot(directory: Path) -> None:
    """Wire the node and become the shell that supervises its kernel. Does not return."""
    os.chdir(directory)  # paths below are relative: a kernel takes 4096 bytes of arguments
    papers = json.loads(Path("chassis.json").read_text())
    host = Path("host")
    (host / "ready").unlink(missing_ok=True)
    pass_firmware(directory, papers["firmware_s"])
    cables = cables_of(papers, directory)
    wire(papers["lab_namespace"], cables)
    (host / "network").write_text("".join(f"{line}\n" for line in network_commands(cables, bonds_of(papers))))
    (host / "mounts").write_text("".join(f"{line}\n" for line in mount_commands(papers)))
    (host / "disks").write_text(tables(papers, failed={path.name for path in Path("failed").iterdir()}))
    for answer in (host / "answers").iterdir():
        answer.unlink()
    shutil.rmtree("uml", ignore_errors=True)  # the process id of a kernel that was killed: somebody else has it now
    Path("line").unlink(missing_ok=True)
    os.mkfifo("line", 0o600)
    Path("rebooted").write_text(f"#!/bin/sh\nexit {REBOOTED}\n")
    Path("rebooted").chmod(0o700)
    supervised = [sys.executable, BUTTON, str(directory), papers["kernel"]]
    os.execvp("bash", ["bash", "-c", SUPERVISE, "bash", *supervised, *arguments(papers, cables)])  # noqa: S606


def arguments(papers: dict[str, Any], cables: list[Cable]) -> list[str]:
    """Return the kernel's arguments, relative to the node's directory; hostfs resolves no relative paths (Linux 7)."""
    disks = [
        f"ubd{ord(disk['unit']) - ord('a')}{'c' if disk['shared'] else ''}={os.path.relpath(disk['file'])}"
        for disk in papers["disks"]
    ]
    cards = [
        f"vec{number}:transport=tap,ifname={cable.port},depth=128,gro=1,mac={cable.mac}"
        for number, cable in enumerate(cables)
    ]
    return [
        *(f"mem={papers['memory_mb']}M", "umid=uml", "uml_dir=.", f"hostfs={Path('host').resolve()}", "seccomp=auto"),
        *(f"ubd0=root.cow,{papers['image']}", *disks, *cards),
        *("con=null", "con0=null", "con1=fd:0,fd:1", "console=tty1", "ssl=null", "ssl0=fd:3,fd:4"),
        *("root=/dev/ubda", "rw", "net.ifnames=0", f"systemd.hostname={papers['hostname']}"),
        *("systemd.show_status=false", "systemd.log_color=false"),
        *(["bonding.max_bonds=0"] if papers["bonds"] else []),  # or the module makes a bond0 of its own
    ]


def network_commands(cables: list[Cable], bonds: list[Bond]) -> list[str]:
    """Return what `ip -batch` reads inside the node: names of its cards, bonds, addresses and routes."""
    commands = [f"link set vec{number} name {cable.name}" for number, cable in enumerate(cables)]
    for bond in bonds:
        commands += _joined(bond)
    joined = {card: bond.name for bond in bonds for card in bond.cards}
    for cable in cables:
        name = joined.get(cable.name, cable.name)
        commands += [] if name in joined.values() else [f"link set {name} up"]
        for address in cable.addresses:
            rest = "nodad" if ":" in address else "broadcast +" if int(address.partition("/")[2]) <= 30 else ""
            commands.append(f"address add {address} dev {name} {rest}".rstrip())
        commands += [f"route add {network} via {router} dev {name}" for network, router in cable.routes]
    return commands


def _joined(bond: Bond) -> list[str]:
    """Return what makes a bond. A card is down when it is joined, and comes up by it."""
    old, new = (",".join(address for address in bond.asked if (":" in address) is six) for six in (False, True))
    targets = (f" arp_ip_target {old}" if old else "") + (f" ns_ip6_target {new}" if new else "")
    watch = f" arp_interval {ASK_EVERY_MS}{targets}" if targets else ""
    made = f"link add {bond.name} type bond mode {bond.mode}{watch}"
    return [made, *(f"link set {card} master {bond.name}" for card in bond.cards), f"link set {bond.name} up"]


def mount_commands(papers: dict[str, Any]) -> list[str]:
    """Return the shell commands that mount shared directories inside the node."""
    pairs = [(shlex.quote(source), shlex.quote(target)) for source, target in papers["mounts"]]
    return [f"mkdir -p {target} && mount -t hostfs none {target} -o {source}" for source, target in pairs]


def tables(papers: dict[str, Any], failed: set[str]) -> str:
    """Return the node's disks as `dmsetup create --concise` reads them; those in `failed` answer with errors."""
    disks = [(disk["name"], disk["tables"][disk["name"] in failed]) for disk in papers["disks"]]
    return ";".join(f"{name},LAB-{name},,rw,{table}" for name, table in disks)


if __name__ == "__main__":
    boot(Path(sys.argv[1]))
