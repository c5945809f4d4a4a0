"""making_way: what has to be stopped before a new configuration can be written: who listens where others are to. Pure.

When a service gets an entrance of another kind, servers take the place of a proxy, or a proxy that of servers. Written
at once, Pacemaker knows of no order between what goes and what comes. It starts what comes, which waits for its
port; and where a node is under load, or has one processor, it begins so few actions at a time (node-action-limit, and
less under load) that the one that waits keeps away the stop that it waits for.
"""

import copy
from collections.abc import Collection, Iterator

from lxml import etree
from lxml.etree import _Element as Element

from quorate.build.want import Want
from quorate.catalog.api import ApiService
from quorate.catalog.service import Service
from quorate.catalog.site import Site
from quorate.observe.facts.cib import parse_xml
from quorate.render.merge import mentioned
from quorate.render.run_state import MAKING_WAY, take_marks


def making_way(live: Element, new: Element, want: Want) -> tuple[str, ...]:
    """Return the resources of the live CIB that have to stop before the new one is written, each with all within it.

    live, new: a CIB or its <configuration>. Where an entrance gets proxies, or loses them, these are its proxies, and
    the servers behind it. () where nobody is in the way.
    """
    changing = {name for name in entrances(want) if is_proxy(name, live) is not is_proxy(name, new)}
    names = {server(name) for name in changing} | {server(name) for name in behind(changing, want)}
    return tuple(
        str(one.get("id"))
        for one in live.iterfind(".//resources/*")
        if names & {primitive.get("id") for primitive in one.iter("primitive")}
    )


def between(old: str, new: str, want: Want) -> str:
    """Return the <configuration> that is live after the first of two writes; "" where one write does.

    old, new: the <configuration> that is left, and the one that is written.
    """
    if not old or not new:
        return ""
    root = parse_xml(old)
    going = making_way(root, parse_xml(new), want)
    return etree.tostring(stopped(root, going), encoding="unicode") if going else ""


def stopped(live: Element, going: Collection[str]) -> Element:
    """Return a CIB in which Pacemaker is to stop these resources, and all within: in their order, and each everywhere.

    live: a CIB or its <configuration>. What is not in a configuration any more is stopped in no order, disks before
    the servers on them. Without the constraints that tie it to others: an address stays when its proxies stop.
    """
    root = copy.deepcopy(live)
    ids: set[str] = set()
    for one in root.iterfind(".//resources/*"):
        if one.get("id") in going:
            ids |= {within.get("id", "") for within in one.iter("primitive", "group", "clone", "master", "bundle")}
            take_marks(one)  # of a change that was broken off; somebody may have emptied them
            for primitive in one.iter("primitive"):
                primitive.append(mark(str(primitive.get("id"))))
    for constraints in root.iterfind(".//constraints"):
        for one in [one for one in constraints if mentioned(one) & ids and mentioned(one) - ids]:
            constraints.remove(one)
    return root


def is_halfway(configuration: str) -> bool:
    """Tell whether a <configuration> is what `stopped` left, between two writes: nobody is to go back to it."""
    return f'"{MAKING_WAY}-' in configuration


def mark(resource: str) -> Element:
    """Return what keeps a resource stopped meanwhile, whatever else is said of it."""
    id_ = f"{MAKING_WAY}-{resource}"
    group = etree.Element("meta_attributes", id=id_, score="INFINITY")
    etree.SubElement(group, "nvpair", id=f"{id_}-target-role", name="target-role", value="Stopped")
    return group


def entrances(want: Want) -> Iterator[str]:
    """Yield the services of the file that are an entrance."""
    for name, one in want.cluster.services.items():
        if isinstance(one, Service) and one.offers == "entrance":
            yield name


def behind(changing: Collection[str], want: Want) -> Iterator[str]:
    """Yield the services whose entrance is one of these, and listen at its address where no proxy does."""
    for name, one in want.cluster.services.items():
        if isinstance(one, ApiService):
            entrance = one.entrance(Site(name, want.platform, want.cluster))
            if entrance is not None and entrance.name in changing:
                yield name


def is_proxy(entrance: str, cib: Element) -> bool:
    """Tell whether proxies stand at an entrance."""
    return any(one.get("id") == server(entrance) for one in cib.iterfind(".//resources//primitive"))


def server(service: str) -> str:
    """Return how a service's server is called in the CIB."""
    return f"{service}-server"
