"""The sections `resources` and `constraints`: Pacemaker resources in structured form. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag

from quorate.describe.fields import Duration, Flag, Line, Name, Parameter, ResourceName, Score, Text
from quorate.describe.mismatch import mismatch, wrong_type
from quorate.describe.reader import Reader, one_of
from quorate.describe.resources import AgentName, OnFail, Role
from quorate.describe.scalars import text_of
from quorate.describe.sections.section import Section


@dataclass(frozen=True, slots=True)
class FromTemplate:
    """A primitive that takes its agent from a template."""

    template: str


def _agent(value: Any) -> AgentName:
    """Read class:provider:type."""
    if isinstance(value, AgentName):
        return value
    text = text_of(value)
    if text is None:
        raise wrong_type("an agent such as ocf:heartbeat:IPaddr2", value)
    try:
        return AgentName.parse(text)
    except ValueError:
        raise mismatch(
            "bad-agent",
            f'must be an agent such as ocf:heartbeat:IPaddr2 or systemd:nginx, not "{text[:60]}"',
            why="Pacemaker finds an agent by class, provider (ocf only) and type",
            fix="write ocf:PROVIDER:TYPE, systemd:UNIT, lsb:SCRIPT or stonith:AGENT",
        ) from None


def _agent_or_template(value: Any) -> AgentName | FromTemplate:
    if isinstance(value, FromTemplate):
        return value
    if isinstance(value, Mapping):
        name = text_of(value.get("template"))
        if len(value) == 1 and name:
            return FromTemplate(name)
        raise wrong_type("an agent such as ocf:heartbeat:IPaddr2, or {template: NAME}", value)
    return _agent(value)


_AGENT = {"type": "string", "pattern": "^(ocf:[^:]+|systemd|lsb|service|stonith):[^:]+$"}
_TEMPLATE = {"type": "object", "properties": {"template": {"type": "string"}}, "required": ["template"]}

Agent = Annotated[AgentName, Reader(_agent, _AGENT)]
AgentOrTemplate = Annotated[AgentName | FromTemplate, Reader(_agent_or_template, {"anyOf": [_AGENT, _TEMPLATE]})]


class Operation(Section):
    """One operation; what is not known by name here goes to the CIB as it is."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Text] = Field(init=False)

    interval: Duration | None = Field(None, description="how often (monitors)")
    timeout: Duration | None = Field(None, description="how long it may take (default: the agent's own advice)")
    role: Role | None = Field(None, description="of a promotable clone: the role it is for")
    on_fail: OnFail | None = Field(None, description="what to do when it fails")


Operations = Annotated[tuple[Operation, ...], one_of(dict)]
Values = dict[Name, Text]


class _Runs(Section):
    parameters: dict[Name, Parameter] = Field({}, description="the agent's parameters")
    operations: dict[Name, Operations] = Field({}, description="operations by name: start, stop, monitor ...")
    meta: Values = Field({}, description="meta attributes")
    utilization: Values = Field({}, description="what it needs of a node's capacity")


class Primitive(_Runs):
    """A resource that an agent runs."""

    primitive: AgentOrTemplate = Field(description="the agent, e.g. ocf:heartbeat:IPaddr2, or {template: NAME}")


class Template(_Runs):
    """Settings that several primitives share."""

    template: Agent = Field(description="the agent, e.g. ocf:heartbeat:IPaddr2")


class Group(Section):
    """Primitives that run together, started in this order."""

    group: Annotated[tuple[ResourceName, ...], Field(min_length=1)] = Field(description="its members, in order")
    meta: Values = Field({}, description="meta attributes")


class Clone(Section):
    """A resource that runs on several nodes."""

    clone: ResourceName = Field(description="the primitive or group to clone")
    promotable: Flag = Field(False, description="some instances are promoted (default false)")
    meta: Values = Field({}, description="meta attributes")


class Location(Section):
    """A resource prefers or avoids a node."""

    location: ResourceName = Field(description="the resource")
    node: Name = Field(description="the node")
    score: Score = Field("INFINITY", description="how much; negative: avoid (default INFINITY)")
    role: Role | None = Field(None, description="only for this role")
    discovery: Literal["always", "never", "exclusive"] | None = Field(None, description="resource-discovery")


class Colocation(Section):
    """A resource runs where another one runs."""

    model_config = ConfigDict(populate_by_name=True)

    colocation: ResourceName = Field(description="the resource that follows")
    with_: ResourceName = Field(alias="with", description="the resource that leads")
    score: Score = Field("INFINITY", description="how strictly (default INFINITY)")
    role: Role | None = Field(None, description="role of the follower")
    with_role: Role | None = Field(None, description="role of the leader")


class Order(Section):
    """A resource starts before another one."""

    order: ResourceName = Field(description="the resource that comes first")
    then: ResourceName = Field(description="the resource that comes after it")
    action: Line | None = Field(None, description="start (default), stop, promote, demote")
    then_action: Line | None = Field(None, description="default: the same as action")
    kind: Literal["Mandatory", "Optional", "Serialize"] = Field("Mandatory", description="how strictly")
    symmetrical: Flag | None = Field(None, description="stop in the reverse order (default true)")


def _kind(*kinds: str) -> Any:
    """Return a function that tells by its keys which of `kinds` a mapping is."""

    def choose(value: Any) -> str | None:
        found = [kind for kind in kinds if kind in value] if isinstance(value, Mapping) else []
        return f"<{found[0]}>" if found else None

    return choose


Resource = Annotated[
    Annotated[Primitive, Tag("<primitive>")]
    | Annotated[Template, Tag("<template>")]
    | Annotated[Group, Tag("<group>")]
    | Annotated[Clone, Tag("<clone>")],
    Discriminator(_kind("primitive", "template", "group", "clone")),
]
Constraint = Annotated[
    Annotated[Location, Tag("<location>")]
    | Annotated[Colocation, Tag("<colocation>")]
    | Annotated[Order, Tag("<order>")],
    Discriminator(_kind("location", "colocation", "order")),
]
