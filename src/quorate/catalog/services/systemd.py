"""systemd: any systemd unit, with or without a floating address."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, ClassVar

from quorate.catalog.floating import address_primitive, host_in_url
from quorate.catalog.platform import Platform
from quorate.catalog.service import Probe, Service
from quorate.catalog.site import Site
from quorate.describe.cluster import IPInterface
from quorate.describe.fields import Duration, FloatingAddress, Name, Port
from quorate.describe.reader import pattern
from quorate.describe.resources import AgentName, Group, Operation, Primitive, Resources

UnitName = Annotated[
    str,
    pattern(
        r"[A-Za-z0-9:_.@\\-]{1,255}",
        "the name of a systemd unit",
        why="it is handed to systemd as it is",
        fix="write what systemctl status takes, such as nginx or postgresql@15-main",
    ),
]


class Systemd(Service):
    """Any systemd unit, on one node at a time.

    unit: as for systemctl, `.service` may be left out. It must be installed on every node that may run it.
    address: a floating address that is there before the unit starts; left out, clients find the unit otherwise.
    port: where clients reach it (TCP) on the address; it is what drills ask. nic: the interface of the address.
    monitor: how often systemd is asked whether the unit is active (it sees a process that died, not one that hangs).
    start_timeout, stop_timeout: Pacemaker's own 100 s unless given. A stop that takes longer gets its node fenced.
    """

    kind: ClassVar[str] = "systemd"
    example: ClassVar[str] = """\
# nginx behind a floating address on three nodes.
cluster: front
nodes:
  n1: {links: [10.20.0.11, 172.20.0.11], fencing: {ipmi: 10.20.9.11}}
  n2: {links: [10.20.0.12, 172.20.0.12], fencing: {ipmi: 10.20.9.12}}
  n3: {links: [10.20.0.13, 172.20.0.13], fencing: {ipmi: 10.20.9.13}}
fencing:
  ipmi: {user: admin, password: {env: IPMI_PASSWORD}}
services:
  proxy:
    kind: systemd
    unit: nginx
    address: 10.20.0.100/24
    port: 80
"""

    unit: UnitName
    address: FloatingAddress | None = None
    nic: Name | None = None
    port: Port | None = None
    monitor: Duration = 10
    start_timeout: Duration | None = None
    stop_timeout: Duration | None = None

    def packages(self) -> Sequence[str]:
        """Return what the address needs; the unit's own package is the operator's."""
        return ("address",) if self.address else ()

    def units(self, platform: Platform) -> Sequence[str]:
        """Return the unit, by its full name."""
        return (self.unit if self.unit.endswith(".service") else f"{self.unit}.service",)

    def resources(self, site: Site) -> Resources:
        """Return the unit alone, or a group of the address and the unit."""
        meta = MappingProxyType(dict(self.meta))
        agent = AgentName("systemd", None, self.unit.removesuffix(".service"))
        if self.address is None:
            return Resources(resources=(Primitive(site.name, agent, operations=self._operations(), meta=meta),))
        address = address_primitive(f"{site.name}-address", self.address, self.nic, monitor_s=5)
        unit = Primitive(f"{site.name}-unit", agent, operations=self._operations())
        return Resources(resources=(address, unit, Group(site.name, (address.id, unit.id), meta)))

    def _operations(self) -> tuple[Operation, ...]:
        return (
            Operation("start", timeout_s=self.start_timeout),
            Operation("stop", timeout_s=self.stop_timeout),
            Operation("monitor", interval_s=self.monitor),
        )

    def addresses(self) -> Sequence[IPInterface]:
        """Return the floating address, if there is one."""
        return (self.address,) if self.address else ()

    def probe(self, site: Site) -> Probe | None:
        """Return a TCP connection to the port, a ping where no port is known, nothing without an address."""
        if self.address is None:
            return None
        if self.port is None:
            return Probe("icmp", str(self.address.ip))
        return Probe("tcp", f"{host_in_url(self.address)}:{self.port}")

    def listens(self) -> Mapping[str, Sequence[int]]:
        """Return the port, if it is known."""
        return {"tcp": (self.port,)} if self.port else {}
