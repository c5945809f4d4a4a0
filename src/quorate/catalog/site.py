"""Site: where a service stands: its name, its nodes, what they call things, and the services beside it. Pure.

A service of a kind knows its own options alone. What it has to know of others (where clients find the database, whose
proxy passes its requests on) it asks its site.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from quorate.catalog.platform import Platform
from quorate.describe.cluster import Cluster, IPAddress, Node
from quorate.describe.resources import Clone
from quorate.describe.service import ServiceOptions

if TYPE_CHECKING:
    from quorate.catalog.service import Service


@dataclass(frozen=True, slots=True)
class Site:
    """Where the service called `name` stands, in a cluster whose hosts are of `platform`."""

    name: str
    platform: Platform
    cluster: Cluster

    @property
    def service(self) -> "Service":
        """The service itself."""
        return _of_the_catalog(self.cluster.services[self.name])

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes that may run it, the preferred first."""
        return nodes_of(self.cluster, self.service)

    @property
    def is_everywhere(self) -> bool:
        """Whether several nodes run its servers at once: as a clone, all of whose instances are alike."""
        made = self.service.resources(self).resources
        return any(isinstance(one, Clone) and not one.promotable for one in made)

    def of(self, name: str) -> "Site":
        """Return the site of another service of the same cluster; KeyError if there is none of that name."""
        if name not in self.cluster.services:
            raise KeyError(name)
        return replace(self, name=name)

    def beside(self, *offers: str) -> "Iterator[Site]":
        """Yield the sites of the services that offer one of these (Service.offers), in the order of the file."""
        for name, service in self.cluster.services.items():
            if _of_the_catalog(service).offers in offers:
                yield replace(self, name=name)

    def chosen(self, name: str | None, *offers: str) -> "Site | None":
        """Return the site of the service that an option names, or of the only one that offers it; None for neither.

        Two that offer the same, and no option that names one, is for a rule of check to find: then it is the first.
        """
        if name is not None:
            return self.of(name) if name in self.cluster.services else None
        return next(self.beside(*offers), None)


def nodes_of(cluster: Cluster, service: ServiceOptions) -> tuple[Node, ...]:
    """Return the nodes that may run `service`, the preferred first; all of them where the file names none."""
    if not service.nodes:
        return cluster.nodes
    return tuple(cluster.node(name) for name in service.nodes)


def link_of(cluster: Cluster, at: IPAddress | None) -> int | None:
    """Return the link in whose network an address lies, None where it is in none, or no number."""
    count = max(len(node.links) for node in cluster.nodes)
    return next((i for i in range(count) if at is not None and any(at in n for n in cluster.networks(i))), None)


def _of_the_catalog(options: ServiceOptions) -> "Service":
    assert hasattr(options, "offers"), f"{type(options).__name__} is not from the catalog"
    return options  # type: ignore[return-value]
