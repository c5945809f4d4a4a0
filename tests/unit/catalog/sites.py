"""Where a service under test stands: in the cluster of web's own example, n1 to n3."""

from dataclasses import replace
from types import MappingProxyType

from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.services import kinds
from quorate.catalog.site import Site
from quorate.describe.load import load

CLUSTER = load(kinds()["web"].example, "web.yaml", kinds()).cluster
NODE = CLUSTER.nodes[0]


def site(name, service, **beside):
    """Return the site of a service called `name`, with others beside it, by their names."""
    return Site(name, PLATFORM, replace(CLUSTER, services=MappingProxyType({name: service, **beside})))
