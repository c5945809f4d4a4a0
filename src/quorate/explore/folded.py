"""Folded: scenarios that are known, kept small while more are asked for. Pure.

Those of a hundred thousand pairs take a hundred megabytes as they are, most of it texts that are alike. So each few
hundred are written one behind the other and compressed, to a tenth; impacts stay as they are, for they are few.
"""

import dataclasses
import pickle
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from quorate.explore.packing import Once
from quorate.explore.result import Impact, Scenario

TOGETHER = 512
"""Scenarios that are compressed together."""

OWN = tuple(field.name for field in dataclasses.fields(Scenario) if field.name != "impacts")


class Folded:
    """A growing sequence of scenarios. Those that it yields are equal to those it was given."""

    def __init__(self) -> None:
        self._once = Once()
        self._rows: dict[tuple[Impact, ...], int] = {}
        self._folded: list[bytes] = []
        self._open: list[Scenario] = []

    def extend(self, scenarios: Iterable[Scenario]) -> None:
        """Add scenarios."""
        for one in scenarios:
            self._open.append(self._once.scenario(one))
            if len(self._open) == TOGETHER:
                folded = [*self._folded, self._fold()]
                self._folded, self._open = folded, []  # at once: Ctrl-C comes before or after, and not between

    def __len__(self) -> int:
        return TOGETHER * len(self._folded) + len(self._open)

    def __iter__(self) -> Iterator[Scenario]:
        rows = list(self._rows)
        for piece in self._folded:
            for row, *own in pickle.loads(zlib.decompress(piece)):  # noqa: S301 - ours
                fields: dict[str, Any] = dict(zip(OWN, own, strict=True))
                yield self._once.scenario(Scenario(impacts=rows[row], **fields))
        yield from self._open

    def _fold(self) -> bytes:
        values = [
            (self._rows.setdefault(one.impacts, len(self._rows)), *(getattr(one, name) for name in OWN))
            for one in self._open
        ]
        return zlib.compress(pickle.dumps(values, pickle.HIGHEST_PROTOCOL), 1)
