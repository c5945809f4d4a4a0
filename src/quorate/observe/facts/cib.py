"""The CIB: the cluster's own description of itself, as XML, with its version (cibadmin(8), Pacemaker Explained)."""

from dataclasses import dataclass, field

from lxml import etree

from quorate.errors import Unknown
from quorate.machines.host import command

COMMAND = command("cibadmin", "--query")


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A CIB's version; compared in this order, the greater one wins when nodes meet."""

    admin_epoch: int
    epoch: int
    num_updates: int


@dataclass(frozen=True, slots=True)
class Cib:
    """xml: the whole CIB as text. schema: validate-with. feature_set: the oldest one a reader must know."""

    xml: str = field(repr=False)
    version: Version
    schema: str
    feature_set: str
    have_quorum: bool
    dc_id: str
    last_written: str

    @property
    def root(self) -> "etree._Element":
        """The parsed document, a fresh copy at each call."""
        return parse_xml(self.xml)


def parse_xml(text: str) -> "etree._Element":
    """Parse XML that came from a host: no network, no entities."""
    return etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))


def parse(output: str, status: int) -> Cib:
    """Read `cibadmin --query`; Unknown when Pacemaker does not run there (status 102) or has no CIB yet."""
    if status != 0 or not output.strip():
        hint = "Is Pacemaker running there? systemctl status pacemaker"
        raise Unknown(f"The CIB cannot be read: cibadmin ended with status {status}.", hint)
    try:
        root = parse_xml(output)
    except etree.XMLSyntaxError as error:
        raise Unknown(f"The CIB is not XML: {error.msg}") from None
    numbers = (int(root.get(name) or 0) for name in ("admin_epoch", "epoch", "num_updates"))
    return Cib(
        xml=output,
        version=Version(*numbers),
        schema=root.get("validate-with") or "",
        feature_set=root.get("crm_feature_set") or "",
        have_quorum=root.get("have-quorum") == "1",
        dc_id=root.get("dc-uuid") or "",
        last_written=root.get("cib-last-written") or "",
    )
