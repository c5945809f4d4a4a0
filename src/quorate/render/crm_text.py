"""What the cluster file says as text of the crm shell, in the CIB: every statement as it is, nothing added. Pure.

Plain properties, defaults and attributes of nodes are in the Cluster by then, and are written with those of the other
sections; all else goes to its section of the CIB behind what the other sections make.
"""

from collections.abc import Iterator
from dataclasses import replace

from lxml import etree
from lxml.etree import _Element as Element

from quorate.describe.cluster import Cluster
from quorate.describe.derive.nodes import is_attributes
from quorate.describe.derive.pacemaker import is_usual
from quorate.describe.resources import Resources
from quorate.dialect.cib.write import write
from quorate.dialect.crm.references import identity
from quorate.dialect.model import AclTarget, AclUser, Configuration, FencingTopology, Node, Properties, Statement

_ORDER = ("crm_config", "nodes", "resources", "constraints", "acls", "fencing-topology", "rsc_defaults", "op_defaults",
          "tags", "alerts")  # fmt: skip


def left(resources: Resources, text: Configuration) -> Resources:
    """Return what the text does not write itself."""
    said = {identity(item) for item in text.statements if not isinstance(item, Node | AclTarget | AclUser)}
    return Resources(
        tuple(item for item in resources.templates if item.id not in said),
        tuple(item for item in resources.resources if item.id not in said),
        tuple(item for item in resources.constraints if item.id not in said),
    )


def add(root: Element, cluster: Cluster) -> None:
    """Put the statements into a <configuration> that has what the other sections make."""
    statements = tuple(_statements(cluster))
    if not statements:
        return
    taken = {item.get("id", "") for item in root.iter() if item.get("id")}
    for section in write(Configuration(statements), taken).configuration:
        home = root.find(str(section.tag))
        if home is None and len(section):
            home = etree.SubElement(root, str(section.tag))
        for item in section:
            known = None if home is None or item.tag != "node" else home.find(f"node[@uname='{item.get('uname')}']")
            if known is not None:
                known.attrib.update({**item.attrib, **known.attrib})
                known.extend(list(item))
            elif home is not None:
                home.append(item)
    root[:] = sorted(root, key=lambda section: _ORDER.index(str(section.tag)))


def _statements(cluster: Cluster) -> Iterator[Statement]:
    """Yield what is not written with the other sections; a level for every node is written for each."""
    ids = {node.name: str(node.id) for node in cluster.nodes}
    names = dict.fromkeys([*ids, *(item.uname for item in cluster.text.statements if isinstance(item, Node))])
    for item in cluster.text.statements:
        if isinstance(item, FencingTopology):
            every = [level for level in item.levels if not (level.target or level.pattern or level.attribute)]
            named = [level for level in item.levels if level not in every]
            yield replace(item, levels=(*named, *(replace(level, target=name) for name in names for level in every)))
        elif isinstance(item, Node) and item.uname in ids:
            if not is_attributes(item):
                yield replace(item, id=ids[item.uname])
        elif not (isinstance(item, Properties) and is_usual(item)):
            yield item
