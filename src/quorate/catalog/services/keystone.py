"""keystone: OpenStack's identity service: users, projects, tokens, the catalog of all other services.

It is run by uWSGI as Debian's package has it, but with an ini file of its own: the package's has 8 processes of 32
threads, and listens on every address, where it would take the floating one's port.

Its health is that of its process (/healthcheck), not that of the database: what one server cannot reach none of them
can, and a proxy that took all of them out would answer clients no better, and take longer to begin again.

It shares no cache (its default: what one request asks for twice is kept for that request). With caches on all nodes,
one that a server took for dead and another did not kept a user who had been made anew from logging in for up to 10
minutes. And without those that were late a token took 390 ms to look at in place of 8, which kept them late. Like this
it takes 48 ms, always; other services keep what they were told of a token for five minutes.

A key of the tokens is kept for 49 hours after it was primary: a token is valid for one, and for two days more other
services may ask about it in requests that were begun before ([token] expiration, allow_expired_window).
"""

import json
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import Annotated, ClassVar

from quorate.catalog.api import ApiService, database_settings
from quorate.catalog.floating import host_in_url
from quorate.catalog.key_repository import KeyRepository
from quorate.catalog.made import MadeSecret, made
from quorate.catalog.openstack import (
    REGION,
    REGISTER,
    admin_secret,
    identity_url,
    register_files,
)
from quorate.catalog.service import HostFile, Probe
from quorate.catalog.setting_up import SettingUp
from quorate.catalog.site import Site
from quorate.describe.cluster import Node
from quorate.describe.fields import Name, Port
from quorate.describe.reader import whole

CONF = "/etc/keystone"
INI = f"{CONF}/quorate-uwsgi.ini"
OPENRC = "/root/quorate-openrc"
LOOPBACK = IPv4Address("127.0.0.1")
KEPT_S = 3600 + 172_800
MASTER_MIB, WORKER_MIB = 16, 143  # Keystone 22 without a request

UWSGI = """\
# Written by quorate.
[uwsgi]
plugins = python3
wsgi-file = /usr/bin/keystone-wsgi-public
name = keystone-api
chdir = /var/lib/keystone
master = true
no-orphans = true
# Each process makes its own connections and locks.
lazy-apps = true
enable-threads = true
thunder-lock = true
processes = {workers}
threads = {threads}
need-app = true
# What was begun is ended before the server stops, within this time.
hook-master-start = unix_signal:15 gracefully_kill_them_all
worker-reload-mercy = 5
# Whoever would wait longer gives up, and is served all the same: a server with too much to do would work for nobody.
listen = 32
buffer-size = 65535
rem-header = Content-Length
# It ends a connection after each answer. After one without a body a client that is not told would ask on it again.
add-header = Connection: close
# The proxies' questions would fill the log.
disable-logging = true
log-4xx = true
log-5xx = true
logto = /var/log/keystone/keystone.log
"""
MANAGE = ("runuser", "-u", "keystone", "--", "keystone-manage")
# 2, 3 and 4 say what is missing; 1 is a database that does not answer.
ASK_TABLES = """timeout 80 "$@"; case $? in 0) exit 0;; 2|3|4) exit 1;; *) exit 2;; esac"""
BOOTSTRAP = 'read -r OS_BOOTSTRAP_PASSWORD && export OS_BOOTSTRAP_PASSWORD && exec "$@"'
RC = """\
# Written by quorate: whoever reads it (`. /root/quorate-openrc`) is the administrator of this OpenStack.
export OS_AUTH_URL={url}/v3
export OS_IDENTITY_API_VERSION=3
export OS_USERNAME=admin
export OS_PASSWORD={password}
export OS_PROJECT_NAME=admin
export OS_USER_DOMAIN_NAME=Default
export OS_PROJECT_DOMAIN_NAME=Default
export OS_REGION_NAME={region}
"""


