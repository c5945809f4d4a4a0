"""marks: what quorate sets in the CIB while it restarts daemons, under ids of its own, and how it is told apart. Pure.

The cluster is in maintenance, or a node in standby, because a set of quorate's own says so. An operator's maintenance
or standby stands elsewhere in the CIB; neither hides the other, and each is taken back by whoever made it. As the marks
are in the CIB and not in a process or a file here, they outlive every interruption, and any machine can take them back.
"""

from dataclasses import dataclass

from lxml import etree
from lxml.etree import _Element as Element

from quorate.machines.host import Command, command
from quorate.render.merge import RESTART_SET, is_restart_mark, without_restart_marks

MAINTENANCE = "maintenance-mode"
DEADTIME = "1s"
"""Everybody is there, nothing is managed and so nothing fenced: nobody has to wait 20 s for an election (ADR 5)."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What is set. ours, theirs: maintenance-mode by quorate, by somebody else. standby: nodes that quorate put there.

    denied: ids of pairs that say "false" where Pacemaker looks first, so that ours would have no effect.
    """

    ours: bool = False
    theirs: bool = False
    denied: tuple[str, ...] = ()
    standby: frozenset[str] = frozenset()

    @property
    def is_any(self) -> bool:
        """Whether anything is set by quorate."""
        return self.ours or bool(self.standby)


def read(cib: Element) -> Marks:
    """Return the marks of a CIB."""
    pairs = cib.findall(f"configuration/crm_config/cluster_property_set/nvpair[@name='{MAINTENANCE}']")
    others = [pair for pair in pairs if _set_of(pair) != RESTART_SET]
    return Marks(
        ours=any(group.get("id") == RESTART_SET for group in cib.iterfind("configuration/crm_config/*")),
        theirs=any(_is_true(pair) for pair in others),
        denied=tuple(pair.get("id", "") for pair in others if not _is_true(pair)),
        standby=frozenset(
            node.get("uname", "")
            for node in cib.iterfind("configuration/nodes/node")
            if any(is_restart_mark(group) for group in node.iterfind("instance_attributes"))
        ),
    )


def _set_of(pair: Element) -> str:
    parent = pair.getparent()
    return "" if parent is None else parent.get("id", "")


def _is_true(pair: Element) -> bool:
    return (pair.get("value") or "").lower() in {"true", "yes", "on", "y", "1"}


def rest() -> Command:
    """Return the command that puts the cluster into maintenance."""
    pairs = {MAINTENANCE: "true", "dc-deadtime": DEADTIME}
    group = etree.Element("cluster_property_set", id=RESTART_SET)
    for name, value in pairs.items():
        etree.SubElement(group, "nvpair", id=f"{RESTART_SET}-{name}", name=name, value=value)
    return _merge("crm_config", group)


def wake() -> Command:
    """Return the command that takes the cluster out of it."""
    return _delete(etree.Element("cluster_property_set", id=RESTART_SET))


def aside(cib: Element, name: str) -> Command:
    """Return the command that puts a node into standby. The score makes it count before what others wrote."""
    id_ = _id_of(cib, name)
    node = etree.Element("node", id=id_, uname=name)
    node.append(_standby(id_))
    return _merge("nodes", node)


def back(cib: Element, name: str) -> Command:
    """Return the command that takes a node out of it."""
    return _delete(etree.Element("instance_attributes", id=f"{RESTART_SET}-{_id_of(cib, name)}"))


def without(cib: Element) -> Element:
    """Return a copy of the CIB without any mark: as it will be when all is taken back."""
    return without_restart_marks(cib)


def emptied(cib: Element, name: str) -> Element:
    """Return a copy of the CIB in which that node alone is in standby by quorate."""
    root = without(cib)
    for node in root.iterfind("configuration/nodes/node"):
        if node.get("uname") == name:
            node.append(_standby(node.get("id", "")))
    return root


def _id_of(cib: Element, name: str) -> str:
    return next(node.get("id", "") for node in cib.iterfind("configuration/nodes/node") if node.get("uname") == name)


def _standby(id_: str) -> Element:
    group = etree.Element("instance_attributes", id=f"{RESTART_SET}-{id_}", score="INFINITY")
    etree.SubElement(group, "nvpair", id=f"{RESTART_SET}-{id_}-standby", name="standby", value="on")
    return group


def _merge(section: str, element: Element) -> Command:
    around = etree.Element(section)
    around.append(element)
    text = etree.tostring(around, encoding="unicode")
    return command("cibadmin", "--modify", "--allow-create", "--scope", section, "--sync-call", "--xml-text", text)


def _delete(element: Element) -> Command:
    return command("cibadmin", "--delete", "--sync-call", "--xml-text", etree.tostring(element, encoding="unicode"))
