"""Subject: what is explored: the base CIB and all that decides an outcome and is not in it. Pure values.

Made from a cluster file by of_cluster.py, or from a CIB alone by of_cib.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from quorate.catalog.servers import Enough
from quorate.describe import cluster
from quorate.describe.cluster import Quorum

Way = Literal["died", "silent", "hung", "stopped"]
"""How a server ceases to serve; as the fields of Wait."""
Shared = cluster.Shared  # a rack, switch, power feed or site, as the file names it


@dataclass(frozen=True, slots=True)
class Part:
    """A primitive.

    agent: "ocf:heartbeat:IPaddr2". timeouts_s, by task. monitor_s: the shortest interval where it serves; None: nobody
    asks. monitors_s: the same by role (Started, Promoted, Unpromoted). watched: its end is told to Pacemaker at once
    (ADR 13). asked_s, patience_s: as in Watch: one that hangs is killed by who watches it. clone: the clone or bundle
    that holds it, directly or through a group; promotable: whether that one is, and promoted_max on how many nodes at
    most it is promoted. service: whose it is, "" for a fencing device. priority: its meta attribute, by which
    priority-fencing-delay weighs nodes. fenced_on: the tasks whose failure gets the node fenced (on-fail). tied: equal
    for those that constraints tie together (components.py).
    """

    id: str
    agent: str
    timeouts_s: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    monitor_s: float | None = None
    monitors_s: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    watched: bool = False
    asked_s: float = 0.0
    patience_s: float = 0.0
    clone: str = ""
    promotable: bool = False
    promoted_max: int = 1
    service: str = ""
    priority: int = 0
    fenced_on: frozenset[str] = frozenset()
    tied: str = ""

    @property
    def is_unit(self) -> bool:
        """Whether its monitor asks systemd, which knows whether a process is there, and not whether it answers."""
        return self.agent.partition(":")[0] in {"systemd", "service"}


@dataclass(frozen=True, slots=True)
class Wait:
    """How long clients wait, at the most, when one of several servers is lost while others serve.

    died_s: its process ends. silent_s: its host falls silent. stopped_s: it is stopped in order. order: only the first
    of these nodes that has a server counts, for all clients are there; empty: whichever it is. source: where the
    figures come from. hung_s: its host answers, and it does not.
    """

    died_s: float
    silent_s: float
    stopped_s: float
    order: tuple[str, ...] = ()
    source: str = ""
    hung_s: float = 0.0

    def after(self, way: Way) -> float:
        """Return how long clients wait when a server ceases in a way."""
        waits: Mapping[Way, float] = {
            "died": self.died_s,
            "silent": self.silent_s,
            "stopped": self.stopped_s,
            "hung": self.hung_s,
        }
        return waits[way]


@dataclass(frozen=True, slots=True)
class Service:
    """What clients use.

    needs: primitives that must be active somewhere for it to work (promoted, for those that are
    promotable), in the order in which they start. beside: others that are its own, whose loss costs redundancy
    alone (further clone instances count by themselves). nodes: where it may run, the preferred first.
    memory_mib: what it claims at least as soon as it starts (0: little, or not known).
    uses: services without which its clients are not served, directly or through others; what others use comes first.
    remembers: the names of those whose answers it keeps, so that clients it knows may not notice their loss.
    tied: pairs of its needs that serve on a common node only: an address, and the proxy that answers there.
    enough, arbitrators: how many of its cloned instances have to serve, as in Servers. waits: what the loss of one
    costs. links: those over which its servers hear each other and are reached; where one is cut, it serves nobody.
    """

    name: str
    needs: tuple[str, ...]
    beside: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    memory_mib: int = 0
    uses: tuple["Service", ...] = ()
    remembers: tuple[str, ...] = ()
    tied: tuple[tuple[str, str], ...] = ()
    enough: Enough = "one"
    arbitrators: tuple[tuple[str, str], ...] = ()
    waits: tuple[Wait, ...] = ()
    links: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Fence:
    """A fencing device. victims: nodes it can fence. onboard: the node whose power it shares (a BMC), else "".

    delay_s: pcmk_delay_base and the mean of what pcmk_delay_max adds, by victim. random_s: the most that the latter
    adds. link: number of the cluster link in whose network it is reached, None where that is another network.
    nodes: those that may use it by its location constraints.
    """

    id: str
    agent: str
    victims: tuple[str, ...]
    onboard: str = ""
    delay_s: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    random_s: float = 0
    link: int | None = None
    nodes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk of a service. node: "" where all nodes share it. parts: primitives that cannot start without it.

    replicated: another node has a copy (DRBD); resource: then the primitive whose promotion score tells.
    """

    path: str
    service: str
    node: str = ""
    parts: tuple[str, ...] = ()
    replicated: bool = False
    resource: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """How often a kind of failure happens to one part in a year, and how long it takes to be mended, in seconds.

    source: where the figure comes from: a page, "assumption: ...", or "the cluster file".
    """

    per_year: float
    repair_s: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is explored.

    cib: the whole CIB as text, understood by the scheduler here; every node is there and, unless it is `live`, nothing
    runs yet. votes: by node. ids: Corosync's, by node; left out, as they stand. links: node -> its link numbers.
    bonded: the numbers of links that lie on two network cards each. device_link: the link in whose network the quorum
    device is reached, None where that is another network. detection_s: until the others agree that a silent node is
    gone. fencing: whether fencing is on; levels: node -> device ids per level, tried in order. no_quorum_policy as in
    Pacemaker. priority_delay_s: priority-fencing-delay. rates: by kind of failure (rates.py). utilization: primitive ->
    what it needs, capacity: node -> what it has, by attribute; placement: placement-strategy. remarks: what of the
    input had to be understood in some way, said with every result.
    """

    name: str
    cib: str
    nodes: tuple[str, ...]
    votes: Mapping[str, int]
    quorum: Quorum
    services: tuple[Service, ...]
    parts: Mapping[str, Part]
    detection_s: float
    ids: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    links: Mapping[str, tuple[int, ...]] = field(default_factory=lambda: MappingProxyType({}))
    bonded: frozenset[int] = frozenset()
    device_link: int | None = None
    fencing: bool = True
    fences: tuple[Fence, ...] = ()
    levels: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=lambda: MappingProxyType({}))
    no_quorum_policy: str = "stop"
    priority_delay_s: float = 0
    shared: tuple[Shared, ...] = ()
    disks: tuple[Disk, ...] = ()
    rates: Mapping[str, Rate] = field(default_factory=lambda: MappingProxyType({}))
    utilization: Mapping[str, Mapping[str, int]] = field(default_factory=lambda: MappingProxyType({}))
    capacity: Mapping[str, Mapping[str, int]] = field(default_factory=lambda: MappingProxyType({}))
    placement: str = "default"
    outage_target_s: float | None = None
    availability_target: float | None = None
    live: bool = False
    remarks: tuple[str, ...] = ()

    def service(self, name: str) -> Service:
        """Return the service of that name; KeyError if there is none."""
        for one in self.services:
            if one.name == name:
                return one
        raise KeyError(name)

    @property
    def names(self) -> tuple[str, ...]:
        """The services' names."""
        return tuple(one.name for one in self.services)
