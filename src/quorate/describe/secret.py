"""Secrets are references (an environment variable, a file), never values, until the moment they are used.

`Secret` says where a value comes from; it holds no value, so it can be printed, compared and written to JSON.
Resolving needs the environment and the disk and therefore happens at the rim (build, lab). Pure.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret value is to be found: source "env" with a variable's name, or "file" with a path."""

    source: Literal["env", "file"]
    name: str

    def __str__(self) -> str:
        return f"<secret from {self.source} {self.name}>"
