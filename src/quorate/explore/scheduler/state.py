"""What a state is, for what follows from it: facts of a CIB and of a placement, and their digest. Pure.

Two states with the same digest answer every further step alike. So that both backends give the same digest, it is
taken from lines of plain words, which each of them makes in its own way (from the CIB as text, or from memory):

    quorum 1                                       have-quorum of <cib>
    dc NODE                                        the DC, by its name
    attribute NODE NAME VALUE                      each transient attribute (fail counts and promotion scores are such),
                                                   but for those that hold a time: last-failure-*
    standby NODE VALUE                             the node attribute "standby", as configured
    failure NODE RESOURCE TASK INTERVAL_MS RC      each recorded operation that failed: its id ends in _last_failure_0,
                                                   or its rc-code is none of 0, 7, 8, 190, 193
    ticket NAME KEY=VALUE ...                      each ticket's state, keys sorted, without last-granted
    node NAME STATE                                from the placement
    instance RESOURCE NODE ROLE blocked|-          from the placement

NODE is a uname, RESOURCE the id as configured, white space in a value is one space. Lines are sorted as UTF-8 and each
is there once. What is left out cannot matter at rest: a history of operations that ended well says no more than where
things run, and times are pinned.
"""

import hashlib
from collections.abc import Iterable, Iterator

from lxml.etree import _Element as Element

from quorate.explore.scheduler.graph import base
from quorate.explore.scheduler.transition import Placement

_WELL = frozenset({"0", "7", "8", "190", "193"})  # ok, not running, promoted, degraded twice (193: not known yet)


def digest(facts: Iterable[str], placement: Placement) -> str:
    """Return 32 hexadecimal digits: SHA-256 over all lines, each with its newline, cut."""
    lines = {*facts, *placed(placement)}
    return hashlib.sha256("".join(f"{line}\n" for line in sorted(lines)).encode()).hexdigest()[:32]


def placed(placement: Placement) -> Iterator[str]:
    """Yield a placement's lines."""
    for name, state in placement.nodes.items():
        yield f"node {name} {state}"
    for one in placement.instances:
        yield f"instance {one.resource} {one.node} {one.role} {'blocked' if one.blocked else '-'}"


def facts(cib: Element) -> frozenset[str]:
    """Return a CIB's lines."""
    return frozenset(" ".join(line.split()) for line in _facts(cib))


def _facts(cib: Element) -> Iterator[str]:
    yield f"quorum {cib.get('have-quorum', '0')}"
    names = {str(node.get("id")): str(node.get("uname")) for node in cib.iterfind("configuration/nodes/node")}
    yield f"dc {names.get(str(cib.get('dc-uuid')), '')}"
    for pair in cib.iterfind("configuration/nodes/node/instance_attributes/nvpair[@name='standby']"):
        node = next(pair.iterancestors("node"))
        yield f"standby {node.get('uname')} {pair.get('value')}"
    for state in cib.iterfind("status/node_state"):
        yield from _node_facts(state, str(state.get("uname") or names.get(str(state.get("id")), state.get("id"))))
    for ticket in cib.iterfind("status/tickets/ticket_state"):
        keys = sorted({str(key) for key in ticket.keys()} - {"id", "last-granted"})  # noqa: SIM118 - an element
        yield " ".join(("ticket", str(ticket.get("id")), *(f"{key}={ticket.get(key)}" for key in keys)))


def _node_facts(state: Element, name: str) -> Iterator[str]:
    for pair in state.iterfind("transient_attributes/instance_attributes/nvpair"):
        if not str(pair.get("name")).startswith("last-failure-"):
            yield f"attribute {name} {pair.get('name')} {pair.get('value')}"
    for history in state.iterfind("lrm/lrm_resources/lrm_resource"):
        for op in history.iterchildren("lrm_rsc_op"):
            if op.get("rc-code") not in _WELL or str(op.get("id")).endswith("_last_failure_0"):
                what = f"{base(str(history.get('id')))} {op.get('operation')} {op.get('interval', '0')}"
                yield f"failure {name} {what} {op.get('rc-code')}"
