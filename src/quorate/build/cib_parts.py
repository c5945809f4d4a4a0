"""cib_parts: what a configuration consists of, by name, and what becomes of each part. Pure.

In: a <cib> or <configuration>. Out: Things with a digest each. The parts are those that people speak of: a resource
with what is inside of it, a constraint, a fencing level, a property, a default, a node's attributes.
"""

from collections.abc import Iterator, Mapping

from lxml.etree import _Element as Element

from quorate.build.change import Deed, Thing, digest
from quorate.render.merge import BOOKKEEPING, canonical

SECTIONS = {
    "resources": "resource",
    "constraints": "constraint",
    "fencing-topology": "fencing level",
    "nodes": "node",
    "acls": "ACL",
    "tags": "tag",
    "alerts": "alert",
}
PAIRS = {"crm_config": "property", "rsc_defaults": "default", "op_defaults": "operation default"}


def parts(cib: Element) -> dict[Thing, str]:
    """Return each part with a digest of its content; what Pacemaker writes for itself is left out."""
    found = cib.find("configuration")
    root = cib if found is None else found
    made: dict[Thing, str] = {}
    for section, word in SECTIONS.items():
        for element in root.iterfind(f"{section}/*"):
            made[Thing(word, _name(element))] = digest(canonical(element).encode())
    for section, word in PAIRS.items():
        for pair in root.iterfind(f"{section}/*//nvpair"):
            if pair.get("name") not in BOOKKEEPING:
                made[Thing(word, pair.get("name", ""))] = digest(pair.get("value", "").encode())
    return made


def _name(element: Element) -> str:
    return element.get("uname") or element.get("id") or ""


def deeds(before: Mapping[Thing, str], after: Mapping[Thing, str]) -> Iterator[tuple[Thing, Deed]]:
    """Yield what becomes of each part that does not stay as it is."""
    for thing in sorted({**before, **after}):
        if thing not in after:
            yield thing, Deed.REMOVED
        elif thing not in before:
            yield thing, Deed.CREATED
        elif before[thing] != after[thing]:
            yield thing, Deed.CHANGED
