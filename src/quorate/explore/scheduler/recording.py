"""What the real controller records and crm_simulate does not, or not so. Pure; changes the CIB's elements.

crm_simulate adds one to the fail count of a start or a stop that failed, where the controller sets INFINITY
(start-failure-is-fatal; controld_te_events.c). It gives injected results no digest of their parameters, so that the
scheduler takes them for those of another configuration and wants to clear the fail count. It deletes no history, and
so it wants that for ever.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from lxml.etree import _Element as Element

from quorate.explore.scheduler.edits import forget, named, score
from quorate.explore.scheduler.execution import operation
from quorate.explore.scheduler.graph import Graph, base
from quorate.explore.scheduler.step import Result

Digests = Mapping[tuple[str, str, str], Mapping[str, str]]

_UNRECORDED = frozenset({"delete", "meta-data", "notify"})  # crm_simulate aborts when a notify is injected
_DIGESTS = ("op-digest", "op-restart-digest", "op-force-restart", "op-secure-digest", "op-secure-params")


def fail_counts(cib: Element) -> Mapping[tuple[str, str], str]:
    """Return (node, attribute) -> value of the fail counts of starts and stops."""
    return {
        (str(state.get("uname")), str(pair.get("name"))): str(pair.get("value"))
        for state in cib.iterfind("status/node_state")
        for pair in state.iterfind("transient_attributes/instance_attributes/nvpair")
        if str(pair.get("name")).startswith("fail-count-") and str(pair.get("name")).endswith(("#start_0", "#stop_0"))
    }


def correct_fail_counts(cib: Element, before: Mapping[tuple[str, str], str], graph: Graph) -> bool:
    """Set each count that grew to what the controller would set it to, which the graph says; tell if any was."""
    changed = False
    for (node, attribute), value in fail_counts(cib).items():
        offset = graph.start_failure if attribute.endswith("#start_0") else graph.stop_failure
        if offset and value not in {before.get((node, attribute)), offset}:
            score(cib, node, attribute, offset)
            changed = True
    return changed


def results(graph: Graph, done: Iterable[int], failing: Iterable[Result]) -> Iterator[Result]:
    """Yield how the agents' calls of a transition end, in the order in which they are carried out."""
    bad = {operation(result): result.rc for result in failing}
    actions = {action.id: action for action in graph.actions}
    for id_ in done:
        action = actions[id_]
        if action.kind == "rsc_op" and action.resource and action.task not in _UNRECORDED:
            rc = bad.get(operation(action), graph.expected.get(id_, 0))
            yield Result(graph.instance.get(id_, action.resource), action.task, action.interval_ms, action.node, rc)


def digests(cib: Element) -> Digests:
    """Return the digests that are recorded, by resource, task and interval.

    Operations that are not recurring have the digest of the parameters alone, so that one does for all: task "".
    """
    found = {}
    for history in cib.iterfind("status/node_state/lrm/lrm_resources/lrm_resource"):
        for record in history.iterchildren("lrm_rsc_op"):
            if "op-digest" in record.attrib:
                values = {name: record.get(name, "") for name in _DIGESTS if name in record.attrib}
                interval = str(record.get("interval", "0"))
                resource = base(str(history.get("id")))
                found[resource, str(record.get("operation")), interval] = values
                if interval == "0":
                    found[resource, "", interval] = values
    return found


def with_digests(cib: Element, injected: Sequence[Result], known: Digests) -> None:
    """Give injected results the digests that real ones would have, as far as they are known."""
    for result in injected:
        interval = str(result.interval_ms)
        resource = base(result.resource)
        values = known.get((resource, result.task, interval)) or known.get((resource, "", interval), {})
        for record in _records(named(cib.find("status"), "node_state", result.node), resource):
            if "op-digest" not in record.attrib and _same(record, result):
                for name, value in values.items():
                    record.set(name, value)


def _same(record: Element, result: Result) -> bool:
    return record.get("operation") == result.task and record.get("interval", "0") == str(result.interval_ms)


def _records(state: Element | None, resource: str) -> Iterator[Element]:
    for history in state.iterfind("lrm/lrm_resources/lrm_resource") if state is not None else ():
        if base(str(history.get("id"))) == resource:
            yield from history.iterchildren("lrm_rsc_op")


def record_deletion(cib: Element, graph: Graph, done: Iterable[int]) -> bool:
    """Record that histories of resources were deleted; tell if any was."""
    there = set(done)
    deleted = [action for action in graph.actions if action.id in there and action.task == "delete"]
    for action in deleted:
        state = named(cib.find("status"), "node_state", action.node)
        for history in state.findall("lrm/lrm_resources/lrm_resource") if state is not None else ():
            if base(str(history.get("id"))) == action.resource:
                _remove(history)
    return bool(deleted)


def record_fencing(cib: Element, graph: Graph, done: Iterable[int]) -> None:
    """Record that nodes were fenced: they are down, and nothing runs there."""
    there = set(done)
    for action in graph.actions:
        if action.id in there and action.kind == "crm_event" and action.task == "stonith":
            state = named(cib.find("status"), "node_state", action.node)
            if state is not None:
                forget(cib, action.node)
                state.attrib.update({"in_ccm": "false", "crmd": "offline", "join": "down", "expected": "down"})


def _remove(element: Element) -> None:
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)
