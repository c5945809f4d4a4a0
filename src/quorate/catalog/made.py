"""Made secrets: passwords, cookies and keys that no operator wants to invent: made once, kept where only root reads.

A service says which it needs (Service.secrets). They lie on every node in FOLDER, one file each, of mode 0600: what a
node has is the cluster's, and a new value is made only where no node has one (build/steps/made_secrets.py). A file of
a service names one by `made(NAME)` in its content, and the value comes in its place at the moment of writing. Pure.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

FOLDER = "/etc/quorate/secrets"
_MARK = re.compile(r"@quorate-secret:([\w.-]+)@", re.ASCII)


@dataclass(frozen=True, slots=True)
class MadeSecret:
    """One secret. name: SERVICE.WHAT, of letters, digits and . _ - as services are named; its file has that name.

    shape: "word", 32 letters, digits, - and _ (nothing that SQL, an URL or a configuration file had to quote);
    "upper", 32 capital letters (an Erlang cookie).
    """

    name: str
    shape: Literal["word", "upper"] = "word"

    @property
    def path(self) -> str:
        """Where it lies on a node."""
        return f"{FOLDER}/{self.name}"


def made(name: str) -> str:
    """Return what stands in a file's content, or a command's input, for the secret of that name."""
    return f"@quorate-secret:{name}@"


def named_in(content: str) -> frozenset[str]:
    """Return the names of the secrets that a content stands for."""
    return frozenset(_MARK.findall(content))


def marked(content: bytes, values: Mapping[str, str]) -> bytes:
    """Return a file's content with marks in the places of values, so that none stands in it; `put_in` undoes it."""
    names: dict[str, str] = {}
    for name, value in values.items():
        if value and _MARK.fullmatch(made(name)):
            names.setdefault(value, name)
    if not names:
        return content
    any_value = re.compile("|".join(re.escape(value) for value in sorted(names, key=len, reverse=True)))
    return _bytes(any_value.sub(lambda found: made(names[found[0]]), _text(content)))


def put_in(content: bytes, values: Mapping[str, str]) -> bytes:
    """Return a file's content with the values in the places of marks; KeyError for one that is not known."""
    return _bytes(filled(_text(content), values))


def marks_in(content: bytes) -> frozenset[str]:
    """Return the names of the secrets that a file's content has marks for."""
    return named_in(_text(content))


def _text(content: bytes) -> str:
    return content.decode(errors="surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


def filled(content: str, values: Mapping[str, str]) -> str:
    """Return a content with the secrets' values in place; KeyError for one that nobody has made."""
    return _MARK.sub(lambda found: values[found[1]], content)
