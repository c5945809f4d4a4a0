"""What every node is made of, whatever its kind: its files, its papers and its power button.

The papers (chassis.json in the node's directory) are all that the power button and the boot know of the node. Values
only; container.py and kernel.py write them down.
"""

import sys
from pathlib import Path
from typing import Any

import quorate
from quorate.lab import boot, cgroup
from quorate.lab.plan import Interface, LabNode, LabPlan

SOURCE = str(Path(quorate.__file__).parent.parent)
HOSTS = "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n"


def button(directory: Path, *words: str) -> list[str]:
    """Return the call that presses a node's power button; run it inside the lab's namespace with `environment()`."""
    return [sys.executable, "-S", "-c", boot.BUTTON, str(directory), *words]


def environment() -> dict[str, str]:
    """Return what quorate's own programs need to find quorate, started without site-packages."""
    return {"PYTHONPATH": SOURCE}


def write_files(target: Path, plan: LabPlan, node: LabNode, host_key: str, authorized: str) -> None:
    """Write what differs from node to node below `target`, a root directory's likeness."""
    for path, content, mode in _files(plan, node, host_key, authorized):
        file = target / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
        file.chmod(mode)
    for parent in target.rglob("*"):
        if parent.is_dir():
            parent.chmod(0o755)
    target.chmod(0o755)


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


def of_node(plan: LabPlan, node: LabNode, directory: Path, program: str) -> dict[str, Any]:
    """Return a node's papers. program: the module that boots it."""
    return {
        "groups": [str(group / f"node-{node.name}") for group in cgroup.lab_groups(plan.name)],
        "ports": [card.port for interface in node.interfaces for card in interface.cards],
        "boot": [sys.executable, "-m", program, str(directory)],
        "firmware_s": plan.firmware_s,
        "hostname": node.name,
        "lab_namespace": plan.namespace,
        "cables": cables_of(node),
        "bonds": [_bond(interface) for interface in node.interfaces if interface.bond],
    }


def cables_of(node: LabNode) -> list[dict[str, Any]]:
    """Return the papers of a node's cables, in the order of its interfaces."""
    return [cable for interface in node.interfaces for cable in _cables(interface)]


def _cables(interface: Interface) -> list[dict[str, Any]]:
    """Return the papers of an interface's cables. The first has the addresses, and they are there where no bond is."""
    return [
        {
            "name": card.name,
            "mac": card.mac,
            "port": card.port,
            "bridge": card.bridge,
            "addresses": [str(address) for address in interface.addresses if card is interface.cards[0]],
            "routes": [[str(net), str(router)] for net, router in interface.routes if card is interface.cards[0]],
        }
        for card in interface.cards
    ]


def _bond(interface: Interface) -> dict[str, Any]:
    return {
        "name": interface.name,
        "mode": interface.bond,
        "cards": [card.name for card in interface.cards],
        "asked": [str(address) for address in interface.asked],
    }
