"""of_cib: a Subject from a CIB alone, as `cibadmin -Q` or `pcs cluster cib` prints it. Pure.

A CIB says nothing of Corosync: votes, links and the time until a lost node is noticed are taken for Corosync's
defaults, and the Subject's remarks say so. Every top-level resource is a service.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from lxml import etree
from lxml.etree import _Element as Element

from quorate import duration
from quorate.describe.cluster import Quorum
from quorate.errors import UsageError
from quorate.explore import scores
from quorate.explore.configured import Carrier, Configured
from quorate.explore.disks import disks
from quorate.explore.fences import fences, levels
from quorate.explore.rates import rates
from quorate.explore.subject import Part, Service, Subject

TOKEN_S = 3.0  # corosync.conf(5): token, token_coefficient; consensus is 1.2 times the token
COEFFICIENT_S = 0.65
ASSUMED = (
    "votes: one for each node, no quorum device, two_node where there are two (a CIB does not say)",
    "a lost node is noticed as with Corosync's default token, and each node has one link (a CIB does not say)",
)
"""What is taken for granted as long as no cluster file says better; the remarks of every CIB begin with it."""
HINT = "give what `cibadmin -Q` prints on a node of the cluster"


def of_cib(text: str, name: str = "") -> Subject:
    """Return the Subject of a CIB. name: what to call it where it has no cluster-name. UsageError: it is no CIB."""
    return read(parse(text), name)


def parse(text: str) -> Element:
    """Return the <cib> element of a text; UsageError where there is none."""
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, remove_blank_text=True)
    try:
        root = etree.fromstring(text.strip().encode(), parser)
    except etree.XMLSyntaxError as error:
        raise UsageError(f"this is no CIB: {error.msg}", HINT) from error
    if root is None or root.tag != "cib" or root.find("configuration") is None:
        raise UsageError("this is no CIB: it has no <cib> with a <configuration> in it", HINT)
    return root


def read(cib: Element, name: str = "") -> Subject:
    """Return the Subject of a <cib> element, which is made ready: without a status all nodes are members."""
    configured = Configured(cib)
    nodes = configured.nodes
    if not nodes:
        raise UsageError("the CIB names no node", HINT)
    live = cib.find("status//lrm_rsc_op") is not None
    if not live:
        _all_members(cib)
        scores.write(cib, scores.initial(configured))
    devices, assumed = fences(configured)
    services, idle = _services(configured)
    return Subject(
        name=configured.properties.get("cluster-name", "") or name or "cluster",
        cib=etree.tostring(cib, encoding="unicode"),
        nodes=nodes,
        votes=MappingProxyType(dict.fromkeys(nodes, 1)),
        ids=MappingProxyType(configured.ids),
        quorum=_quorum(len(nodes)),
        services=services,
        parts=MappingProxyType(_owned(configured, services)),
        detection_s=round((TOKEN_S + max(0, len(nodes) - 2) * COEFFICIENT_S) * 2.2, 3),
        links=MappingProxyType(dict.fromkeys(nodes, (0,))),
        fencing=configured.is_on("stonith-enabled", default=True),
        fences=devices,
        levels=levels(configured),
        no_quorum_policy=configured.properties.get("no-quorum-policy", "stop"),
        priority_delay_s=duration.seconds(configured.properties.get("priority-fencing-delay", "0")) or 0.0,
        disks=tuple(disks(configured, services)),
        rates=rates({}),
        utilization=MappingProxyType(_amounts({p.id: p.utilization for p in configured.primitives.values()})),
        capacity=MappingProxyType(_amounts(_capacities(cib))),
        placement=configured.properties.get("placement-strategy", "default"),
        live=live,
        remarks=(
            *ASSUMED,
            *assumed,
            *idle,
            *_roughly(configured),
        ),
    )


def _services(configured: Configured) -> tuple[tuple[Service, ...], tuple[str, ...]]:
    """Return a service for each top-level resource, and remarks on those that are kept from running."""
    return (
        tuple(service(configured, carrier) for carrier in configured.carriers if not carrier.idle),
        tuple(
            f"{c.id} is kept from running by its configuration, and not judged" for c in configured.carriers if c.idle
        ),
    )


def service(configured: Configured, carrier: Carrier) -> Service:
    """Return a top-level resource as a service of its own name."""
    return Service(carrier.id, needs=carrier.primitives, nodes=configured.nodes_for(carrier.id))


def _owned(configured: Configured, services: tuple[Service, ...]) -> dict[str, Part]:
    owners = {id_: service.name for service in services for id_ in service.needs}
    return {id_: replace(part, service=owners.get(id_, "")) for id_, part in configured.parts.items()}


def _quorum(nodes: int) -> Quorum:
    """Return the votes that most clusters have: two nodes two_node and with it wait_for_all (votequorum(5))."""
    two = nodes == 2
    return Quorum(
        expected_votes=nodes,
        two_node=two,
        wait_for_all=two,
        last_man_standing=False,
        last_man_standing_window_ms=10_000,
        auto_tie_breaker=None,
        device=None,
    )


def _all_members(cib: Element) -> None:
    """Write a status in which every node is a member, the first the DC, and nothing is known to run."""
    for old in cib.findall("status"):
        cib.remove(old)
    status = etree.SubElement(cib, "status")
    named = [e for e in cib.iterfind("configuration/nodes/node") if e.get("type", "member") in {"member", "normal"}]
    cib.attrib.update({"have-quorum": "1", "dc-uuid": named[0].get("id", "")})
    for node in named:
        words = {"in_ccm": "true", "crmd": "online", "join": "member", "expected": "member"}
        state = etree.SubElement(
            status, "node_state", {"id": node.get("id", ""), "uname": node.get("uname", "")} | words
        )
        etree.SubElement(etree.SubElement(state, "lrm", id=node.get("id", "")), "lrm_resources")


def _capacities(cib: Element) -> dict[str, dict[str, str]]:
    return {
        node.get("uname", ""): {p.get("name", ""): p.get("value", "") for p in node.iterfind("utilization/nvpair")}
        for node in cib.iterfind("configuration/nodes/node")
    }


def _amounts(given: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, int]]:
    whole = {
        name: {kind: int(value) for kind, value in amounts.items() if value.lstrip("-").isdigit()}
        for name, amounts in given.items()
    }
    return {name: amounts for name, amounts in whole.items() if amounts}


def _roughly(configured: Configured) -> list[str]:
    """Say what of the CIB is explored in a rough way only."""
    cib, said = configured.cib, []
    if cib.find("configuration/resources//bundle") is not None:
        said.append("bundles: what runs inside of a container is judged by the node that runs the container")
    if any(p.agent == "ocf:pacemaker:remote" for p in configured.primitives.values()):
        said.append("remote nodes are lost with their connection only, not on their own")
    if cib.find("configuration/constraints//rule") is not None or cib.find("configuration/*/*/rule") is not None:
        said.append("rules see the node attributes and the date of the moment, and neither changes")
    return said
