"""A fencing device lacks a parameter without which its agent cannot work.

Why: the agent refuses every request, so nothing it should fence is ever fenced, and the services of a lost node
stay down. Pacemaker shows the device as failed, but only once the cluster runs.
What to do: add the parameter; outlets (port, plug) and the action are filled in by Pacemaker itself.
Source: the agent's own metadata (required="1")
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster, FenceDevice
from quorate.describe.resources import AgentName
from quorate.findings import Finding, Severity

# Parameters that replaced others; either name will do.
_OLD = {"ip": "ipaddr", "username": "login", "password": "passwd", "devices": "devices"}
_SECRETS = ("password", "passwd", "password_script", "passwd_script", "identity_file")


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report required parameters that are not there, and a login without anything to prove it."""
    for device in cluster.fencing.devices:
        agent = context.agents.get(AgentName("stonith", None, device.agent))
        if agent is None:
            continue
        for name in agent.must_be_given():
            if name not in device.parameters and _OLD.get(name) not in device.parameters:
                yield _finding(device, name, f"{device.agent} refuses to work without it")
        login = any(name in device.parameters for name in ("username", "login"))
        if login and "password" in agent.parameters and not any(name in device.parameters for name in _SECRETS):
            yield _finding(device, "password", "it has a user name, and the login fails without a password")


def _finding(device: FenceDevice, name: str, why: str) -> Finding:
    secret = "{env: NAME}" if name == "password" else "..."
    return Finding(
        code="fence-parameter-missing",
        severity=Severity.ERROR,
        summary=f"{device.id} lacks {name}",
        why=f"{why}; whatever it should fence is never fenced",
        fix=f"add `{name}: {secret}`" + ("" if device.from_node is None else " to it, or under `fencing.ipmi`"),
        path=device.path,
    )
