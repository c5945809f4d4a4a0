"""ApiService: the frame of OpenStack's API services: servers without a state of their own, behind one address.

Behind a proxy every node runs one, on the node's own address (active/active: a clone). Behind a floating address alone
one node runs it, the node that has the address, and it listens there (active/passive, as in the OpenStack HA guide).
The kind of the service that offers the entrance decides it; nothing else of the cluster file changes.

Why active/passive APIs are not one group, as the guide has them: in a group the failure of one restarts all after it,
and they do not need one another to start. Each is bound to the address and ordered after it, and restarts alone. One
that cannot run on its node any more takes the address, and with it the others, to a node where it can: no other node
could serve it.

From one form to the other, servers come to listen elsewhere, and a proxy holds, or is to hold, what they listen at. So
each waits until the address is free, and the address stands among the server's parameters. Data only, pure.
"""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib import resources
from ipaddress import IPv4Address, IPv6Address
from types import MappingProxyType
from typing import ClassVar

from quorate.catalog.accounts import sql_account, sql_secret, sql_url
from quorate.catalog.floating import host_in_url
from quorate.catalog.freed import free, freed
from quorate.catalog.made import MadeSecret
from quorate.catalog.platform import Platform
from quorate.catalog.proxied import FAST, Proxied
from quorate.catalog.service import HostFile, Service, unit_file
from quorate.catalog.setting_up import SettingUp
from quorate.catalog.site import Site
from quorate.catalog.storage import Replicated, carried
from quorate.catalog.watched import watched
from quorate.describe.cluster import IPInterface, Node
from quorate.describe.fields import Duration, Name, Port
from quorate.describe.resources import (
    AgentName,
    Clone,
    Colocation,
    Constraint,
    Group,
    Operation,
    Order,
    Primitive,
    Resources,
    Role,
)

ANSWERS = "/usr/lib/quorate/answers"
UNITS = "/etc/systemd/system"
# In place of the package's unit, and like it but for After=, which no drop-in can take back: it names the units of
# database, broker and identity service. While one of these starts systemd would not begin with this one, and Pacemaker
# takes a unit that is inactive after its start for one that failed.
# A started unit is one that answers: who waits for the start needs not ask again. On a slow node Python takes a minute.
UNIT = """\
# Written by quorate.
[Unit]
Description=OpenStack {name}
Wants=network-online.target
After=network-online.target local-fs.target remote-fs.target

[Service]
User={user}
Group={user}
WorkingDirectory=~
RuntimeDirectory={user} lock/{user}
CacheDirectory={user}
LimitNOFILE=65535
ExecStart=/etc/init.d/{name} systemd-start
{settings}{freed}
{leaving}ExecStartPost={answers} --started {pidfile} {address} {port} {path}
TimeoutStartSec=280
TimeoutStopSec=15
Restart=on-failure

[Install]
WantedBy=multi-user.target
"""
# Behind a proxy a server is taken out before it stops: what came to it meanwhile would be lost with its queue.
# What says so goes with the stop; after a power cut within it, with the next start, whatever the entrance is then.
STAYING = "ExecStartPre=+{answers} --stay {file}\n"
LEAVING = """\
ExecStop=+{answers} --leave {file} {seconds:g}
ExecStopPost=+{answers} --stay {file}
"""
START_S = 300
PATIENCE_S = 60.0  # longer than the database is waited for (accounts.py)
BESIDE_OTHERS_EVERY_S = 30.0
BESIDE_OTHERS_PATIENCE_S = 120.0
# Pacemaker 2.1.5 counts a failure that it is told of twice, until programs/watch takes one back, and a monitor may find
# the same one: a server that was killed once had 3, the usual threshold, and took the address and all others along.
THRESHOLD = "7"
DRAWN = "5000"  # stronger than any stickiness of ours; without an instance anywhere the address stays where it is
LOOPBACK = ("127.", "[::1]")
CHECK_S = 3.0  # a page that an API's only worker makes, between requests of clients
# A server with much to do is not one that is gone. When an address moves all clients come back in one moment: servers
# that were late for two checks of 3 s were taken out, all of them, with what they were at, and no token was issued for
# 9 s more. A host that is silent shows in the first connection.
CHECK_PATIENCE_S = 10.0
LEAVE_S = CHECK_S * (1 + FAST) + 0.2  # the proxies' next two checks, and a moment for their answers


