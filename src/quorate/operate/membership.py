"""membership: nodes, links, votes and who decides, out of what the nodes said. Values in and out; pure.

A node's state is what the node that speaks for the cluster says of it; what the node itself says, and whether it said
anything, stands beside that. After a split the nodes say different things, and that is found, not averaged.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from quorate.describe.cluster import Cluster, Node
from quorate.findings import Finding, Severity
from quorate.observe.facts.cluster_status import ClusterStatus
from quorate.observe.facts.corosync_links import CorosyncLinks
from quorate.observe.facts.quorum import Quorum
from quorate.operate.view import View

FATAL = 100  # CRM_EX_FATAL: Pacemaker ended itself and stays down, as when it hears that it was fenced


@dataclass(frozen=True, slots=True)
class NodeState:
    """One node. dc: it decides. answered: it could be asked.

    state: online, standby, maintenance, pending, unclean, offline, unknown; stopped when the node answers that
    Pacemaker does not run and nobody else speaks for the cluster.
    why: what the node says of itself, or why it says nothing; "" when it is online and answered. hint: what to do
    about its silence.
    """

    name: str
    state: str
    dc: bool
    answered: bool
    why: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class LinkState:
    """Link `number` between nodes a and b. a_sees, b_sees: connected as each side says; None where it says nothing."""

    number: int
    a: str
    b: str
    a_sees: bool | None
    b_sees: bool | None

    @property
    def up(self) -> bool | None:
        """False as soon as one side says so; None where neither side says anything."""
        said = {self.a_sees, self.b_sees}
        return False if False in said else True if True in said else None


@dataclass(frozen=True, slots=True)
class Votes:
    """Votes as the node that speaks counts them. members: names of the nodes in its membership."""

    quorate: bool
    votes: int | None
    expected: int | None
    needed: int | None
    members: tuple[str, ...]
    device_votes: int | None


def speaker(views: Mapping[str, View]) -> View | None:
    """Return whose view counts: the DC with quorum, else a node with quorum, else any that sees the cluster."""
    told = [view for view in views.values() if isinstance(view.cluster, ClusterStatus)]
    quorate = [view for view in told if isinstance(view.quorum, Quorum) and view.quorum.quorate]
    own = [view for view in quorate if isinstance(view.cluster, ClusterStatus) and view.cluster.dc == view.name]
    return next(iter([*own, *quorate, *told]), None)


def nodes(cluster: Cluster, views: Mapping[str, View], truth: ClusterStatus | None) -> tuple[NodeState, ...]:
    """Return the state of every node of the file, in its order."""
    return tuple(_node(node.name, views[node.name], truth) for node in cluster.nodes)


def _node(name: str, view: View, truth: ClusterStatus | None) -> NodeState:
    seen = truth.node(name) if truth else None
    if seen is None:
        state = "unknown" if view.silence or not view.down else "stopped"
    elif seen.unclean:
        state = "unclean"
    elif seen.pending:
        state = "pending"
    elif not seen.online:
        state = "offline"
    else:
        state = "standby" if seen.standby else "maintenance" if seen.maintenance else "online"
    hint = view.silence.hint if view.silence else ""
    return NodeState(name, state, truth is not None and truth.dc == name, view.silence is None, _why(view), hint)


def _why(view: View) -> str:
    """Return what a node says of itself when something is missing."""
    if view.silence:
        return view.silence.message
    if any(unit.exit_status == FATAL for unit in view.down):
        return "Pacemaker ended itself after a fatal error, as when a node hears that it was fenced"
    return ", ".join(f"{unit.name.removesuffix('.service')} is {unit.active}" for unit in view.down)


def links(cluster: Cluster, views: Mapping[str, View]) -> tuple[LinkState, ...]:
    """Return each link of each pair of nodes, by number, then in the order of the file."""
    count = max((len(node.links) for node in cluster.nodes), default=0)
    return tuple(
        LinkState(number, a.name, b.name, _sees(views[a.name], number, b), _sees(views[b.name], number, a))
        for number in range(count)
        for a, b in combinations(cluster.nodes, 2)
        if number < min(len(a.links), len(b.links))
    )


def _sees(view: View, number: int, other: Node) -> bool | None:
    if not isinstance(view.links, CorosyncLinks):
        return None
    return next((link.connected.get(other.id) for link in view.links.links if link.number == number), None)


def votes(cluster: Cluster, view: View | None) -> Votes | None:
    """Return the votes as `view` counts them; None where nobody counts."""
    if view is None or not isinstance(view.quorum, Quorum):
        return None
    told = view.quorum
    return Votes(
        told.quorate,
        told.total_votes,
        told.expected_votes,
        told.needed_votes,
        _members(cluster, told),
        told.device_votes,
    )


def _members(cluster: Cluster, told: Quorum) -> tuple[str, ...]:
    """Return the members by the names of the file; Corosync may know them by their addresses only."""
    names = {node.id: node.name for node in cluster.nodes}
    return tuple(names.get(member.id, member.name or str(member.id)) for member in told.members)


def problems(
    cluster: Cluster, views: Mapping[str, View], states: tuple[NodeState, ...], seen: tuple[LinkState, ...]
) -> Iterator[Finding]:
    """Yield what is wrong with nodes, membership, votes and links; the gravest first."""
    yield from _split(cluster, views)
    counted = votes(cluster, speaker(views))
    if counted and not counted.quorate:
        yield Finding(
            "no-quorum",
            Severity.ERROR,
            f"no quorum: {counted.votes} of {counted.expected} votes, {counted.needed} needed; nothing may run",
            "a minority must not run what the rest of the cluster may be running",
            "bring nodes back until the votes suffice; see the nodes below",
            path=("quorum",),
        )
    if counted and cluster.quorum.device and not counted.device_votes:
        yield Finding(
            "quorum-device-silent",
            Severity.WARNING,
            f"the quorum device {cluster.quorum.device.host} gives no vote",
            "the failure of one more node may cost the quorum that the device was to save",
            f"look at corosync-qdevice on the nodes and corosync-qnetd on {cluster.quorum.device.host}",
            path=("quorum", "device"),
        )
    for state in states:
        yield from _of_node(state)
    yield from _of_links({state.name for state in states if state.state not in {"offline", "unclean"}}, seen)


def _split(cluster: Cluster, views: Mapping[str, View]) -> Iterator[Finding]:
    """Yield a finding when nodes disagree about who decides, or about who is there."""
    dcs = {name: v.cluster.dc for name, v in views.items() if isinstance(v.cluster, ClusterStatus) and v.cluster.dc}
    members = {
        name: frozenset(_members(cluster, v.quorum)) for name, v in views.items() if isinstance(v.quorum, Quorum)
    }
    quorate = {members[n] for n, v in views.items() if isinstance(v.quorum, Quorum) and v.quorum.quorate}
    if len(set(members.values())) > 1:
        said = "; ".join(f"{name} sees {', '.join(sorted(seen))}" for name, seen in members.items())
        yield Finding(
            "split-brain" if len(quorate) > 1 else "split-membership",
            Severity.ERROR,
            f"the nodes do not see the same members: {said}",
            "more than one part has quorum: the same service may run twice, and its data may be damaged"
            if len(quorate) > 1
            else "the cluster is in two parts; the one with quorum will fence the other",
            "look at the links and the network between them; ask again in a few seconds, for it may just be changing",
            path=("nodes",),
        )
    elif len(set(dcs.values())) > 1:
        said = "; ".join(f"{name} says {dc}" for name, dc in dcs.items())
        yield Finding(
            "two-dcs",
            Severity.ERROR,
            f"the nodes name different DCs: {said}",
            "two nodes that both decide start and stop the same services",
            "ask again in a few seconds; if it stays so, read journalctl -u pacemaker on them",
            path=("nodes",),
        )


WORDS = {
    "unclean": (
        Severity.ERROR,
        "{name} is unclean: it is lost, and not proven to be off",
        "its services stay where they are until it is fenced, for it may still be running them",
        "see what its fencing devices say below; when you have SEEN that it is off: stonith_admin --confirm {name}",
    ),
    "offline": (
        Severity.ERROR,
        "{name} is offline{why}",
        "the cluster runs with one node less and may not survive the next failure",
        "look at its console and power; then `systemctl start pacemaker` there",
    ),
    "stopped": (
        Severity.ERROR,
        "the cluster does not run on {name}{why}",
        "nobody runs the services",
        "systemctl start pacemaker there; if it does not start, read journalctl -u corosync -u pacemaker",
    ),
    "pending": (
        Severity.WARNING,
        "{name} is joining and not ready yet",
        "it cannot take services over before it is",
        "ask again in a few seconds; if it stays so, read journalctl -u pacemaker there",
    ),
    "standby": (
        Severity.WARNING,
        "{name} is in standby",
        "it runs nothing and cannot take anything over",
        "when its work is done: crm_attribute --node {name} --name standby --delete",
    ),
    "maintenance": (
        Severity.WARNING,
        "{name} is in maintenance",
        "what runs there is neither watched nor recovered",
        "when its work is done: crm_attribute --node {name} --name maintenance --delete",
    ),
    "unknown": (
        Severity.ERROR,
        "nothing is known of {name}{why}",
        "a node of which nothing is known may run anything or nothing",
        "find out why it does not answer; if it is new in the file: quorate apply FILE",
    ),
}


def _of_node(state: NodeState) -> Iterator[Finding]:
    if state.state in WORDS:
        severity, summary, why, fix = WORDS[state.state]
        said = f": {state.why}" if state.why else ""
        yield Finding(
            f"node-{state.state}",
            severity,
            summary.format(name=state.name, why=said),
            why,
            state.hint if state.state == "unknown" and state.hint else fix.format(name=state.name),
            path=("nodes", state.name),
        )
    elif not state.answered:
        yield Finding(
            "node-unreachable",
            Severity.WARNING,
            f"{state.name} is online in the cluster and cannot be asked: {state.why}",
            "what it sees is not known, and quorate cannot work on it",
            state.hint or "mend the way to it (SSH, address, network)",
            path=("nodes", state.name),
        )


def _of_links(members: set[str], seen: tuple[LinkState, ...]) -> Iterator[Finding]:
    """Yield one finding per link and node that has lost it to everybody, and one per other pair; absent nodes apart."""
    for number in sorted({link.number for link in seen}):
        pairs = [link for link in seen if link.number == number and {link.a, link.b} <= members]
        down = [link for link in pairs if link.up is False]
        for name in sorted(members):
            own = [link for link in pairs if name in {link.a, link.b}]
            if len(own) > 1 and all(link in down for link in own):
                yield _link_down(f"link {number} of {name} is down to every other node", number)
                down = [link for link in down if name not in {link.a, link.b}]
                pairs = [link for link in pairs if name not in {link.a, link.b}]
        for link in down:
            yield _link_down(f"link {number} between {link.a} and {link.b} is down", number)


def _link_down(summary: str, number: int) -> Finding:
    return Finding(
        "link-down",
        Severity.WARNING,
        summary,
        "the next failure of a network between them is a failure of the node",
        f"look at cable, switch and address of link {number}, and at corosync-cfgtool -n on both sides",
        path=("nodes",),
    )
