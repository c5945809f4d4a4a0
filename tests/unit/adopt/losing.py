"""What of a configuration is lost on the way through a cluster file. Shared by the tests and the benchmark."""

from collections import Counter
from dataclasses import replace

from lxml import etree
from tests.unit.adopt.adopting import adopted, objects, rendered

from quorate.dialect.cib.write import write as to_cib
from quorate.dialect.crm.references import identity
from quorate.dialect.crm.write import write as to_crm
from quorate.dialect.model import AclTarget, AclUser, FencingTopology, Node


def is_possible(configuration):
    """Every id stands for one thing, as a CIB must have it."""
    ids = Counter()
    for item in configuration.statements:
        room = "node" if isinstance(item, Node) else "user" if isinstance(item, AclTarget | AclUser) else "id"
        ids[room, identity(item)] += identity(item) is not None
    return max(ids.values(), default=0) <= 1


def lost(configuration):
    """Return the objects that are not in the CIB any more: (by crm -> file -> crm, by CIB -> file -> CIB).

    A node's id is Corosync's, and is not compared; each fencing level is an object of its own.
    """
    xml = etree.tostring(to_cib(configuration).configuration).decode()
    return tuple(
        _objects(xml) - _objects(rendered(adopted(given, verbatim=True).text))
        for given in (("text.crm", to_crm(configuration)), ("cib.xml", xml))
    )


def _objects(configuration):
    kept = Counter()
    for item, number in objects(configuration).items():
        if isinstance(item, FencingTopology):  # levels for every node are for the file's, too
            kept.update(item.levels)
        else:
            kept[replace(item, id=None) if isinstance(item, Node) else item] += number
    return kept
