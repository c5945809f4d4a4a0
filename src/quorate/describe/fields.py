"""Fields: the annotated types of which the cluster file is made, for describe's own models and for catalog files.

    class Web(Service):
        address: FloatingAddress
        port: Port = 80
        start_timeout: Duration | None = None

Each reads what an operator writes (YAML scalars, mappings) and also takes a value that already has the right Python
type. A value that will not do raises a mismatch in words of the field. JSON Schema comes along for editors. Pure.
"""

import re
from collections.abc import Mapping
from typing import Annotated

from quorate.describe import addresses
from quorate.describe.addresses import read_address, read_floating, read_interface
from quorate.describe.mismatch import mismatch, wrong_type
from quorate.describe.reader import Reader, pattern, whole
from quorate.describe.scalars import text_of
from quorate.describe.secret import Secret

SCALAR = ["string", "number", "boolean"]


def _read_text(value: object) -> str:
    text = text_of(value)
    if text is None:
        raise wrong_type("text", value)
    return text


def _read_line(value: object) -> str:
    text = _read_text(value)
    if not text.strip():
        raise mismatch("bad-value", "must not be empty", why="an empty text has no meaning here", fix="write a value")
    if not text.isprintable():
        why = "line breaks and control characters cannot be written to the configuration files"
        raise mismatch("bad-value", "must be one line of text", why=why, fix="write it on one line")
    return text


_WORDS = {"yes": True, "on": True, "y": True, "true": True, "no": False, "off": False, "n": False, "false": False}


def _read_flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    text = (text_of(value) or "").lower()
    if text in _WORDS:
        word = "true" if _WORDS[text] else "false"
        raise wrong_type(
            "true or false",
            value,
            why="in YAML 1.2 only true and false are booleans; yes, no, on, off and anything in quotes are text",
            fix=f"write {word}",
        )
    raise wrong_type("true or false", value)


_UNITS = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0}
_OTHER_UNITS = {
    "msec": "ms",
    "sec": "s",
    "secs": "s",
    "seconds": "s",
    "second": "s",
    "m": "min",
    "mins": "min",
    "minutes": "min",
    "minute": "min",
    "hr": "h",
    "hour": "h",
    "hours": "h",
}
_DURATION = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?) ?([A-Za-z]*)")


def _read_duration(value: object) -> float:
    expected = "a duration such as 500ms, 3s, 2min or 1h"
    text = text_of(value)
    if text is None or isinstance(value, bool):
        raise wrong_type(expected, value)
    found = _DURATION.fullmatch(text.strip())
    if not found:
        raise wrong_type(expected, value)
    amount, unit = found.groups()
    if unit in _UNITS:
        return round(float(amount) * _UNITS[unit], 6)
    if not unit:
        raise mismatch(
            "duration-without-unit",
            f"is the bare number {amount}, and a duration needs a unit",
            why="Corosync would read milliseconds and Pacemaker seconds: a factor of 1000",
            fix=f"write {amount}s or {amount}ms",
        )
    better = _OTHER_UNITS.get(unit.lower(), unit.lower())
    fix = f"write {amount}{better}" if better in _UNITS else "units are ms, s, min and h"
    raise mismatch(
        "bad-value",
        f'has the unit "{unit}", which quorate does not know',
        why="the units are ms, s, min and h, so that no two programs can read them differently",
        fix=fix,
    )


_SECRET_KEYS = ("env", "file")


def _read_secret(value: object) -> Secret:
    if isinstance(value, Secret):
        return value
    if isinstance(value, Mapping):
        text = text_of(next(iter(value.values()), None))
        if len(value) == 1 and next(iter(value)) in _SECRET_KEYS and text and text.isprintable():
            source = next(iter(value))
            if source != "env" or re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text):
                return Secret(source, text)
        raise mismatch(
            "bad-secret",
            "must be a reference to a secret: one key, env or file",
            why="quorate reads the value when it is needed, from an environment variable or from a file",
            fix="write {env: NAME} or {file: PATH}",
            secret=True,
        )
    raise _literal_secret(value)


