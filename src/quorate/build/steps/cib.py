"""cib: the whole configuration in one atomic write, after crm_verify, against the very CIB that was looked at.

Resources that are committed one by one start too early, in the wrong order or in the wrong place
(voxpupuli/puppet-corosync issue 157). The write is a patch (crm_diff) that names the versions it was made for; when
somebody changed the CIB in between, Pacemaker refuses it and nothing has happened.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from quorate.build.change import Change, Effect, Run, difference
from quorate.build.step import Fleet, Note, answer
from quorate.build.steps.pacemaker import DEADTIME
from quorate.build.want import Want
from quorate.errors import CommandFailed
from quorate.findings import Finding, Severity
from quorate.machines.host import command
from quorate.observe.facts import cib
from quorate.observe.facts.cib import Cib
from quorate.observe.gathering import gather
from quorate.render.cib import configuration
from quorate.render.merge import canonical, merged

TITLE = "cib"

# Reads the new CIB from standard input, verifies it, and applies the difference to the live one it was made from.
# The old one is asked for again on the node; crm_diff's patch carries its version, so a change in between is refused.
WRITE = """set -eu
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cat > "$folder/new.xml"
crm_verify --xml-file "$folder/new.xml"
cibadmin --query > "$folder/live.xml"
epoch=$(sed -n '1s/.* epoch="\\([0-9]*\\)".*/\\1/p' "$folder/live.xml")
if [ "$epoch" != "$1" ]; then echo "the CIB changed meanwhile (epoch $1, now $epoch)" >&2; exit 75; fi
crm_diff --original "$folder/live.xml" --new "$folder/new.xml" > "$folder/patch.xml" || [ $? -eq 1 ]
cibadmin --patch --xml-file "$folder/patch.xml" --sync-call
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """The live CIB, None where no node has one yet, and the node that was asked."""

    node: str
    live: Cib | None


async def look(fleet: Fleet, want: Want) -> Facts:  # noqa: ARG001 - the protocol of a step
    """Read the live CIB from the first node that answers."""
    for name, host in fleet.items():
        live = await answer(gather(host, cib))
        if live is not None:
            return Facts(name, live)
    return Facts(next(iter(fleet)), None)


def text(root: etree._Element) -> str:
    """Return the configuration part in one spelling, to be compared and shown."""
    found = root.find("configuration")
    return canonical(root if found is None else found)


def changes(facts: Facts, want: Want) -> Iterator[Change | Finding]:
    """Yield one change that writes everything, and a remark for each thing that is live but not in the file."""
    wanted = configuration(want.cluster, want.agents, want.platform)
    if facts.live is None:
        yield Change(facts.node, TITLE, f"write the CIB: {summary(wanted)}", (), Effect.START)
        return
    live = facts.live.root
    new, leftovers = merged(without_seed(live, want), wanted)
    for leftover in leftovers:
        yield Finding(
            "not-in-the-file",
            Severity.INFO,
            f"the {leftover} is on the cluster and not in the file; it is kept",
            "somebody or something made it without the file: the next person will not know of it",
            "add it to the file, or remove it from the cluster",
        )
    old, now = text(live), text(new)
    if old == now:
        return
    write = command("sh", "-c", WRITE, "sh", facts.live.version.epoch, input=etree.tostring(new))
    words = f"write the CIB: {summary(wanted)}"
    yield Change(
        facts.node,
        TITLE,
        words,
        (Run(write, timeout_s=120),),
        Effect.START,
        difference("CIB", old.encode(), now.encode()),
    )


def without_seed(live: etree._Element, want: Want) -> etree._Element:
    """Return the live CIB without the short dc-deadtime that the first start was seeded with (step pacemaker)."""
    root = copy.deepcopy(live)
    if "dc-deadtime" not in want.cluster.pacemaker.properties:
        for group in root.iterfind("configuration/crm_config/cluster_property_set"):
            for pair in group.findall("nvpair[@name='dc-deadtime']"):
                if pair.get("value") == DEADTIME:
                    group.remove(pair)
    return root


def summary(wanted: etree._Element) -> str:
    """Return "3 resources, 3 fencing devices, 4 constraints"."""
    primitives = wanted.findall(".//primitive")
    fencing = sum(1 for primitive in primitives if primitive.get("class") == "stonith")
    constraints = wanted.find("constraints")
    count = 0 if constraints is None else len(constraints)
    return f"{len(primitives) - fencing} resources, {fencing} fencing devices, {count} constraints"


async def settled(fleet: Fleet, want: Want, note: Note) -> None:
    """Return when the live CIB holds all that is wanted."""
    left = [change for change in changes(await look(fleet, want), want) if isinstance(change, Change)]
    if left:
        raise CommandFailed(
            "the CIB is not what was written", "somebody else changes it; apply again when they are done"
        )
    note("CIB accepted in one write")
