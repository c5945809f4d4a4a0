"""Values of keys as they are written: whether Corosync can read them; quotes, dashes and case mended. Pure."""

import re

from quorate.dialect.corosync.pieces import Piece
from quorate.dialect.corosync.vocabulary import Known
from quorate.dialect.text import Text
from quorate.findings import Severity

_DASHES = re.compile("[‐‑‒–—―−﹣－]")
_QUOTED = re.compile(r"""["'“”„‟″‘’‚‛](.*)["'“”„‟″‘’‚‛]""")
_BOOLEANS = frozenset(("yes", "no", "on", "off", "true", "false", "1", "0"))


def checked(piece: Piece, name: str, takes: Known, source: Text) -> str:
    """Return a key's value, mended where its meaning is certain; say what was mended and what Corosync cannot read."""
    value = piece.value
    for mended, code, what in _mendings(value):
        if mended != value and (takes.words or takes.range) and takes.takes(mended) and not takes.takes(value):
            _say(piece, source, Severity.WARNING, code, f'"{value}" is read as "{mended}"',
                 f"Corosync takes {what} for part of the value", f"write {name}: {mended}")  # fmt: skip
            return mended
    if takes.takes(value):
        _say_odd(piece, name, source)
    elif takes.range is not None:
        low, high = takes.range
        _say(piece, source, Severity.ERROR, "wrong-value", f'"{value}" is no whole number from {low} to {high}',
             "Corosync refuses the file", f"write the number of {name}")  # fmt: skip
    elif value in _BOOLEANS and set(takes.words) <= _BOOLEANS:
        _say(piece, source, Severity.WARNING, "wrong-value", f'"{name}" takes no "{value}"',
             "Corosync refuses it, or goes on with its default without a word", f"write {_listed(takes)}")  # fmt: skip
    else:
        _say(piece, source, Severity.ERROR, "wrong-value", f'"{name}" takes no "{value}"',
             "Corosync refuses the file, or goes on with its default", f"write {_listed(takes)}")  # fmt: skip
    return value


def _mendings(value: str) -> tuple[tuple[str, str, str], ...]:
    unquoted = found[1].strip() if (found := _QUOTED.fullmatch(value)) else value
    return (
        (value.lower(), "wrong-case", "the capital letters"),
        (unquoted, "quotes", "the quotes"),
        (unquoted.lower(), "quotes", "the quotes"),
        (_DASHES.sub("-", value), "typographic-dash", "the dash of a word processor"),
    )


def _say_odd(piece: Piece, name: str, source: Text) -> None:
    """Say what looks like damage in a value that takes any text, and is left as it is."""
    if _DASHES.search(piece.value):
        _say(piece, source, Severity.WARNING, "typographic-dash",
             f'a dash that is no hyphen stands in the value of "{name}"; left as it is',
             "one or two hyphens may have stood there", "write it with hyphens")  # fmt: skip
    elif _QUOTED.fullmatch(piece.value):
        _say(piece, source, Severity.WARNING, "quotes", f'quotes stand around the value of "{name}"; left as they are',
             "Corosync takes them for part of the value", "leave them out, unless they are meant")  # fmt: skip
    elif re.search(r"\S\s+\S", piece.value) and name in {"logfile", "bindnetaddr", "mcastaddr"}:
        _say(piece, source, Severity.WARNING, "blank-in-value", f'a blank stands in the value of "{name}"',
             "it is part of the value", "leave it out, unless it is meant")  # fmt: skip


def _listed(takes: Known) -> str:
    return " or ".join(takes.words)


def _say(piece: Piece, source: Text, severity: Severity, code: str, *words: str) -> None:
    source.say(severity, piece.value_span or piece.span, code, *words)
