"""chosen_servers: at which of several servers all clients of a service are: the proxy that has the address is asked.

A proxy keeps all clients of a database at one server until that is down, and does not go back to the first when that
returns (catalog/proxy_conf.py). So who it is stands in no file. Nothing is done on any host but asking.
"""

from collections.abc import Mapping

from quorate.catalog.platform import Platform
from quorate.catalog.services.haproxy import PROGRAM, Haproxy
from quorate.catalog.site import Site
from quorate.describe.cluster import Cluster
from quorate.machines.fleet import on_all
from quorate.machines.host import Host
from quorate.observe.facts import addresses
from quorate.observe.facts import chosen_servers as fact
from quorate.observe.gathering import gather, gather_about

TIMEOUT_S = 5.0


async def chosen_servers(fleet: Mapping[str, Host], cluster: Cluster, platform: Platform) -> dict[str, str]:
    """Return the node that has all clients, by service; one whose proxy does not say it is not there."""
    found: dict[str, str] = {}
    for name, service in cluster.services.items():
        if isinstance(service, Haproxy) and (sections := kept_together(Site(name, platform, cluster))):
            said = await _said(fleet, service, platform)
            found |= {sections[section]: node for section, node in said.items() if section in sections}
    return found


def kept_together(proxy: Site) -> dict[str, str]:
    """Return the services behind a proxy whose clients are all at one server, by the proxy's section. Pure."""
    others = map(proxy.of, proxy.cluster.services)
    passed_on = ((one, passed) for one in others for passed in one.service.proxied(one) if passed.single)
    return {passed.name: one.name for one, passed in passed_on if proxy.name in one.service.uses(one)}


async def _said(fleet: Mapping[str, Host], proxy: Haproxy, platform: Platform) -> Mapping[str, str]:
    """Return what the proxy says that has the address; nothing where none has it, or it does not answer."""

    async def has_address(host: Host) -> bool:
        interfaces = await gather(host, addresses, timeout_s=TIMEOUT_S)
        return any(one.value.ip == proxy.address.ip for interface in interfaces for one in interface.addresses)

    there = (await on_all(list(fleet.values()), has_address)).good
    holders = [fleet[name] for name, has in there.items() if has]
    told = await on_all(
        holders,
        lambda host: gather_about(host, fact, PROGRAM, proxy.socket(platform), timeout_s=TIMEOUT_S),
    )
    return next(iter(told.good.values()), {})
