"""Lab: the face of this room. A Cluster comes in; nodes that answer SSH at the file's own addresses go out.

    lab = Lab(cluster)
    await lab.up(print)              image, wires, BMCs, power on, wait for sshd; an `up` lab is left as it is
    await lab.power("n1", "off")     also on, cycle, status; freeze, thaw, link
    sock = await lab.dial("10.0.0.1", 22)        a socket inside the lab's namespace, connected
    await lab.down()

The lab outlives the program that made it; the next `Lab(cluster)` finds it again by its name. Does I/O; needs root.
"""

import asyncio
import contextlib
import json
import os
import socket
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, cast

from quorate.describe.cluster import Cluster, IPAddress
from quorate.describe.secret import Secret
from quorate.errors import HostUnreachable, NeverComes, Refused, TimedOut, UsageError
from quorate.lab import (
    cgroup,
    clearing,
    container,
    growing,
    image,
    kernel,
    needs,
    network,
    power,
    secrets,
    standing,
    user_mode_linux,
)
from quorate.lab.furnishing import furnish
from quorate.lab.identity import Identity
from quorate.lab.kind import Kind, NodesOfAKind, choose
from quorate.lab.places import ROOT, Places, namespace_path
from quorate.lab.plan import LabNode, LabPlan, plan
from quorate.lab.state import labs, locked, read_state
from quorate.lab.status import LabStatus, NodeStatus
from quorate.lab.storage import Storage, storage

__all__ = ["Lab", "LabStatus", "NodeStatus", "labs"]

Progress = Callable[[str], None]
BOOT_TIMEOUT_S = 60.0
CABLES = ("button.py", "cut")  # what is not the machine's own, in a node's directory
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def silent(_: str) -> None:
    """Take progress and say nothing."""


