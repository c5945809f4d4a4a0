"""From services to resources: what Pacemaker runs for everything in the cluster file. Pure."""

from quorate.catalog.platform import Platform
from quorate.catalog.site import Site
from quorate.describe.cluster import Cluster
from quorate.describe.resources import Clone, Constraint, Location, Resources
from quorate.describe.service import ServiceOptions

PREFERENCE_STEP = 10
"""Score between one preferred node and the next. With at most 32 nodes the first gets 320, well below the default
stickiness of 1000: a preference decides where a service starts, and never moves a running one back."""


def expand(cluster: Cluster, platform: Platform) -> Resources:
    """Return the resources of all services, then those of the file's own `resources` and `constraints` sections."""
    resources = Resources()
    for name in cluster.services:
        resources += of_service(Site(name, platform, cluster))
    return resources + cluster.resources


def of_service(site: Site) -> Resources:
    """Return the resources of one service, with where it prefers to run."""
    made = site.service.resources(site)
    return made + Resources(constraints=preferences(site.name, made, site.cluster, site.service))


def preferences(name: str, made: Resources, cluster: Cluster, service: ServiceOptions) -> tuple[Constraint, ...]:
    """Return the location constraints of `nodes:`: a falling score for those named, -INFINITY for the others.

    Where a service has clones beside the resource that carries it, these are kept from the other nodes too.
    """
    if not service.nodes:
        return ()
    count = len(service.nodes)
    wanted = (
        Location(f"{name}-prefers-{node}", name, node, str((count - index) * PREFERENCE_STEP))
        for index, node in enumerate(service.nodes)
    )
    apart = [name, *(resource.id for resource in made.resources if isinstance(resource, Clone) and resource.id != name)]
    others = (
        Location(f"{id_}-never-on-{node.name}", id_, node.name, "-INFINITY")
        for id_ in apart
        for node in cluster.nodes
        if node.name not in service.nodes
    )
    return (*wanted, *others)
