"""of_cluster: a Subject from a cluster file, alone or with the CIB of the cluster that runs by it. Pure.

Pacemaker's part comes from the CIB that quorate renders (or the live one); the file adds what no CIB says: its
services by name, votes, links, disks, watched servers, which board shares a node's power.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from ipaddress import ip_address
from itertools import permutations
from types import MappingProxyType

from quorate.catalog.agents import AgentLibrary
from quorate.catalog.platform import Platform
from quorate.catalog.service import Service as Kind
from quorate.catalog.site import link_of, nodes_of
from quorate.catalog.storage import Replicated
from quorate.catalog.watched import Watch
from quorate.check.context import Context
from quorate.check.fencing import address
from quorate.describe.cluster import Cluster, IPAddress
from quorate.describe.resources import Colocation, Order
from quorate.describe.service import ServiceOptions
from quorate.errors import UsageError
from quorate.explore import of_cib
from quorate.explore.configured import Carrier, Configured
from quorate.explore.disks import disks
from quorate.explore.leaning import NOBODY_ASKED, assumed, leaning
from quorate.explore.rates import rates
from quorate.explore.running import is_shared
from quorate.explore.subject import Disk, Fence, Part, Service, Subject
from quorate.render.cib import cib as rendered
from quorate.render.former import is_former_clone

MOVED_WITH_NETWORK = "{name} is moved by a rule when its network does not answer; how long that takes is not explored"


def of_cluster(
    cluster: Cluster,
    agents: AgentLibrary,
    platform: Platform,
    live: str = "",
    *,
    same_nodes: bool = True,
    at: Mapping[str, str] = NOBODY_ASKED,
) -> Subject:
    """Return the Subject of a cluster file. live: the CIB of the running cluster as text, "" to explore the file alone.

    same_nodes: both have to have the same nodes; without it (a node is being added or removed) votes, ids and links are
    the file's, all else is the CIB's. at: as for `leaning`. UsageError: the CIB is no CIB, or another cluster's.
    """
    root = of_cib.parse(live) if live else rendered(cluster, agents, platform)
    base = of_cib.read(root, cluster.name)
    configured = Configured(root)
    context = Context.of(cluster, agents, platform)
    remarks = [remark for remark in base.remarks if remark not in of_cib.ASSUMED]
    if live:
        if same_nodes:
            _same_nodes(cluster, base)
        remarks += _differences(context, configured)
    served = _services(cluster, context, configured)
    moved = [one.name for one in served if any(configured.is_moved_with_network(part) for part in one.needs)]
    remarks += [MOVED_WITH_NETWORK.format(name=name) for name in moved]
    services = leaning(served, cluster, platform, at, moved)
    remarks += assumed(services, at)
    return replace(
        base,
        name=cluster.name,
        votes=MappingProxyType({node.name: node.votes for node in cluster.nodes}),
        ids=MappingProxyType({node.name: node.id for node in cluster.nodes}),
        quorum=cluster.quorum,
        services=services,
        parts=MappingProxyType(dict(_parts(context.watched, base.parts, services))),
        detection_s=_detection_s(cluster),
        links=MappingProxyType({node.name: tuple(range(len(node.links))) for node in cluster.nodes}),
        bonded=frozenset(number for number, link in enumerate(cluster.corosync.links) if link.bond),
        device_link=link_of(cluster, _numeric(cluster.quorum.device.host)) if cluster.quorum.device else None,
        fences=tuple(_reached(cluster, fence) for fence in base.fences),
        shared=cluster.shared,
        rates=rates(cluster.rates),
        disks=(
            *_disks(cluster, services),
            *disks(configured, tuple(s for s in services if s.name not in cluster.services)),
        ),
        outage_target_s=cluster.targets.outage_s,
        availability_target=cluster.targets.availability,
        remarks=tuple(remarks),
    )


def _services(cluster: Cluster, context: Context, configured: Configured) -> tuple[Service, ...]:
    """Return the file's services by name, then the top-level resources that belong to none of them.

    Of a live CIB: what a service surely was made of before it became what the file says is none by itself; what
    somebody has only called like a part of one, is.
    """
    carriers = {carrier.id: carrier for carrier in configured.carriers}
    owner = {carrier: _owner(cluster, context, carrier) for carrier in carriers}
    found = []
    for name, kind in cluster.services.items():
        own = [c for c, of in owner.items() if of == name and not carriers[c].idle]
        needed = [c for c in _needed(context, name, _where_clients_come(own, kind, configured)) if c in own]
        beside = tuple(p for c in own if c not in needed for p in carriers[c].primitives)
        if name in needed:
            needs = tuple(p for c in needed for p in carriers[c].primitives)
            memory_mib = kind.memory_mib() if isinstance(kind, Kind) else 0
            tied = tuple(_tied(context, [carriers[c] for c in needed], configured))
            found.append(Service(name, needs, beside, configured.nodes_for(name), memory_mib, tied=tied))
    clones = configured.cib.iterfind("configuration/resources/clone")
    former = {clone.get("id") for clone in clones if is_former_clone(clone, cluster.services)}
    others = (c for c in configured.carriers if not owner[c.id] and not c.idle and c.id not in former)
    alone = [of_cib.service(configured, carrier) for carrier in others]
    return (*found, *alone)


def _where_clients_come(own: list[str], kind: ServiceOptions, configured: Configured) -> tuple[str, ...]:
    """Return the top-level resources of a service that hold one of its floating addresses."""
    addresses = {str(address.ip) for address in kind.addresses()} if isinstance(kind, Kind) else set()
    holds = {c.id: {configured.primitives[p].parameters.get("ip") for p in c.primitives} for c in configured.carriers}
    return tuple(carrier for carrier in own if addresses & holds[carrier])


def _tied(context: Context, needed: list[Carrier], configured: Configured) -> Iterator[tuple[str, str]]:
    """Yield (primitive, instance of a clone) that have to be on one node for the service to work."""
    for one, other in permutations(needed, 2):
        alone, shared = configured.parts[one.primitives[-1]], configured.parts[other.primitives[-1]]
        if is_shared(shared) and not alone.clone and _are_together(context, one.id, other.id):
            yield alone.id, shared.id


def _are_together(context: Context, *carriers: str) -> bool:
    return any(
        isinstance(one, Colocation)
        and one.score == "INFINITY"
        and {context.carrier(one.resource), context.carrier(one.with_resource)} == set(carriers)
        for one in context.resources.constraints
    )


def _owner(cluster: Cluster, context: Context, carrier: str) -> str:
    """Return the service that a top-level resource was made for, "" for the file's own resources."""
    origin = context.origins.get(("resource", carrier), ())
    return str(origin[1]) if origin[:1] == ("services",) and origin[1] in cluster.services else ""


