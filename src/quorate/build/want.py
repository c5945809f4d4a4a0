"""Want: all that the steps need to know about what is wanted; made once, before anything is looked at. Values only.

Two of them reach outside. `secret` turns a reference into its value at the moment of use; the lab hands in its own,
production reads the environment and files (secrets.py). `witness` is the connection to the quorum device's host: it
is no node of the cluster, so it is not in the fleet, and only the steps that concern it use it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from quorate.catalog.agents import AgentLibrary
from quorate.catalog.platform import Platform
from quorate.catalog.service import Service
from quorate.catalog.site import nodes_of
from quorate.describe.cluster import Cluster, Node
from quorate.describe.secret import Secret
from quorate.explore.durations import Place
from quorate.explore.measured import Measured
from quorate.machines.host import Host

NOBODY = "none"


@dataclass(frozen=True, slots=True)
class Departing:
    """A node of the running cluster that the file no longer has. addresses: of its links, () where only the CIB has it.

    agreed: the operator has named it as one to remove. host: None where it was not asked, or does not answer: `error`
    then says why.
    """

    name: str
    id: int
    addresses: tuple[str, ...] = ()
    agreed: bool = False
    host: Host | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Want:
    """What is wanted: the cluster, how each node's platform names things, the agents' advice, the secrets' values.

    clock_apart_s: how far a node's clock may be from this machine's before apply refuses. return_s: how long a node
    may take to come back from its fencing test; a real server's firmware takes minutes. witness: the quorum device's
    host, called as `quorum.device.host`; None exactly when the cluster has no quorum device. overwrite: the disks,
    as NODE:/dev/DISK, whose content the operator gives up. adopt: by service, the node whose data go onto its store, or
    NOBODY's. prune: whether what is live in the CIB and not in the file goes. rotate_key: whether Corosync gets a new
    key; rotate_keys: services whose own keys (catalog/key_repository.py) are replaced. measured: what actions took in
    this cluster, and place: what its nodes are, for what is foretold of a plan. made: the made secrets of services, by
    name (catalog/made.py).
    departing: nodes of the running cluster that the file no longer has. without: nodes that are away, and whose part is
    left for another time. in_clear: parameters of resources whose secret stands in the live CIB as it is, and stays.
    max_interruption_s: how long a change may interrupt a service, None for any time.
    """

    cluster: Cluster
    platforms: Mapping[str, Platform]
    agents: AgentLibrary
    secret: Callable[[Secret], str]
    clock_apart_s: float = 2.0
    return_s: float = 300.0
    witness: Host | None = None
    overwrite: frozenset[str] = frozenset()
    adopt: Mapping[str, str] = field(default_factory=dict)
    prune: bool = False
    rotate_key: bool = False
    rotate_keys: frozenset[str] = frozenset()
    measured: Measured = field(default_factory=Measured)
    place: Place = "hosts"
    departing: tuple[Departing, ...] = ()
    without: frozenset[str] = frozenset()
    in_clear: frozenset[tuple[str, str]] = frozenset()
    max_interruption_s: float | None = None
    made: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def leaving(self) -> frozenset[str]:
        """The names of those nodes that are to be removed."""
        return frozenset(one.name for one in self.departing if one.agreed)

    def node(self, name: str) -> Node:
        """Return the cluster's node called `name`."""
        return self.cluster.node(name)

    @property
    def awaited(self) -> tuple[Node, ...]:
        """The nodes that take part."""
        return tuple(node for node in self.cluster.nodes if node.name not in self.without)

    def services_on(self, name: str) -> dict[str, Service]:
        """Return the services that may run on node `name`, by their names."""
        return services_on(self.cluster, name)

    def is_witness(self, name: str) -> bool:
        """Tell whether `name` is the quorum device's host rather than a node."""
        return self.witness is not None and self.witness.name == name

    def path(self, name: str) -> tuple[str, ...]:
        """Return where the cluster file speaks of the host called `name`, for findings."""
        return ("quorum", "device") if self.is_witness(name) else ("nodes", name)

    @property
    def platform(self) -> Platform:
        """The platform of the first node that answered, where one has to speak for all (paths inside the CIB)."""
        return next(self.platforms[node.name] for node in self.cluster.nodes if node.name in self.platforms)


def services_on(cluster: Cluster, name: str) -> dict[str, Service]:
    """Return the services that may run on node `name`, by their names."""
    node = cluster.node(name)
    return {
        label: service
        for label, service in cluster.services.items()
        if isinstance(service, Service) and node in nodes_of(cluster, service)
    }
