"""Where a service under test stands: in the cluster of web's own example, n1 to n3."""

from dataclasses import replace
from types import MappingProxyType
from typing import ClassVar

from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.service import Service
from quorate.catalog.services import kinds
from quorate.catalog.services.address import Address
from quorate.catalog.site import Site
from quorate.describe.load import load

CLUSTER = load(kinds()["web"].example, "web.yaml", kinds()).cluster
NODE = CLUSTER.nodes[0]
ADDRESS = "10.20.0.100/24"


class Proxy(Service):
    """Stands for a proxy."""

    kind: ClassVar[str] = "proxy"
    offers: ClassVar[str] = "entrance"

    def addresses(self):
        return Address(address=ADDRESS).addresses()


def site(name, service, **beside):
    """Return the site of a service called `name`, with others beside it, by their names."""
    return Site(name, PLATFORM, replace(CLUSTER, services=MappingProxyType({name: service, **beside})))
