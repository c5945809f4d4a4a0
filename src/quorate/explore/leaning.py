"""Leaning: what the catalog says of services that use each other, put into a Subject's services. Pure.

In: the services as Pacemaker runs them. Out: the same, each with all that it uses, directly or through others; how many
of its servers are enough; and what the loss of one costs its clients.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from quorate.catalog.platform import Platform
from quorate.catalog.service import Service as Kind
from quorate.catalog.site import Site
from quorate.describe.cluster import Cluster
from quorate.errors import UsageError
from quorate.explore.subject import Service, Wait

NOBODY_ASKED: Mapping[str, str] = MappingProxyType({})
PROXY = "the proxy's checks, and an assumption of how long a client needs to ask again (Proxied)"


def leaning(
    services: Sequence[Service],
    cluster: Cluster,
    platform: Platform,
    at: Mapping[str, str] = NOBODY_ASKED,
    moved: Collection[str] = (),
) -> tuple[Service, ...]:
    """Return the services with what they use. UsageError: services use each other in a circle.

    at: the node at whose server all clients of a service are, by its name, where a proxy keeps them together. moved:
    services that are moved when a network does not answer: no link is one that they cannot do without.
    """
    sites = {name: Site(name, platform, cluster) for name, kind in cluster.services.items() if isinstance(kind, Kind)}
    known = {
        one.name: _served(one, sites[one.name], at.get(one.name, "")) if one.name in sites else one for one in services
    }
    direct = {name: [used for used in site.service.uses(site) if used in known] for name, site in sites.items()}
    known |= {name: replace(known[name], links=()) for name in moved}
    return tuple(_with_uses(one, known, direct) for one in known.values())


def assumed(services: Iterable[Service], at: Mapping[str, str] = NOBODY_ASKED) -> Iterator[str]:
    """Say of which services nobody knows at which server all clients are; each a sentence without its end."""
    for service in services:
        first = next((wait.order[0] for wait in service.waits if wait.order), "")
        if first and service.name not in at:
            taken = f"all clients of {service.name} are taken to be at the server of {first}, the first in order"
            yield f"{taken}; a proxy leaves them at the one they went to last (--live and --lab ask it)"


def _served(service: Service, site: Site, at: str) -> Service:
    """Return the service with how its servers stand in for each other."""
    servers = site.service.servers(site)
    return replace(
        service,
        enough=servers.enough,
        arbitrators=servers.arbitrators,
        waits=tuple(dict.fromkeys(_waits(site, at))),
        links=tuple(site.service.talks_over(site)),
        remembers=tuple(site.service.remembers(site)),
    )


def _waits(site: Site, at: str) -> Iterator[Wait]:
    servers = site.service.servers(site)
    if servers.died_s or servers.silent_s or servers.stopped_s:
        yield Wait(servers.died_s, servers.silent_s, servers.stopped_s, source=servers.source, hung_s=servers.silent_s)
    for passed_on in site.service.proxied(site):
        order = tuple(sorted(passed_on.servers, key=lambda node: node != at)) if passed_on.single else ()
        yield Wait(passed_on.died_s, passed_on.silent_s, passed_on.stopped_s, order, PROXY, hung_s=passed_on.hung_s)


def _with_uses(service: Service, known: Mapping[str, Service], direct: Mapping[str, Sequence[str]]) -> Service:
    return replace(service, uses=tuple(known[name] for name in used(service.name, direct)))


def used(name: str, direct: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return all that a service uses, directly or through others, what others use first. UsageError: in a circle."""
    found: list[str] = []

    def visit(one: str, way: tuple[str, ...]) -> None:
        if one in way:
            circle = " uses ".join((*way[way.index(one) :], one))
            raise UsageError(f"services use each other in a circle: {circle}", "none of them could be started first")
        for other in direct.get(one, ()):
            visit(other, (*way, one))
        if one not in found:
            found.append(one)

    visit(name, ())
    return tuple(found[:-1])
