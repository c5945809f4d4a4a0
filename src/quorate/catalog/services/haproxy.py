"""haproxy: proxies on several nodes behind one floating address, which passes on to the services of the file.

Pacemaker runs HAProxy's systemd unit as a clone, and the address on a node where an instance runs: the primitive that
has the service's name is the address, and while that runs clients are served.

A proxy that is killed systemd starts again, in a tenth of a second: Pacemaker 2.1.5 looks for the end of a unit's stop,
and of its start, two seconds later each (measured: 2.7 to 2.9 s until clients were served). One that hangs is killed by
catalog/watched.py, which asks it every second. What Pacemaker is told of is a proxy that does not come back: that one
it takes the address from in the same moment (migration-threshold), and tries it again a minute later. So the address
does not wait for the proxies' order: it is mandatory for no transition, and a stop takes the address away first.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, ClassVar

from quorate.catalog import proxy_conf
from quorate.catalog.floating import address_primitive, host_in_url
from quorate.catalog.freed import free, freed_by
from quorate.catalog.made import MadeSecret, made
from quorate.catalog.platform import Platform
from quorate.catalog.proxied import Proxied
from quorate.catalog.service import HostFile, Probe, Service, unit_file
from quorate.catalog.site import Site
from quorate.catalog.watched import program, watched
from quorate.describe.cluster import IPInterface, Node
from quorate.describe.fields import Duration, Flag, FloatingAddress, Name, Port
from quorate.describe.reader import whole
from quorate.describe.resources import AgentName, Clone, Colocation, Operation, Order, Primitive, Resources
from quorate.dialect.haproxy.write import write

PROGRAM = "/usr/lib/quorate/haproxy"

# The operator's file, his CONFIG and EXTRAOPTS of /etc/default/haproxy stay; ours is read after it.
DROP_IN = """\
# Written by quorate.
[Unit]
StartLimitIntervalSec=30s
StartLimitBurst=5

[Service]
# Pacemaker takes more than two seconds each to stop and to start a unit; one that was killed is back in a tenth.
Restart=always
RestartSec=50ms
# What servers were like before a start says nothing; a reload takes it over.
ExecStartPre=-/bin/rm -f {state}
{freed}
ExecStart=
ExecStart={haproxy} -Ws -f $CONFIG -f {own} -p $PIDFILE $EXTRAOPTS
ExecReload=
ExecReload={haproxy} -Ws -f $CONFIG -f {own} -c -q $EXTRAOPTS
ExecReload={program} reload {socket} {state} $MAINPID {own}
"""
RELOAD = 'systemctl is-active --quiet "$1" || exit 0; exec systemctl reload "$1"'


class Haproxy(Service):
    """HAProxy on several nodes, and a floating address on one of them: it passes on to the services of the file.

    address: the floating address with its prefix length. nic: its interface; left out, the routing table says it.
    What is passed on the services say themselves: each that has an option `proxy` and names this one, or names none.
    The configuration lies in /etc/haproxy/quorate.cfg, beside the operator's own haproxy.cfg, which stays as it is.
    statistics: the port of the page of statistics, at each node's own address on the first cluster link. Its user is
    `quorate`, and its password lies in /etc/quorate/secrets. peers: the port on which the proxies tell each other
    which server of several has all the clients.
    connections: how many clients may be connected at a time; a maxconn in the operator's global section wins.
    threads: how many processors a proxy may use.
    drain: how long connections of before a reload may last. They stay with a process of their own, which looks after
    their servers no more.
    log_all: log every request, not only those that went wrong.
    monitor: how often the address is looked for, and systemd asked whether the proxy runs. A proxy that ends, or does
    not answer for three seconds, is found at once.
    """

    kind: ClassVar[str] = "haproxy"
    offers: ClassVar[str] = "entrance"
    example: ClassVar[str] = """\
# Proxies on three nodes behind one floating address; what they pass on are the services beside it in the file.
cluster: front
nodes:
  n1: {links: [10.20.0.11, 172.20.0.11], fencing: {ipmi: 10.20.9.11}}
  n2: {links: [10.20.0.12, 172.20.0.12], fencing: {ipmi: 10.20.9.12}}
  n3: {links: [10.20.0.13, 172.20.0.13], fencing: {ipmi: 10.20.9.13}}
corosync: {token: 1s, token_coefficient: 300ms}  # finds a dead node in 2.9 s, not 8 s; 1.3 s of silence get one fenced
fencing:
  ipmi: {user: admin, password: {env: IPMI_PASSWORD}, power_wait: 0s}
services:
  proxy:
    kind: haproxy
    address: 10.20.0.100/24
