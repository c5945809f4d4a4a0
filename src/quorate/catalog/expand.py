"""From services to resources: what Pacemaker runs for everything in the cluster file. Pure."""

from quorate.catalog.platform import Platform
from quorate.catalog.service import Service
from quorate.describe.cluster import Cluster, Node
from quorate.describe.resources import Clone, Constraint, Location, Resources
from quorate.describe.service import ServiceOptions

PREFERENCE_STEP = 10
"""Score between one preferred node and the next. With at most 32 nodes the first gets 320, well below the default
stickiness of 1000: a preference decides where a service starts, and never moves a running one back."""


def expand(cluster: Cluster, platform: Platform) -> Resources:
    """Return the resources of all services, then those of the file's own `resources` and `constraints` sections."""
    resources = Resources()
    for name, service in cluster.services.items():
        nodes = nodes_of(cluster, service)
        made = _service(service).resources(name, platform, nodes)
        resources += made + Resources(constraints=preferences(name, made, cluster, service))
    return resources + cluster.resources


def nodes_of(cluster: Cluster, service: ServiceOptions) -> tuple[Node, ...]:
    """Return the nodes that may run `service`, the preferred first; all of them where the file names none."""
    if not service.nodes:
        return cluster.nodes
    return tuple(cluster.node(name) for name in service.nodes)


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


def _service(options: ServiceOptions) -> Service:
    assert isinstance(options, Service), f"{type(options).__name__} is not from the catalog"
    return options
