"""The cluster file as a whole. Pure."""

from typing import Annotated, Any, Literal

from pydantic import Field

from quorate.describe.fields import Flag, Line, Name, ResourceName, Score, SecretReference, Text
from quorate.describe.reader import Shorthand, number
from quorate.describe.sections.corosync import Corosync
from quorate.describe.sections.fencing import Fencing
from quorate.describe.sections.nodes import Nodes, SshDefaults
from quorate.describe.sections.quorum import Quorum
from quorate.describe.sections.rates import Failure, Rate
from quorate.describe.sections.resources import Constraint, Resource
from quorate.describe.sections.section import Section
from quorate.describe.sections.shared import Shared


class Pacemaker(Section):
    """Cluster properties and defaults, by Pacemaker's own names (Pacemaker Explained)."""

    stickiness: Score | None = Field(
        None, description="how strongly a resource stays where it runs: resource-stickiness (default 1000)"
    )
    defaults: Literal["quorate", "pacemaker"] | None = Field(
        None, description="what holds where the file says nothing: quorate's defaults (default), or Pacemaker's own"
    )
    properties: dict[Name, Text] = Field({}, description="cluster properties (crm_config)")
    resource_defaults: dict[Name, Text] = Field({}, description="defaults of meta attributes (rsc_defaults)")
    operation_defaults: dict[Name, Text] = Field({}, description="defaults of operations (op_defaults)")


class Targets(Section):
    """What the cluster is to hold, against which drills and explorations are judged."""

    availability: Annotated[float, number(0, 100, "a percentage of the year")] | None = Field(
        None, description="percent of a year, e.g. 99.99"
    )
    outage_s: Annotated[float, number(0, 31_536_000, "a number of seconds")] | None = Field(
        None, description="longest single outage, in seconds"
    )


def _no_text(value: Any) -> Any:
    """Text of the crm shell is read beside this model (crm_text.py), which has nothing then."""
    return {} if isinstance(value, str) else value


Resources = Annotated[dict[ResourceName, Resource], Shorthand(_no_text, {"type": "string"})]


class File(Section):
    """A cluster: its nodes, how they talk, vote and fence, and what they run."""

    cluster: Name = Field(description="the cluster's name")
    nodes: Nodes = Field(description="the nodes, by name")
    ssh: SshDefaults | None = Field(None, description="how to reach the nodes by SSH")
    corosync: Corosync | None = Field(None, description="messaging between the nodes")
    quorum: Quorum | None = Field(None, description="votes")
    fencing: Fencing | None = Field(None, description="fencing (STONITH)")
    pacemaker: Pacemaker | None = Field(None, description="cluster properties and defaults")
    services: dict[ResourceName, Any] = Field({}, description="what the cluster runs, by kinds of the catalog")
    resources: Resources = Field(
        {}, description="further Pacemaker resources; or text of the crm shell behind `|`, which is taken as it is"
    )
    secrets: dict[Line, dict[Line, SecretReference]] = Field(
        {}, description="where the values are for which the text of `resources` has lrm://, by resource and parameter"
    )
    constraints: tuple[Constraint, ...] = Field((), description="constraints between resources")
    shared: dict[ResourceName, Shared] = Field(
        {}, description="racks, switches, power feeds and sites, with what fails when they fail"
    )
    targets: Targets | None = Field(None, description="what the cluster is to hold")
    rates: dict[Failure, Rate] = Field({}, description="how often failures happen, by kind, where that is known here")
    drills: Flag = Field(False, description="true allows drills on these hosts (default false)")
