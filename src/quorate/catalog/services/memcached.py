"""memcached: a cache on every node, for the services that run there."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, ClassVar

from quorate.catalog.platform import Platform
from quorate.catalog.service import HostFile, Service, unit_file
from quorate.catalog.site import Site
from quorate.describe.cluster import Node
from quorate.describe.fields import Duration, Port
from quorate.describe.reader import whole
from quorate.describe.resources import AgentName, Clone, Operation, Primitive, Resources

CONF = "/etc/quorate/memcached.conf"
WHOLE = "/run/quorate-memcached/memcached.conf"

OPTIONS = """\
# Written by quorate. Read after the operator's own memcached.conf, and wins over it. An address comes to those there.
-l {address}
-p {port}
-m {memory}
-c {connections}
"""
# The package's wrapper takes one file. It runs without CAP_DAC_OVERRIDE, so it writes to a directory of root's own.
DROP_IN = """\
# Written by quorate.
[Service]
RuntimeDirectory=quorate-memcached
ExecStartPre=/bin/sh -c 'exec cat {theirs} {ours} >{whole}'
ExecStart=
ExecStart={wrapper} {whole}
"""


class Memcached(Service):
    """memcached on every node: what one loses is asked for again where it came from.

    port: where clients find it, at each node's own address on the first cluster link. Whoever reaches it reads and
    writes everything in it, for it knows no passwords: that network has to be the cluster's own.
    memory: how much a node keeps, in MiB. connections: how many clients at a time.
    monitor: how often systemd is asked whether it runs.
    Options of the operator's own in memcached.conf stay, and an address there is listened on as well.
    """

    kind: ClassVar[str] = "memcached"
    offers: ClassVar[str] = "cache"
    example: ClassVar[str] = """\
# memcached on three nodes.
cluster: cache
nodes:
  n1: {links: [10.20.0.11, 172.20.0.11], fencing: {ipmi: 10.20.9.11}}
  n2: {links: [10.20.0.12, 172.20.0.12], fencing: {ipmi: 10.20.9.12}}
  n3: {links: [10.20.0.13, 172.20.0.13], fencing: {ipmi: 10.20.9.13}}
fencing:
  ipmi: {user: admin, password: {env: IPMI_PASSWORD}}
services:
  cache: {kind: memcached}
"""

    port: Port = 11211
    memory: Annotated[int, whole(1, 16_777_216, "a size in MiB")] = 64
    connections: Annotated[int, whole(1, 1_000_000, "a number of connections")] = 1024
    monitor: Duration = 10

    def packages(self) -> Sequence[str]:
        """Return memcached."""
        return ("memcached",)

    def units(self, platform: Platform) -> Sequence[str]:
        """Return its unit: Pacemaker starts it, nothing else may."""
        return (platform.units["memcached"],)

    def memory_mib(self) -> int:
        """Return nothing: it takes its memory as keys come."""
        return 0

    def files(self, site: Site, node: Node) -> Sequence[HostFile]:
        """Return its options, and what has the unit read them."""
        options = OPTIONS.format(
            address=node.links[0].ip, port=self.port, memory=self.memory, connections=self.connections
        )
        paths, server = site.platform.paths, f"{site.name}-server"
        drop_in = DROP_IN.format(
            theirs=paths["memcached.conf"], ours=CONF, whole=WHOLE, wrapper=paths["memcached.wrapper"]
        )
        return (
            HostFile(CONF, options, make_parents=True, reader=server, taken="restart"),
            unit_file(f"{paths['memcached.unit.d']}/quorate.conf", drop_in, server),
        )

    def resources(self, site: Site) -> Resources:
        """Return a clone of the unit."""
        server = Primitive(
            id=f"{site.name}-server",
            agent=AgentName("systemd", None, site.platform.units["memcached"].removesuffix(".service")),
            operations=(Operation("monitor", interval_s=self.monitor),),
        )
        meta = MappingProxyType({"interleave": "true", **self.meta})
        return Resources(resources=(server, Clone(site.name, server.id, meta=meta)))

    def reached(self, site: Site) -> Sequence[str]:
        """Return every node's."""
        hosts = (node.links[0].ip for node in site.nodes)
        return tuple(f"[{ip}]:{self.port}" if ip.version == 6 else f"{ip}:{self.port}" for ip in hosts)

    def talks_over(self, site: Site) -> Sequence[int]:
        """Return the first: there it listens."""
        return (0,)

    def listens(self) -> Mapping[str, Sequence[int]]:
        """Return the port."""
        return {"tcp": (self.port,)}
