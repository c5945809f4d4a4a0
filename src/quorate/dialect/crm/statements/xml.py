"""`xml <element …>`: an element of the CIB as it is. Pure.

Its text is no words of the shell's: read.py hands it over as one. What it says is read into the model like any other
statement, where the model has a place for it.
"""

from copy import deepcopy

from lxml import etree
from lxml.etree import _Element as Element

from quorate.dialect.cib import read as cib
from quorate.dialect.cib.ids import Ids
from quorate.dialect.cib.resources import RESOURCES
from quorate.dialect.crm.cursor import Cursor
from quorate.dialect.model import Raw, Statement

WORDS = ("xml",)
MODELS = (Raw,)
_REFERENCES = ("resource_ref", "obj_ref", "role", "role_ref")


def read(cursor: Cursor) -> Statement:
    """Read what follows the word."""
    token = cursor.take("an XML element")
    try:
        element = etree.fromstring(token.text.encode(), etree.XMLParser(resolve_entities=False, remove_blank_text=True))
    except etree.XMLSyntaxError as error:
        raise cursor.refuse(token, "bad-xml", f"this is no XML: {error.msg}", "the element cannot be told from it",
                            "mend the XML, or write the statement in the words of the crm shell") from None  # fmt: skip
    inner = any(child.tag in RESOURCES for child in element)  # they would be statements of their own
    return cib.raw(element) if inner else cib.statement(element, _own_ids(element))


def _own_ids(element: Element) -> set[str]:
    """Return the ids inside an element that are not those that it would be given: somebody chose them."""
    usual = deepcopy(element)
    for item in usual.iterdescendants():
        if item.tag not in _REFERENCES:
            item.attrib.pop("id", "")
    Ids().give(usual)
    return {said.get("id", "") for said, given in zip(element.iter(), usual.iter(), strict=True)
            if said.get("id") != given.get("id")}  # fmt: skip


def written(raw: Raw) -> list[str]:
    """Return the parts of the statement: one, for blanks between words mean nothing to the crm shell and break XML."""
    return [f"xml {one_line(raw.xml)}"]


def one_line(xml: str) -> str:
    """Return XML that is the same after the crm shell has split it at blanks and put it together again."""
    return xml.replace("\n", "&#10;").replace("\t", "&#9;").replace("  ", "&#32;&#32;")
