"""Kinds of services that use each other, made up: an entrance with its proxies, a store with one writer, an API."""

from typing import ClassVar

from quorate.catalog.agents import AgentLibrary
from quorate.catalog.floating import address_primitive
from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.proxied import Proxied
from quorate.catalog.servers import Servers
from quorate.catalog.service import Service
from quorate.catalog.services import kinds
from quorate.describe.fields import FloatingAddress, Name
from quorate.describe.load import load
from quorate.describe.resources import AgentName, Clone, Colocation, Operation, Primitive, Resources
from quorate.explore.of_cluster import of_cluster


def cloned(name, unit):
    """Return a clone of a unit of systemd."""
    monitor = Operation("monitor", 10, 20)
    agent = AgentName("systemd", None, unit)
    return Primitive(f"{name}-server", agent=agent, operations=(monitor,)), Clone(name, f"{name}-server")


class Gate(Service):
    """An address, where a proxy stands that runs on every node."""

    kind: ClassVar[str] = "gate"
    offers: ClassVar[str] = "entrance"
    address: FloatingAddress

    def resources(self, site):
        name = site.name
        together = Colocation(f"{name}-together", f"{name}-address", name, "INFINITY")
        address = address_primitive(f"{name}-address", self.address, None, 5)
        return Resources(resources=(*cloned(name, "haproxy"), address), constraints=(together,))

    def addresses(self):
        return (self.address,)

    def talks_over(self, site):
        return (0,)


class Server(Service):
    """A server on every node behind the proxy. uses: further services."""

    proxy: Name | None = None
    needs: tuple[Name, ...] = ()

    def resources(self, site):
        return Resources(resources=cloned(site.name, "apache2"))

    def uses(self, site):
        entrance = site.chosen(self.proxy, "entrance")
        return (*([entrance.name] if entrance else []), *self.needs)

    def talks_over(self, site):
        return (0,)

    def proxied(self, site):
        return (Proxied(site.name, 5000, {node.name: str(node.links[0]) for node in site.nodes}),)


class Api(Server):
    """Every server serves."""

    kind: ClassVar[str] = "api"
    offers: ClassVar[str] = "identity"


class Ledger(Server):
    """One server at a time serves all clients, while most are there."""

    kind: ClassVar[str] = "ledger"
    offers: ClassVar[str] = "sql"

    def proxied(self, site):
        return (Proxied(site.name, 3306, {node.name: str(node.links[0]) for node in site.nodes}, single=True),)

    def servers(self, site):
        return Servers("most of the rest", silent_s=2.0, source="measured in the lab")

    def memory_mib(self):
        return 300


KINDS = {**kinds(), "gate": Gate, "api": Api, "ledger": Ledger}
NODES = """\
cluster: cloud
nodes:
  n1: {links: [10.1.0.1, 10.2.0.1], fencing: {ipmi: 10.9.0.1}}
  n2: {links: [10.1.0.2, 10.2.0.2], fencing: {ipmi: 10.9.0.2}}
  n3: {links: [10.1.0.3, 10.2.0.3], fencing: {ipmi: 10.9.0.3}}
fencing: {ipmi: {user: admin, password: {env: IPMI}}}
"""
CLOUD = f"""\
{NODES}services:
  proxy: {{kind: gate, address: 10.1.0.50/24}}
  database: {{kind: ledger}}
  identity: {{kind: api, needs: [database]}}
  images: {{kind: api, needs: [identity, database]}}
"""


def cluster_of(text=CLOUD):
    """Return the cluster of a text."""
    loaded = load(text, "cloud.yaml", KINDS)
    assert loaded.cluster is not None, loaded.findings
    return loaded.cluster


def subject_of(text=CLOUD, **more):
    """Return the Subject of a text. more: as for of_cluster."""
    return of_cluster(cluster_of(text), AgentLibrary.shipped(), PLATFORM, **more)
