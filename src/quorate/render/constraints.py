"""The <constraints> section of the CIB. Values in, XML elements out. Pure.

Source: Pacemaker Explained, "Resource Constraints"; schema pacemaker-3.9.
"""

from collections.abc import Iterable

from lxml import etree
from lxml.etree import _Element as Element

from quorate.describe.resources import Colocation, Constraint, Location
from quorate.render.ids import Ids


def constraints_element(constraints: Iterable[Constraint], ids: Ids) -> Element:
    """Return <constraints>, in the order given."""
    root = etree.Element("constraints")
    for constraint in constraints:
        tag, attributes = _attributes(constraint)
        given = {name: value for name, value in attributes.items() if value is not None}
        etree.SubElement(root, tag, {"id": ids(constraint.id)} | given)
    return root


def _attributes(constraint: Constraint) -> tuple[str, dict[str, str | None]]:
    if isinstance(constraint, Location):
        return "rsc_location", {
            "rsc": constraint.resource,
            "node": constraint.node,
            "score": constraint.score,
            "role": constraint.role,
            "resource-discovery": constraint.discovery,
        }
    if isinstance(constraint, Colocation):
        return "rsc_colocation", {
            "rsc": constraint.resource,
            "rsc-role": constraint.role,
            "with-rsc": constraint.with_resource,
            "with-rsc-role": constraint.with_role,
            "score": constraint.score,
        }
    symmetrical = None if constraint.symmetrical is None else str(constraint.symmetrical).lower()
    return "rsc_order", {
        "first": constraint.first,
        "first-action": constraint.first_action,
        "then": constraint.then,
        "then-action": constraint.then_action,
        "kind": constraint.kind,
        "symmetrical": symmetrical,
    }
