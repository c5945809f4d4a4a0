"""A whole Pacemaker configuration as values, losing nothing that the crm shell's language can say. Pure.

describe/resources.py is what quorate wants of a cluster: operations in seconds, one set of parameters for each
resource, constraints between two. This is what somebody wrote: several sets with rules, ids and references to ids,
values as they were spelled, comments, in the order of the text. One maps to the other where it is simple enough, and
what is not must still be kept; so this is a model of its own. Names follow the CIB (Pacemaker Explained), values
are text as they stand in it. None: not written. Equality is of meaning and order, never of place in a file.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Attributes: TypeAlias = tuple[tuple[str, str], ...]
"""XML attributes (name, value) in the order in which they were written."""

DEFAULT_IDS = {"property": "cib-bootstrap-options", "rsc_defaults": "rsc-options", "op_defaults": "op-options"}
"""The ids of properties and defaults that are written without one."""

SetKind: TypeAlias = Literal["params", "meta", "utilization", "attributes", "op_params", "op_meta"]


@dataclass(frozen=True, slots=True)
class Pair:
    """One nvpair: name=value; a name alone; `$id:name=value`; or a reference to another, `@id` or `@id:name`."""

    name: str | None
    value: str | None = None
    id: str | None = None
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Expression:
    """A test of a node attribute. value is None for defined and not_defined; source: value-source, e.g. "param"."""

    attribute: str
    operation: str
    value: str | None = None
    type: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class DateExpression:
    """A test of the time. operation: lt, gt, in_range or date_spec; fields: those of a duration or a date_spec."""

    operation: str
    start: str | None = None
    end: str | None = None
    fields: Attributes = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """Expressions that all ("and") or of which one ("or") must hold. ref: only a reference to another rule."""

    expressions: tuple[Expression | DateExpression, ...] = ()
    boolean: Literal["and", "or"] = "and"
    score: str | None = None
    score_attribute: str | None = None
    role: str | None = None
    id: str | None = None
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class NvSet:
    """A set of nvpairs. kind: as the crm shell names it. ref: the set, or the object whose set of this kind, it is."""

    kind: SetKind
    pairs: tuple[Pair, ...] = ()
    rules: tuple[Rule, ...] = ()
    score: str | None = None
    id: str | None = None
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Op:
    """One operation. attributes: interval, timeout, role ...; sets: op_params and op_meta."""

    name: str
    attributes: Attributes = ()
    sets: tuple[NvSet, ...] = ()


@dataclass(frozen=True, slots=True)
class Operations:
    """The operations of a resource."""

    ops: tuple[Op, ...] = ()
    id: str | None = None
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Agent:
    """class:provider:type, with whatever class there is; only ocf has a provider."""

    standard: str
    provider: str | None
    type: str

    def __str__(self) -> str:
        return ":".join(part for part in (self.standard, self.provider, self.type) if part)


@dataclass(frozen=True, slots=True)
class Member:
    """A resource in a constraint; `qualifier` is its role, or in an order its action."""

    id: str
    qualifier: str | None = None


@dataclass(frozen=True, slots=True)
class ResourceSet:
    """Resources of one constraint that share a qualifier (role, or in an order action)."""

    members: tuple[str, ...]
    qualifier: str | None = None
    sequential: bool = True
    require_all: bool = True


@dataclass(frozen=True, slots=True)
class Statement:
    """What all statements have: comments, the lines that begin with # above it."""

    comments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Node(Statement):
    """A node. id: only where one is written. type: member, remote, ping ..."""

    uname: str
    id: str | None = None
    type: str | None = None
    description: str | None = None
    sets: tuple[NvSet, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Primitive(Statement):
    """A primitive, or (`is_template`) an rsc_template. agent is None where a template is named."""

    id: str
    agent: Agent | None
    template: str | None = None
    is_template: bool = False
    description: str | None = None
    body: tuple[NvSet | Operations, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Statement):
    """Resources that run together, in this order."""

    id: str
    members: tuple[str, ...]
    description: str | None = None
    sets: tuple[NvSet, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clone(Statement):
    """A clone; `master`: written as ms or master, the element <master> of the CIB, promotable without saying so."""

    id: str
    member: str
    master: bool = False
    description: str | None = None
    sets: tuple[NvSet, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle(Statement):
    """A bundle. engine: docker, rkt or podman. ports and mounts: port-mapping and storage-mapping elements.

    network: None if there is no <network>. primitive: the resource inside, if any.
    """

    id: str
    engine: str
    container: Attributes = ()
    network: Attributes | None = None
    ports: tuple[Attributes, ...] = ()
    mounts: tuple[Attributes, ...] = ()
    primitive: str | None = None
    description: str | None = None
    sets: tuple[NvSet, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Location(Statement):
    """Where a resource, all whose ids match a pattern, or sets of resources run. Either a node with a score, or rules.

    attributes: role, resource-discovery and others, as written.
    """

    id: str
    resource: str | None = None
    pattern: str | None = None
    resource_sets: tuple[ResourceSet, ...] = ()
    attributes: Attributes = ()
    score: str | None = None
    score_attribute: str | None = None
    node: str | None = None
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Colocation(Statement):
    """Two members, the first placed with the second; or sets."""

    id: str
    members: tuple[Member, ...] = ()
    resource_sets: tuple[ResourceSet, ...] = ()
    score: str | None = None
    score_attribute: str | None = None
    node_attribute: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Statement):
    """Two members, the first before the second; or sets."""

    id: str
    members: tuple[Member, ...] = ()
    resource_sets: tuple[ResourceSet, ...] = ()
    kind: str | None = None
    symmetrical: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket(Statement):
    """Resources that run only where a ticket is granted."""

    id: str
    ticket: str
    members: tuple[Member, ...] = ()
    resource_sets: tuple[ResourceSet, ...] = ()
    loss_policy: str | None = None


@dataclass(frozen=True, slots=True)
class FencingLevel:
    """Devices (commas between them) that fence the target together. target: a node's name.

    With pattern: all nodes whose names match; with attribute: those whose attribute has this value; with none of
    them: every node.
    """

    index: int
    devices: str
    target: str | None = None
    pattern: str | None = None
    attribute: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FencingTopology(Statement):
    """All fencing levels."""

    levels: tuple[FencingLevel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Properties(Statement):
    """Cluster properties, or defaults of resources or operations."""

    kind: Literal["property", "rsc_defaults", "op_defaults"]
    pairs: tuple[Pair, ...] = ()
    rules: tuple[Rule, ...] = ()
    id: str | None = None
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Select:
    """The events an alert is for: any of nodes, fencing, resources, attributes; names: those of attributes."""

    events: tuple[str, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient of an alert. id: only where it is not the one the crm shell gives."""

    value: str
    description: str | None = None
    sets: tuple[NvSet, ...] = ()
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert(Statement):
    """A program that is run at events."""

    id: str
    path: str
    description: str | None = None
    sets: tuple[NvSet, ...] = ()
    select: Select | None = None
    recipients: tuple[Recipient, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag(Statement):
    """A name for several objects."""

    id: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Permission:
    """kind: read, write or deny; attributes: xpath, reference, object-type, attribute; before schema 2.0 ref, tag."""

    kind: str
    attributes: Attributes
    id: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AclRole(Statement):
    """Permissions under a name."""

    id: str
    permissions: tuple[Permission, ...] = ()
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AclTarget(Statement):
    """The roles of a user, or (`is_group`) of a group of the operating system's."""

    id: str
    roles: tuple[str, ...] = ()
    is_group: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AclUser(Statement):
    """A user with roles and permissions of its own, as in schemas before 2.0."""

    id: str
    roles: tuple[str, ...] = ()
    permissions: tuple[Permission, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitor(Statement):
    """A monitor operation for a primitive that is not in the same text; in one that is, it stands there."""

    resource: str
    op: Op


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw(Statement):
    """An element of the CIB that the crm shell's language has no words for; it writes it behind the word `xml`.

    xml: the canonical text of the element.
    """

    id: str | None
    xml: str


@dataclass(frozen=True, slots=True)
class Configuration:
    """Statements in the order of the text; `trailing`: comments after the last of them."""

    statements: tuple[Statement, ...] = ()
    trailing: tuple[str, ...] = ()
