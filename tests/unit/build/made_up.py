"""A service that needs a secret, a file in which it stands, and something done once; and a cluster that has it."""

from dataclasses import replace
from types import MappingProxyType
from typing import ClassVar

from build.wishes import wish
from quorate.catalog.made import MadeSecret, made
from quorate.catalog.service import HostFile, Service
from quorate.catalog.setting_up import SettingUp
from quorate.describe.resources import AgentName, Primitive, Resources

PATH = "/etc/store/password.conf"


class Store(Service):
    """One of those."""

    kind: ClassVar[str] = "store"
    user: str = ""

    def secrets(self, site):
        return (MadeSecret(f"{site.name}.account"),)

    def files(self, site, node):
        return (HostFile(PATH, f"password = {made(f'{site.name}.account')}\n"),)

    def resources(self, site):
        return Resources(resources=(Primitive(site.name, AgentName("systemd", None, "store")),))

    def uses(self, site):
        return (self.user,) if self.user else ()

    def settings_up(self, site):
        name = site.name
        return (SettingUp(f"make {name}", ("ask", name), ("do", name), name, input=made(f"{name}.account")),)


def wanting(**services):
    """Return Want of a cluster with these services; every secret is its own name's length of the letter s."""
    want = wish()
    cluster = replace(want.cluster, services=MappingProxyType(services))
    return replace(want, cluster=cluster, made={f"{name}.account": "s3cr3t-of-" + name for name in services})
