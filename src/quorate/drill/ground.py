"""Ground: where a drill happens: a lab on this machine, or the real hosts of the file.

A Lab (lab/lab.py) is a ground as it is. On real hosts a node's power is taken as its fencing would take it, by the
fence agents of the file, but by hand: a surviving node runs them, and Pacemaker is not told. So the cluster has to find
out by itself, as with a power supply that dies.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from quorate.build import fence_agent
from quorate.build.step import Fleet
from quorate.describe.cluster import Cluster, FenceDevice
from quorate.describe.secret import Secret
from quorate.errors import CommandFailed, HostUnreachable, TimedOut, UsageError
from quorate.machines.host import Completed, Host

Kind = Literal["container", "kernel", "hosts"]  # the first two are the lab's
SWITCH_S = 60  # a board may take its time; the agent waits until the board says that it is done


class Ground(Protocol):
    """What a drill must know of the place and have done to it from outside the nodes."""

    @property
    def kind(self) -> Kind:
        """What the nodes are."""

    @property
    def namespace_path(self) -> Path | None:
        """The network namespace in which clients stand; None: this machine's own."""

    async def power(self, node: str, action: Literal["on", "off"], /) -> object:
        """Switch a node's power; return when it is so."""


@dataclass(frozen=True, slots=True)
class Hosts:
    """The real hosts of a file. secret: turns a reference into its value, to keep it out of what is told."""

    cluster: Cluster
    fleet: Fleet
    secret: Callable[[Secret], str]
    kind: Literal["hosts"] = "hosts"
    namespace_path: None = None

    async def power(self, node: str, action: Literal["on", "off"], /) -> None:
        """Have another node run the fence agents of the file; return when the device says that it is done.

        Every way to fence the node is tried from every other node, until one works. Raises CommandFailed with what
        each said, UsageError where the file has no device that switches this node's power.
        """
        if not (choice := list(ways(self.cluster, node))):
            raise UsageError(without_switch(node), "choose a fault that needs none")
        said: list[str] = []
        for way in choice:
            for peer in (host for name, host in self.fleet.items() if name != node):
                found = [problem for device in way if (problem := await self._switched(peer, device, node, action))]
                if not found:
                    return
                said += found
        raise CommandFailed(f"{node} could not be switched {action}: {'; '.join(said)}", "see `quorate plan FILE`")

    async def _switched(self, peer: Host, device: FenceDevice, node: str, action: str) -> str:
        """Return why it failed, "" where it is done."""
        try:
            wanted = fence_agent.calling(device, node, action, SWITCH_S)
            done: Completed = await peer.run(wanted, timeout_s=2 * SWITCH_S, check=False)
        except (HostUnreachable, TimedOut) as error:
            return error.message
        if done.status == 0:
            return ""
        reason = fence_agent.reason(device, done.status, f"{done.stdout}\n{done.stderr}", self.secret)
        return f"{peer.name} through {device.id}: {reason}"


def ways(cluster: Cluster, node: str) -> Iterator[tuple[FenceDevice, ...]]:
    """Yield the ways to take a node's power: the devices of one fencing level, all of which are needed. Pure."""
    devices = {device.id: device for device in cluster.fencing.devices_for(node)}
    for level in cluster.fencing.levels.get(node) or tuple((id_,) for id_ in devices):
        way = tuple(devices[id_] for id_ in level if id_ in devices)
        if len(way) == len(level) and all(fence_agent.switches_power(device) for device in way):
            yield way


def without_switch(node: str) -> str:
    """Say that a node's power cannot be switched."""
    return f"no fencing device of the file switches the power of {node}"
