"""The time allowed for fencing is shorter than the device itself may take.

Why: Pacemaker gives up on the agent while it is still waiting for the power to go off, counts the fencing as
failed, and begins again. The node may be off, but the cluster does not believe it and its services stay down.
What to do: allow more than the agent's own waits (delay, power_wait, power_timeout) together.
Source: pacemaker-fenced(7), pcmk_reboot_timeout; fence_ipmilan(8), power_timeout and power_wait
"""

from collections.abc import Iterator

from quorate import duration
from quorate.check.context import Context
from quorate.check.fencing import longest_delay_s
from quorate.check.words import seconds
from quorate.describe.cluster import Cluster, FenceDevice
from quorate.describe.resources import AgentName
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report, once, a time-out below what the slowest device may need."""
    slowest = max(cluster.fencing.devices, key=lambda device: _needs_s(device, context), default=None)
    if slowest is None or cluster.fencing.timeout_s >= _needs_s(slowest, context):
        return
    needs_s = _needs_s(slowest, context)
    yield Finding(
        code="fencing-timeout-short",
        severity=Severity.WARNING,
        summary=f"timeout {seconds(cluster.fencing.timeout_s)} is less than {slowest.id} may take by its own settings "
        f"({seconds(needs_s)})",
        why="Pacemaker would call a fencing failed that is still going on, and the services wait",
        fix=f"set fencing.timeout: {seconds(2 * needs_s)}",
        path=("fencing", "timeout"),
    )


def _needs_s(device: FenceDevice, context: Context) -> float:
    agent = context.agents.get(AgentName("stonith", None, device.agent))
    total = longest_delay_s(device)
    for name in ("power_wait", "power_timeout"):
        given = device.parameters.get(name)
        known = agent.parameters.get(name) if agent else None
        text = given if isinstance(given, str) else (known.default if known else None)
        total += duration.seconds(text or "0") or 0.0
    return total
