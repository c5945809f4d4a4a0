"""Mismatch: how a field says that a value will not do. Raised inside pydantic, read back by problems.py. Pure."""

from pydantic_core import PydanticCustomError

from quorate.describe.scalars import text_of

CODE = "quorate"  # pydantic's error type of everything made here


def mismatch(code: str, summary: str, *, why: str, fix: str, secret: bool = False) -> PydanticCustomError:
    """Return the error to raise from a field's reader.

    code: the finding's code. summary: one line that goes on after the field's name, e.g. "is not a duration".
    secret: the value stands in clear text and must be masked wherever its line is shown.
    """
    context = {"code": code, "summary": summary, "why": why, "fix": fix, "secret": secret}
    return PydanticCustomError(CODE, "{summary}; {fix}", context)


def shown(value: object) -> str:
    """Return a value for a message: text in quotes, shortened; numbers as written; a list or mapping by its kind."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, bool | int | float):
        return (text_of(value) or "")[:60]
    text = " ".join(str(value).split())
    return f'"{text}"' if len(text) <= 60 else f'"{text[:57]}..."'


def wrong_type(expected: str, value: object, *, why: str = "", fix: str = "") -> PydanticCustomError:
    """Return the error for a value of the wrong kind: `expected` says in words of the field what belongs there."""
    return mismatch(
        "wrong-type",
        f"must be {expected}, but {shown(value)} stands there",
        why=why or f"quorate reads this value as {expected}",
        fix=fix or f"write {expected}",
    )
