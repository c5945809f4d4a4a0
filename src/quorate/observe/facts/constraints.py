"""Location constraints that name one node, by `cibadmin` (cibadmin(8)).

crm_mon tells of bans only; what `crm_resource --move` leaves behind ("cli-prefer-...", score INFINITY) is not among
them.
"""

from dataclasses import dataclass

from lxml import etree

from quorate.errors import Unknown
from quorate.machines.host import command
from quorate.observe.facts.cib import parse_xml
from quorate.observe.facts.cluster_status import HINT

COMMAND = command("cibadmin", "--query", "--scope", "constraints")


@dataclass(frozen=True, slots=True)
class LocationConstraint:
    """`resource` prefers or avoids `node`; score as written (a number or ±INFINITY)."""

    id: str
    resource: str
    node: str
    score: str


def parse(output: str, status: int) -> tuple[LocationConstraint, ...]:
    """Return them in the order of the CIB; those with a rule are read when the rule names one node."""
    try:
        root = parse_xml(output)
    except etree.XMLSyntaxError:
        raise Unknown(f"The constraints are not known: cibadmin ended with status {status}.", HINT) from None
    return tuple(_read(found) for found in root.iter("rsc_location"))


def _read(element: "etree._Element") -> LocationConstraint:
    rule, node, score = element.find("rule"), element.get("node"), element.get("score")
    if rule is not None:
        named = rule.find("expression[@attribute='#uname']")
        node = node or (named.get("value") if named is not None else None)
        score = score or rule.get("score")
    return LocationConstraint(element.get("id") or "", element.get("rsc") or "", node or "", score or "")
