"""`xml <element …>`: an element of the CIB as it is. Pure.

Its text is no words of the shell's: read.py hands it over as one.
"""

from lxml import etree

from quorate.dialect.crm.cursor import Cursor
from quorate.dialect.model import Raw

WORDS = ("xml",)
MODELS = (Raw,)


def read(cursor: Cursor) -> Raw:
    """Read what follows the word."""
    token = cursor.take("an XML element")
    try:
        element = etree.fromstring(token.text.encode(), etree.XMLParser(resolve_entities=False, remove_blank_text=True))
    except etree.XMLSyntaxError as error:
        raise cursor.refuse(token, "bad-xml", f"this is no XML: {error.msg}", "the element cannot be told from it",
                            "mend the XML, or write the statement in the words of the crm shell") from None  # fmt: skip
    return Raw(id=element.get("id"), xml=etree.tostring(element, method="c14n").decode())


def written(raw: Raw) -> list[str]:
    """Return the parts of the statement: one, for blanks between words mean nothing to the crm shell and break XML."""
    text = raw.xml.replace("  ", "&#32;&#32;")
    return [f"xml {text}"]
