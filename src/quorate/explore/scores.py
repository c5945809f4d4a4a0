"""Scores: promotion scores that agents of promotable clones keep, and that no scheduler can know. Pure.

The rule: where such a clone may run and nothing is said, every node's copy is up to date, so that each has the score
that its agent then gives, the same for all: 10000 (ocf:linbit:drbd, the last of adjust_master_score). Preference and
stickiness decide between them. An agent takes the score back where its copy is lost, and sets it again when that is
back; fencing and leaving wipe it.
"""

from lxml import etree
from lxml.etree import _Element as Element

from quorate.explore.configured import Configured

UP_TO_DATE = "10000"


def attribute(primitive: str) -> str:
    """Return the transient node attribute that holds a primitive's promotion score (crm_attribute(8), --promotion)."""
    return f"master-{primitive}"


def initial(configured: Configured) -> tuple[tuple[str, str, str], ...]:
    """Return (node, attribute, value) for every promotable primitive and every node that may run it."""
    return tuple(
        (node, attribute(primitive), UP_TO_DATE)
        for carrier in configured.carriers
        if carrier.promotable
        for node in configured.nodes_for(carrier.id)
        for primitive in carrier.primitives
    )


def write(cib: Element, scores: tuple[tuple[str, str, str], ...]) -> None:
    """Set transient attributes in a CIB's status, where the node is there and does not have them yet."""
    states = {state.get("uname"): state for state in cib.iterfind("status/node_state")}
    for node, name, value in scores:
        state = states.get(node)
        if state is None:
            continue
        key = state.get("id", node)
        values = state.find("transient_attributes/instance_attributes")
        if values is None:
            holder = etree.SubElement(state, "transient_attributes", id=key)
            values = etree.SubElement(holder, "instance_attributes", id=f"status-{key}")
        if not any(pair.get("name") == name for pair in values.iterfind("nvpair")):
            etree.SubElement(values, "nvpair", id=f"status-{key}-{name}", name=name, value=value)
