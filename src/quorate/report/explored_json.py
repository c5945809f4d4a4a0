"""Explored JSON: an exploration as data, and back. Pure. The schema: docs/reference/exploration.schema.json.

What has its default is left out (0, "", [], false, null), and so are services that a scenario leaves unaffected: a pair
of failures touches few of many. Durations are in seconds, each with what it rests on.
"""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from typing import Any

from quorate import __version__
from quorate.errors import UsageError
from quorate.explore.result import Event, Exploration, Figure, Impact, Scenario, State, Stretch
from quorate.report.explored_answers import NONE, Answers
from quorate.report.explored_words import reason, verdict

FORMAT = "quorate exploration 1"
Json = dict[str, Any]


def to_json(found: Exploration, answers: Answers = NONE) -> Json:
    """Return the exploration, what it answers and its verdict, as what json.dumps takes."""
    head = {"format": FORMAT, "quorate": __version__, "verdict": verdict(found, answers)}
    head["reason"] = reason(found, answers)
    return {**head, **plain(found), **({"answers": plain(answers)} if answers else {})}


def parse(data: object) -> Exploration:
    """Return the exploration that `to_json` made; UsageError where it is none, or of another format."""
    if not isinstance(data, Mapping) or data.get("format") != FORMAT:
        raise UsageError("this JSON is no exploration that this version can read", f'its "format" must be "{FORMAT}"')
    try:
        services = tuple(map(str, data["services"]))
        given = _given(Exploration, {**data, "scenarios": ()})
        return Exploration(**{**given, "scenarios": tuple(_scenario(one, services) for one in data["scenarios"])})
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(
            f"this exploration is damaged: {error!r}", "make it anew: quorate explore FILE --format json"
        ) from None


def plain(value: Any) -> Any:
    """Return any of the values of explore as what json.dumps takes."""
    if isinstance(value, Scenario):
        touched = [one for one in value.impacts if one.state is not State.UNAFFECTED]
        return {**_fields(value), "worst": str(value.worst), "impacts": [plain(one) for one in touched]}
    if is_dataclass(value):
        return _fields(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    return round(value, 6) if isinstance(value, float) else value


def _fields(value: Any) -> Json:
    return {
        one.name: plain(getattr(value, one.name))
        for one in fields(value)
        if one.default is MISSING or getattr(value, one.name) != one.default
    }


def _given(kind: type, data: Mapping[str, Any]) -> Json:
    """Return the fields that a dataclass has; lists are tuples there. Fields of a later version are passed over."""
    names = {one.name for one in fields(kind)}
    return {key: tuple(one) if isinstance(one, list) else one for key, one in data.items() if key in names}


def _scenario(data: Mapping[str, Any], services: tuple[str, ...]) -> Scenario:
    found = {one["service"]: _impact(one) for one in data["impacts"]}
    impacts = tuple(found.get(name) or Impact(name, State.UNAFFECTED) for name in services)
    events = tuple(Event(**_given(Event, one)) for one in data.get("events", ()))
    return Scenario(**{**_given(Scenario, data), "impacts": impacts, "events": events})


def _impact(data: Mapping[str, Any]) -> Impact:
    waited = data.get("interruption")
    return Impact(
        **{
            **_given(Impact, data),
            "state": State(data["state"]),
            "interruption": Figure(**_given(Figure, waited)) if waited else None,
            "path": tuple(Stretch(**_given(Stretch, one)) for one in data.get("path", ())),
        }
    )
