"""reach: open the nodes of a cluster file, on real hosts or in the lab, for as long as a command lasts."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from quorate.build.secrets import resolve
from quorate.describe.cluster import Cluster, Node
from quorate.describe.secret import Secret
from quorate.errors import QuorateError
from quorate.lab.lab import Lab
from quorate.machines.fleet import Answers
from quorate.machines.ssh import SshHost, connect
from quorate.ui.labs import lab_of


@dataclass(frozen=True, slots=True)
class Reach:
    """The nodes that answered, the errors of those that did not, and where secrets come from."""

    fleet: Mapping[str, SshHost]
    failed: Mapping[str, QuorateError]
    secret: Callable[[Secret], str]
    lab: Lab | None

    def everybody(self) -> Mapping[str, SshHost]:
        """Return all nodes; raise the errors of those that could not be reached."""
        return Answers(self.fleet, self.failed).all()


@asynccontextmanager
async def reach(cluster: Cluster, *, in_lab: bool) -> AsyncIterator[Reach]:
    """Connect to every node at once; close the connections at the end."""
    lab = lab_of(cluster) if in_lab else None

    async def one(node: Node) -> SshHost:
        if lab is None:
            return await connect(node.name, node.ssh)
        return await connect(node.name, node.ssh, dial=lab.dial, client_key=lab.client_key, known_hosts=lab.known_hosts)

    results = await asyncio.gather(*(one(node) for node in cluster.nodes), return_exceptions=True)
    fleet: dict[str, SshHost] = {}
    failed: dict[str, QuorateError] = {}
    for node, result in zip(cluster.nodes, results, strict=True):
        if isinstance(result, SshHost):
            fleet[node.name] = result
        elif isinstance(result, QuorateError):
            failed[node.name] = result
        else:
            raise result
    try:
        yield Reach(fleet, failed, lab.secret if lab else resolve, lab)
    finally:
        await asyncio.gather(*(host.close() for host in fleet.values()), return_exceptions=True)
