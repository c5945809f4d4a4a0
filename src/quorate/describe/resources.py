"""Pacemaker resources as values: primitives, groups, clones, templates and the constraints between them.

Services of the catalog expand to these, the cluster file's `resources` section is read into these, and the CIB
is rendered from these. Names and attributes follow Pacemaker 2.1 (Pacemaker Explained). Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from quorate.describe.secret import Secret

NONE: Mapping[str, str] = MappingProxyType({})

Role = Literal["Started", "Stopped", "Promoted", "Unpromoted"]
OnFail = Literal["ignore", "block", "stop", "demote", "restart", "fence", "standby", "restart-container"]


@dataclass(frozen=True, slots=True)
class AgentName:
    """What runs a resource: `class:provider:type`, e.g. ocf:heartbeat:IPaddr2, systemd:nginx, stonith:fence_ipmilan."""

    standard: str
    provider: str | None
    type: str

    @classmethod
    def parse(cls, text: str) -> "AgentName":
        """Read "ocf:heartbeat:IPaddr2" or "systemd:nginx"; raise ValueError on any other shape."""
        parts = text.split(":")
        if len(parts) == 3 and parts[0] == "ocf" and all(parts):
            return cls("ocf", parts[1], parts[2])
        if len(parts) == 2 and parts[0] in {"systemd", "lsb", "service", "stonith"} and parts[1]:
            return cls(parts[0], None, parts[1])
        raise ValueError(text)

    def __str__(self) -> str:
        return ":".join(part for part in (self.standard, self.provider, self.type) if part)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a resource. Times in seconds; None means: take the agent's own advice.

    name: start, stop, monitor, promote, demote, notify, reload ... role: for monitors of promotable clones.
    """

    name: str
    interval_s: float | None = None
    timeout_s: float | None = None
    role: Role | None = None
    on_fail: OnFail | None = None
    options: Mapping[str, str] = field(default_factory=lambda: NONE)


@dataclass(frozen=True, slots=True)
class Primitive:
    """One resource run by an agent.

    template: names a Template whose settings this one inherits; then agent is None.
    """

    id: str
    agent: AgentName | None
    parameters: Mapping[str, str | Secret] = field(default_factory=lambda: NONE)
    operations: tuple[Operation, ...] = ()
    meta: Mapping[str, str] = field(default_factory=lambda: NONE)
    utilization: Mapping[str, str] = field(default_factory=lambda: NONE)
    template: str | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """Settings that several primitives share."""

    id: str
    agent: AgentName
    parameters: Mapping[str, str | Secret] = field(default_factory=lambda: NONE)
    operations: tuple[Operation, ...] = ()
    meta: Mapping[str, str] = field(default_factory=lambda: NONE)
    utilization: Mapping[str, str] = field(default_factory=lambda: NONE)


@dataclass(frozen=True, slots=True)
class Group:
    """Primitives (by id) that run together, started in this order and stopped in the reverse."""

    id: str
    members: tuple[str, ...]
    meta: Mapping[str, str] = field(default_factory=lambda: NONE)


@dataclass(frozen=True, slots=True)
class Clone:
    """A primitive or group (by id) that runs on several nodes; `promotable` ones have promoted instances."""

    id: str
    member: str
    promotable: bool = False
    meta: Mapping[str, str] = field(default_factory=lambda: NONE)


@dataclass(frozen=True, slots=True)
class Location:
    """`resource` prefers (score > 0) or avoids (score < 0) `node`. Scores are integers or ±INFINITY."""

    id: str
    resource: str
    node: str
    score: str
    role: Role | None = None
    discovery: Literal["always", "never", "exclusive"] | None = None

    @property
    def bars(self) -> bool:
        """Whether `resource` never runs on `node`, in whatever role."""
        return self.score == "-INFINITY" and self.role is None


@dataclass(frozen=True, slots=True)
class Colocation:
    """`resource` is placed where `with_resource` is. Scores are integers or ±INFINITY."""

    id: str
    resource: str
    with_resource: str
    score: str = "INFINITY"
    role: Role | None = None
    with_role: Role | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """`first` does `first_action` before `then` does `then_action`."""

    id: str
    first: str
    then: str
    first_action: str | None = None
    then_action: str | None = None
    kind: Literal["Mandatory", "Optional", "Serialize"] = "Mandatory"
    symmetrical: bool | None = None


Resource = Primitive | Group | Clone
Constraint = Location | Colocation | Order


@dataclass(frozen=True, slots=True)
class Resources:
    """A set of resources with their constraints, in the order in which they are written to the CIB."""

    templates: tuple[Template, ...] = ()
    resources: tuple[Resource, ...] = ()
    constraints: tuple[Constraint, ...] = ()

    def __add__(self, other: "Resources") -> "Resources":
        return Resources(
            self.templates + other.templates,
            self.resources + other.resources,
            self.constraints + other.constraints,
        )

    @property
    def primitives(self) -> tuple[Primitive, ...]:
        """Only the primitives, in order."""
        return tuple(r for r in self.resources if isinstance(r, Primitive))
