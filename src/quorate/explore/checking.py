"""Checking: what `quorate check` says of an exploration: the findings of its answers. Pure.

What a rule of check tells already, that a node's only fencing device shares its power, is a remark here and no warning.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from quorate.explore.answer import kind
from quorate.explore.answers import findings as of_answers
from quorate.explore.answers import single_points
from quorate.explore.answers.single_points import SinglePoints
from quorate.findings import Finding, Severity

BOARDS = "node-and-board-lost"
"""The kind of failure of which the rule fencing-onboard-only tells."""


def findings(answers: Mapping[str, Any]) -> list[Finding]:
    """Return the findings of answers, as explore.answers.answers() gives them."""
    points = answers["single_points"]
    assert isinstance(points, SinglePoints)
    told = tuple(one for one in points.down if kind(one.scenario) == BOARDS)
    others = replace(points, down=tuple(one for one in points.down if one not in told))
    remarks = single_points.findings(SinglePoints(told, (), ()))
    return [
        *of_answers({**answers, "single_points": others}),
        *(replace(one, severity=Severity.INFO) for one in remarks),
    ]


def not_explored(why: str, fix: str) -> Finding:
    """Return what is said where failures could not be explored, or not all of them."""
    return Finding(
        "failures-not-explored",
        Severity.INFO,
        why,
        "what each failure does to each service is then not known before it happens",
        f"{fix}; --no-explore leaves it out",
    )
