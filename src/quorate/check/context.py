"""Context: what rules know besides the cluster itself: agents, and all resources with where they come from. Pure.

In: a Cluster, an AgentLibrary, a Platform. Out: the resources Pacemaker will be given (services expanded, then the
file's own), templates resolved, and for each the keys in the cluster file that it comes from.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType

from quorate.catalog.agents import Agent, AgentLibrary
from quorate.catalog.expand import expand, of_service
from quorate.catalog.platform import Platform
from quorate.catalog.platforms import platform_for
from quorate.catalog.service import Service
from quorate.catalog.site import Site
from quorate.catalog.watched import Watch, watched_at
from quorate.describe.cluster import Cluster
from quorate.describe.resources import Clone, Group, Operation, Order, Primitive, Resources
from quorate.dialect.crm.references import identity

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Context:
    """Pure data for rules.

    resources: everything Pacemaker will be given. primitives: the same primitives with their templates' settings
    merged in. origins: ("resource", id) or ("constraint", id) -> path in the cluster file. platform: whose names and
    paths the services were expanded with. as_is: ids of what stands in a text of the crm shell, to which nothing is
    added: no operations, no time-outs. watched: ids of primitives whose end Pacemaker is told of at once (ADR 13).
    """

    agents: AgentLibrary
    resources: Resources
    primitives: tuple[Primitive, ...]
    origins: Mapping[tuple[str, str], Path]
    platform: Platform
    given: frozenset[Path] = field(default_factory=frozenset)
    as_is: frozenset[str] = field(default_factory=frozenset)
    watched: Mapping[str, Watch] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, cluster: Cluster, agents: AgentLibrary | None = None, platform: Platform | None = None) -> "Context":
        """Build the context of `cluster`; by default with the shipped agents, on Debian."""
        platform = platform or platform_for(["debian"])
        assert platform is not None
        resources = expand(cluster, platform)
        return cls(
            agents=agents or AgentLibrary.shipped(),
            resources=resources,
            primitives=tuple(_with_template(p, resources) for p in resources.primitives),
            origins=MappingProxyType(_origins(cluster, platform)),
            platform=platform,
            given=cluster.given,
            as_is=frozenset(filter(None, map(identity, cluster.text.statements))),
            watched=MappingProxyType({one.resource: one for one in _watched(cluster, platform)}),
        )

    def agent(self, primitive: Primitive) -> Agent | None:
        """Return what is known of the primitive's agent."""
        return self.agents.get(primitive.agent) if primitive.agent else None

    def path(self, resource: str, *keys: str | int) -> Path:
        """Return the path of a resource (and of a key inside it, where the file itself defines the resource)."""
        origin = self.origins.get(("resource", resource), ("resources", resource))
        return (*origin, *keys) if origin[0] == "resources" or keys[:1] == ("meta",) else origin

    def constraint_path(self, constraint: str) -> Path:
        """Return the path of a constraint by its id."""
        return self.origins.get(("constraint", constraint), ("constraints",))

    def operation_path(self, primitive: Primitive, operation: Operation) -> Path:
        """Return the path of one operation, in the primitive itself or in the template it came from."""
        keys: Path = ("operations", operation.name)
        same = [o for o in primitive.operations if o.name == operation.name]
        if len(same) > 1:
            keys = (*keys, same.index(operation))
        own = self.path(primitive.id, *keys)
        if primitive.template and own[:4] not in self.given:
            return self.path(primitive.template, *keys)
        return own

    @cached_property
    def holders(self) -> Mapping[str, str]:
        """The group or clone that each member is in."""
        holders: dict[str, str] = {}
        for resource in self.resources.resources:
            if isinstance(resource, Group):
                holders |= dict.fromkeys(resource.members, resource.id)
            elif isinstance(resource, Clone):
                holders[resource.member] = resource.id
        return MappingProxyType(holders)

    @cached_property
    def clones(self) -> Mapping[str, Clone]:
        """The clones by id."""
        return MappingProxyType({r.id: r for r in self.resources.resources if isinstance(r, Clone)})

    def carrier(self, resource: str) -> str:
        """Return the top-level resource that holds `resource`: its clone, its group, or itself."""
        while resource in self.holders:
            resource = self.holders[resource]
        return resource

    def clone_of(self, resource: str) -> Clone | None:
        """Return the clone that holds `resource`, directly or through a group, or is it."""
        return self.clones.get(self.carrier(resource))

    @property
    def carriers(self) -> tuple[str, ...]:
        """Return all top-level resources, in order."""
        return tuple(r.id for r in self.resources.resources if r.id not in self.holders)

    @property
    def orders(self) -> tuple[Order, ...]:
        """Return the order constraints."""
        return tuple(c for c in self.resources.constraints if isinstance(c, Order))


def _with_template(primitive: Primitive, resources: Resources) -> Primitive:
    template = next((t for t in resources.templates if t.id == primitive.template), None)
    if template is None:
        return primitive
    own = {operation.name for operation in primitive.operations}
    return replace(
        primitive,
        agent=template.agent,
        parameters=MappingProxyType({**template.parameters, **primitive.parameters}),
        operations=(*(o for o in template.operations if o.name not in own), *primitive.operations),
        meta=MappingProxyType({**template.meta, **primitive.meta}),
        utilization=MappingProxyType({**template.utilization, **primitive.utilization}),
    )


def _watched(cluster: Cluster, platform: Platform) -> Iterator[Watch]:
    for name, service in cluster.services.items():
        if isinstance(service, Service):
            yield from watched_at(Site(name, platform, cluster))


def _origins(cluster: Cluster, platform: Platform) -> dict[tuple[str, str], Path]:
    origins: dict[tuple[str, str], Path] = {}
    for name in cluster.services:
        made = of_service(Site(name, platform, cluster))
        origins |= {("resource", r.id): ("services", name) for r in (*made.templates, *made.resources)}
        origins |= {("constraint", c.id): ("services", name) for c in made.constraints}
    own, said = cluster.resources, {identity(item) for item in cluster.text.statements}
    origins |= {("resource", r.id): ("resources", r.id) for r in (*own.templates, *own.resources)}
    listed = [c for c in own.constraints if c.id not in said]
    origins |= {("constraint", c.id): ("resources", c.id) for c in own.constraints if c.id in said}
    origins |= {("constraint", c.id): ("constraints", index) for index, c in enumerate(listed)}
    return origins