LITERAL_WHY = "cluster files are kept in version control and pasted into tickets; a secret in one is lost"
LITERAL_FIX = "write {env: NAME} or {file: PATH}, and change the secret that stood here"


def _literal_secret(value: object) -> Exception:
    """Return the error for a secret that stands in the file in clear text; its value is never repeated."""
    if text_of(value) is None:
        return wrong_type("a reference to a secret, {env: NAME} or {file: PATH}", value)
    summary = "must be a reference to a secret, not the secret itself"
    return mismatch("literal-secret", summary, why=LITERAL_WHY, fix=LITERAL_FIX, secret=True)


def _read_parameter(value: object) -> str | Secret:
    return _read_secret(value) if isinstance(value, Mapping | Secret) else _read_text(value)


def _read_score(value: object) -> str:
    text = (text_of(value) or "").upper().replace("+", "")
    if text in {"INF", "-INF"}:
        text += "INITY"
    if text in {"INFINITY", "-INFINITY"}:
        return text
    if isinstance(value, bool) or not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise wrong_type("a score: a whole number, INFINITY or -INFINITY", value)
    number_ = int(text)
    if abs(number_) >= 1_000_000:  # Pacemaker Explained, "Scores": 1,000,000 is infinity
        return "INFINITY" if number_ > 0 else "-INFINITY"
    return str(number_)


_SECRET_SCHEMA = {
    "type": "object",
    "properties": {"env": {"type": "string"}, "file": {"type": "string"}},
    "additionalProperties": False,
    "minProperties": 1,
    "maxProperties": 1,
}
_ADDRESS_SCHEMA = {"type": "string", "pattern": r"^[0-9a-fA-F:.]+(/[0-9]{1,3})?$"}
_NAME = "letters, digits, '.', '_' and '-'"

Text = Annotated[str, Reader(_read_text, {"type": SCALAR})]
Line = Annotated[str, Reader(_read_line, {"type": SCALAR})]
Flag = Annotated[bool, Reader(_read_flag, {"type": "boolean"})]
Duration = Annotated[float, Reader(_read_duration, {"type": "string", "pattern": r"^[0-9.]+ ?(ms|s|min|h)$"})]
Port = Annotated[int, whole(1, 65535, "a port number")]
IPAddress = Annotated[addresses.IPAddress, Reader(read_address, _ADDRESS_SCHEMA)]
IPInterface = Annotated[addresses.IPInterface, Reader(read_interface, _ADDRESS_SCHEMA)]
FloatingAddress = Annotated[
    addresses.IPInterface, Reader(read_floating, {"type": "string", "pattern": r"^[0-9a-fA-F:.]+/[0-9]{1,3}$"})
]
SecretReference = Annotated[Secret, Reader(_read_secret, _SECRET_SCHEMA)]
Parameter = Annotated[str | Secret, Reader(_read_parameter, {"anyOf": [{"type": SCALAR}, _SECRET_SCHEMA]})]
Score = Annotated[
    str,
    Reader(
        _read_score, {"type": ["string", "integer"], "pattern": "^[-+]?([0-9]+|[Ii][Nn][Ff]([Ii][Nn][Ii][Tt][Yy])?)$"}
    ),
]
Name = Annotated[
    str,
    pattern(
        r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}",
        f"a name of {_NAME}",
        why="a host's own name allows no more (hostname(7)), and Pacemaker knows nodes by it",
        fix=f"use {_NAME}, at most 64",
    ),
]
ResourceName = Annotated[
    str,
    pattern(
        r"[A-Za-z_][A-Za-z0-9._-]{0,63}",
        f"a name of {_NAME} that begins with a letter",
        why="it becomes an id in the CIB, and XML ids begin with a letter",
        fix=f"begin with a letter, then {_NAME}, at most 64",
    ),
]
AbsolutePath = Annotated[
    str,
    pattern(
        r"/[^\x00-\x1f]*",
        "an absolute path",
        why="the programs that use it run in no particular directory",
        fix="begin the path with /",
    ),
]
