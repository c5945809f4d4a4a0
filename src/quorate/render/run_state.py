"""run_state: what stops, unmanages or rests a resource for a while, among its meta attributes. Pure."""

from lxml.etree import _Element as Element

MAKING_WAY = "quorate-making-way"
"""How the ids begin of what quorate stops resources by between two writes of a CIB (build/making_way.py)."""

RECOVERS = "quorate-recover"
"""The meta attribute by which `quorate recover` knows that it has unmanaged a resource (build/recovering_brokers)."""

RUN_STATE = ("target-role", "is-managed", "maintenance", RECOVERS)
"""Meta attributes by which operators stop, unmanage or rest a resource for a while (crm_resource --meta), and ours."""


def is_mark(group: Element) -> bool:
    """Tell whether a set of meta attributes is one by which quorate stops a resource between two writes."""
    return (group.get("id") or "").startswith(MAKING_WAY)


def take_marks(resource: Element) -> None:
    """Take such sets from a resource, and from all within."""
    for primitive in resource.iter("primitive"):
        for group in [group for group in primitive.iterfind("meta_attributes") if is_mark(group)]:
            primitive.remove(group)


def is_run_state(pair: Element) -> bool:
    """Tell whether a meta attribute is one that stops, unmanages or rests a resource until somebody takes it back."""
    return pair.get("name") in RUN_STATE and not (pair.get("id") or "").startswith(MAKING_WAY)
