"""web: Apache httpd behind a floating address."""

from collections.abc import Mapping, Sequence
from math import ceil
from types import MappingProxyType
from typing import Annotated, ClassVar

from quorate.catalog.floating import address_primitive, host_in_url
from quorate.catalog.platform import Platform
from quorate.catalog.service import HostFile, Probe, Service
from quorate.catalog.site import Site
from quorate.catalog.watched import watched
from quorate.describe.cluster import IPInterface, Node
from quorate.describe.fields import Duration, Flag, FloatingAddress, Name, Port, Text
from quorate.describe.reader import pattern
from quorate.describe.resources import AgentName, Group, Operation, Primitive, Resources

APACHE = AgentName("ocf", "heartbeat", "apache")
STATUS_PATH = "/quorate-status"
PAGE = "quorate.html"
SERVED_BY = "served by"

CONF = """\
# Written by quorate.
# Pacemaker asks this page whether the server still answers. Only this host may ask.
<Location "{status}">
    SetHandler server-status
    Require local
</Location>
# A planned stop finishes the requests being answered, for so many seconds at most; new clients wait for them.
GracefulShutdownTimeout {drain_s}
"""

# A running Apache reads its files anew and lets requests finish, and ends if it cannot read them; so they are tested
# first. apache2ctl graceful would start one that does not run.
GRACEFUL = """if [ -s "$1" ] && kill -0 "$(cat "$1")" 2>/dev/null; then "$2" configtest && "$2" graceful; fi"""

UrlPath = Annotated[
    str,
    pattern(r"/[!-~]*", "the path of a page", why="it is asked for at the floating address", fix="begin it with /"),
]


class Web(Service):
    """Apache httpd behind a floating address: one node serves, another takes over, nothing moves back by itself.

    address: the floating address with its prefix length. nic: its interface; left out, the routing table says it.
    port: where Apache listens (as its own configuration says). Sites and their content are the operator's; one that
    redirects or protects every path must leave /quorate-status to requests from the host itself.
    page: put /quorate.html on every node, a page that names it, so that clients and drills see who serves.
    path, expect: the page that drills ask for, and a text in a good answer; by default the page above.
    drain: how long a planned stop lets requests finish that are being answered, in whole seconds, at least one. Apache
    then ends a worker that is still sending within 11 s more; without a limit one slow download held a switchover up
    for 41 s (measured with Apache 2.4 and the agent's stop timeout of 60 s, of which it waits half).
    monitor: how often the address and the server are asked. The server is asked for its status page, so that one that
    hangs is found as well. One whose process ends is known at once, and is back in less than a second;
    one that hangs is found after the interval and the agent's timeout of 20 s, and the agent takes up to 45 s to kill
    it. A request costs about 50 ms of one processor.
    """

    kind: ClassVar[str] = "web"
    example: ClassVar[str] = """\
# Apache behind a floating address on three nodes, with the fastest failover that is still sound.
cluster: web
nodes:
  n1: {links: [10.20.0.11, 172.20.0.11], fencing: {ipmi: 10.20.9.11}}
  n2: {links: [10.20.0.12, 172.20.0.12], fencing: {ipmi: 10.20.9.12}}
  n3: {links: [10.20.0.13, 172.20.0.13], fencing: {ipmi: 10.20.9.13}}
corosync: {token: 1s, token_coefficient: 300ms}  # finds a dead node in 2.9 s, not 8 s; 1.3 s of silence get one fenced
fencing:
  ipmi: {user: admin, password: {env: IPMI_PASSWORD}, power_wait: 0s}
services:
  site:
    kind: web
    address: 10.20.0.100/24
targets: {outage_s: 10}
"""

    address: FloatingAddress
    nic: Name | None = None
    port: Port = 80
    page: Flag = True
    path: UrlPath | None = None
    expect: Text | None = None
    drain: Duration = 2
    monitor: Duration = 5

    def packages(self) -> Sequence[str]:
        """Return Apache and what the address needs."""
        return ("apache", "address")

    def units(self, platform: Platform) -> Sequence[str]:
        """Return Apache's unit: Pacemaker starts the server, nothing else may."""
        return (platform.units["apache"],)

    def files(self, site: Site, node: Node) -> Sequence[HostFile]:
        """Return the configuration Pacemaker's agent needs, what watches Apache, and the page that names the node."""
        conf = CONF.format(status=STATUS_PATH, drain_s=max(1, ceil(self.drain)))  # 0 would mean to wait for ever
        pid, control = site.platform.paths["apache.pid"], site.platform.paths["apache.control"]
        again = ("sh", "-c", GRACEFUL, "quorate-graceful", pid, control)
        path, server = f"{site.platform.paths['apache.conf.d']}/quorate.conf", f"{site.name}-apache"
        files = [HostFile(path, conf, then=(again,), reader=server, taken="reload")]
        files += watched(server, pid)
        if self.page:
            name, said = site.name, f"{site.name} is {SERVED_BY} {node.name}"
            page = f"<!doctype html>\n<html><title>{name}</title><p>{said}</p></html>\n"
            files.append(HostFile(f"{site.platform.paths['apache.documents']}/{PAGE}", page))
        return files

    def resources(self, site: Site) -> Resources:
        """Return a group: the address first, so that Apache can listen on it, then Apache."""
        address = address_primitive(f"{site.name}-address", self.address, self.nic, self.monitor)
        server = Primitive(
            id=f"{site.name}-apache",
            agent=APACHE,
            parameters=MappingProxyType(
                {
                    "configfile": site.platform.paths["apache.conf"],
                    "httpd": site.platform.paths["apache"],
                    "statusurl": f"http://127.0.0.1:{self.port}{STATUS_PATH}",
                }
            ),
            operations=(Operation("monitor", interval_s=self.monitor),),
        )
        group = Group(site.name, (address.id, server.id), MappingProxyType(dict(self.meta)))
        return Resources(resources=(address, server, group))

    def addresses(self) -> Sequence[IPInterface]:
        """Return the floating address."""
        return (self.address,)

    def probe(self, site: Site) -> Probe | None:
        """Return the page to ask for at the floating address."""
        own_page = self.page and self.path is None
        path = self.path or (f"/{PAGE}" if self.page else "/")
        expect = self.expect if self.expect is not None else (SERVED_BY if own_page else "")
        return Probe("http", f"http://{host_in_url(self.address)}:{self.port}{path}", expect)

    def listens(self) -> Mapping[str, Sequence[int]]:
        """Return the port."""
        return {"tcp": (self.port,)}
