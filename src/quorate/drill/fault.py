"""Fault: the protocol that every file in faults/ keeps, and the scene it happens on.

A fault brings its own proof that it took effect and its own undoing. The run around it is drill/run.py.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Protocol

from quorate.build.step import Fleet, Note, answer
from quorate.build.want import Want
from quorate.catalog.service import Service
from quorate.catalog.site import Site
from quorate.describe.cluster import Cluster
from quorate.drill.ground import Ground, Kind, ways, without_switch
from quorate.drill.meaning import Faced, Meaning
from quorate.drill.probe import Clients
from quorate.drill.record import Attempt, Moment
from quorate.errors import Unknown, UsageError
from quorate.lab.lab import Lab
from quorate.machines.host import Host
from quorate.observe.facts import cluster_status
from quorate.observe.facts.cluster_status import ClusterStatus
from quorate.observe.gathering import gather


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known before anything runs: the cluster, the service that clients ask, what the nodes are."""

    cluster: Cluster
    service: str
    kind: Kind

    @property
    def options(self) -> Service:
        """The service."""
        found = self.cluster.services[self.service]
        assert isinstance(found, Service)
        return found

    @property
    def services(self) -> tuple[Service, ...]:
        """All services of the file."""
        return tuple(one for one in self.cluster.services.values() if isinstance(one, Service))


def unrecorded(_moment: Moment, _text: str) -> None:
    """Write nothing down."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a fault happens: a ground with a running cluster, the service that the fault hits, the node it hits.

    asked: the services that clients ask, the one that the fault hits among them or not.
    chosen: what the fault's `choose` has left to chance, as words of its sentences: {"link": "1"}.
    event: writes down what the fault does by itself while it is seen through: a short phrase, drawn on the time axis.
    """

    ground: Ground
    fleet: Fleet
    want: Want
    service: str
    victim: str
    note: Note
    asked: tuple[str, ...]
    chosen: Mapping[str, str] = field(default_factory=dict)
    event: Callable[[Moment, str], None] = unrecorded

    @property
    def setting(self) -> Setting:
        """What was known before it ran."""
        return Setting(self.want.cluster, self.service, self.ground.kind)

    @property
    def lab(self) -> Lab:
        """The lab, for a fault that only a lab can do (its obstacle is `lab_only`)."""
        if not isinstance(self.ground, Lab):
            raise UsageError("only the lab can do that", "choose another fault, or give --lab")
        return self.ground

    @property
    def survivors(self) -> Mapping[str, Host]:
        """All nodes but the victim."""
        return {name: host for name, host in self.fleet.items() if name != self.victim}

    @property
    def options(self) -> Service:
        """The service."""
        return self.setting.options

    def with_victim(self, name: str) -> "Scene":
        """Return the same with another node as the victim."""
        return replace(self, victim=name)

    @property
    def services(self) -> tuple[str, ...]:
        """The services that matter: the one that is hit, and those that clients ask."""
        return tuple(dict.fromkeys((self.service, *self.asked)))

    def site(self, service: str) -> Site:
        """Where a service stands."""
        return Site(service, self.want.platform, self.want.cluster)

    @property
    def is_shared(self) -> bool:
        """Whether clients may notice nothing of a node or a server that is gone: others serve them, too."""
        return len(self.asked) > 1 or self.site(self.service).is_everywhere


