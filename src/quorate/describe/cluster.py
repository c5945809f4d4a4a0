"""Cluster: what the cluster file means, with every default filled in.

Written once by derive.py, read by every room above. Frozen; durations in seconds; `given` tells rules and plans
which values the operator wrote and which were derived. Pure, no I/O.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from quorate.describe import addresses
from quorate.describe.resources import NONE, Resources
from quorate.describe.secret import Secret
from quorate.describe.service import ServiceOptions
from quorate.dialect.model import Configuration

IPAddress = addresses.IPAddress
IPInterface = addresses.IPInterface
IPNetwork = addresses.IPNetwork

Transport = Literal["knet", "udpu", "udp", "broadcast"]


@dataclass(frozen=True, slots=True)
class Ssh:
    """How to reach a node. `key` and `jump` are None when the SSH agent and the user's own configuration decide."""

    host: str
    port: int = 22
    user: str = "root"
    sudo: bool = False
    key: str | None = None
    known_hosts: str | None = None
    jump: str | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """One cluster node. links[i] is its address on link i; prefix lengths default to /24 and /64.

    addresses: further addresses the host has, on networks that carry no cluster link.
    """

    name: str
    id: int
    links: tuple[IPInterface, ...]
    votes: int
    ssh: Ssh
    addresses: tuple[IPInterface, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=lambda: NONE)
    utilization: Mapping[str, str] = field(default_factory=lambda: NONE)


@dataclass(frozen=True, slots=True)
class LinkOptions:
    """Settings of one Corosync link (corosync.conf(5), `interface`). None: Corosync's own default.

    multicast, ttl: transport udp only. bond: how each host joins the network cards of this link (Linux Ethernet
    Bonding Driver HOWTO), None for a single card. port: any transport. The others: knet only.
    """

    number: int
    port: int
    multicast: IPAddress | None = None
    ttl: int | None = None
    protocol: Literal["udp", "sctp"] | None = None
    priority: int | None = None
    ping_interval_ms: int | None = None
    ping_timeout_ms: int | None = None
    ping_precision: int | None = None
    pong_count: int | None = None
    bond: Literal["active-backup"] | None = None


@dataclass(frozen=True, slots=True)
class Corosync:
    """Messaging. Times in ms as in corosync.conf(5), which is where each name is explained.

    token_ms is the configured token; `effective_token_ms` what Corosync uses with this many nodes.
    key: None means a fresh one is made once on the first node and kept out of the file.
    """

    transport: Transport
    cipher: str
    hash: str
    link_mode: Literal["passive", "active", "rr"]
    token_ms: int
    token_coefficient_ms: int
    token_retransmits: int
    join_ms: int
    consensus_ms: int
    nodes: int
    links: tuple[LinkOptions, ...]
    key: Secret | None = None
    options: Mapping[str, str] = field(default_factory=lambda: NONE)  # further totem keys, as written
    logging: Mapping[str, str] = field(default_factory=lambda: NONE)

    @property
    def crypto(self) -> bool:
        """True when traffic is encrypted and authenticated."""
        return self.cipher != "none" and self.hash != "none"

    @property
    def effective_token_ms(self) -> int:
        """Token time-out with this many nodes: coefficient added per node above two (corosync.conf(5))."""
        return self.token_ms + max(0, self.nodes - 2) * self.token_coefficient_ms

    @property
    def detection_s(self) -> float:
        """The longest time until the survivors agree that a silent node is gone: token, then consensus."""
        return (self.effective_token_ms + self.consensus_ms) / 1000


@dataclass(frozen=True, slots=True)
class QuorumDevice:
    """A third vote on a host outside the cluster (corosync-qdevice(8), corosync-qnetd(8))."""

    host: str
    ssh: Ssh
    port: int
    algorithm: Literal["ffsplit", "lms"]
    tie_breaker: str
    votes: int
    tls: Literal["on", "off", "required"]
    timeout_ms: int
    sync_timeout_ms: int

    @property
    def silence_s(self) -> float:
        """The longest time until a silent node's vote is given to the others, who wait for it before they go on.

        qdevice speaks every 0.8 x timeout (corosync-qdevice(8)), qnetd waits for 1.5 times that
        (dpd_interval_coefficient of corosync-qnetd(8); version 3.0.3 says "during 12000ms" with timeout 10 s).
        """
        return 1.2 * self.timeout_ms / 1000


