"""Section: the base of all models of the cluster file. Pure."""

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


def without_empty(model: type[BaseModel], data: Any) -> Any:
    """Return data without the model's keys that stand there with no value (`key:`): they count as left out."""
    if not isinstance(data, dict) or None not in data.values():
        return data
    known = {field.alias or name for name, field in model.model_fields.items()}
    return {key: value for key, value in data.items() if value is not None or key not in known}


class Section(BaseModel):
    """A mapping of the cluster file: unknown keys are errors, values do not change once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _leave_out(cls, data: Any) -> Any:
        return without_empty(cls, data)
