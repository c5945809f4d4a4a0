"""The section `rates`: how often kinds of failures happen, where the operator knows better than quorate. Pure."""

import difflib
from typing import Annotated, Any

from pydantic import Field

from quorate.describe.fields import Duration
from quorate.describe.mismatch import mismatch
from quorate.describe.reader import Reader, number
from quorate.describe.scalars import text_of
from quorate.describe.sections.section import Section
from quorate.describe.vocabulary import FAILURES


def _failure(value: Any) -> str:
    """Read the name of a kind of failure."""
    text = text_of(value) or ""
    if text in FAILURES:
        return text
    near = difflib.get_close_matches(text, FAILURES, n=1)
    raise mismatch(
        "unknown-failure",
        "is no kind of failure that has a rate",
        why="a rate under any other name would be used for nothing",
        fix=f"did you mean {near[0]}?" if near else f"write one of: {', '.join(FAILURES)}",
    )


Failure = Annotated[str, Reader(_failure, {"type": "string", "pattern": f"^(?:{'|'.join(FAILURES)})$"})]


class Rate(Section):
    """How often a kind of failure happens to one part (one node, one link), and how long until it is mended.

    The kinds, and what holds where the file says nothing: [rates of failures](rates.md).
    """

    per_year: Annotated[float, number(0, 1_000_000, "a number of failures a year")] | None = Field(
        None, description="failures of one such part in a year; 0.1 is one in ten years"
    )
    repair: Duration | None = Field(None, description="how long until it is mended, people's way there included")
