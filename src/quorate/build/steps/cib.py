"""cib: the whole configuration in one atomic write, after crm_verify, against the very CIB that was looked at.

Resources that are committed one by one start too early, in the wrong order or in the wrong place
(voxpupuli/puppet-corosync issue 157). The write is one patch (crm_diff). When somebody changed the configuration since
it was looked at, its epoch has moved on, nothing is written and apply says so.

Where what goes has to stop before what comes can start (making_way.py), it is two writes: first what is in the way is
told to stop, and the whole, which crm_verify has taken before, is written when it has. Killed in between, the next
apply writes the whole, or goes back (returning.py).
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from quorate.build import by_hand, in_clear
from quorate.build.change import Change, Deed, Effect, Run, Thing, difference, digest
from quorate.build.cib_parts import deeds, parts
from quorate.build.making_way import making_way, stopped
from quorate.build.restoring import configuration_of
from quorate.build.step import Fleet, Note, PlacedStates, answer
from quorate.build.steps.pacemaker import DEADTIME
from quorate.build.want import Want
from quorate.errors import CommandFailed
from quorate.findings import Finding
from quorate.machines.host import Command
from quorate.observe.facts import cib, cib_history
from quorate.observe.facts.cib import Cib
from quorate.observe.facts.cib_history import History
from quorate.observe.gathering import gather, gather_about
from quorate.render.cib import cib as offline_cib
from quorate.render.cib import configuration
from quorate.render.merge import RESTART_SET, Leftover, canonical, merged, same
from quorate.secret_names import is_secret_key, masked_within, secrets_within

TITLE = "cib"
EPOCH, CONFIGURATION = Thing("CIB", "epoch"), Thing("CIB", "configuration")

# $1: whether crm_verify has to be content with the new CIB (standard input), $2: the epoch that it was made for. The
# patch is made without status, which changes all the time and is not ours, and so carries no versions; the epoch, which
# counts changes of the configuration alone, is compared right before.
WRITE = r"""set -eu
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
without_status() { sed '/<status>/,/<\/status>/d; s/<status\/>//; s/<\/cib>/<status\/><\/cib>/'; }
cat > "$folder/verify.xml"
if [ "$1" = verify ]; then crm_verify -V --xml-file "$folder/verify.xml"; fi
without_status < "$folder/verify.xml" > "$folder/new.xml"
cibadmin --query | without_status > "$folder/live.xml"
epoch=$(sed -n '1s/.* epoch="\([0-9]*\)".*/\1/p' "$folder/live.xml")
if [ "$epoch" != "$2" ]; then echo "somebody changed the CIB meanwhile (epoch $2, now $epoch)" >&2; exit 75; fi
crm_diff --no-version --original "$folder/live.xml" --new "$folder/new.xml" > "$folder/patch.xml" || [ $? -eq 1 ]
cibadmin --patch --xml-file "$folder/patch.xml" --sync-call
"""


STOPPED_S = 300
# What does not stop in that time, or what Pacemaker will never do, is no reason to leave the half of it.
UNTIL_STOPPED = f"crm_resource --wait --timeout={STOPPED_S}s || exit 0"


@dataclass(frozen=True, slots=True)
class Facts:
    """The live CIB, None where no node has one yet, and the node that was asked.

    history: its earlier versions, as far as was asked.
    """

    node: str
    live: Cib | None
    history: History | None = None


async def look(fleet: Fleet, want: Want) -> Facts:
    """Read the live CIB from the first node that answers, and its history where somebody changed it by hand."""
    for name, host in fleet.items():
        live = await answer(gather(host, cib))
        if live is not None:
            _, leftovers = target(live.root, want)
            texts = [trace.text for trace in by_hand.traces(live.root, leftovers, want) if trace.text]
            history = await answer(gather_about(host, cib_history, *texts)) if texts else None
            return Facts(name, live, history)
    return Facts(next(iter(fleet)), None)


def text(root: etree._Element) -> str:
    """Return the configuration part in one spelling, to be compared and shown."""
    found = root.find("configuration")
    return canonical(root if found is None else found)


def changes(facts: Facts, want: Want) -> Iterator[Change | Finding]:
    """Yield one change that writes everything, and a remark for each thing that is live but not in the file."""
    if facts.live is not None:
        live = facts.live.root
        _, leftovers = target(live, want)
        yield from by_hand.findings(by_hand.traces(live, leftovers, want), facts.history)
        yield from in_clear.findings(want.in_clear)
    if not newcomers(facts, want):  # or else it is written before they join (cib_ahead.py)
        yield from writes(facts, want)


def newcomers(facts: Facts, want: Want) -> list[str]:
    """Return the nodes of the file that the running cluster does not know; [] where none runs."""
    if facts.live is None:
        return []
    known = {node.get("uname") for node in facts.live.root.iterfind("configuration/nodes/node")}
    return [node.name for node in want.cluster.nodes if node.name not in known]


def writes(facts: Facts, want: Want) -> Iterator[Change]:
    """Yield one change that writes everything, where anything differs."""
    wanted = configuration(want.cluster, want.agents, want.platform)
    if facts.live is None:
        made = tuple((thing, Deed.CREATED) for thing in parts(wanted))
        yield Change(facts.node, TITLE, f"write the CIB: {summary(wanted)}", (), Effect.START, things=made)
        return
    live = facts.live.root
    new, _ = target(live, want)
    old, now = text(live), text(new)
    if old == now:
        return
    going = making_way(live, new, want)
    words = f"write the CIB: {summary(wanted)}" + (f", after a stop of {', '.join(going)}" if going else "")
    yield Change(
        facts.node,
        TITLE,
        words,
        in_turn(facts.live, new, want),
        effect(live, new),
        difference("CIB", text(masked(live)).encode(), text(masked(new)).encode()),
        tuple(deeds(parts(live), parts(new))),
    )


def target(live: etree._Element, want: Want) -> tuple[etree._Element, list[Leftover]]:
    """Return the CIB to write, and what is live but not in the file."""
    wanted = in_clear.kept(configuration(want.cluster, want.agents, want.platform), live, want.in_clear)
    live, services = without_seed(live, want), want.cluster.services.keys()
    return merged(live, wanted, prune=want.prune, removed=want.leaving, services=services)


def things(facts: Facts, want: Want) -> PlacedStates:  # noqa: ARG001 - the protocol of a step
    """Return what the live configuration consists of; the host is "", for it is the cluster's."""
    if facts.live is None:
        return {}
    root, version = facts.live.root, facts.live.version
    whole = {
        EPOCH: f"{version.admin_epoch}.{version.epoch}",
        CONFIGURATION: digest(text(root).encode()),
    }
    return {("", thing): state for thing, state in (parts(root) | whole).items()}


