"""by_hand: what somebody did to a running cluster without the file, from the live CIB; with its age. Pure.

In: the live CIB, what of it the file does not have (render/merge.py), Pacemaker's earlier versions of it. Out: a
finding for each: a constraint that a move left behind, a resource stopped or unmanaged, a node in standby or
maintenance, a property, whatever else; and one for each part of a service that goes, for it has another form now. How
old it is, and who did it with which tool, is in the versions that Pacemaker keeps.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape

from lxml.etree import _Element as Element

from quorate.build.ages import told
from quorate.build.want import Want
from quorate.findings import Finding, Severity
from quorate.observe.facts.cib_history import History
from quorate.render.merge import Leftover, is_restart_mark

MOVES = ("cli-ban-", "cli-prefer-", "cli-standby-")
"""Ids of the constraints that `crm_resource --ban` and `--move`, and older tools, make (crm_resource(8))."""

MADE_BEFORE = "made-before"
"""What quorate itself takes away of a service that has another form now: no trace of anybody's, but said."""

RESTING = {"standby": "in standby", "maintenance": "in maintenance"}
ON = frozenset({"true", "on", "yes", "1", "y"})
KINDS = {
    "resource": "configuration/resources//*",
    "constraint": "configuration/constraints/*",
    "fencing level": "configuration/fencing-topology/*",
    "property": "configuration/crm_config//nvpair",
    "default": "configuration/*//nvpair",
}


@dataclass(frozen=True, slots=True)
class Trace:
    """What somebody did. code, words, why, fix, path: as in Finding.

    text: the tag by which it stands in the CIB, "" if there is none. kept: whether it stays.
    """

    code: str
    words: str
    why: str
    fix: str
    text: str
    kept: bool = True
    path: tuple[str, ...] = ()


def traces(live: Element, leftovers: Iterable[Leftover], want: Want) -> list[Trace]:
    """Return what was done by hand: what the file does not have, and nodes that are at rest."""
    return [*(_left(live, leftover) for leftover in leftovers), *_at_rest(live, want)]


def findings(found: Iterable[Trace], history: History | None) -> Iterator[Finding]:
    """Yield a finding for each, with its age where the versions tell it."""
    for trace in found:
        age = told(history.since(trace.text), history.now_s) if history and trace.text else ""
        yield Finding(
            trace.code,
            Severity.INFO if trace.kept or trace.code == MADE_BEFORE else Severity.WARNING,
            trace.words + (f"; made {age}" if age else ""),
            trace.why,
            trace.fix,
            path=trace.path,
        )


def _left(live: Element, leftover: Leftover) -> Trace:
    stays = "is kept" if leftover.kept else "goes"
    words = f"the {leftover} is on the cluster and not in the file; it {stays}"
    element = _element(live, leftover)
    text = "" if element is None else tag(element)
    if leftover.kind == "constraint" and leftover.id.startswith(MOVES):
        resource = "" if element is None else element.get("rsc", "")
        return Trace(
            "move-left-over",
            words,
            "a resource was moved or banned by hand, and may not go where it should when a node fails",
            f"crm_resource --clear --resource {resource or 'RESOURCE'}",
            text,
            leftover.kept,
        )
    if leftover.kind == "meta attribute":
        resource, _, name = leftover.id.partition(" ")
        return Trace(
            "set-by-hand",
            words,
            f"somebody has set {name} of {resource}: it does not do what the file says until that is undone",
            f"crm_resource --resource {resource} --meta --delete-parameter {name}",
            text,
            leftover.kept,
        )
    if leftover.former:
        return Trace(
            MADE_BEFORE,
            words,
            "it belongs to a service that was of another kind, on another store or on other nodes before",
            "nothing is to be done; if it is somebody's own and is to stay, add it to the file",
            "",
            leftover.kept,
        )
    return Trace(
        "not-in-the-file",
        words,
        "somebody or something made it without the file: the next person will not know of it",
        "add it to the file" + (", or remove it (`--prune`)" if leftover.kept else " if it is to stay"),
        text,
        leftover.kept,
    )


def _at_rest(live: Element, want: Want) -> Iterator[Trace]:
    """Yield the nodes that are in standby or maintenance, and not so in the file."""
    for node in live.iterfind("configuration/nodes/node"):
        name = node.get("uname", "")
        given = next((n.attributes for n in want.cluster.nodes if n.name == name), {})
        groups = (group for group in node.iterfind("instance_attributes") if not is_restart_mark(group))
        for pair in (pair for group in groups for pair in group.iterfind("nvpair")):
            attribute, value = pair.get("name", ""), pair.get("value", "")
            if attribute in RESTING and value.lower() in ON and attribute not in given:
                yield Trace(
                    f"node-in-{attribute}",
                    f"{name} is {RESTING[attribute]}",
                    "nothing runs there, or nothing is looked after: the cluster has one node less to fail over to",
                    f"crm_attribute --node {name} --name {attribute} --delete, when it is to serve again",
                    tag(pair),
                    path=("nodes", name),
                )


def _element(live: Element, leftover: Leftover) -> Element | None:
    """Return the element that a leftover is, None where it is none of its own."""
    if leftover.kind == "meta attribute":
        resource, _, name = leftover.id.partition(" ")
        for item in live.iterfind("configuration/resources//*"):
            if item.get("id") == resource:
                return next((p for p in item.iterfind("meta_attributes/nvpair") if p.get("name") == name), None)
        return None
    key = "name" if leftover.kind in {"property", "default"} else "id"
    return next((e for e in live.iterfind(KINDS[leftover.kind]) if e.get(key) == leftover.id), None)


def tag(element: Element) -> str:
    """Return an element's opening tag without its end, as Pacemaker writes it: what stands in the file of a version."""
    quoted = {'"': "&quot;"}
    values = (f'{name!s}="{escape(str(value), quoted)}"' for name, value in element.items())
    return " ".join((f"<{element.tag!s}", *values))
