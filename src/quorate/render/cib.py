"""The CIB: everything Pacemaker is told, as one XML document. Cluster, agents and platform in, elements out. Pure.

`configuration` is what quorate wants in the live CIB (merge.py brings the two together); `cib` wraps it as a whole
offline document for crm_verify and crm_simulate. Ids are readable and the same in every run, so that a second
rendering equals the first.
"""

from collections.abc import Mapping

from lxml import etree
from lxml.etree import _Element as Element

from quorate.catalog.agents import AgentLibrary
from quorate.catalog.expand import expand
from quorate.catalog.platform import Platform
from quorate.describe.cluster import Cluster, Node
from quorate.describe.resources import Clone, Group, Resources
from quorate.describe.secret import Secret
from quorate.render import crm_text
from quorate.render.constraints import constraints_element
from quorate.render.fencing import fencing_resources, topology_element
from quorate.render.ids import Ids
from quorate.render.resources import nvset, resources_element

PROPERTIES_ID = "cib-bootstrap-options"  # the ids Pacemaker's own tools and crmsh use, so that theirs and ours agree
RESOURCE_DEFAULTS_ID = "rsc-options"
OPERATION_DEFAULTS_ID = "op-options"

FEATURE_SET = "3.16.1"  # of Pacemaker 2.1.5; a higher one than a daemon knows makes it refuse the CIB
SCHEMA = "pacemaker-3.9"


def everything(cluster: Cluster, platform: Platform) -> Resources:
    """Return all resources and constraints that will be in the CIB: fencing devices first, then services."""
    return fencing_resources(cluster) + expand(cluster, platform)


def configuration(cluster: Cluster, agents: AgentLibrary, platform: Platform) -> Element:
    """Return <configuration>: properties, nodes (with the attributes the file gives them), resources, constraints.

    What the file says as text of the crm shell stands in it untouched, behind what the other sections make.
    """
    ids = Ids()
    resources = crm_text.left(everything(cluster, platform), cluster.text)
    pacemaker = cluster.pacemaker
    root = etree.Element("configuration")
    nvset(etree.SubElement(root, "crm_config"), "cluster_property_set", PROPERTIES_ID, pacemaker.properties, ids)
    root.append(_nodes(cluster, ids))
    root.append(resources_element(resources, agents, ids, pacemaker.operation_defaults))
    root.append(constraints_element(resources.constraints, ids))
    topology = topology_element(cluster, ids)
    if topology is not None:
        root.append(topology)
    for tag, id_, values in (
        ("rsc_defaults", RESOURCE_DEFAULTS_ID, pacemaker.resource_defaults),
        ("op_defaults", OPERATION_DEFAULTS_ID, pacemaker.operation_defaults),
    ):
        if values:
            nvset(etree.SubElement(root, tag), "meta_attributes", id_, values, ids)
    crm_text.add(root, cluster)
    return root


def cib(cluster: Cluster, agents: AgentLibrary, platform: Platform, *, online: bool = True) -> Element:
    """Return a whole <cib> as on a cluster that has run nothing yet.

    online: every node is a member, the partition has quorum and the first node is DC; crm_verify then judges the
    configuration alone, and crm_simulate plans the first start. Otherwise <status> is empty: no node was ever seen.
    """
    root = etree.Element(
        "cib",
        {
            "crm_feature_set": FEATURE_SET,
            "validate-with": SCHEMA,
            "admin_epoch": "0",
            "epoch": "1",
            "num_updates": "0",
        },
    )
    root.append(configuration(cluster, agents, platform))
    status = etree.SubElement(root, "status")
    if online:
        root.attrib.update({"have-quorum": "1", "dc-uuid": str(cluster.nodes[0].id)})
        for node in cluster.nodes:
            status.append(_member(node))
    return root


def _member(node: Node) -> Element:
    """Return the state of a node that has joined and of which nothing is known to run."""
    state = etree.Element(
        "node_state",
        {
            "id": str(node.id),
            "uname": node.name,
            "in_ccm": "true",
            "crmd": "online",
            "join": "member",
            "expected": "member",
        },
    )
    etree.SubElement(etree.SubElement(state, "lrm", id=str(node.id)), "lrm_resources")
    return state


def text(element: Element) -> str:
    """Return an element as indented XML, ending in a newline."""
    etree.indent(element)
    return etree.tostring(element, encoding="unicode") + "\n"


def secrets(cluster: Cluster, platform: Platform) -> Mapping[tuple[str, str], Secret]:
    """Return (resource id, parameter) -> where its value is to be found, for everything written as lrm://.

    A parameter of a template is looked up under each resource that uses the template, for that is the id the executor
    asks for.
    """
    resources = everything(cluster, platform)
    templates = {template.id: template for template in resources.templates}
    found: dict[tuple[str, str], Secret] = {}
    for primitive in resources.primitives:
        template = templates.get(primitive.template or "")
        inherited = dict(template.parameters) if template else {}
        for name, value in (inherited | dict(primitive.parameters)).items():
            if isinstance(value, Secret):
                found[primitive.id, name] = value
    return found


def expected(cluster: Cluster, platform: Platform) -> list[str]:
    """Return the primitives that will run once the cluster is at rest, in the order of the CIB.

    Left out is what the file itself keeps from running: target-role Stopped or is-managed false, on the primitive, its
    template or the group or clone around it. Fencing devices run even while fencing is switched off.
    """
    resources = everything(cluster, platform)
    idle = {resource.id for resource in resources.resources if _kept_from_running(resource.meta)}
    kept_templates = {template.id for template in resources.templates if _kept_from_running(template.meta)}
    idle |= {primitive.id for primitive in resources.primitives if primitive.template in kept_templates}
    for _ in range(2):  # a clone keeps its group from running, and that group its members
        idle |= {r.member for r in resources.resources if isinstance(r, Clone) and r.id in idle}
        idle |= {m for r in resources.resources if isinstance(r, Group) and r.id in idle for m in r.members}
    return [primitive.id for primitive in resources.primitives if primitive.id not in idle]


def _kept_from_running(meta: Mapping[str, str]) -> bool:
    return meta.get("target-role", "").lower() == "stopped" or meta.get("is-managed", "").lower() == "false"


def _nodes(cluster: Cluster, ids: Ids) -> Element:
    root = etree.Element("nodes")
    for node in cluster.nodes:
        element = etree.SubElement(root, "node", id=str(node.id), uname=node.name)
        nvset(element, "instance_attributes", f"nodes-{node.id}", node.attributes, ids)
        nvset(element, "utilization", f"nodes-{node.id}-utilization", node.utilization, ids)
    return root
