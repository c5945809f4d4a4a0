"""Section: the base of all models of the cluster file. Pure."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A mapping of the cluster file: unknown keys are errors, values do not change once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)
