"""What a container node is made of: its disk, its papers and its power button. boot.py boots it.

Each node has an overlay over the image, a host key of its own, and chassis.json, from which the power button and the
boot know all they need. Does I/O (disk).
"""

import json
import sys
from pathlib import Path
from typing import Any

import quorate
from quorate.lab import boot, cgroup
from quorate.lab.places import Places
from quorate.lab.plan import LabNode, LabPlan

SOURCE = str(Path(quorate.__file__).parent.parent)
HOSTS = "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n"


def button(directory: Path, *words: str) -> list[str]:
    """Return the call that presses a node's power button; run it inside the lab's namespace with `environment()`."""
    return [sys.executable, "-S", "-c", boot.BUTTON, str(directory), *words]


def environment() -> dict[str, str]:
    """Return what quorate's own programs need to find quorate, started without site-packages."""
    return {"PYTHONPATH": SOURCE}


def prepare(plan: LabPlan, node: LabNode, places: Places, *, image: Path, host_key: str, authorized: str) -> None:
    """Write a node's disk and papers. host_key: an OpenSSH private key; authorized: public keys, one a line."""
    directory = places.node(node.name)
    upper = directory / "upper"
    for path, content, mode in _files(plan, node, host_key, authorized):
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


def _files(plan: LabPlan, node: LabNode, host_key: str, authorized: str) -> list[tuple[str, str, int]]:
    hosts = HOSTS + "".join(f"{address}\t{name}\n" for name, address in plan.resolved)
    files = [
        ("etc/hostname", node.name + "\n", 0o644),
        ("etc/hosts", hosts, 0o644),
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
        "boot": [sys.executable, "-m", "quorate.lab.boot", str(directory)],
        "image": str(image),
        "firmware_s": plan.firmware_s,
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
