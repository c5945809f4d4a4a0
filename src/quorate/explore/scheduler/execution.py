"""Carrying out a transition, as Pacemaker's own graph engine does it, without doing it. Pure.

In: a graph, operations that fail, nodes whose fencing fails. Out: the actions that are carried out. The order is the
engine's (libpacemaker's pcmk__execute_graph): again and again through the graph in its order, each action when all it
waits for is done. After an operation failed, markers and actions of priority INFINITY are all that is still started,
and only the latter where they wait for what failed. Fencing that fails is different: nothing that waits for it happens,
directly or through others, and everything else does.
"""

from collections.abc import Iterable

from quorate.explore.scheduler.graph import INFINITY, Graph
from quorate.explore.scheduler.step import Result
from quorate.explore.scheduler.transition import Action

Operation = tuple[str, str, int, str]


def operation(of: Action | Result) -> Operation:
    """Return what identifies an operation: resource, task, interval, node."""
    return of.resource, of.task, of.interval_ms, of.node


def carried_out(graph: Graph, failing: Iterable[Result] = (), unfenceable: Iterable[str] = ()) -> tuple[int, ...]:
    """Return the ids of the actions that are carried out, in their order; the one that fails is among them."""
    bad, unfenced = {operation(result) for result in failing}, set(unfenceable)
    waiting = [action for action in graph.actions if not is_fencing(action, unfenced)]
    done: dict[int, None] = {}
    over: set[int] = set()  # done, but what waits for it is not started
    given_up = False
    while waiting:
        left = []
        for action in waiting:
            urgent = graph.priority.get(action.id, 0) >= INFINITY
            ready = all(id_ in done and (urgent or id_ not in over) for id_ in action.after)
            if not ready or (given_up and not urgent and action.kind != "pseudo_event"):
                left.append(action)
                continue
            done[action.id] = None
            if action.kind == "rsc_op" and operation(action) in bad:
                over.add(action.id)
                given_up = True
        if len(left) == len(waiting):
            break
        waiting = left
    return tuple(done)


def is_fencing(action: Action, nodes: Iterable[str]) -> bool:
    """Tell whether an action is the fencing of one of these nodes."""
    return action.kind == "crm_event" and action.task == "stonith" and action.node in nodes
