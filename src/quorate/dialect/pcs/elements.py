"""What a command makes, as an element of the CIB, becomes a statement: of the model's words, or kept as XML. Pure."""

from collections.abc import Collection

from lxml.etree import _Element as Element

from quorate.dialect.cib import read as cib
from quorate.dialect.cib.ids import Ids
from quorate.dialect.model import Statement


def statement(element: Element, said: Collection[str] = ()) -> Statement:
    """Return the statement that an element is. said: ids of rules and sets that were given, and are kept."""
    Ids().give(element)
    return cib.statement(element, said)


def sanitized(name: str) -> str:
    """Return a name as pcs makes an id of it."""
    return "".join(char for char in name if char.isalnum() or char in "_-.")
