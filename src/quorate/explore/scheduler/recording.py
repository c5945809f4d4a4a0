"""What the real controller records and crm_simulate does not, or not so. Pure; changes the CIB's elements.

crm_simulate adds one to the fail count of a start or a stop that failed, where the controller sets INFINITY
(start-failure-is-fatal; controld_te_events.c). It gives injected results no digest of their parameters, so that the
scheduler takes them for those of another configuration and wants to clear the fail count. It deletes no history, and
so it wants that for ever.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace

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


def excuse(cib: Element, before: Element, ended: Iterable[Result], failing: Iterable[Result]) -> None:
    """Take back that results are failures which were expected: crm_simulate takes every injected result for one but 0.

    A probe that finds nothing running, a monitor that finds its resource promoted.
    """
    bad = {operation(result) for result in failing}
    for result in ended:
        if result.rc == 0 or operation(replace(result, resource=base(result.resource))) in bad:
            continue
        name = f"{result.resource}#{result.task}_{result.interval_ms}"
        for attribute in (f"fail-count-{name}", f"last-failure-{name}"):
            score(cib, result.node, attribute, _attribute(before, result.node, attribute))
        was = [one for one in _records_of(before, result) if _is_last_failure(one)]
        for record in [one for one in _records_of(cib, result) if _is_last_failure(one) and _same(one, result)]:
            if was:
                record.addnext(deepcopy(was[0]))
            _remove(record)


def _records_of(cib: Element, result: Result) -> Iterator[Element]:
    return _records(named(cib.find("status"), "node_state", result.node), base(result.resource))


def _is_last_failure(record: Element) -> bool:
    return str(record.get("id")).endswith("_last_failure_0")


def _attribute(cib: Element, node: str, attribute: str) -> str:
    state = named(cib.find("status"), "node_state", node)
    pairs = state.iterfind("transient_attributes/instance_attributes/nvpair") if state is not None else ()
    return next((str(pair.get("value")) for pair in pairs if pair.get("name") == attribute), "")


def times(cib: Element) -> frozenset[str]:
    """Return all times that a CIB's status holds."""
    return frozenset(one.get(name, "") for one, name in _dated(cib))


def pin(cib: Element, known: Collection[str]) -> None:
    """Date what was just recorded at the CIB's own time: crm_simulate dates it at the second in which it runs.

    known: the times that were there before. The scheduler compares the times of operations on different nodes.
    """
    now = cib.get("execution-date")
    for one, name in _dated(cib):
        if now is not None and one.get(name) not in known:
            one.set(name, now)


def _dated(cib: Element) -> Iterator[tuple[Element, str]]:
    """Yield what holds a time, with the attribute in which it does."""
    for record in cib.iterfind("status/node_state/lrm/lrm_resources/lrm_resource/lrm_rsc_op"):
        yield from ((record, name) for name in ("last-rc-change", "last-run") if name in record.attrib)
    for pair in cib.iterfind("status/node_state/transient_attributes/instance_attributes/nvpair"):
        if str(pair.get("name")).startswith("last-failure-"):
            yield pair, "value"


def record_deletion(cib: Element, graph: Graph, done: Sequence[int]) -> bool:
    """Record that histories of resources were deleted; tell if any was. done: in the order it was carried out.

    What was recorded after the deletion stays: a resource whose parameters have changed is stopped, deleted, started.
    """
    actions = {action.id: action for action in graph.actions}
    order = [actions[id_] for id_ in done if actions[id_].kind == "rsc_op"]
    deletions = [(number, action) for number, action in enumerate(order) if action.task == "delete"]
    for number, deleted in deletions:
        later = {
            (action.task, str(action.interval_ms))
            for action in order[number + 1 :]
            if (action.resource, action.node) == (deleted.resource, deleted.node)
            and graph.instance.get(action.id) == graph.instance.get(deleted.id)
        }
        state = named(cib.find("status"), "node_state", deleted.node)
        for history in _histories(state, graph.instance.get(deleted.id, deleted.resource)):
            _keep(history, later)
            for name, value in graph.agent.get(deleted.id, {}).items():  # a resource may have become another
                history.attrib.pop(name, "")
                if value:
                    history.set(name, value)
    return bool(deletions)


def _histories(state: Element | None, resource: str) -> Sequence[Element]:
    """Return what is kept under that name; if nothing is, what is kept under the names of instances, as of old."""
    histories = state.findall("lrm/lrm_resources/lrm_resource") if state is not None else []
    exactly = [one for one in histories if one.get("id") == resource]
    return exactly or [one for one in histories if base(str(one.get("id"))) == resource]


def _keep(history: Element, later: Collection[tuple[str, str]]) -> None:
    """Leave in a history the newest record of each of these operations and intervals; nothing, where there is none."""
    newest: dict[tuple[str, str], Element] = {}
    for record in sorted(history, key=lambda one: int(one.get("call-id", "0"))):
        newest[str(record.get("operation")), str(record.get("interval", "0"))] = record
    kept = [record for operation, record in newest.items() if operation in later]
    for record in list(history):
        if record not in kept:
            history.remove(record)
    if not kept:
        _remove(history)


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
