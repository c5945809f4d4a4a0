"""reach: open the nodes of a cluster file, on real hosts or in the lab, for as long as a command lasts.

The quorum device's host is opened with them, and kept apart from them: it is no node.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from quorate.build.departing import Connect
from quorate.build.secrets import resolve
from quorate.describe.cluster import Cluster, Ssh
from quorate.describe.secret import Secret
from quorate.errors import QuorateError, UsageError
from quorate.machines.fleet import Answers
from quorate.machines.ssh import SshHost, connect

if TYPE_CHECKING:
    from quorate.lab.lab import Lab


@dataclass(frozen=True, slots=True)
class Reach:
    """The nodes that answered, the errors of those that did not, and where secrets come from.

    asked_witness: the quorum device's host, its error, or None where the cluster has no quorum device. further: opens a
    node that is not in the file, as those of the file are opened.
    """

    fleet: Mapping[str, SshHost]
    failed: Mapping[str, QuorateError]
    secret: Callable[[Secret], str]
    lab: "Lab | None"
    asked_witness: SshHost | QuorateError | None = None
    further: Connect | None = None

    def everybody(self) -> Mapping[str, SshHost]:
        """Return all nodes; raise the errors of those that could not be reached."""
        return Answers(self.fleet, self.failed).all()

    def all_but(self, names: frozenset[str], way: str = "do without, and apply to it later") -> Mapping[str, SshHost]:
        """Return all nodes but those named; raise the errors of others that could not be reached.

        way: what --without does for these, for the hint.
        """
        others = {name: error for name, error in self.failed.items() if name not in names}
        fleet = {name: host for name, host in self.fleet.items() if name not in names}
        if not others:
            return fleet
        hint = f"or {way}: {' '.join(f'--without {name}' for name in others)}"
        told = {name: type(error)(error.message, f"{error.hint}\n{hint}") for name, error in others.items()}
        return Answers(fleet, told).all()

    def answering(self) -> list[SshHost]:
        """Return the nodes that could be reached; raise the errors of all where there is none."""
        if not self.fleet:
            self.everybody()
        return list(self.fleet.values())

    def witness(self) -> SshHost | None:
        """Return the quorum device's host, None where the cluster has none; raise its error if it is not reached."""
        error = self.asked_witness
        if isinstance(error, QuorateError):
            raise type(error)(f"The quorum device's host: {error.message}", error.hint)
        return error


def _lab(cluster: Cluster) -> "Lab":
    from quorate.lab.lab import Lab  # noqa: PLC0415 - its netlink takes a tenth of a second, and real hosts need none

    return Lab(cluster)


@asynccontextmanager
async def reach(cluster: Cluster, *, in_lab: bool, timeout_s: float = 10) -> AsyncIterator[Reach]:
    """Connect to every node at once, each within timeout_s; close the connections at the end."""
    lab = _lab(cluster) if in_lab else None
    if lab and lab.status().phase != "up":
        raise UsageError(f"the lab {lab.name} is not up", "quorate lab up FILE")

    async def one(name: str, login: Ssh) -> SshHost:
        if lab is None:
            return await connect(name, login, timeout_s=timeout_s)
        keys = {"client_key": lab.client_key, "known_hosts": lab.known_hosts}
        return await connect(name, login, dial=lab.dial, timeout_s=timeout_s, **keys)

    device = cluster.quorum.device
    logins = {node.name: node.ssh for node in cluster.nodes} | ({device.host: device.ssh} if device else {})
    results = await asyncio.gather(*(one(name, login) for name, login in logins.items()), return_exceptions=True)
    fleet: dict[str, SshHost] = {}
    failed: dict[str, QuorateError] = {}
    for name, result in zip(logins, results, strict=True):
        if isinstance(result, SshHost):
            fleet[name] = result
        elif isinstance(result, QuorateError):
            failed[name] = result
        else:
            raise result
    opened = list(fleet.values())

    async def further(name: str, addresses: tuple[str, ...]) -> SshHost:
        errors: list[QuorateError] = []
        for place in (*addresses, name):
            try:
                opened.append(await one(name, replace(cluster.nodes[0].ssh, host=place)))
            except QuorateError as error:
                errors.append(error)
            else:
                return opened[-1]
        raise errors[0]

    witness = (fleet.pop(device.host, None) or failed.pop(device.host)) if device else None
    try:
        yield Reach(fleet, failed, lab.secret if lab else resolve, lab, witness, further)
    finally:
        await asyncio.gather(*(host.close() for host in opened), return_exceptions=True)
