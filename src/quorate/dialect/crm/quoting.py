"""Words as the crm shell's language writes them: quoted where they must be. Pure."""

import re

from quorate.dialect.model import Attributes

_PLAIN = re.compile(r"[\w!#$%&()*+,./:;<=>?@\[\]^{|}~-]+", re.ASCII)


def word(text: str) -> str:
    """Return a word that is read back as `text`."""
    if _PLAIN.fullmatch(text) and not text.endswith("="):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def pair(name: str, value: str | None) -> str:
    """Return name=value, or the name alone."""
    return word(name) if value is None else f"{word(name)}={word(value)}"


def pairs(attributes: Attributes) -> list[str]:
    """Return each name=value."""
    return [pair(name, value) for name, value in attributes]


def described(description: str | None) -> list[str]:
    """Return the part of a statement that is its description, if there is one."""
    return [] if description is None else [pair("description", description)]
