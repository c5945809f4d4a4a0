"""The section `shared`: what several parts of the cluster depend on at once, and fail with. Pure."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from quorate.describe.fields import Flag, Name, ResourceName
from quorate.describe.mismatch import mismatch, wrong_type
from quorate.describe.reader import Shorthand, one_of, whole
from quorate.describe.sections.section import Section


def _listed(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | list | tuple):
        raise wrong_type("a link number, or a list of them", value)
    return [value] if isinstance(value, int) else value


Number = Annotated[int, whole(0, 7, "a link number")]  # Corosync has at most eight links
Numbers = Annotated[tuple[Number, ...], Field(min_length=1), Shorthand(_listed, None)]


def _form(value: Any) -> str:
    return "<mapping>" if isinstance(value, dict) else "<list>"


def _numbers_or_mapping(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | list | tuple | dict):
        raise wrong_type("a link number, a list of them, or a mapping from node to them", value)
    return value


Links = Annotated[
    Annotated[Numbers, Tag("<list>")] | Annotated[dict[Name, Numbers], Tag("<mapping>"), Field(min_length=1)],
    Discriminator(_form),
    BeforeValidator(_numbers_or_mapping),
]


class Shared(Section):
    """A rack, switch, power feed or site, with all that fails when it fails."""

    kind: Literal["rack", "switch", "power", "site"] = Field(
        description="what it is; a rack, power feed or site takes its nodes' own IPMI boards with it"
    )
    nodes: Annotated[tuple[Name, ...], one_of(str)] = Field(
        (), description="the nodes lost with it; not one that a second power feed keeps alive"
    )
    links: Links | None = Field(
        None, description="the links cut with it: numbers, for all nodes, or a mapping from node to numbers"
    )
    devices: Annotated[tuple[ResourceName, ...], one_of(str)] = Field(
        (), description="the fencing devices that no longer answer (the IPMI board of node n is called ipmi-n)"
    )
    quorum_device: Flag = Field(False, description="true: the quorum device is lost with it (default false)")

    @model_validator(mode="after")
    def _holds_something(self) -> "Shared":
        if not (self.nodes or self.links or self.devices or self.quorum_device):
            raise mismatch(
                "shared-nothing",
                "names nothing that fails with it",
                why="its loss would harm nothing",
                fix="name the nodes, links or fencing devices that fail with it",
            )
        return self
