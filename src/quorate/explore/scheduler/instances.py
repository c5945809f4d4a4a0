"""Instances of globally unique clones, which crm_simulate wants by number, and passes over in silence without. Pure.

In: results of primitives as configured, a CIB. Out: the same, of instances ("address:0") where these have an identity
of their own. All others are called as they are configured (Pacemaker Explained, "Clones": globally-unique).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from lxml.etree import _Element as Element

from quorate.explore.scheduler.edits import named
from quorate.explore.scheduler.graph import base
from quorate.explore.scheduler.step import Result

_TRUE = frozenset({"true", "yes", "on", "1", "y"})
_IDLE = frozenset({("stop", "0"), ("monitor", "7")})


def ended(results: Iterable[Result], cib: Element) -> Iterator[Result]:
    """Yield results of operations that ended, each of the instances that are active on its node."""
    counts = unique(cib)
    for result in results:
        if result.resource not in counts:
            yield result
            continue
        state = named(cib.find("status"), "node_state", result.node)
        histories = state.findall("lrm/lrm_resources/lrm_resource") if state is not None else []
        mine = [one for one in histories if base(str(one.get("id"))) == result.resource]
        active = [one for one in mine if not _is_idle(one)] or mine[:1]
        yield from (replace(result, resource=str(one.get("id"))) for one in active)
        if not active:
            yield replace(result, resource=f"{result.resource}:0")


def failing(results: Iterable[Result], cib: Element) -> Iterator[Result]:
    """Yield results of operations that will fail, of all instances there can be."""
    counts = unique(cib)
    for result in results:
        if result.resource in counts:
            for number in range(counts[result.resource]):
                yield replace(result, resource=f"{result.resource}:{number}")
        else:
            yield result


def unique(cib: Element) -> dict[str, int]:
    """Return the primitives of globally unique clones, with how many instances each has at most."""
    found: dict[str, int] = {}
    nodes = len(cib.findall("configuration/nodes/node")) + len(cib.findall("status/node_state"))
    for clone in cib.iterfind("configuration/resources/*"):
        meta = {str(pair.get("name")): str(pair.get("value")) for pair in clone.iterfind("meta_attributes/nvpair")}
        if clone.tag in {"clone", "master"} and meta.get("globally-unique", "").lower() in _TRUE:
            most = meta.get("clone-max", "")
            found |= {str(one.get("id")): int(most) if most.isdigit() else nodes for one in clone.iter("primitive")}
    return found


def _is_idle(history: Element) -> bool:
    """Tell whether the newest operation of a history says that nothing runs."""
    newest = max(history.iterchildren("lrm_rsc_op"), key=lambda one: int(one.get("call-id", "0")), default=None)
    return newest is None or (str(newest.get("operation")), str(newest.get("rc-code"))) in _IDLE
