"""Names that a CIB knows, and steps that name others: crm_simulate would pass over them, or abort. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from lxml.etree import _Element as Element

from quorate.errors import UsageError
from quorate.explore.scheduler.step import Step


@dataclass(frozen=True, slots=True)
class Names:
    """members: cluster nodes. places: these, remote nodes and guest nodes. resources: primitives. tickets."""

    members: frozenset[str]
    places: frozenset[str]
    resources: frozenset[str]
    tickets: frozenset[str]


def names(cib: Element) -> Names:
    """Return what a CIB names; states without a <node> count, as Pacemaker makes nodes of them."""
    nodes = cib.findall("configuration/nodes/node")
    remote = {str(node.get("uname")) for node in nodes if node.get("type", "member") != "member"} | set(_remote(cib))
    states = {str(state.get("uname")) for state in cib.iterfind("status/node_state") if state.get("uname")}
    everyone = {str(node.get("uname")) for node in nodes} | states | remote
    implicit = {name for name in _remote(cib) if cib.find(f".//primitive[@id='{name}']") is None}
    tickets = {str(one.get("ticket")) for one in cib.iter("rsc_ticket")}
    tickets |= {str(one.get("id")) for one in cib.iter("ticket_state")}
    return Names(
        members=frozenset(everyone - remote),
        places=frozenset(everyone),
        resources=frozenset(
            {str(one.get("id")) for one in cib.iterfind("configuration/resources//primitive")} | implicit
        ),
        tickets=frozenset(tickets),
    )


def _remote(cib: Element) -> Iterator[str]:
    """Yield the names of remote nodes and of guest nodes."""
    for primitive in cib.iterfind("configuration/resources//primitive"):
        if (primitive.get("provider"), primitive.get("type")) == ("pacemaker", "remote"):
            yield str(primitive.get("id"))
        for pair in primitive.iterfind("meta_attributes/nvpair[@name='remote-node']"):
            yield str(pair.get("value"))
    for bundle in cib.iterfind("configuration/resources//bundle"):
        container = next((one for one in bundle if one.tag in {"docker", "podman", "rkt"}), None)
        if container is not None and bundle.find("primitive") is not None:
            count = container.get("replicas", container.get("promoted-max", container.get("masters", "1")))
            for number in range(int(count)):
                yield f"{bundle.get('id')}-{number}"


def refuse_unknown(step: Step, known: Names) -> None:
    """Raise UsageError if a step names what is not there, or asks of a remote node what only a member can do."""
    for what, given, there in (
        ("cluster node", {*step.lost, *step.left, *step.returned, *step.unfenceable}, known.members),
        ("node", {name for name, _ in step.standby} | {name for name, _, _ in step.scores}, known.places),
        ("node", {result.node for result in (*step.results, *step.failing)}, known.places),
        ("resource", {result.resource for result in (*step.results, *step.failing)}, known.resources),
        ("ticket", {*step.granted, *step.revoked}, known.tickets),
    ):
        unknown = sorted(given - there)
        if unknown:
            raise UsageError(
                f"there is no {what} {unknown[0]!r}", f"choose from: {', '.join(sorted(there)) or 'there is none'}"
            )
