"""fitness: may daemons be restarted now? What speaks against it, in sentences. Pure.

Rolling takes one node after the other out of a cluster that has to carry everything meanwhile. Together leaves all
resources running without Corosync and Pacemaker, so nothing may run that needs these to run.
"""

from collections.abc import Iterable, Iterator, Mapping

from lxml.etree import _Element as Element

from quorate.explore.scheduler.graph import Graph
from quorate.observe.facts.cluster_status import ClusterStatus
from quorate.observe.facts.quorum import Quorum

BOUND = {
    "controld": "the lock manager (dlm) ends without Corosync, and what locks with it hangs",
    "clvm": "clustered LVM (clvmd, cmirrord) ends without Corosync",
    "lvmlockd": "lvmlockd locks through dlm, which ends without Corosync",
    "o2cb": "OCFS2's o2cb ends without Corosync",
    "gfs2": "GFS2 locks through dlm, which ends without Corosync",
    "ocfs2": "OCFS2 locks through dlm, which ends without Corosync",
    "remote": "Pacemaker loses its connection to a remote node when it ends, and stops what runs there",
}
"""Agents, and file systems, that end or hang without Corosync or Pacemaker (their manual pages)."""


def not_whole(status: ClusterStatus, names: Iterable[str]) -> Iterator[str]:
    """Yield what is wrong with the cluster as it is."""
    for name in names:
        node = status.node(name)
        if node is None or name not in status.online:
            yield f"{name} is not online"
        elif node.standby_on_fail or node.unclean or node.shutdown:
            yield f"{name} is about to leave"
    if not status.quorate:
        yield "the cluster is not quorate"
    failed = sorted({r.id.partition(":")[0] for r in status.resources if r.failed})
    if failed:
        yield f"{', '.join(failed)} {'has' if len(failed) == 1 else 'have'} failed"


def against_rolling(status: ClusterStatus, names: Iterable[str], votes: Mapping[str, Quorum]) -> Iterator[str]:
    """Yield what speaks against taking one node after the other out. votes: what each node counts."""
    yield from not_whole(status, names)
    if status.maintenance_mode:
        yield "the cluster is in maintenance mode, so nothing would move"
    for node in status.nodes:
        if node.maintenance and not status.maintenance_mode:
            yield f"{node.name} is in maintenance, so nothing would move off it"
    loose = sorted({r.id.partition(":")[0] for r in status.resources if r.active and not r.managed})
    if loose and not status.maintenance_mode:
        yield f"{', '.join(loose)} {'is' if len(loose) == 1 else 'are'} not managed, and would not move"
    yield from dict.fromkeys(without for view in votes.values() for without in short_of_votes(view))


def short_of_votes(view: Quorum) -> Iterator[str]:
    """Yield the nodes without which the others are no longer quorate."""
    if "2Node" in view.flags or view.needed_votes is None or view.total_votes is None:
        return
    for member in view.members:
        left = view.total_votes - member.votes
        if left < view.needed_votes:
            yield f"without {member.name} the others have {left} of {view.needed_votes} votes"


def against_together(cib: Element) -> Iterator[str]:
    """Yield what cannot run on while Corosync and Pacemaker are stopped, by the CIB."""
    for pair in cib.iterfind("configuration/crm_config/cluster_property_set/nvpair[@name='have-watchdog']"):
        if pair.get("value") == "true":
            yield "sbd resets a node whose Corosync is gone (have-watchdog=true)"
    for primitive in cib.iter("primitive", "template"):
        kinds = [primitive.get("type", "").lower()] + [
            pair.get("value", "").lower() for pair in primitive.iterfind("instance_attributes/nvpair[@name='fstype']")
        ]
        for kind in kinds:
            if kind in BOUND:
                yield f"{primitive.get('id')}: {BOUND[kind]}"
    for bundle in cib.iter("bundle"):
        if bundle.find("primitive") is not None:
            yield f"{bundle.get('id')}: {BOUND['remote']}"
    for pair in cib.iter("nvpair"):
        if pair.get("name") == "remote-node":
            yield f"{pair.get('value')}: {BOUND['remote']}"


def devices(cib: Element) -> frozenset[str]:
    """Return the ids of fencing devices: no process of theirs runs, and they may start and stop as they like."""
    return frozenset(str(p.get("id")) for p in cib.iter("primitive") if p.get("class") == "stonith")