class ApiService(Service):
    """What all API services share. A kind sets `port`, and answers `settings`.

    proxy: the service that is the entrance: a proxy, or a floating address. database: the one that offers SQL. Both
    are found when there is but one. workers: processes that answer requests. monitor: how often systemd is asked.
    health: the page that a server which is well answers with 2xx, without asking others. leaving: the file for which
    that page looks: while it is there it says that the server is not well. idle_s: how long client and server may say
    nothing, where a proxy stands between them.
    """

    requires: ClassVar[Mapping[str, str]] = MappingProxyType({"entrance": "proxy", "sql": "database"})
    health: ClassVar[str] = "/healthcheck"
    leaving: ClassVar[str]
    idle_s: ClassVar[float] = 60.0

    port: Port
    proxy: Name | None = None
    database: Name | None = None
    workers: int = 1
    monitor: Duration = 10

    @abstractmethod
    def settings(self, site: Site, node: Node) -> Mapping[str, Mapping[str, str]]:
        """Return the settings of the server on `node`, by section."""

    def unit_lines(self, site: Site, node: Node) -> Sequence[str]:
        """Return lines for the section [Service] of the server's unit."""
        return ()

    def entrance(self, site: Site) -> Site | None:
        """Return the site of the proxy, or of the floating address."""
        return site.chosen(self.proxy, "entrance")

    def is_passive(self, site: Site) -> bool:
        """Tell whether one node runs it, the one that has the address."""
        entrance = self.entrance(site)
        return entrance is not None and entrance.service.kind == "address"

    def listening(self, site: Site, node: Node) -> IPInterface:
        """Return the address that the server listens at on `node`."""
        entrance = self.entrance(site)
        return entrance.service.addresses()[0] if entrance and self.is_passive(site) else node.links[0]

    def asked(self, site: Site, node: Node) -> IPv4Address | IPv6Address:
        """Return where the server on `node` is asked whether it is well: where it listens."""
        return self.listening(site, node).ip

    def sql(self, site: Site) -> str:
        """Return the URL of the database; "" for a file without one, which has a finding."""
        database = site.chosen(self.database, "sql")
        reached = database.service.reached(database) if database else ()
        return next((sql_url(site, where, self.kind) for where in reached), "")

    def packages(self) -> Sequence[str]:
        """Return the server's."""
        return (self.kind,)

    def units(self, platform: Platform) -> Sequence[str]:
        """Return the server's unit."""
        return (platform.units[self.kind],)

    def files(self, site: Site, node: Node) -> Sequence[HostFile]:
        """Return the settings, what makes the unit wait until the server answers, and what watches the server."""
        unit, server = site.platform.units[self.kind], f"{site.name}-server"
        asked = (str(self.asked(site, node)), str(self.port), self.health)
        pidfile = f"/run/{self.kind}/quorate.pid"
        content = UNIT.format(
            name=unit.removesuffix(".service"),
            user=self.kind,
            settings="".join(f"{line}\n" for line in self.unit_lines(site, node)),
            freed=freed(str(self.listening(site, node).ip), [self.port]),
            leaving=(STAYING + (LEAVING if self.proxied(site) else "")).format(
                answers=ANSWERS, file=self.leaving, seconds=LEAVE_S
            ),
            answers=ANSWERS,
            pidfile=pidfile,
            address=asked[0],
            port=asked[1],
            path=asked[2],
        )
        return (
            HostFile(
                site.platform.paths[f"{self.kind}.conf"],
                ini(self.settings(site, node)),
                mode=0o640,
                group=self.kind,
                make_parents=True,
                reader=server,
                taken="restart",
            ),
            HostFile(ANSWERS, answers(), mode=0o755, make_parents=True),
            free(),
            unit_file(f"{UNITS}/{unit}", content, server),
            *self._watched(site, server, pidfile, asked),
        )

    def _watched(self, site: Site, server: str, pidfile: str, asked: Sequence[str]) -> Sequence[HostFile]:
        """Return what watches the server.

        All threads of a server may wait for a database that has just moved, and it answers nobody meanwhile. To kill
        it then, on all nodes at once, made an outage of 10 s one of 100 s. A proxy passes by one that hangs, so there
        it is given more time, and it is asked less often: only one that would hang for ever has to be ended.
        """
        question = (ANSWERS, *asked)
        if self.is_passive(site):
            return watched(server, pidfile, question, patience_s=PATIENCE_S)
        return watched(server, pidfile, question, every_s=BESIDE_OTHERS_EVERY_S, patience_s=BESIDE_OTHERS_PATIENCE_S)

    def resources(self, site: Site) -> Resources:
        """Return a clone of the server, or the server bound to the address; on top of its storage where it has any."""
        unit = site.platform.units[self.kind].removesuffix(".service")
        server = Primitive(
            f"{site.name}-server",
            AgentName("systemd", None, unit),
            self._listening_at(site),
            operations=(Operation("start", timeout_s=START_S), Operation("monitor", interval_s=self.monitor)),
            meta=MappingProxyType({"migration-threshold": THRESHOLD}),
        )
        meta = dict(self.meta)
        if self.is_passive(site):
            made = self._on_its_store(site, server, Group(site.name, (server.id,), MappingProxyType(meta)))
            return made + Resources(constraints=tuple(self._bound(site)))
        # There is no other node for an instance of a clone to go to: it is tried again where it failed.
        server = replace(server, meta=MappingProxyType({**server.meta, "failure-timeout": "60s"}))
        made = self._on_its_store(site, server, Group(f"{site.name}-instance", (server.id,)))
        if self.store(site.name) is None:
            made = Resources(resources=(server,))
        member = made.resources[-1].id
        clone = Clone(site.name, member, meta=MappingProxyType({"interleave": "true", **meta}))
        return replace(made, resources=(*made.resources, clone))

    def _listening_at(self, site: Site) -> Mapping[str, str]:
        """Return the floating address that it listens at, as a parameter.

        Units have no parameters, and systemd is told nothing of it; but Pacemaker restarts a server whose parameters
        are not those that it was started with. Without it, one that was alone would become the first of a clone as it
        is, at an address that is now the proxy's.
        """
        entrance = self.entrance(site)
        return {"address": str(entrance.service.addresses()[0].ip)} if entrance and self.is_passive(site) else {}

    def _on_its_store(self, site: Site, server: Primitive, group: Group) -> Resources:
        store = self.store(site.name)
        if store is None:
            return Resources(resources=(server, group))
        return carried(site.name, store, site.nodes, (server,), group)

    def _bound(self, site: Site) -> Iterator[Constraint]:
        """Yield what keeps the server with the address, and with the instance of the database that it uses.

        A resource that is bound to two others does not bring these together: Pacemaker places each of them without a
        look at the other. So the address is drawn to where the server can run at all.
        """
        name, entrance, database = site.name, self.entrance(site), site.chosen(self.database, "sql")
        assert entrance is not None
        yield Colocation(f"{name}-with-{entrance.name}", name, entrance.name)
        if database is not None and any(where.startswith(LOOPBACK) for where in database.service.reached(database)):
            yield Colocation(f"{name}-with-{database.name}", name, database.name)
            yield Colocation(f"{name}-draws-{entrance.name}", entrance.name, database.name, DRAWN)
        if isinstance(self.store(name), Replicated):
            promoted: Role = "Promoted"
            yield Colocation(
                f"{name}-data-draw-{entrance.name}", entrance.name, f"{name}-replicas", DRAWN, None, promoted
            )
        yield Order(f"{name}-after-{entrance.name}", entrance.name, name)

    def uses(self, site: Site) -> Sequence[str]:
        """Return its entrance and its database."""
        used = (self.entrance(site), site.chosen(self.database, "sql"))
        return tuple(one.name for one in used if one is not None)

    def secrets(self, site: Site) -> Sequence[MadeSecret]:
        """Return the password of its account in the database."""
        return (sql_secret(site),)

    def settings_up(self, site: Site) -> Sequence[SettingUp]:
        """Return how it gets its database; the kind adds what fills it."""
        database = site.chosen(self.database, "sql")
        return (sql_account(site, database, self.kind),) if database else ()

    def proxied(self, site: Site) -> Sequence[Proxied]:
        """Return the servers of all nodes, asked for their health; nothing where one node has the address."""
        if self.entrance(site) is None or self.is_passive(site):
            return ()
        servers = {node.name: str(node.links[0].ip) for node in site.nodes}
        passed_on = Proxied(
            site.name,
            self.port,
            servers,
            check=self.health,
            check_s=CHECK_S,
            patience_s=CHECK_PATIENCE_S,
            idle_s=self.idle_s,
            leaves=True,
            at_once=self.at_once(),
        )
        return (passed_on,)

    def talks_over(self, site: Site) -> Sequence[int]:
        """Return the first, where the servers of all nodes listen; the floating address looks after itself."""
        return () if self.is_passive(site) else (0,)

    def at_once(self) -> int:
        """Return how many requests of clients a proxy gives one server at a time; 0 for any number."""
        return 0

    def reached(self, site: Site) -> Sequence[str]:
        """Return its port at the address of the entrance; without one, at every node."""
        entrance = self.entrance(site)
        addresses = entrance.service.addresses()[:1] if entrance else [node.links[0] for node in site.nodes]
        return tuple(f"{host_in_url(address)}:{self.port}" for address in addresses)

    def listens(self) -> Mapping[str, Sequence[int]]:
        """Return the port."""
        return {"tcp": (self.port,)}


def as_argument(word: str) -> str:
    """Write a word as one argument of a command line in a unit, whatever stands in it (systemd.service(5))."""
    for char, written in (("\\", "\\\\"), ('"', '\\"'), ("%", "%%"), ("$", "$$")):
        word = word.replace(char, written)
    return f'"{word}"'


def ini(sections: Mapping[str, Mapping[str, str]]) -> str:
    """Write settings as oslo.config reads them."""
    written = (
        f"[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in section.items())
        for name, section in sections.items()
    )
    return "# Written by quorate.\n" + "\n".join(written)


def database_settings(url: str) -> dict[str, str]:
    """Return the section `database`: connections that are given up and made anew when the database has moved.

    A request is answered with an error after one more try: if it waited for the database without end, as max_retries -1
    has it, a few requests would take all threads, and the server would seem to hang.
    """
    return {
        "connection": url,
        "max_pool_size": "5",
        "max_overflow": "25",
        "connection_recycle_time": "280",
        "max_retries": "1",
        "retry_interval": "1",
    }


@cache
def answers() -> str:
    """Return the program that asks a server for its health."""
    return resources.files("quorate.catalog").joinpath("programs/answers").read_text("utf-8")
