"""address: a floating address alone."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar

from quorate.catalog.floating import address_primitive
from quorate.catalog.service import Probe, Service
from quorate.catalog.site import Site
from quorate.describe.cluster import IPInterface
from quorate.describe.fields import Duration, FloatingAddress, Name
from quorate.describe.resources import Resources


class Address(Service):
    """A floating address alone: one node of the cluster answers to it at any time.

    address: the address with its prefix length. nic: the interface; left out, the routing table says it.
    monitor: how often the node is asked whether it still has the address; it costs milliseconds, and the interval is
    the longest time an address that somebody removed stays away unnoticed.
    """

    kind: ClassVar[str] = "address"
    offers: ClassVar[str] = "entrance"
    example: ClassVar[str] = """\
# A floating address on two nodes: one of them answers to 10.20.0.100 at any time.
cluster: gateway
nodes:
  gw1: {links: [10.20.0.11, 172.20.0.11], fencing: {ipmi: 10.20.9.11}}
  gw2: {links: [10.20.0.12, 172.20.0.12], fencing: {ipmi: 10.20.9.12}}
fencing:
  ipmi: {user: admin, password: {env: IPMI_PASSWORD}}
services:
  entrance:
    kind: address
    address: 10.20.0.100/24
"""

    address: FloatingAddress
    nic: Name | None = None
    monitor: Duration = 5

    def packages(self) -> Sequence[str]:
        """Return what IPaddr2 calls."""
        return ("address",)

    def resources(self, site: Site) -> Resources:
        """Return one IPaddr2."""
        meta = MappingProxyType(dict(self.meta))
        return Resources(resources=(address_primitive(site.name, self.address, self.nic, self.monitor, meta),))

    def addresses(self) -> Sequence[IPInterface]:
        """Return the address."""
        return (self.address,)

    def probe(self, site: Site) -> Probe | None:
        """Return a ping: nothing else is known to answer."""
        return Probe("icmp", str(self.address.ip))

    def listens(self) -> Mapping[str, Sequence[int]]:
        """Return no ports: what listens on the address is not this service's business."""
        return {}