def ended(graph: Graph, status: ClusterStatus, node: str, fencing: frozenset[str]) -> list[str]:
    """Return which primitives would run nowhere any more, by what the scheduler does with `node` in standby."""
    started = {a.resource for a in graph.actions if a.kind == "rsc_op" and a.task in {"start", "migrate_from"}}
    stopped = {a.resource for a in graph.actions if a.kind == "rsc_op" and a.task == "stop"}
    elsewhere = {r.id.partition(":")[0] for r in status.resources if r.active and any(name != node for name in r.nodes)}
    still = elsewhere - {a.resource for a in graph.actions if a.task == "stop" and a.node != node}
    return sorted(stopped - started - still - fencing)


def order(names: Iterable[str], status: ClusterStatus, fencing: frozenset[str]) -> tuple[str, ...]:
    """Return in which order nodes are restarted: who runs nothing first, so that services move once; the DC last."""

    def weight(name: str) -> tuple[int, bool, str]:
        moving = [
            r
            for r in status.resources
            if r.active
            and name in r.nodes
            and r.id.partition(":")[0] not in fencing
            and (r.role == "Promoted" or is_alone(r.id))
        ]
        return len(moving), status.dc == name, name

    def is_alone(id_: str) -> bool:
        there = {node for one in status.instances(id_.partition(":")[0]) if one.active for node in one.nodes}
        return len(there) == 1

    return tuple(sorted(names, key=weight))


def upset(graph: Graph, fencing: frozenset[str]) -> tuple[list[str], list[str], bool]:
    """Return what the scheduler would stop or move, what it would start, and whether it does not yet know what runs.

    In words, "stop site-apache on n1". Fencing devices do not count; fencing does.
    """
    ends, starts = [], []
    unknown = False
    for action in graph.actions:
        if action.kind == "pseudo_event" or action.resource in fencing:
            continue
        if action.task in {"stop", "demote", "migrate_to"}:
            ends.append(f"{action.task} {action.resource} on {action.node}")
        elif action.task in {"start", "promote"}:
            starts.append(f"{action.task} {action.resource} on {action.node}")
        elif action.task == "stonith":
            ends.append(f"fence {action.node}")
        elif action.task == "monitor" and action.interval_ms == 0:
            unknown = True
    return ends, starts, unknown


def unwatched(cib: Element, status: ClusterStatus) -> list[str]:
    """Return the managed primitives that run and have monitors, and for which none recurs: "site-apache on n1"."""
    templates = {one.get("id"): one for one in cib.iter("template")}
    monitored = {
        str(one.get("id"))
        for one in cib.iter("primitive")
        if any(_recurs(op) for source in (one, templates.get(one.get("template"))) for op in _operations(source))
    }
    recurring = recurring_on(cib)
    found = []
    for resource in status.resources:
        id_ = resource.id.partition(":")[0]
        if id_ in monitored and resource.active and resource.managed and not resource.failed:
            found += [f"{id_} on {node}" for node in resource.nodes if (id_, node) not in recurring]
    return sorted(found)


def recurring_on(cib: Element) -> frozenset[tuple[str, str]]:
    """Return for which primitive an operation recurs, and on which node, by the CIB's status.

    An operation that is cancelled leaves the status at once; one that ended with its resource stays there, and is older
    than the stop (seen with Pacemaker 2.1.5).
    """
    return frozenset(
        (str(resource.get("id")).partition(":")[0], str(state.get("uname")))
        for state in cib.iterfind("status/node_state")
        for resource in state.iter("lrm_resource")
        if _last_call(resource, recurring=True) > _last_call(resource, recurring=False)
    )


def _last_call(resource: Element, *, recurring: bool) -> int:
    """Return the greatest call id of the operations that recur, or of the starts and stops; -1 for none.

    An operation that is under way has the call id -1, and counts as none.
    """
    return max(
        (
            int(op.get("call-id") or -1)
            for op in resource.iterfind("lrm_rsc_op")
            if (op.get("interval", "0") != "0") is recurring
            and (recurring or op.get("operation") in {"start", "stop", "promote", "demote", "migrate_to"})
        ),
        default=-1,
    )


def _operations(source: Element | None) -> list[Element]:
    return [] if source is None else source.findall("operations/op")


def _recurs(op: Element) -> bool:
    off = (op.get("enabled") or "true").lower() in {"false", "no", "off", "n", "0"} or op.get("role") == "Stopped"
    return op.get("name") == "monitor" and not off and bool((op.get("interval") or "0").strip().lstrip("0PTptsmSM"))