def _needed(context: Context, name: str, beside: tuple[str, ...]) -> tuple[str, ...]:
    """Return the top-level resources without which clients of the one called `name` are not served, in starting order.

    beside: others that they cannot do without, whatever constraints say.
    """
    found: list[str] = []
    seen: set[str] = set()

    def visit(one: str) -> None:
        seen.add(one)
        for other in _leans_on(context, one):
            if other not in seen:
                visit(other)
        found.append(one)

    for one in (name, *beside):
        if one not in seen:
            visit(one)
    return tuple(found)


def _leans_on(context: Context, carrier: str) -> Iterator[str]:
    for constraint in context.resources.constraints:
        if isinstance(constraint, Order) and constraint.kind == "Mandatory":
            one, other = constraint.then, constraint.first
        elif isinstance(constraint, Colocation) and constraint.score == "INFINITY":
            one, other = constraint.resource, constraint.with_resource
        else:
            continue
        if context.carrier(one) == carrier:
            yield context.carrier(other)


def _parts(
    watched: Mapping[str, Watch], parts: Mapping[str, Part], services: tuple[Service, ...]
) -> Iterator[tuple[str, Part]]:
    owners = {id_: service.name for service in services for id_ in (*service.needs, *service.beside)}
    for id_, part in parts.items():
        watch = watched.get(id_, Watch(id_))
        yield (
            id_,
            replace(
                part,
                service=owners.get(id_, ""),
                watched=id_ in watched,
                asked_s=watch.every_s,
                patience_s=watch.patience_s,
            ),
        )


def _detection_s(cluster: Cluster) -> float:
    """Return until when the others agree that a node is gone: Corosync, or the quorum device where that is slower."""
    device = cluster.quorum.device
    return max(cluster.corosync.detection_s, device.silence_s if device else 0.0)


def _reached(cluster: Cluster, fence: Fence) -> Fence:
    """Return the device with the power it shares, as the file says it, and the link by whose network it is reached."""
    device = next((each for each in cluster.fencing.devices if each.id == fence.id), None)
    if device is None:
        return fence
    return replace(fence, onboard=device.from_node or fence.onboard, link=link_of(cluster, address(device)))


def _numeric(host: str) -> IPAddress | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _disks(cluster: Cluster, services: tuple[Service, ...]) -> Iterator[Disk]:
    """Yield each disk below a service's data: one in each node, one that all share, or a directory that they share."""
    there = {service.name: service for service in services}
    for name, kind in cluster.services.items():
        if not isinstance(kind, Kind) or name not in there:
            continue
        replicated = isinstance(kind.store(name), Replicated)
        first = there[name].needs[:1]  # whatever is started first opens it: DRBD, the volume, the mount
        for disk in kind.disks():
            if disk.shared:
                yield Disk(disk.path, name, parts=first)
                continue
            for node in nodes_of(cluster, kind):
                resource = first[0] if replicated else ""
                yield Disk(disk.path, name, node.name, first, replicated=replicated, resource=resource)
        for directory in kind.shared_directories():
            yield Disk(directory, name, parts=first)


def _same_nodes(cluster: Cluster, base: Subject) -> None:
    ours, theirs = {node.name for node in cluster.nodes}, set(base.nodes)
    if ours != theirs:
        raise UsageError(
            f"the file is of {', '.join(sorted(ours))}, the CIB of {', '.join(sorted(theirs))}",
            "give the CIB of the cluster that the file describes, or bring the file up to date",
        )


def _differences(context: Context, configured: Configured) -> Iterator[str]:
    """Say which resources are in the file or on the cluster alone; explored is what the cluster has."""
    ours = {resource.id for resource in context.resources.primitives}
    theirs = {id_ for id_, p in configured.primitives.items() if not p.agent.startswith("stonith:")}
    if ours - theirs:
        yield f"in the file and not on the cluster, so not explored: {', '.join(sorted(ours - theirs))}"
    if theirs - ours:
        yield f"on the cluster and not in the file: {', '.join(sorted(theirs - ours))}"
