"""A CIB, or its <configuration>, of any schema -> a Configuration that loses nothing but ids nobody refers to. Pure.

What the crm shell's language cannot say is kept as XML (Raw): an element as a whole, with what is in it. A comment
belongs to the statement in whose element it stands, or to the next one.
"""

from collections.abc import Callable, Collection, Iterator
from copy import deepcopy
from dataclasses import replace

from lxml import etree
from lxml.etree import _Element as Element

from quorate.dialect.cib import constraints, resources, sections
from quorate.dialect.cib.parts import DEFAULTS, Unsayable, children, inside, new
from quorate.dialect.model import Configuration, Raw, Statement
from quorate.errors import UsageError

_READERS: dict[str, Callable[[Element, Collection[str]], Statement]] = {
    "node": resources.node,
    "template": resources.primitive,
    "primitive": resources.primitive,
    "group": resources.group,
    "clone": resources.clone,
    "master": resources.clone,
    "bundle": resources.bundle,
    "rsc_location": constraints.location,
    "rsc_colocation": constraints.colocation,
    "rsc_order": constraints.order,
    "rsc_ticket": constraints.ticket,
    "cluster_property_set": sections.properties,
    "meta_attributes": sections.properties,
    "fencing-topology": sections.topology,
    "tag": sections.tag,
    "alert": sections.alert,
    "acl_role": sections.role,
    "acl_target": sections.target,
    "acl_group": sections.target,
    "acl_user": sections.user,
}
_SECTIONS = ("nodes", "resources", "tags", "constraints", "fencing-topology", "crm_config", "rsc_defaults",
             "op_defaults", "acls", "alerts")  # fmt: skip


def parse(text: bytes, file: str) -> Element:
    """Return the <configuration> of a CIB's text; raise UsageError if it is none."""
    try:
        root = etree.fromstring(text, etree.XMLParser(resolve_entities=False, no_network=True, remove_blank_text=True))
    except etree.XMLSyntaxError as error:
        raise UsageError(f"{file} is no XML: {error.msg}", "give the output of cibadmin --query") from None
    found = root if root.tag == "configuration" else root.find("configuration")
    if found is None:
        raise UsageError(f"{file} has no <configuration>", "give the output of cibadmin --query")
    return found


def read(configuration: Element) -> Configuration:
    """Read a <configuration>."""
    referenced = {item.get("id-ref", "") for item in configuration.iterfind(".//*[@id-ref]")}
    statements: list[Statement] = []
    for name in _SECTIONS:
        for section in configuration.findall(name):
            statements += _section(section, referenced)
    return Configuration(tuple(statements))


def statement(element: Element, referenced: Collection[str] = ()) -> Statement:
    """Read one element that has no others below it which are statements; Raw if it cannot be said otherwise."""
    return _statement(element, referenced) or raw(_in_its_section(element))


def raw(element: Element) -> Raw:
    """Return an element as it is; one without an id goes by that of the first in it."""
    inner = next(iter(children(element)), element)
    return Raw(
        id=element.get("id", inner.get("id")), xml=etree.tostring(element, method="c14n", with_tail=False).decode()
    )


def _section(section: Element, referenced: Collection[str]) -> Iterator[Statement]:
    if section.tag == "fencing-topology":
        yield statement(section, referenced)
        return
    waiting: tuple[str, ...] = ()
    for item in section:
        if not inside(item):
            waiting += tuple(line.strip() for line in (item.text or "").splitlines() if line.strip())
            continue
        read_ = list(objects(item, referenced))
        yield from read_[:-1]
        yield replace(read_[-1], comments=(*waiting, *read_[-1].comments))
        waiting = ()


def objects(element: Element, referenced: Collection[str]) -> Iterator[Statement]:
    """Yield the resources inside an element, then itself; an element that cannot be said is kept with all in it.

    referenced: the ids that something refers to; no other id of a set, pair or rule is kept.
    """
    said = _statement(element, referenced)
    if said is None:
        yield raw(_in_its_section(element))
        return
    for inner in children(element, *resources.RESOURCES):
        yield from objects(inner, referenced)
    yield said


def _in_its_section(element: Element) -> Element:
    """Return defaults within their section, for <meta_attributes> alone does not tell which defaults they are."""
    section = element.getparent()
    if section is None or section.tag not in DEFAULTS:
        return element
    whole = new(str(section.tag))
    whole.append(deepcopy(element))
    return whole


def _statement(element: Element, referenced: Collection[str]) -> Statement | None:
    reader = _READERS.get(str(element.tag))
    inner = children(element, *resources.RESOURCES)
    if reader is None or any(_statement(member, referenced) is None for member in inner):
        return None
    try:
        return reader(element, referenced)
    except (Unsayable, IndexError):
        return None
