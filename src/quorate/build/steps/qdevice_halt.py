"""qdevice_halt: a qdevice that runs with other settings than the file's is stopped before Corosync hears of the change.

corosync-qdevice reads its settings when it starts, and dies again and again when Corosync drops the device under it,
still registered (seen with 3.0.3). Stopped first, it takes its registration along. All nodes stop it before any
starts it again: qnetd refuses a node whose algorithm differs from the others'. Between the two, the device's votes
are missing; the nodes, all present, are quorate without them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from quorate.build.change import Change, Effect, Run
from quorate.build.step import answer
from quorate.build.want import Want
from quorate.describe.cluster import QuorumDevice
from quorate.findings import Finding
from quorate.machines.host import Host, command
from quorate.observe.facts import qdevice, unit_state
from quorate.observe.gathering import gather, gather_about

TITLE = "quorum device"


@dataclass(frozen=True, slots=True)
class Facts:
    """runs: also while systemd tries to start it again and again. running: its settings, None where it does not say."""

    runs: bool
    running: qdevice.Qdevice | None


async def look(host: Host, want: Want) -> Facts:
    """Ask whether qdevice runs, and with what."""
    unit = want.platforms[host.name].units["qdevice"]
    runs = (await gather_about(host, unit_state, unit))[unit].active in {"active", "activating"}
    return Facts(runs, await answer(gather(host, qdevice)) if runs else None)


def differing(running: qdevice.Qdevice, device: QuorumDevice) -> list[str]:
    """Return the names of the settings that a running qdevice has otherwise than the file."""
    names = ("host", "port", "algorithm", "tie_breaker", "tls", "timeout_ms", "sync_timeout_ms")
    return [name.removesuffix("_ms") for name in names if getattr(running, name) != getattr(device, name)]


def changes(facts: Facts, want: Want, name: str) -> Iterator[Change | Finding]:
    """Yield a stop where it runs and should not, or not like this."""
    device = want.cluster.quorum.device
    stale = differing(facts.running, device) if device and facts.running else []
    if not facts.runs or (device and not stale):
        return
    why = f"until Corosync knows its new {', '.join(stale)}" if device else "the file has no quorum device"
    unit = want.platforms[name].units["qdevice"]
    yield Change(
        name, TITLE, f"stop corosync-qdevice ({why})", (Run(command("systemctl", "stop", unit)),), Effect.RESTART_DAEMON
    )
