"""Labs for tests: a cluster file as text, names of their own, and what a lab left behind."""

import asyncio
import subprocess
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from quorate.catalog.services import kinds
from quorate.describe.cluster import Cluster
from quorate.describe.load import load
from quorate.lab import cgroup, clearing, network
from quorate.lab.lab import Lab

THREE = """
cluster: quorate-test
nodes:
  n1: {links: [10.10.102.1, 172.16.0.1/24], fencing: {ipmi: 10.10.103.1}}
  n2: {links: [10.10.102.2, 172.16.0.2/24], fencing: {ipmi: 10.10.103.2}}
  n3: {links: [10.10.102.3, "fd00:16::3/64"], fencing: {ipmi: 10.10.103.3}, ssh: {user: operator, port: 2222}}
fencing:
  ipmi: {user: admin, password: {env: QUORATE_TEST_IPMI_UNSET}}
services:
  site: {kind: web, address: 10.10.42.96/24}
"""

ONE = """
cluster: quorate-test-one
nodes:
  n1: {links: [10.10.102.1], fencing: {ipmi: 10.10.103.1}}
  n2: {links: [10.10.102.2], fencing: {ipmi: 10.10.103.2}}
fencing:
  ipmi: {user: admin, password: {env: QUORATE_TEST_IPMI_UNSET}}
services:
  site: {kind: web, address: 10.10.42.96/24}
"""


def cluster(text: str) -> Cluster:
    loaded = load(text, "cluster.yaml", kinds())
    assert loaded.cluster is not None, loaded.findings
    return loaded.cluster


def wait(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def ssh(lab: Lab, node: str, command: str, timeout_s: float = 30) -> subprocess.CompletedProcess[str]:
    argv = lab.ssh_argv(node, command)
    return subprocess.run(
        argv, capture_output=True, text=True, timeout=timeout_s, stdin=subprocess.DEVNULL, check=False
    )


def pings(lab: Lab, address: str) -> bool:
    """Tell whether an address answers within a second, asked from where the clients are."""
    argv = ["nsenter", f"--net={lab.namespace_path}", "ping", "-c1", "-W1", address]
    status = subprocess.run(argv, capture_output=True, check=False).returncode
    assert status in {0, 1}, "ping(8) itself failed"
    return status == 0


def left_behind(lab: Lab) -> list[str]:
    """Return what this machine still has of a lab: processes, namespaces, mounts, groups, directories."""
    groups = [str(group) for group in cgroup.lab_groups(lab.name) if group.exists()]
    mounts = [str(point) for point in clearing.mounts_below(lab.places.directory)]
    directories = [str(path) for path in (lab.places.directory, lab.places.lock) if path.exists()]
    processes = [
        path.parent.name
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if f"/labs/{lab.name}/" in _text(path).replace("\0", " ")
    ]
    return groups + network.left_over(lab.name) + mounts + directories + processes


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
