"""Components: which resources a CIB's constraints tie together, directly or through others. Pure.

Members of a group, clone or bundle are one, and a resource with its `container`; colocations, orders and tickets tie
what they name, also by sets, tags and templates (Pacemaker Explained, "Resource Constraints"). What no constraint ties
is placed by Pacemaker one after the other, and each sees of the others only how many resources a node has already, and
what becomes of a node for the sake of one (fencing, standby, unfencing, a guest that is stopped).
"""

from collections.abc import Iterator, Mapping

from lxml.etree import _Element as Element

TYING = ("rsc_colocation", "rsc_order", "rsc_ticket")
NAMES = ("rsc", "with-rsc", "first", "then")


def components(root: Element) -> Mapping[str, str]:
    """Return, for each primitive of a <cib>, the name of its component: equal for those that are tied together."""
    ties = _Ties()
    for top in root.iterfind("configuration/resources/*"):
        for inner in top.iter("primitive", "group", "clone", "master", "bundle"):
            ties.tie(str(top.get("id")), str(inner.get("id")))
        for container in top.iterfind(".//meta_attributes/nvpair[@name='container']"):
            ties.tie(str(top.get("id")), str(container.get("value")))
    tags = {
        str(tag.get("id")): [str(one.get("id")) for one in tag.iterfind("obj_ref")]
        for tag in root.iterfind("configuration/tags/tag")
    }
    for made in root.iterfind("configuration/resources//primitive[@template]"):
        tags.setdefault(str(made.get("template")), []).append(str(made.get("id")))
    for constraint in root.iterfind("configuration/constraints/*"):
        if constraint.tag in TYING:
            first, *others = [name for named in _named(constraint) for name in tags.get(named, [named])] or [""]
            for other in others:
                ties.tie(first, other)
    return {
        str(one.get("id")): ties.root(str(one.get("id"))) for one in root.iterfind("configuration/resources//primitive")
    }


def _named(constraint: Element) -> Iterator[str]:
    yield from (str(constraint.get(name)) for name in NAMES if constraint.get(name))
    yield from (str(one.get("id")) for one in constraint.iterfind("resource_set/resource_ref"))
    if constraint.get("ticket"):
        yield f"ticket {constraint.get('ticket')}"


class _Ties:
    """Sets that grow together."""

    def __init__(self) -> None:
        self._up: dict[str, str] = {}

    def root(self, name: str) -> str:
        while (up := self._up.get(name, name)) != name:
            name = up
        return name

    def tie(self, one: str, other: str) -> None:
        first, second = self.root(one), self.root(other)
        if first != second:
            self._up[max(first, second)] = min(first, second)