def in_turn(live: Cib, new: etree._Element, want: Want, *, verify: bool = True) -> tuple[Run, ...]:
    """Return what writes a CIB over the live one, after a stop of all that has to make way. verify: as in `writing`.

    crm_verify has taken the whole before anything is stopped for it.
    """

    def write(root: etree._Element, epoch: int) -> Run:
        content = at_rest(root, want) if verify else etree.tostring(root)
        return Run(writing(content, epoch, verify=verify), timeout_s=120)

    epoch = live.version.epoch
    if going := making_way(live.root, new, want):
        until_stopped = Run(Command(("sh", "-c", UNTIL_STOPPED)), timeout_s=STOPPED_S + 10)
        verified = (Run(verifying(at_rest(new, want))),) if verify else ()
        meanwhile = stopped(live.root, going)
        # Whoever was killed between the two has written the first.
        first = () if same(meanwhile, live.root) else (write(meanwhile, epoch),)
        return *verified, *first, until_stopped, write(new, epoch + len(first))
    return (write(new, epoch),)


def verifying(new: bytes) -> Command:
    """Return the command that asks crm_verify whether a CIB may be written, as `writing` does."""
    return Command(("crm_verify", "-V", "--xml-pipe"), input=new, purpose="verify the CIB")


def writing(new: bytes, epoch: int, *, verify: bool = True) -> Command:
    """Return the command that writes a CIB in one piece, if the live configuration still has that epoch.

    verify: not where the configuration was live before, for then Pacemaker has taken it already.
    """
    return Command(
        ("sh", "-c", WRITE, "sh", "verify" if verify else "as-it-was", str(epoch)), input=new, purpose="write the CIB"
    )