@dataclass(frozen=True, slots=True)
class Quorum:
    """Votes (votequorum(5)). auto_tie_breaker: None is off; else "lowest", "highest" or a list of node ids."""

    expected_votes: int
    two_node: bool
    wait_for_all: bool
    last_man_standing: bool
    last_man_standing_window_ms: int
    auto_tie_breaker: str | None
    device: QuorumDevice | None


@dataclass(frozen=True, slots=True)
class FenceDevice:
    """One fencing device. `victims` maps each node it can fence to the port (plug) it is known by, None: its own name.

    from_node: the node whose `fencing` entry made this device (IPMI boards), else None. as_text: it stands in the
    text of `resources`, from which its resource is made.
    """

    id: str
    agent: str
    parameters: Mapping[str, str | Secret]
    victims: Mapping[str, str | None]
    delay_base_s: float = 0
    delay_max_s: float = 0
    monitor_interval_s: float = 60
    from_node: str | None = None
    path: tuple[str | int, ...] = ()
    as_text: bool = False


@dataclass(frozen=True, slots=True)
class Fencing:
    """Fencing (STONITH). levels: node -> device ids per level, tried in order."""

    enabled: bool
    devices: tuple[FenceDevice, ...]
    levels: Mapping[str, tuple[tuple[str, ...], ...]]
    action: Literal["reboot", "off"]
    timeout_s: float
    max_attempts: int
    concurrent: bool
    priority_delay_s: float
    watchdog_timeout_s: float

    def devices_for(self, node: str) -> tuple[FenceDevice, ...]:
        """Return the devices that can fence `node`."""
        return tuple(device for device in self.devices if node in device.victims)


@dataclass(frozen=True, slots=True)
class Pacemaker:
    """Cluster properties and defaults, by Pacemaker's own names; what the sections above imply is merged in."""

    properties: Mapping[str, str]
    resource_defaults: Mapping[str, str]
    operation_defaults: Mapping[str, str]

    @property
    def stickiness(self) -> str:
        """resource-stickiness as it will stand in the CIB."""
        return self.resource_defaults.get("resource-stickiness", "0")


@dataclass(frozen=True, slots=True)
class Targets:
    """What the operator promised: availability in percent of a year, and the longest outage. None: not stated."""

    availability: float | None = None
    outage_s: float | None = None


@dataclass(frozen=True, slots=True)
class Shared:
    """What several parts depend on, as the file names it: a rack, a switch, a power feed, a site.

    nodes: lost with it. links: (node, link number) cut with it. devices: ids of fencing devices that go silent with it,
    its nodes' own IPMI boards among them. quorum_device: that is lost with it too.
    """

    name: str
    kind: Literal["rack", "switch", "power", "site"]
    nodes: frozenset[str] = frozenset()
    links: frozenset[tuple[str, int]] = frozenset()
    devices: frozenset[str] = frozenset()
    quorum_device: bool = False


@dataclass(frozen=True, slots=True)
class Rate:
    """What the file says of one kind of failure (vocabulary.FAILURES). None: not stated, quorate's default holds.

    per_year: how often it happens to one part. repair_s: how long until that is mended.
    """

    per_year: float | None = None
    repair_s: float | None = None


@dataclass(frozen=True, slots=True)
class Cluster:
    """The whole cluster. `services` by the operator's names; `resources` from the file's own section.

    text: what that section says as text of the crm shell. It goes to the CIB as it is; what can be said of it otherwise
    is in `resources`, `nodes`, `fencing` and `pacemaker` too.
    rates: by kind of failure, those that the file states.
    given: paths of the file that the operator wrote, e.g. ("corosync", "token").
    """

    name: str
    nodes: tuple[Node, ...]
    corosync: Corosync
    quorum: Quorum
    fencing: Fencing
    pacemaker: Pacemaker
    services: Mapping[str, ServiceOptions] = field(default_factory=lambda: MappingProxyType({}))
    resources: Resources = field(default_factory=Resources)
    text: Configuration = field(default_factory=Configuration)
    shared: tuple[Shared, ...] = ()
    targets: Targets = field(default_factory=Targets)
    rates: Mapping[str, Rate] = field(default_factory=lambda: MappingProxyType({}))
    allow_drills: bool = False
    given: frozenset[tuple[str | int, ...]] = frozenset()

    def node(self, name: str) -> Node:
        """Return the node of that name; KeyError if there is none."""
        for node in self.nodes:
            if node.name == name:
                return node
        raise KeyError(name)

    def networks(self, link: int) -> frozenset[IPNetwork]:
        """Return the networks that link number `link` spans, by the nodes' addresses on it."""
        return frozenset(node.links[link].network for node in self.nodes if link < len(node.links))
