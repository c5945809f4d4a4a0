"""Scalars: what one word of YAML means, by the core schema of YAML 1.2, and how it was written. Pure.

The core schema (yaml.org/spec/1.2.2, chapter 10.3) knows null, true and false, integers (decimal, 0o, 0x) and floats;
`yes`, `on`, `10:30` and `2024-01-31` are text. Numbers keep their text, because many values of a cluster file are text
to Pacemaker even where they look like numbers: a plug called 07 must stay 07, a version 1.10 must not become 1.1.
"""

import re


class Whole(int):
    """An integer that remembers how it was written."""

    written: str


class Decimal(float):
    """A float that remembers how it was written."""

    written: str


_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEAN = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_DECIMAL = re.compile(r"[-+]?[0-9]{1,40}")
_OCTAL = re.compile(r"0o[0-7]{1,40}")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]{1,40}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]{1,40}|[0-9]{1,40}(\.[0-9]{0,40})?)([eE][-+]?[0-9]{1,3})?")

Value = str | Whole | Decimal | bool | None


def resolve(text: str) -> Value:
    """Return the value of a plain (unquoted) scalar; infinities and NaN stay text, no field of ours takes them."""
    if text in _NULL:
        return None
    if text in _BOOLEAN:
        return _BOOLEAN[text]
    number: Whole | Decimal
    if _DECIMAL.fullmatch(text):
        number = Whole(text)
    elif _OCTAL.fullmatch(text):
        number = Whole(text[2:], 8)
    elif _HEXADECIMAL.fullmatch(text):
        number = Whole(text[2:], 16)
    elif _FLOAT.fullmatch(text):
        number = Decimal(text)
    else:
        return text
    number.written = text
    return number


def text_of(value: object) -> str | None:
    """Return a scalar as text, numbers as they were written, booleans in small letters; None for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        written = getattr(value, "written", None)
        return written if isinstance(written, str) else str(value)
    return None
