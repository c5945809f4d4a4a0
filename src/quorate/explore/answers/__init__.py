"""answers: what people ask of an exploration, one file each, found by being there. Pure.

In: an Exploration and its Subject. Out: for each question a frozen dataclass of plain values, and findings.
"""

from functools import cache
from types import ModuleType
from typing import Any

from quorate import registry
from quorate.explore.result import Exploration
from quorate.explore.subject import Subject
from quorate.findings import Finding


@cache
def questions() -> dict[str, ModuleType]:
    """Return the modules of this folder by name, each an answer.Question."""
    import quorate.explore.answers as package  # noqa: PLC0415 - itself

    return registry.modules(package)


def answers(exploration: Exploration, subject: Subject) -> dict[str, Any]:
    """Return the answer to every question, by its name ("single_points")."""
    return {name: module.answer(exploration, subject) for name, module in questions().items()}


def findings(found: dict[str, Any]) -> list[Finding]:
    """Return the bad parts of answers, as `answers` gives them, as findings with paths of the cluster file."""
    return [finding for name, module in questions().items() for finding in module.findings(found[name])]
