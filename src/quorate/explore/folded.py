"""Folded: scenarios that are known, kept small while more are asked for. Pure.

Those of a hundred thousand pairs take a hundred megabytes as they are, most of it texts that are alike. So each few
hundred are written one behind the other and compressed, to a tenth; impacts stay as they are, for they are few.
"""

import dataclasses
import pickle
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any

from quorate.explore.result import Impact, Scenario

TOGETHER = 512
"""Scenarios that are compressed together."""

OWN = tuple(field.name for field in dataclasses.fields(Scenario) if field.name != "impacts")
_own = attrgetter(*OWN)

Row = tuple[Impact, ...]


class Folded:
    """A growing sequence of scenarios. Those that it yields are equal to those it was given, and share equal values."""

    def __init__(self) -> None:
        self._rows = _Rows()
        self._folded: list[bytes] = []
        self._open: list[tuple[Any, ...]] = []

    def extend(self, scenarios: Iterable[Scenario]) -> None:
        """Add scenarios."""
        for one in scenarios:
            self._open.append((self._rows.number(one.impacts), *_own(one)))
            if len(self._open) == TOGETHER:
                folded = [*self._folded, zlib.compress(pickle.dumps(self._open, pickle.HIGHEST_PROTOCOL), 1)]
                self._folded, self._open = folded, []  # at once: Ctrl-C comes before or after, and not between
                self._rows.forget_asked()
        self._rows.forget_asked()

    def __len__(self) -> int:
        return TOGETHER * len(self._folded) + len(self._open)

    def __iter__(self) -> Iterator[Scenario]:
        texts: dict[str, str] = {}
        for piece in self._folded:
            yield from self._scenarios(pickle.loads(zlib.decompress(piece)), texts)  # noqa: S301 - ours
        yield from self._scenarios(self._open, texts)

    def _scenarios(self, values: Sequence[tuple[Any, ...]], texts: dict[str, str]) -> Iterator[Scenario]:
        """Yield them with the texts that others have, too, from `texts`."""
        for row, *own in values:
            fields: dict[str, Any] = dict(zip(OWN, own, strict=True))
            fields["failures"] = tuple(texts.setdefault(one, one) for one in fields["failures"])
            for name in ("same_as", "approximate"):
                fields[name] = texts.setdefault(fields[name], fields[name])
            yield Scenario(impacts=self._rows.rows[row], **fields)


class _Rows:
    """Distinct rows of distinct impacts, by number.

    To compare impacts takes long. So what is here already is known by where it lies in memory, where it stays. So is
    what was asked with lately: scenarios that come together have impacts, and rows of them, in common.
    """

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._impacts: list[Impact] = []
        self._equal: dict[Impact, int] = {}
        self._places: dict[int, int] = {}
        self._numbers: dict[bytes, int] = {}
        self._row_places: dict[int, int] = {}
        self._asked: dict[int, tuple[Row | Impact, int]] = {}

    def number(self, row: Row) -> int:
        """Return the number of a row, which is added if there is none that is equal."""
        if (found := self._row_places.get(id(row))) is not None:
            return found
        if (asked := self._asked.get(id(row))) is not None:
            return asked[1]
        numbers = array("I", map(self._impact, row))
        number = self._numbers.setdefault(numbers.tobytes(), len(self.rows))
        if number == len(self.rows):
            self.rows.append(tuple(self._impacts[one] for one in numbers))
            self._row_places[id(self.rows[-1])] = number
        self._asked[id(row)] = row, number
        return number

    def forget_asked(self) -> None:
        """Let go of what was asked with: it is as much as what is kept."""
        self._asked.clear()

    def _impact(self, impact: Impact) -> int:
        if (found := self._places.get(id(impact))) is None:
            if (asked := self._asked.get(id(impact))) is not None:
                return asked[1]
            found = self._equal.setdefault(impact, len(self._impacts))
            self._asked[id(impact)] = impact, found
            if found == len(self._impacts):
                self._impacts.append(impact)
                self._places[id(impact)] = found
        return found