class Fault(Protocol):
    """A kind of fault: a module in faults/.

    It may have `must_boot(setting, victim, chosen)` besides: whether nobody can serve before nodes have booted, which
    takes longer than any target of the file means. And `DOUBLES`, where it makes a second node hold something of the
    service by itself: the kinds of marker (sightings.py) that are then not looked for in two places.
    """

    @property
    def NAME(self) -> str:  # noqa: N802 - modules keep this protocol, and theirs is a constant
        """What it is called: "power-cut"."""

    @property
    def SORT(self) -> str:  # noqa: N802
        """Whose doing it is, by which reports colour it: "operator", "network", "power", or "part" (of a node)."""

    @property
    def TITLE(self) -> str:  # noqa: N802
        """What it does, with {node}, as a sentence without its end: "The power of {node} was cut"."""

    @property
    def FLAG(self) -> str:  # noqa: N802
        """The same in a short phrase for a drawing: "power of {node} cut"."""

    @property
    def RETURNED(self) -> str:  # noqa: N802
        """What can be said of {node} when it may serve again; "" where it always might."""

    @property
    def LEAVES(self) -> bool:  # noqa: N802
        """Whether the node leaves the cluster, and must be fenced."""

    @property
    def obstacle(self) -> Callable[[Setting], str]:
        """Say, purely, why it cannot be or makes no sense there; "" where it does."""

    @property
    def choose(self) -> Callable[[Setting, str, Random], Mapping[str, str]]:
        """Choose, purely, what is left to chance, for the victim of that name; the same seed chooses the same."""

    @property
    def meaning(self) -> Callable[[Faced], Meaning]:
        """Say, purely, which of explore's failures it is, or why explore does not cover it."""

    @property
    def prepare(self) -> Callable[[Scene], Awaitable[None]]:
        """Bring about what it needs, with the service running all the while; most faults need nothing."""

    @property
    def inject(self) -> Callable[[Scene], Awaitable[None]]:
        """Do it; return when it is proven to be in effect."""

    @property
    def passed(self) -> Callable[[Scene, Clients, int], Awaitable[Attempt]]:
        """Return the client's first answer after it. The moment (monotonic, ns) is the one before `inject`."""

    @property
    def undo(self) -> Callable[[Scene], Awaitable[None]]:
        """Take back what would else stay; called however the run ends, also where it was never injected."""

    @property
    def healed(self) -> Callable[[Scene], Awaitable[None]]:
        """Return when the victim may serve again."""


def unfit(fault: Fault, setting: Setting) -> str:
    """Say, purely, why a fault cannot be drilled there; "" where it can.

    A drill ends when every node is back, so a node that is fenced must be switched on again.
    """
    stays_off = fault.LEAVES and setting.cluster.fencing.enabled and setting.cluster.fencing.action == "off"
    return fault.obstacle(setting) or ("a fenced node stays off (fencing.action)" if stays_off else "")


def anywhere(_setting: Setting) -> str:
    """Name no obstacle."""
    return ""


def lab_only(setting: Setting) -> str:
    """Ask for a lab: what happens there cannot be done to real hosts."""
    return "only the lab can do that" if setting.kind == "hosts" else ""


def powered(setting: Setting) -> str:
    """Ask for a switch for the power of every node: the lab is one, real hosts need a device that can."""
    if setting.kind != "hosts":
        return ""
    names = (node.name for node in setting.cluster.nodes)
    return next((without_switch(name) for name in names if not any(ways(setting.cluster, name))), "")


def must_boot(fault: Fault, setting: Setting, victim: str, chosen: Mapping[str, str]) -> bool:
    """Tell whether nobody can serve before nodes have booted: it is only asked then that the service comes back."""
    asked: Callable[[Setting, str, Mapping[str, str]], bool] | None = getattr(fault, "must_boot", None)
    return asked is not None and asked(setting, victim, chosen)


def no_choice(_setting: Setting, _victim: str, _random: Random) -> Mapping[str, str]:
    """Leave nothing to chance."""
    return {}


async def nothing(_scene: Scene) -> None:
    """Prepare nothing."""


async def status(fleet: Mapping[str, Host]) -> ClusterStatus | None:
    """Return what the first node that answers says of the cluster, None while none does."""
    for host in fleet.values():
        found = await answer(gather(host, cluster_status))
        if found is not None:
            return found
    return None


async def serving(fleet: Fleet, service: str) -> str:
    """Return the node that runs the service; Unknown where that is nowhere."""
    found = await status(fleet)
    nodes = [node for one in found.instances(service) if one.active for node in one.nodes] if found else []
    if not nodes:
        raise Unknown(f"{service} runs nowhere", "apply the file first")
    return nodes[-1]  # the last of a group: what clients talk to stands on all before it
