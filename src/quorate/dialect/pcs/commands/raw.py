"""Written only: what the crm shell has no words for, but pcs has: rules in rules, defaults by resource. Pure."""

from lxml import etree

from quorate.dialect.model import Raw
from quorate.dialect.pcs.commands import location, properties, relations

COMMANDS: dict[str, object] = {}
_OF = {
    "rsc_location": location.written_element,
    "rsc_order": relations.written_element,
    "rsc_defaults": properties.written_element,
    "op_defaults": properties.written_element,
}


def written(raw: Raw) -> list[str]:
    """Return the commands that make an element, none if pcs has none."""
    element = etree.fromstring(raw.xml)
    writer = _OF.get(str(element.tag))
    return writer(element) if writer else []


WRITERS = {Raw: written}
