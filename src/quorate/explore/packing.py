"""Packing: an Exploration as a value of JSON's, small, and back. Pure.

Twenty thousand scenarios share a few hundred impacts: each distinct impact, and each distinct row of them, stands once.
`key` is the other direction's need: a digest of whatever decides an outcome.
"""

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence, Set
from enum import Enum
from typing import Any, TypeVar

from quorate.explore.result import Event, Exploration, Figure, Impact, Scenario, State, Stretch

FORMAT = 1
T = TypeVar("T")


def key(*values: object) -> str:
    """Return a digest that is equal for equal values: of dataclasses, mappings, sets, sequences, texts and numbers."""
    text = json.dumps(_plain(values), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> Any:
    """Return a value in JSON's own kinds, the same for equal values in every run."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return [type(value).__name__, fields]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return sorted(([_plain(name), _plain(item)] for name, item in value.items()), key=json.dumps)
    if isinstance(value, Set):
        return sorted((_plain(item) for item in value), key=json.dumps)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


class Once:
    """Equal values, kept once: whoever asks with a value gets the one that was there first.

    To compare impacts takes long. So what was asked with is known by where it lies in memory, and stays there.
    """

    def __init__(self) -> None:
        self._known: dict[Any, Any] = {}
        self._asked: dict[int, tuple[Any, Any]] = {}
        self._rows: dict[tuple[int, ...], tuple[Any, ...]] = {}

    def one(self, value: T) -> T:
        """Return the value that is equal to this and was the first."""
        if (asked := self._asked.get(id(value))) is None:
            asked = self._asked[id(value)] = value, self._known.setdefault(value, value)
        known: T = asked[1]
        return known

    def row(self, values: tuple[T, ...]) -> tuple[T, ...]:
        """Return the row of values equal to these that was the first."""
        row = tuple(map(self.one, values))
        return self._rows.setdefault(tuple(map(id, row)), row)

    def scenario(self, scenario: Scenario) -> Scenario:
        """Return a scenario whose impacts, whose row of them, and what else others have too, are kept once."""
        return dataclasses.replace(
            scenario,
            impacts=self.row(scenario.impacts),
            failures=tuple(map(self.one, scenario.failures)),
            same_as=self.one(scenario.same_as),
            approximate=self.one(scenario.approximate),
        )


class _Table:
    """Distinct values by number, in the order in which they came."""

    def __init__(self) -> None:
        self.numbers: dict[Any, int] = {}

    def number(self, value: object) -> int:
        return self.numbers.setdefault(value, len(self.numbers))


def pack(found: Exploration) -> dict[str, Any]:
    """Return an exploration in JSON's own kinds; `unpack` returns an equal one."""
    impacts, rows = _Table(), _Table()
    scenarios = []
    for one in found.scenarios:
        row = rows.number(tuple(impacts.number(impact) for impact in one.impacts))
        scenarios.append([*_own(one), row, [_values(event) for event in one.events]])
    return {
        "format": FORMAT,
        "impacts": [_packed(impact) for impact in impacts.numbers],
        "rows": list(rows.numbers),
        "scenarios": scenarios,
        "head": {name: getattr(found, name) for name in HEAD},
    }


HEAD = tuple(field.name for field in dataclasses.fields(Exploration) if field.name != "scenarios")
OWN = tuple(field.name for field in dataclasses.fields(Scenario) if field.name not in {"impacts", "events"})
"""Fields of a Scenario that are texts, numbers and tuples of texts."""


def _own(scenario: Scenario) -> list[Any]:
    return [getattr(scenario, name) for name in OWN]


def _packed(impact: Impact) -> list[Any]:
    figure = impact.interruption
    one = dataclasses.replace(impact, interruption=None, path=())
    return [*_values(one), figure and _values(figure), [_values(stretch) for stretch in impact.path]]


def _values(one: Event | Figure | Impact | Stretch) -> list[Any]:
    return [getattr(one, field.name) for field in dataclasses.fields(one)]


def unpack(packed: Mapping[str, Any]) -> Exploration:
    """Return what `pack` was given. ValueError, KeyError, TypeError or IndexError: it is nothing that it made."""
    if packed["format"] != FORMAT:
        raise ValueError("another format")
    impacts = [_impact(*values) for values in packed["impacts"]]
    rows = [tuple(impacts[number] for number in row) for row in packed["rows"]]
    head: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in packed["head"].items()
    }
    return Exploration(scenarios=tuple(_scenario(values, rows) for values in packed["scenarios"]), **head)


def _scenario(values: Sequence[Any], rows: Sequence[tuple[Impact, ...]]) -> Scenario:
    *own, row, events = values
    fields = dict(zip(OWN, own, strict=True))
    fields["failures"] = tuple(fields["failures"])
    return Scenario(impacts=rows[row], events=tuple(_event(*event) for event in events), **fields)


def _event(*values: Any) -> Event:
    fields: list[Any] = [tuple(value) if isinstance(value, list) else value for value in values]
    return Event(*fields)


def _impact(*values: Any) -> Impact:
    *own, figure, path = values
    fields: list[Any] = [tuple(value) if isinstance(value, list) else value for value in own]
    impact = Impact(*fields)
    return dataclasses.replace(
        impact,
        state=State(impact.state),
        interruption=Figure(*figure) if figure else None,
        path=tuple(Stretch(*stretch) for stretch in path),
    )
