"""Draft: the cluster file that is being made, section by section, and the notes that stand beside its lines. Pure."""

from dataclasses import dataclass, field
from typing import Any

from quorate.dialect.model import Statement

Section = dict[str, Any]
"""Keys as they stand in the file, in their order; values are text, numbers, booleans, lists and mappings."""


@dataclass(slots=True)
class Draft:
    """Sections of the file. text: what goes under `resources` as text. notes: by path, what stands behind a line."""

    cluster: str = ""
    nodes: dict[str, Section] = field(default_factory=dict)
    corosync: Section = field(default_factory=dict)
    quorum: Section = field(default_factory=dict)
    fencing: Section = field(default_factory=dict)
    pacemaker: Section = field(default_factory=dict)
    services: dict[str, Section] = field(default_factory=dict)
    secrets: dict[str, Section] = field(default_factory=dict)
    text: list[Statement] = field(default_factory=list)
    left: list[str] = field(default_factory=list)  # statements that cannot be taken, as comments of the text
    notes: dict[tuple[str, ...], str] = field(default_factory=dict)