targets: {outage_s: 10}
"""

    address: FloatingAddress
    nic: Name | None = None
    statistics: Port = 8404
    peers: Port = 8405
    connections: Annotated[int, whole(1, 1_000_000, "a number of connections")] = 4000
    threads: Annotated[int, whole(1, 64, "a number of threads")] = 2
    drain: Duration = 600
    log_all: Flag = False
    monitor: Duration = 5

    def packages(self) -> Sequence[str]:
        """Return HAProxy and what the address needs."""
        return ("haproxy", "address")

    def units(self, platform: Platform) -> Sequence[str]:
        """Return HAProxy's unit: Pacemaker starts it, nothing else may."""
        return (platform.units["haproxy"],)

    def secrets(self, site: Site) -> Sequence[MadeSecret]:
        """Return the password of the page of statistics."""
        return (MadeSecret(f"{site.name}.statistics"),)

    def socket(self, platform: Platform) -> str:
        """Return where the proxy of a host is asked and told things by root."""
        return f"{platform.paths['haproxy.run']}/quorate.sock"

    def behind(self, site: Site) -> Iterator[Proxied]:
        """Yield what it passes on, in the order of the file."""
        for name in site.cluster.services:
            other = site.of(name)
            entrance = other.chosen(getattr(other.service, "proxy", None), "entrance")
            if entrance is not None and entrance.name == site.name:
                yield from other.service.proxied(other)

    def files(self, site: Site, node: Node) -> Sequence[HostFile]:
        """Return the configuration, what has the unit read it, and what watches the proxy."""
        paths, unit, server = site.platform.paths, site.platform.units["haproxy"], f"{site.name}-server"
        socket, state = self.socket(site.platform), f"{paths['haproxy.state']}/quorate.state"
        own = paths["haproxy.own"]
        proxy = proxy_conf.Proxy(
            node=node.name,
            address=str(self.address.ip),
            proxies=MappingProxyType({other.name: str(other.links[0].ip) for other in site.nodes}),
            peers=self.peers,
            statistics=self.statistics,
            password=made(f"{site.name}.statistics"),
            socket=socket,
            state=state,
            threads=self.threads,
            connections=self.connections,
            drain_s=self.drain,
            log_all=self.log_all,
        )
        text = write(proxy_conf.configuration(proxy, self.behind(site)))
        drop_in = DROP_IN.format(
            freed=freed_by(own),
            haproxy=paths["haproxy"],
            own=own,
            program=PROGRAM,
            socket=socket,
            state=state,
        )
        return (
            HostFile(PROGRAM, program("haproxy"), mode=0o755, make_parents=True),
            free(),
            HostFile(
                own,
                text,
                mode=0o600,
                check=(PROGRAM, "check", paths["haproxy.conf"]),
                then=(("sh", "-c", RELOAD, "quorate-reload", unit),),
                reader=server,
                taken="reload",
            ),
            unit_file(f"{paths['haproxy.unit.d']}/quorate.conf", drop_in, server),
            *watched(server, paths["haproxy.pid"], ("unix", socket, "show info"), every_s=1, patience_s=3, back_s=1),
        )

    def resources(self, site: Site) -> Resources:
        """Return the address, and the clone of proxies that it keeps to."""
        name, meta = site.name, MappingProxyType(dict(self.meta))
        address = address_primitive(name, self.address, self.nic, self.monitor, meta)
        server = Primitive(
            id=f"{name}-server",
            agent=AgentName("systemd", None, site.platform.units["haproxy"].removesuffix(".service")),
            operations=(Operation("monitor", interval_s=self.monitor),),
            meta=MappingProxyType({"migration-threshold": "1", "failure-timeout": "60s"}),
        )
        clone = Clone(f"{name}-servers", server.id, meta=MappingProxyType({"interleave": "true"}))
        return Resources(
            resources=(address, server, clone),
            constraints=(
                Colocation(f"{name}-with-server", name, clone.id),
                Order(f"{name}-after-server", clone.id, name, kind="Optional"),
            ),
        )

    def addresses(self) -> Sequence[IPInterface]:
        """Return the floating address."""
        return (self.address,)

    def talks_over(self, site: Site) -> Sequence[int]:
        """Return the first, where the servers behind it listen, and the one in whose network its address lies."""
        return sorted({0, *super().talks_over(site)})

    def reached(self, site: Site) -> Sequence[str]:
        """Return the floating address and each port that is passed on."""
        return tuple(f"{host_in_url(self.address)}:{one.port}" for one in self.behind(site))

    def probe(self, site: Site) -> Probe | None:
        """Return a connection to a port that is passed on; a ping where there is none.

        One over HTTP, where there is one: behind it no server sees a connection on which nothing is asked. A database
        writes each of them down, 20 a second.
        """
        for one in sorted(self.behind(site), key=lambda one: one.mode != "http"):
            return Probe("tcp", f"{host_in_url(self.address)}:{one.port}")
        return Probe("icmp", str(self.address.ip))

    def listens(self) -> Mapping[str, Sequence[int]]:
        """Return the ports of its own; those that it passes on are the services'."""
        return {"tcp": (self.statistics, self.peers)}
