"""Attributes and children of elements of the CIB, and what cannot be said of them in the model. Pure."""

from collections.abc import Collection, Mapping

from lxml import etree
from lxml.etree import _Element as Element

DEFAULTS = ("rsc_defaults", "op_defaults")
"""The sections of defaults, whose children all are <meta_attributes>."""


class Unsayable(Exception):
    """The element has an attribute or a child that the crm shell's language, and so the model, has no place for."""


def new(tag: str, attributes: Mapping[str, str | None] | None = None) -> Element:
    """Return an element with those of the attributes that have a value."""
    return etree.Element(tag, {name: value for name, value in (attributes or {}).items() if value is not None})


def only(element: Element, attributes: Collection[str], children: Collection[str] = ()) -> None:
    """Refuse an element that has other attributes or children, or text."""
    if names(element) - set(attributes):
        raise Unsayable
    if (element.text or "").strip() or any(inside(child) not in {*children, ""} for child in element):
        raise Unsayable


def names(element: Element) -> set[str]:
    """Return the names of an element's attributes."""
    return {str(name) for name in element.keys()}  # noqa: SIM118 - an element is no mapping


def inside(element: Element) -> str:
    """Return the tag, "" for a comment."""
    return element.tag if isinstance(element.tag, str) else ""


def children(element: Element, *tags: str) -> list[Element]:
    """Return the children with one of these tags, in order; all but comments if none is named."""
    return [child for child in element if inside(child) and (not tags or child.tag in tags)]


def comments(element: Element) -> tuple[str, ...]:
    """Return the comments within an element, each line of them."""
    return tuple(
        line.strip()
        for child in element
        if not inside(child)
        for line in (child.text or "").splitlines()
        if line.strip()
    )
