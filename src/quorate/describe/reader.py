"""Reader: how a written value becomes the value of a field, with the JSON Schema of what may be written. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from quorate.describe.mismatch import mismatch, shown, wrong_type
from quorate.describe.scalars import text_of


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """How a written value becomes the field's value, and the JSON Schema of what may be written."""

    read: Callable[[Any], Any]
    schema: Mapping[str, Any]

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Let `read` alone decide; the annotated Python type is for the type checker."""
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Return the schema of the written form."""
        return dict(self.schema)


@dataclass(frozen=True, slots=True, eq=False)
class Shorthand:
    """A value that may also be written shorter.

    expand: turns the short form into the long one, and returns anything else as it is.
    also: the JSON Schema of the short form; None: one item of the list that is the long form.
    """

    expand: Callable[[Any], Any]
    also: Mapping[str, Any] | None

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Expand first, then validate the long form."""
        return core_schema.no_info_before_validator_function(self.expand, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Return either form."""
        long = handler(core)
        return {"anyOf": [dict(self.also) if self.also is not None else dict(long["items"]), long]}


def pattern(regex: str, expected: str, *, why: str, fix: str) -> Reader:
    """Return a Reader for text of one shape; `regex` must match the whole of it."""
    shape = re.compile(regex)

    def read(value: object) -> str:
        text = text_of(value)
        if text is None:
            raise wrong_type(expected, value)
        if not shape.fullmatch(text):
            raise mismatch("bad-value", f"must be {expected}, not {shown(value)}", why=why, fix=fix)
        return text

    return Reader(read, {"type": ["string", "integer"], "pattern": f"^(?:{regex})$"})


def whole(minimum: int, maximum: int, expected: str) -> Reader:
    """Return a Reader for whole numbers from `minimum` to `maximum`; `expected` names them ("a port number")."""
    said = f"{expected} from {minimum} to {maximum}"

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise wrong_type(said, value, fix=_unquoted(value) or f"write {said}, without quotes")
        if not minimum <= value <= maximum:
            raise mismatch(
                "out-of-range",
                f"must be {said}, not {value}",
                why="values beyond that are refused by the programs it is handed to",
                fix=f"write {said}",
            )
        return int(value)

    return Reader(read, {"type": "integer", "minimum": minimum, "maximum": maximum})


def number(minimum: float, maximum: float, expected: str) -> Reader:
    """Return a Reader for numbers from `minimum` to `maximum`."""
    said = f"{expected} from {_digits(minimum)} to {_digits(maximum)}"

    def read(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise wrong_type(said, value, fix=_unquoted(value) or f"write {said}, without a unit")
        if not minimum <= value <= maximum:
            raise mismatch(
                "out-of-range",
                f"must be {said}, not {shown(value)}",
                why="no other value has a meaning here",
                fix=f"write {said}",
            )
        return float(value)

    return Reader(read, {"type": "number", "minimum": minimum, "maximum": maximum})


def _digits(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)


def _unquoted(value: object) -> str:
    """Return the advice to drop quotes, where a number stands in quotes."""
    if isinstance(value, str) and re.fullmatch(r"[-+]?[0-9]+(\.[0-9]+)?", value):
        return f"write {value} without quotes"
    return ""


def one_of(kind: type) -> Shorthand:
    """Return the Shorthand of a list that may be written as its only item, of type `kind`."""
    return Shorthand(lambda value: [value] if isinstance(value, kind) else value, None)
