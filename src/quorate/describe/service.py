"""ServiceOptions: the base of what an operator may write under `services.NAME`, one subclass per kind.

The catalog subclasses it (one file per kind); describe validates a file against the classes it is handed. Fields
are declared with the annotated types of fields.py, so that a catalog file needs no other import. Pure.
"""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, model_validator

from quorate.describe.fields import Name, Text
from quorate.describe.sections.section import without_empty


class ServiceOptions(BaseModel):
    """What every service accepts. Subclasses set `kind` and add fields; the class docstring is its documentation.

    nodes: where it may run, in order of preference; empty means every node.
    meta: meta attributes of the group or resource that carries the service.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: ClassVar[str] = ""

    nodes: tuple[Name, ...] = ()
    meta: dict[str, Text] = {}

    @model_validator(mode="before")
    @classmethod
    def _leave_out(cls, data: Any) -> Any:
        return without_empty(cls, data)