class Lab:
    """One cluster file's lab.

    packages: Debian packages its nodes have besides the usual ones and its services'. nodes: their kind; by default
    what the lab has that is up already, or else what the file's services need (kind.py).
    """

    def __init__(
        self,
        cluster: Cluster,
        root: Path = ROOT,
        *,
        name: str = "",
        packages: Iterable[str] = (),
        nodes: Kind | None = None,
    ) -> None:
        self.cluster = cluster
        self.places = Places(root, name or cluster.name)
        self.plan: LabPlan = plan(cluster, name, standing.of_state(read_state(self.places)))
        self.packages = tuple(sorted({*packages, *image.packages_of(cluster)}))
        self.choice = choose(cluster, nodes or read_state(self.places).get("kind"))
        self._asked = nodes
        self._secrets = secrets.of_cluster(cluster, self.places.secrets)

    @property
    def name(self) -> str:
        """The lab's name: the cluster's, unless another was given."""
        return self.plan.name

    @property
    def kind(self) -> Kind:
        """What the nodes are: containers, or kernels of their own."""
        return self.choice.kind

    @property
    def storage(self) -> Storage:
        """The nodes' disks and shared directories; containers have no disks."""
        found = storage(self.cluster)
        return found if self.kind == "kernel" else replace(found, disks={})

    @property
    def known_hosts(self) -> Path:
        """A known_hosts file (sshd(8)) with the nodes' keys, to check them strictly."""
        return self.places.known_hosts

    @property
    def client_key(self) -> Path:
        """The private key with which every node lets one in."""
        return self.places.client_key

    @property
    def namespace_path(self) -> Path:
        """The lab's network namespace, where clients of the cluster stand."""
        return namespace_path(self.plan.namespace)

    def secret(self, secret: Secret) -> str:
        """Return the value used for a secret reference: what is set, or else what the lab invented and keeps."""
        return self._secrets.value(secret)

    # --- up and down -------------------------------------------------------------------------------------------

    async def up(self, progress: Progress = silent) -> None:
        """Boot every node and wait until it answers SSH.

        A lab that is up for an earlier version of the file gets what it lacks (growing.py); Refused if that cannot be.
        """
        if self._phase() != "up":
            self.choice = choose(self.cluster, self._asked)
        needs.check(self.kind)
        async with locked(self.places):
            if self._phase() == "up":
                await self._grow(progress)
                return
            progress(f"{self.kind} nodes: {self.choice.why}")
            if self.choice.warning:
                progress(f"warning: {self.choice.warning}")
            await asyncio.to_thread(clearing.clear, self.places)
            linux = await user_mode_linux.ensure(self.places.root, progress) if self.kind == "kernel" else None
            self._write_state("starting")
            try:
                power.check(self.plan, self.secret)
                root = await image.ensure(self.places.root, self.packages, progress, linux)
                await self._bring_up(root, progress)
            except BaseException:
                await asyncio.shield(asyncio.to_thread(clearing.clear, self.places))
                raise
            self._write_state("up")

    async def _bring_up(self, root: Path, progress: Progress) -> None:
        started = time.monotonic()
        cgroup.hold(self.name)
        await asyncio.to_thread(network.build, self.plan)
        await furnish(self.plan, self.places, self._nodes, root, self.storage)
        await asyncio.gather(*(self._start(node) for node in self.plan.nodes))
        progress(f"powered on {len(self.plan.nodes)} nodes")
        for node in self.plan.nodes:
            await self.booted(node.name)
        progress(f"{len(self.plan.nodes)} nodes answer SSH after {time.monotonic() - started:.1f} s")

    async def _start(self, node: LabNode) -> None:
        await power.start(self.plan, node, self.places, self.secret)
        await power.press(self.plan, node, self.places, "set", "power", "1")

    async def down(self, progress: Progress = silent) -> None:
        """Cut all power and remove everything the lab has; nothing happens if there is none."""
        needs.check(self.kind)
        async with locked(self.places):
            known = self.places.directory.exists()
            await asyncio.to_thread(clearing.clear, self.places)
            progress(f"the lab {self.name} is down" if known else f"there was no lab {self.name}")
            self.places.lock.unlink(missing_ok=True)

    # --- power, cables -----------------------------------------------------------------------------------------

    async def power(self, node: str, action: Literal["on", "off", "cycle", "status"]) -> Literal["on", "off"]:
        """Switch a node's power as its BMC does; return what it is afterwards. `cycle`, `on`: the boot runs on."""
        self._must_be_up()
        words = {"on": ("set", "power", "1"), "off": ("set", "power", "0"), "cycle": ("set", "reset", "1")}
        if action != "status":
            await power.press(self.plan, self.plan.node(node), self.places, *words[action])
        return "on" if cgroup.is_populated(self._group(node)) else "off"

    async def booted(self, node: str, timeout_s: float = BOOT_TIMEOUT_S) -> None:
        """Wait until a node answers SSH. NeverComes as soon as it is off, TimedOut after `timeout_s`."""
        target = self.plan.node(node)
        deadline = time.monotonic() + timeout_s
        while not await self._says_ssh(target):
            if not cgroup.is_populated(self._group(node)):
                raise NeverComes(f"Node {node} went off while it booted.", self._console_tail(node))
            if time.monotonic() > deadline:
                raise TimedOut(f"Node {node} did not answer SSH within {timeout_s:g} s.", self._console_tail(node))
            await asyncio.sleep(0.03)

    async def freeze(self, node: str) -> None:
        """Stop every process of a node where it stands; its addresses still answer a ping, as a hung host's do."""
        await self._set_frozen(node, frozen=True)

    async def thaw(self, node: str) -> None:
        """Let a frozen node go on."""
        await self._set_frozen(node, frozen=False)

    async def link(self, node: str, number: int, *, up: bool, cable: int | None = None) -> None:
        """Plug the cables of cluster link `number` in or pull them out; one that is pulled stays so over a power cycle.

        cable: which one, where the link is a bond of several; None: all of them.
        """
        self._must_be_up()
        for card in self.plan.node(node).interface(number).cables(cable):
            mark = self.places.node(node) / "cut" / card.name
            if up:
                mark.unlink(missing_ok=True)
            else:
                mark.touch()
            await asyncio.to_thread(self._nodes.plug, self.plan, card, up=up)

    async def bmc(self, node: str, *, up: bool) -> None:
        """Plug the cable of a node's BMC in or pull it out; UsageError where it has none."""
        self._must_be_up()
        await asyncio.to_thread(power.plug, self.plan, self.plan.node(node), self.places, up=up)

    async def disk(self, node: str, path: str, action: Literal["fail", "mend", "status"]) -> Literal["failed", "works"]:
        """Make every read and write of a node's disk an error, or end that; return how it is. Outlasts a power cut."""
        self._must_be_up()
        directory, disk = self.places.node(self.plan.node(node).name), self.storage.disk(node, path)
        if action != "status":
            is_on = cgroup.is_populated(self._group(node))
            await kernel.set_failed(directory, disk, failed=action == "fail", is_on=is_on)
        return "failed" if kernel.is_failed(directory, disk) else "works"

    async def _set_frozen(self, node: str, *, frozen: bool) -> None:
        self._must_be_up()
        group = self._group(node)
        if not cgroup.is_populated(group):
            raise UsageError(f"Node {node} is off.", "Only a running node can be frozen or thawed.")
        cgroup.set_frozen(group, frozen=frozen)
        if not await asyncio.to_thread(cgroup.wait, group, "frozen", value=frozen, timeout_s=5):
            raise TimedOut(f"Node {node} did not {'freeze' if frozen else 'thaw'} within 5 s.")

    # --- sockets, logs, status ---------------------------------------------------------------------------------

    async def dial(self, host: str, port: int, timeout_s: float = 10) -> socket.socket:
        """Return a TCP socket inside the lab, connected. host: an address, a node's name, or its name in the file."""
        address = self._resolve(host)
        try:
            made = network.open_socket(self.plan.namespace, network.family_of(address))
        except OSError as error:
            raise HostUnreachable(f"The lab {self.name} is not up.", f"quorate lab up ({error.strerror})") from error
        made.setblocking(False)
        try:
            async with asyncio.timeout(timeout_s):
                await asyncio.get_running_loop().sock_connect(made, (str(address), port))
        except (OSError, TimeoutError) as error:
            made.close()
            reason = os.strerror(error.errno) if error.errno else f"no answer within {timeout_s:g} s"
            raise HostUnreachable(f"{host} port {port} in the lab {self.name}: {reason}.") from error
        except BaseException:
            made.close()  # whoever waited for it has given up
            raise
        return made

    def ssh_argv(self, node: str, *command: str) -> list[str]:
        """Return the argument vector of an ssh(1) to a node, to be executed; interactive without `command`."""
        self._must_be_up()
        target = self.plan.node(node)
        options = ["-i", str(self.client_key), "-p", str(target.ssh_port), "-o", "IdentitiesOnly=yes"]
        options += ["-o", f"UserKnownHostsFile={self.known_hosts}", "-o", "StrictHostKeyChecking=yes", "-F", "none"]
        inside = ["nsenter", f"--net={self.namespace_path}"]
        return [*inside, "ssh", *options, f"{target.ssh_user}@{target.ssh_address}", *command]

    async def logs(self, node: str, lines: int = 0) -> str:
        """Return a node's console and journal, also when it is off. lines: only the last so many; 0: all."""
        self._must_be_up()
        directory = self.places.node(self.plan.node(node).name)
        text = "\n".join(["-- console --", *self._console(node), ""])
        if journal := await self._nodes.journal(directory, lines):
            text += f"-- journal --\n{journal}"
        return "\n".join(text.splitlines()[-lines:]) + "\n" if lines else text

    def status(self) -> LabStatus:
        """Return how the lab and its nodes are."""
        nodes = tuple(self._node_status(node) for node in self.plan.nodes) if self.places.state.exists() else ()
        return LabStatus(self.name, self._phase(), nodes)

    def _node_status(self, node: LabNode) -> NodeStatus:
        group = self._group(node.name)
        cut = tuple(sorted(path.name for path in self.places.node(node.name).glob("cut/*")))
        return NodeStatus(
            name=node.name,
            power="on" if cgroup.is_populated(group) else "off",
            frozen=cgroup.is_frozen(group),
            address=str(node.ssh_address),
            bmc=str(node.bmc.address) if node.bmc else "",
            cut=cut,
            failed=tuple(sorted(path.name for path in self.places.node(node.name).glob("failed/*"))),
        )

    # --- inside ------------------------------------------------------------------------------------------------

    @property
    def _nodes(self) -> NodesOfAKind:
        return cast("NodesOfAKind", {"container": container, "kernel": kernel}[self.kind])

    def _group(self, node: str) -> Path:
        return cgroup.lab_groups(self.name)[0] / f"node-{self.plan.node(node).name}"

    def _resolve(self, host: str) -> IPAddress:
        with contextlib.suppress(ValueError):
            return ip_address(host)
        owner = self.plan.names.get(host)
        if owner is None:
            raise UsageError(f"Nobody in the lab {self.name} is called {host}.", "A lab has no DNS: use an address.")
        return self.plan.node(owner).ssh_address

    async def _says_ssh(self, node: LabNode) -> bool:
        """Tell whether sshd answers; asked once it listens, for who asks in vain asks again after a second (ARP)."""
        if not self._nodes.is_ready(self._group(node.name), self.places.node(node.name), node.ssh_port):
            return False
        try:
            connection = await self.dial(str(node.ssh_address), node.ssh_port, timeout_s=1)
        except HostUnreachable:
            return False
        with connection:
            try:
                async with asyncio.timeout(5):
                    return (await asyncio.get_running_loop().sock_recv(connection, 8)).startswith(b"SSH-")
            except (OSError, TimeoutError):
                return False

    def _console(self, node: str) -> list[str]:
        path = self.places.node(self.plan.node(node).name) / "console.log"
        text = path.read_text(errors="replace") if path.exists() else ""
        return [line for line in text.splitlines() if line.strip()]

    def _console_tail(self, node: str) -> str:
        tail = self._console(node)[-3:]
        return f"Its console ends with: {' / '.join(tail)}" if tail else "Its console says nothing."

    def _must_be_up(self) -> None:
        if self._phase() != "up":
            raise UsageError(f"The lab {self.name} is not up.", "Bring it up with `quorate lab up FILE`.")

    def _phase(self) -> Literal["absent", "starting", "up"]:
        state = read_state(self.places)
        if not state:
            return "absent"
        alive = state["boot"] == BOOT_ID.read_text().strip() and network.exists(self.plan.namespace)
        return "up" if alive and state["phase"] == "up" else "starting"

    async def _grow(self, progress: Progress) -> None:
        """Add what the file has and the lab that is up has not."""
        known = read_state(self.places)
        if known["digest"] == self._identity.digest:
            progress(f"the lab {self.name} is up already")
            return
        if reason := self._identity.misfit(known):
            raise Refused(f"The lab {self.name} is up {reason}.", "Take it down first: quorate lab down FILE.")
        found = growing.growth(self.plan, self.places, self.kind, known["fixed"])
        await self._add(found, progress)
        progress(f"the lab {self.name} is up; new: {found}" if str(found) else f"the lab {self.name} is up already")
        new = [node for node in self.plan.nodes if not (self.places.node(node.name) / "last_on").exists()]
        await asyncio.gather(*(self._start(node) for node in new))
        for node in new:
            await self.booted(node.name)
        self._write_state("up")

    async def _add(self, found: growing.Growth, progress: Progress) -> None:
        linux = await user_mode_linux.ensure(self.places.root, progress) if self.kind == "kernel" else None
        root = await image.ensure(self.places.root, self.packages, progress, linux)
        await growing.grow(self.plan, self.places, self._nodes, image=root, storage=self.storage, found=found)

    async def replace(
        self, node: str, progress: Progress = silent, before_power: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        """Put a new machine in a node's place: name, cables and BMC stay. before_power: awaited while it is off."""
        self._must_be_up()
        target = self.plan.node(node)
        async with locked(self.places):
            if (self.places.node(node) / "chassis.json").exists():  # or this was killed right here before
                await power.press(self.plan, target, self.places, "set", "power", "0")
            await asyncio.to_thread(clearing.empty, self.places.node(node), CABLES)
            await self._add(growing.only(target), progress)
            if before_power:
                await before_power()
            await power.press(self.plan, target, self.places, "set", "power", "1")
            await self.booted(node)
        progress(f"{node} is a new machine, with an empty disk")

    @property
    def _identity(self) -> Identity:
        return Identity(self.plan, self.kind, self.packages, self.storage, self.places.root)

    def _write_state(self, phase: str) -> None:
        state = self._identity.state(phase, read_state(self.places))
        self.places.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = self.places.state.with_suffix(".new")
        fresh.write_text(json.dumps(state | {"boot": BOOT_ID.read_text().strip()}, indent=1))
        fresh.replace(self.places.state)