class Keystone(ApiService):
    """OpenStack's identity service, on every node behind a proxy, or on the node that has the floating address.

    proxy: the service that is its entrance, of kind haproxy or address. database: the service that offers SQL. Both
    are found when there is but one.
    port: where it listens, and where clients find it at the entrance. region: of its endpoints in the catalog.
    workers: processes on each node; threads: of each. monitor: how often systemd is asked whether the server runs.
    The user admin and its own endpoints are made when it runs for the first time; /root/quorate-openrc has what
    `openstack` needs to work as admin. `quorate apply --rotate-keys NAME` replaces the key of tokens.
    """

    kind: ClassVar[str] = "keystone"
    offers: ClassVar[str] = "identity"
    example: ClassVar[str] = """\
# OpenStack's identity service and its database on the node that has the address.
cluster: identity
nodes:
  n1: {links: [10.20.0.11, 172.20.0.11], fencing: {ipmi: 10.20.9.11}}
  n2: {links: [10.20.0.12, 172.20.0.12], fencing: {ipmi: 10.20.9.12}}
  n3: {links: [10.20.0.13, 172.20.0.13], fencing: {ipmi: 10.20.9.13}}
fencing:
  ipmi: {user: admin, password: {env: IPMI_PASSWORD}}
services:
  entrance: {kind: address, address: 10.20.0.100/24}
  database:
    kind: mariadb
    data: {filesystem: {device: /srv/shared}}
    address: 10.20.0.101/24
  identity: {kind: keystone}
targets: {availability: 99.99, outage_s: 60}
"""

    leaving: ClassVar[str] = "/run/keystone/leaving"

    port: Port = 5000
    region: Name = REGION
    workers: Annotated[int, whole(1, 64, "a number of processes")] = 1
    threads: Annotated[int, whole(1, 256, "a number of threads")] = 8

    def packages(self) -> Sequence[str]:
        """Return the server and the client."""
        return (self.kind, "openstack-client")

    def memory_mib(self) -> int:
        """Return what uWSGI and its workers take before the first request."""
        return MASTER_MIB + self.workers * WORKER_MIB

    def at_once(self) -> int:
        """Return half of the threads: the others answer for its health, to each proxy, whatever clients ask.

        More at once are no quicker, for what costs time is the processor's; and who waits at the proxy can give up.
        """
        return max(1, self.workers * self.threads // 2)

    def key_repositories(self) -> Sequence[KeyRepository]:
        """Return those of the tokens and of the credentials that users leave with it."""
        return (
            KeyRepository(f"{CONF}/fernet-keys", "token keys", "keystone", KEPT_S),
            KeyRepository(f"{CONF}/credential-keys", "credential keys", "keystone"),
        )

    def settings(self, site: Site, node: Node) -> Mapping[str, Mapping[str, str]]:
        """Return what differs from the package's settings."""
        return {
            "token": {"provider": "fernet"},
            "fernet_tokens": {"key_repository": f"{CONF}/fernet-keys"},
            "credential": {"key_repository": f"{CONF}/credential-keys"},
            "database": database_settings(self.sql(site)),
            "healthcheck": {"backends": "disable_by_file", "disable_by_file_path": self.leaving},
        }

    def unit_lines(self, site: Site, node: Node) -> Sequence[str]:
        """Return uWSGI's command: with an ini file of its own, at the address of this node or of the entrance.

        Only the master is told to stop: it lets its workers end what they have begun. A worker that is told drops it.
        """
        sockets = [f"{host_in_url(self.listening(site, node))}:{self.port}"]
        if self.is_passive(site):
            sockets.append(f"{self.asked(site, node)}:{self.port}")
        command = " ".join(("/usr/bin/uwsgi_python3", *(f"--http-socket {one}" for one in sockets), f"--ini {INI}"))
        return ("ExecStart=", f"ExecStart={command}", "KillMode=mixed")

    def asked(self, site: Site, node: Node) -> IPv4Address | IPv6Address:
        """Return the loopback address where no proxy keeps clients from coming all at once.

        Requests wait in a queue of their socket. Those of clients that had waited for the address kept the question of
        whether a server is well from being answered; so its start took longer than it may, and it was ended.
        """
        return LOOPBACK if self.is_passive(site) else super().asked(site, node)

    def files(self, site: Site, node: Node) -> Sequence[HostFile]:
        """Return the frame's, uWSGI's settings, and what an operator needs to work at once."""
        ini = UWSGI.format(workers=self.workers, threads=self.threads)
        password = made(admin_secret(site).name)
        rc = RC.format(url=identity_url(site), password=password, region=self.region)
        server = f"{site.name}-server"
        return (
            HostFile(INI, ini, reader=server, taken="restart"),
            *super().files(site, node),
            HostFile(OPENRC, rc, mode=0o600),
            *register_files(),
        )

    def secrets(self, site: Site) -> Sequence[MadeSecret]:
        """Return the passwords of its account in the database and of the user admin."""
        return (*super().secrets(site), admin_secret(site))

    def settings_up(self, site: Site) -> Sequence[SettingUp]:
        """Return how it gets its database, its tables, and its first user with all that this one needs."""
        return (*super().settings_up(site), self._tables(site), self._first_user(site))

    def probe(self, site: Site) -> Probe:
        """Return a client that gets itself a token."""
        return Probe("token", f"{identity_url(site)}/v3")

    def _tables(self, site: Site) -> SettingUp:
        return SettingUp(
            words="make its tables",
            asks=("sh", "-c", ASK_TABLES, "quorate-ask", *MANAGE, "db_sync", "--check"),
            does=(*MANAGE, "db_sync"),
            on=site.name,
            timeout_s=900,
            things=(("schema", self.kind),),
        )

    def _first_user(self, site: Site) -> SettingUp:
        url = f"{identity_url(site)}/v3"
        options = {
            "username": "admin",
            "project-name": "admin",
            "role-name": "admin",
            "service-name": "keystone",
            "region-id": self.region,
            **{f"{interface}-url": url for interface in ("public", "internal", "admin")},
        }
        words = (word for name, value in options.items() for word in (f"--bootstrap-{name}", value))
        password = made(admin_secret(site).name)
        wanted = {
            "identity": url,
            "user": "admin",
            "password": password,
            "project": "admin",
            "region": self.region,
            "type": "identity",
            "url": url,
        }
        return SettingUp(
            words="make its user admin and its endpoints",
            asks=(REGISTER, "ask"),
            does=("sh", "-c", BOOTSTRAP, "quorate-bootstrap", *MANAGE, "bootstrap", *words),
            on=site.name,
            ask_input=json.dumps(wanted),
            input=f"{password}\n",
            things=(("identity user", "admin"), ("endpoint set", "identity")),
        )
