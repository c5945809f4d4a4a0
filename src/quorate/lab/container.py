"""A container node: Debian under systemd-nspawn, on an overlay over the image, in a network namespace made for it.

    prepare(...)     before the first power-on: its host name, host key, who may log in, its power button's paper
    python -m quorate.lab.container NODE-DIRECTORY     what the power button starts: wire, mount, boot

The boot runs in the node's cgroups. It makes the network namespace anew, then starts systemd-nspawn inside that and a
mount namespace that holds the overlay, both of which end with the node. An operating system that reboots itself makes
nspawn end with status 133 (--keep-unit), and the boot begins again; on any other end the ports go dark.

Sources: systemd-nspawn(1); systemd's docs/ENVIRONMENT.md for SYSTEMD_NSPAWN_API_VFS_WRITABLE, which makes /proc/sys/net
writable as on a host. nspawn is started inside the namespace rather than told its path, so that /sys/class/net is the
node's own.
"""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import quorate
from quorate.lab import cgroup, network
from quorate.lab.places import Places, namespace_path
from quorate.lab.plan import LabNode, LabPlan

SOURCE = str(Path(quorate.__file__).parent.parent)
REBOOTED = 133

# Beyond nspawn's own: networks are the node's to change; Corosync and SBD lock their memory (real-time priority comes
# with CAP_SYS_NICE, which nspawn leaves).
CAPABILITIES = "CAP_NET_ADMIN,CAP_IPC_LOCK"

HOSTS = "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n"

# $1 overlay options, $2 where to mount it, then the program that sees it.
MOUNT = 'mount -t overlay overlay -o "$1" "$2" && shift 2 && exec "$@"'
# $1 the boot, $2 the button, $3 node directory, $4 lab's namespace, then the node.
SUPERVISE = f"""\
boot=$1 button=$2 directory=$3 namespace=$4; shift 4
"$@"
[ $? = {REBOOTED} ] && exec "$boot" -m quorate.lab.container "$directory"
exec nsenter --net="$namespace" "$boot" -S -c "$button" "$directory" dark
"""

BUTTON = "from quorate.lab.chassis import main; main()"


def button(directory: Path, *words: str) -> list[str]:
    """Return the call that presses a node's power button; run it inside the lab's namespace with `environment()`."""
    return [sys.executable, "-S", "-c", BUTTON, str(directory), *words]


def environment() -> dict[str, str]:
    """Return what quorate's own programs need to find quorate, started without site-packages."""
    return {"PYTHONPATH": SOURCE}


def prepare(plan: LabPlan, node: LabNode, places: Places, *, image: Path, host_key: str, authorized: str) -> None:
    """Write a node's disk and papers. host_key: an OpenSSH private key; authorized: public keys, one a line."""
    directory = places.node(node.name)
    upper = directory / "upper"
    for path, content, mode in _files(node, host_key, authorized):
        target = upper / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)
        target.chmod(mode)
    for parent in upper.rglob("*"):
        if parent.is_dir():
            parent.chmod(0o755)
    upper.chmod(0o755)
    for name in ("work", "root", "cut"):
        (directory / name).mkdir(exist_ok=True)
    (directory / "chassis.json").write_text(json.dumps(_papers(plan, node, directory, image), indent=1))


def _files(node: LabNode, host_key: str, authorized: str) -> list[tuple[str, str, int]]:
    files = [
        ("etc/hostname", node.name + "\n", 0o644),
        ("etc/hosts", HOSTS, 0o644),
        ("etc/ssh/ssh_host_ed25519_key", host_key, 0o600),
        ("etc/ssh/lab_authorized_keys", authorized, 0o644),
    ]
    if node.ssh_port != 22:
        files.append(("etc/ssh/sshd_config.d/port.conf", f"Port {node.ssh_port}\n", 0o644))
    user = node.ssh_user
    if user != "root":  # systemd-sysusers and systemd-tmpfiles make it at boot
        files += [
            ("etc/sysusers.d/quorate-lab.conf", f'u {user} - "Lab user" /home/{user} /bin/bash\n', 0o644),
            ("etc/tmpfiles.d/quorate-lab.conf", f"d /home/{user} 0755 {user} {user}\n", 0o644),
            ("etc/sudoers.d/quorate-lab", f"{user} ALL=(ALL) NOPASSWD: ALL\n", 0o440),
        ]
    return files


def _papers(plan: LabPlan, node: LabNode, directory: Path, image: Path) -> dict[str, Any]:
    return {
        "groups": [str(group / f"node-{node.name}") for group in cgroup.lab_groups(plan.name)],
        "ports": [interface.port for interface in node.interfaces],
        "boot": [sys.executable, "-m", "quorate.lab.container", str(directory)],
        "image": str(image),
        "machine": node.machine,
        "hostname": node.name,
        "lab_namespace": plan.namespace,
        "namespace": node.namespace,
        "cables": [
            {
                "name": interface.name,
                "mac": interface.mac,
                "port": interface.port,
                "bridge": interface.bridge,
                "addresses": [str(address) for address in interface.addresses],
                "routes": [[str(network), str(router)] for network, router in interface.routes],
            }
            for interface in node.interfaces
        ],
    }


def boot(directory: Path) -> None:
    """Wire the node and become the shell that supervises its systemd-nspawn. Does not return."""
    papers = json.loads((directory / "chassis.json").read_text())
    cables = [
        network.Cable(
            **{key: cable[key] for key in ("name", "mac", "port", "bridge")},
            addresses=tuple(cable["addresses"]),
            routes=tuple((network, router) for network, router in cable["routes"]),
            plugged=not (directory / "cut" / cable["name"]).exists(),
        )
        for cable in papers["cables"]
    ]
    network.wire(papers["lab_namespace"], papers["namespace"], cables)
    shutil.rmtree(directory / "work", ignore_errors=True)  # what an overlay that was cut off left there
    (directory / "work").mkdir()
    argv = ["sh", "-c", SUPERVISE, "sh", *_supervised(directory, papers), *_nspawn(directory, papers)]
    os.execvp("sh", argv)  # noqa: S606 - an argument vector of ours


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
        *("--console=read-only", "--resolv-conf=off", "--timezone=off", "--link-journal=no"),
        "systemd.show_status=true",
        "systemd.log_color=false",
    ]


if __name__ == "__main__":
    boot(Path(sys.argv[1]))