def intended(change: Change) -> str:
    """Return the <configuration> that a change of this step leads to, as XML; "" where it cannot be told yet."""
    for action in reversed(change.actions):
        if isinstance(action, Run) and action.command.input:
            return configuration_of(cib.parse_xml(action.command.input.decode()))
    return ""


def effect(live: etree._Element, new: etree._Element) -> Effect:
    """Say what the write does to what runs: START where things are only added, else RESTART, which is the worst case.

    Which services really stop or move is the scheduler's decision; this is what can be said without asking it.
    """
    for section in ("resources", "constraints", "rsc_defaults", "op_defaults"):
        after = {child.get("id"): canonical(child) for child in new.iterfind(f"configuration/{section}/*")}
        for child in live.iterfind(f"configuration/{section}/*"):
            if after.get(child.get("id")) != canonical(child):
                return Effect.RESTART
    return Effect.START


def masked(cib: etree._Element) -> etree._Element:
    """Return the CIB as it may be shown: whoever wrote it may have put passwords there in clear text."""
    root = copy.deepcopy(cib)
    for pair in root.iter("nvpair"):
        value = pair.get("value") or ""
        if is_secret_key(pair.get("name") or "") and value != "lrm://":
            pair.set("value", "********")
        elif secrets_within(value):
            pair.set("value", masked_within(value))
    return root


def without_seed(live: etree._Element, want: Want) -> etree._Element:
    """Return the live CIB without the short dc-deadtime that the first start was seeded with (step pacemaker)."""
    root = copy.deepcopy(live)
    if "dc-deadtime" not in want.cluster.pacemaker.properties:
        for group in root.iterfind("configuration/crm_config/cluster_property_set"):
            for pair in group.findall("nvpair[@name='dc-deadtime']"):
                if pair.get("value") == DEADTIME and group.get("id") != RESTART_SET:
                    group.remove(pair)
    return root


def at_rest(new: etree._Element, want: Want) -> bytes:
    """Return the CIB with a status in which every node is online and nothing ever failed.

    crm_verify then judges the configuration, and not what happens to be wrong on the cluster at this moment.
    """
    root = copy.deepcopy(new)
    for status in root.findall("status"):
        root.remove(status)
    root.extend(offline_cib(want.cluster, want.agents, want.platform).findall("status"))
    known = {state.get("uname"): state for state in root.iterfind("status/node_state")}
    members = {node.get("uname") for node in root.iterfind("configuration/nodes/node")}
    for status in root.findall("status"):
        for state in [state for state in status if members and state.get("uname") not in members]:
            status.remove(state)  # of a node that is to join, and has no place in the CIB yet
    for node in root.iterfind("configuration/nodes/node"):
        if node.get("uname") not in known:  # a node that has left the file and is still in the CIB
            state = copy.deepcopy(next(iter(known.values())))
            for element in (state, *state):
                element.set("id", node.get("id", ""))
            state.set("uname", node.get("uname", ""))
            root.find("status").append(state)  # type: ignore[union-attr]
    etree.indent(root)
    return etree.tostring(root)


def summary(wanted: etree._Element) -> str:
    """Return "3 resources, 3 fencing devices, 4 constraints"."""
    primitives = wanted.findall(".//primitive")
    fencing = sum(1 for primitive in primitives if primitive.get("class") == "stonith")
    constraints = wanted.find("constraints")
    count = 0 if constraints is None else len(constraints)
    return f"{len(primitives) - fencing} resources, {fencing} fencing devices, {count} constraints"


async def settled(fleet: Fleet, want: Want, note: Note) -> None:
    """Return when the live CIB holds all that is wanted."""
    if list(writes(await look(fleet, want), want)):
        raise CommandFailed(
            "the CIB is not what was written", "somebody else changes it; apply again when they are done"
        )
    note("CIB accepted")
