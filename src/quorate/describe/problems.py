"""Problems: what pydantic says of a file -> findings in words of the field, one for each mistake. Pure.

Comes in: the errors of one validation, the model and the data that were validated. Goes out: findings with paths of
the file. Branches of unions that pydantic tried are folded into the one that fits best.
"""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from quorate.describe.compose import MOST
from quorate.describe.mismatch import CODE, shown
from quorate.describe.scalars import text_of
from quorate.describe.shape import models_at
from quorate.describe.vocabulary import OLD_KEYS, OLD_VALUES
from quorate.findings import Finding, Severity
from quorate.secret_names import is_secret_key

Path = tuple[str | int, ...]

# pydantic's type -> what belongs there
_EXPECTED = {
    "model_type": "a mapping (key: value lines)",
    "model_attributes_type": "a mapping (key: value lines)",
    "dict_type": "a mapping (key: value lines)",
    "mapping_type": "a mapping (key: value lines)",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding about a value (or about the key, `of_key`); `secret`: the value must be masked in its line."""

    finding: Finding
    of_key: bool = False
    secret: bool = False


def problems(failed: ValidationError, model: type[BaseModel], data: Any, prefix: Path = ()) -> list[Problem]:
    """Return what is wrong; `prefix` is where in the file the validated data stands."""
    errors = [detail for detail in failed.errors(include_url=False)[: 5 * MOST] if not _is_echo(detail)]
    mistakes = [
        _Mistake((*prefix, *path), detail, models_at(model, detail["loc"][:-1])) for path, detail in _fold(errors, data)
    ]
    unknown = {mistake.path for mistake in mistakes if mistake.detail["type"] == "extra_forbidden"}
    return [_problem(mistake) for mistake in mistakes if not _is_misspelt(mistake, unknown)]


def _is_echo(detail: ErrorDetails) -> bool:
    """True for a list that is too short only because its items were refused, which is reported for each of them."""
    return detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]


def _is_misspelt(mistake: "_Mistake", unknown: set[Path]) -> bool:
    """True for a missing key that stands there under another word, which is reported as unknown."""
    if mistake.detail["type"] != "missing":
        return False
    key = str(mistake.path[-1])
    others = [str(path[-1]) for path in unknown if path[:-1] == mistake.path[:-1]]
    return any(key in OLD_KEYS.get(other, "") for other in others) or bool(difflib.get_close_matches(key, others))


def _fold(errors: Iterable[ErrorDetails], data: Any) -> Iterator[tuple[Path, ErrorDetails]]:
    """Yield each error with its path in the data; of the branches of a union only the one with the fewest errors."""
    unions: dict[Path, dict[str, list[tuple[Path, ErrorDetails]]]] = {}
    for detail in errors:
        path, rest = _path(detail, data)
        if rest:
            branch, *inner = rest
            unions.setdefault(path, {}).setdefault(branch, []).append(((*path, *inner), detail))
        else:
            yield path, detail
    for branches in unions.values():
        yield from min(branches.values(), key=len)


def _path(detail: ErrorDetails, data: Any) -> tuple[Path, tuple[str, ...]]:
    """Split pydantic's location into the path in the data and what is left from the first branch of a union on."""
    location = [step for step in detail["loc"] if not (isinstance(step, str) and step.startswith("<"))]
    path: list[str | int] = []
    here = data
    for position, step in enumerate(location):
        found, inner = _step(here, step)
        if found:
            here = inner
        elif step == "[key]" or isinstance(step, int):
            continue
        elif not (position == len(location) - 1 and isinstance(here, Mapping) and detail["type"] == "missing"):
            return tuple(path), tuple(str(rest) for rest in location[position:])
        path.append(step)
    return tuple(path), ()


def _step(here: Any, step: str | int) -> tuple[bool, Any]:
    """Return whether a value has an entry at `step`, and that entry."""
    if isinstance(here, Mapping):
        return step in here, here.get(step)
    if isinstance(here, list | tuple) and isinstance(step, int) and step < len(here):
        return True, here[step]
    return False, None


@dataclass(frozen=True, slots=True)
class _Mistake:
    """One error of pydantic's. path: in the file. models: those that the last key could belong to."""

    path: Path
    detail: ErrorDetails
    models: set[type[BaseModel]]

    @property
    def name(self) -> str:
        return _name(self.path)


def _problem(mistake: _Mistake) -> Problem:
    kind = mistake.detail["type"]
    if kind.startswith("union_tag"):
        return _no_tag(mistake)
    if kind in _EXPECTED:
        value = shown(mistake.detail["input"])
        said = f"{mistake.name} must be {_EXPECTED[kind]}, but {value} stands there"
        why = "quorate cannot read it otherwise"
        listed = _EXPECTED[kind] == "a list" and text_of(mistake.detail["input"])
        fix = f"write [{listed}]" if listed else f"write {_EXPECTED[kind]}"
        return Problem(error("wrong-type", said, why, fix, mistake.path))
    return _READ.get(kind, _other)(mistake)


def _mismatch(mistake: _Mistake) -> Problem:
    """Return what a field's own reader said (mismatch.py)."""
    said, in_key = mistake.detail["ctx"], "[key]" in mistake.detail["loc"]
    name = f"the key {shown(mistake.path[-1])}" if in_key else mistake.name
    finding = error(said["code"], f"{name} {said['summary']}", said["why"], said["fix"], mistake.path)
    return Problem(finding, of_key=in_key, secret=said["secret"])


def _other(mistake: _Mistake) -> Problem:
    said = mistake.detail["msg"].removeprefix("Value error, ")
    summary = f"{mistake.name}: {said}"
    return Problem(error("bad-value", summary, "this value is not accepted", "correct the value", mistake.path))


def error(code: str, summary: str, why: str, fix: str, path: Path) -> Finding:
    """Return an error about the value at `path`."""
    return Finding(code, Severity.ERROR, summary, why, fix, path)


def problem(code: str, summary: str, why: str, fix: str, path: Path, *, of_key: bool = False) -> Problem:
    """Return an error about the value (or the key) at `path`."""
    return Problem(error(code, summary, why, fix, path), of_key)


def _name(path: Path) -> str:
    """Return how a message calls the value at `path`: its last keys."""
    last = path[-3:] if any(isinstance(step, int) for step in path[-2:]) and len(path) > 2 else path[-2:]
    words = [f"[{step}]" if isinstance(step, int) else step for step in last if step != ""]
    return ".".join(words).replace(".[", "[") if words else "the file"


def _unknown_key(mistake: _Mistake) -> Problem:
    path, known = mistake.path, _keys(mistake.models)
    key = str(path[-1])
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    if key in OLD_KEYS and not (near and near[0] == key.replace("-", "_")):
        fix = f"write {OLD_KEYS[key]}"
    elif near and near[0] != key:
        fix = f"did you mean {near[0]}?"
    else:
        fix = f"keys known here: {', '.join(known)}" if known else "remove it"
    where = _name(path[:-1])
    summary = f'unknown key "{key[:60]}" in {where}'
    why = "quorate would ignore it silently, and the cluster would be another than the one described"
    secret = bool(near and is_secret_key(near[0]))
    return Problem(error("unknown-key", summary, why, fix, path), of_key=True, secret=secret)


def _keys(models: Iterable[type[BaseModel]]) -> list[str]:
    return sorted({field.alias or name for model in models for name, field in model.model_fields.items()})


def _missing(mistake: _Mistake) -> Problem:
    path = mistake.path
    key = str(path[-1])
    fields = [
        field for model in mistake.models for name, field in model.model_fields.items() if key in {name, field.alias}
    ]
    meaning = next((field.description for field in fields if field.description), "")
    summary = f"{_name(path[:-1])} lacks {key}" if len(path) > 1 else f"the file lacks {key}"
    why = f"{key}: {meaning}" if meaning else f"without {key} nothing can be derived"
    return Problem(error("missing-key", summary, why, f"write {key}: ...", path), of_key=True)


def _no_choice(mistake: _Mistake) -> Problem:
    value = mistake.detail["input"]
    words = str(mistake.detail["ctx"]["expected"]).replace("'", "")
    choices = words.replace(" or ", ", ").split(", ")
    text = (text_of(value) or "").lower()
    near = difflib.get_close_matches(text, [choice.lower() for choice in choices], n=1)
    better = next((choice for choice in choices if near and choice.lower() == near[0]), OLD_VALUES.get(text, ""))
    if isinstance(value, bool) and {"on", "off"} <= set(choices):
        better = "on" if value else "off"
    fix = f"write {better}" if better else f"write one of {', '.join(choices)}"
    said = f"{mistake.name} must be {words}, not {shown(value)}"
    return Problem(error("bad-choice", said, "no other value has a meaning here", fix, mistake.path))


def _no_tag(mistake: _Mistake) -> Problem:
    """Report an entry of `resources` or `constraints` of which none of the deciding keys is there."""
    path, name, value = mistake.path, mistake.name, mistake.detail["input"]
    keys = [str(key) for key in value] if isinstance(value, Mapping) else []
    if isinstance(value, str) or (keys and keys[0].split()[:1] != [keys[0]]):
        why = "text of the crm shell stands in one block, in place of the mapping"
        fix = "write `resources: |`, and all statements as text on the lines below, indented"
        return Problem(error("crm-text", f"{name} is crm shell text, not a mapping", why, fix, path))
    constraint = "constraints" in path
    kinds = "location, colocation or order" if constraint else "primitive, template, group or clone"
    old = next((OLD_KEYS[key] for key in keys if key in OLD_KEYS), "")
    near = [near for key in keys for near in difflib.get_close_matches(key, kinds.replace(",", "").split(), n=1)]
    fix = f"write {old}" if old else f"did you mean {near[0]}?" if near else f"write one of the keys {kinds}"
    summary = (
        f"{name} has none of the keys {kinds}"
        if isinstance(value, Mapping)
        else (f"{name} must be a mapping, not {shown(value)}")
    )
    return Problem(error("missing-key", summary, "this key says what it is", fix, path))


def _wrong_count(mistake: _Mistake) -> Problem:
    path, name, context = mistake.path, mistake.name, mistake.detail["ctx"]
    least, most, count = context.get("min_length"), context.get("max_length"), len(mistake.detail["input"])
    limit = f"at least {least}" if least is not None else f"at most {most}"
    summary = f"{name} has {count or 'no'} entries and must have {limit}"
    why = "there is nothing to do with an empty one" if least is not None else "the programs below allow no more"
    fix = "write the entries" if least is not None else f"leave at most {most}"
    return Problem(error("wrong-count", summary, why, fix, path))


_READ: dict[str, Callable[[_Mistake], Problem]] = {
    CODE: _mismatch,
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "literal_error": _no_choice,
    "enum": _no_choice,
    "too_short": _wrong_count,
    "too_long": _wrong_count,
}
