"""Adopting: texts of others in, a cluster file out, with findings and the account of what became of everything. Pure.

The way: sort and read (gather.py), nodes, mend what is outdated (mending.py), take secrets out, corosync, quorum,
properties (mapping/), leave out what names nothing (undefined.py), recognise services (recognising.py); what is left is
text of the crm shell. At last the file is loaded as any other, and its findings are part of ours.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from quorate.adopt import fencing
from quorate.adopt.account import Account, Fate
from quorate.adopt.document import write
from quorate.adopt.draft import Draft
from quorate.adopt.gather import gather
from quorate.adopt.mapping.corosync import corosync
from quorate.adopt.mapping.nodes import nodes
from quorate.adopt.mapping.properties import properties
from quorate.adopt.mapping.quorum import quorum
from quorate.adopt.mapping.secrets import on_nodes, secrets, without_place
from quorate.adopt.material import Material
from quorate.adopt.mending import mend
from quorate.adopt.recognising import Tools, recognise
from quorate.adopt.repeated import once
from quorate.adopt.sorting import Input, Surroundings
from quorate.adopt.undefined import undefined
from quorate.catalog.services import kinds
from quorate.describe.load import load
from quorate.dialect.model import FencingTopology
from quorate.findings import Finding, Severity, in_reading_order

FILE = "the new cluster file"


@dataclass(frozen=True, slots=True)
class Adopted:
    """text: the cluster file. findings: in reading order. account: of every statement, key and line of the inputs."""

    text: str
    findings: tuple[Finding, ...]
    account: Account


def adopt(
    inputs: Sequence[Input], tools: Tools, *, verbatim: bool = False, around: Surroundings | None = None
) -> Adopted:
    """Return the cluster file that means what the inputs say. UsageError: they say nothing of a cluster.

    verbatim: what is outdated is named, and kept. around: what the host knows that the inputs are from.
    """
    material, draft = gather(inputs, tools.agents, around or Surroundings()), Draft()
    _empty(material)
    once(material)
    without_place(material)
    nodes(material, draft)
    mend(material, draft, tools.agents, verbatim=verbatim)
    secrets(material, draft)
    corosync(material, draft, verbatim=verbatim)
    quorum(material, draft)
    properties(material, draft, verbatim=verbatim)
    undefined(material, draft)
    _name(material, draft)
    fencing.recognise(material, draft, tools)
    recognise(material, draft, tools)
    on_nodes(material, draft)
    for held in material.held:
        draft.text.append(held.statement)
        material.account.add(held.file, held.lines, held.what, Fate.TEXT, "resources, as text")
    text = write(draft)
    known = {finding.code for finding in material.findings}
    loaded = load(text, FILE, kinds())
    own = [f for f in loaded.findings if f.severity is Severity.ERROR or f.code not in known]  # said of the inputs
    findings = [*map(material.masked, _of_reading(material.findings)), *own]
    return Adopted(text, tuple(_in_order(findings, inputs)), material.account)


def _empty(material: Material) -> None:
    """Take out fencing levels of which there are none."""
    for held in list(material.held):
        if isinstance(held.statement, FencingTopology) and not held.statement.levels:
            material.held.remove(held)
            material.account.add(held.file, held.lines, held.what, Fate.DROPPED, "it says nothing")


def _name(material: Material, draft: Draft) -> None:
    if not draft.cluster:
        draft.cluster = "cluster"
        draft.notes["cluster",] = "no input names the cluster"
        material.say(Severity.INFO, None, "cluster-unnamed", "no input names the cluster; it is called cluster",
                     "Corosync tells clusters on one network apart by their names",
                     "write a name of its own before the first apply")  # fmt: skip


def _in_order(findings: Sequence[Finding], inputs: Sequence[Input]) -> Iterator[Finding]:
    """Yield findings in reading order, input by input; then those about the new file, and about no place."""
    files = [given.name for given in inputs]
    places = [*files, FILE, ""]
    for file in places:
        yield from in_reading_order(f for f in findings if (f.place.file if f.place else "") == file)


def _of_reading(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Yield findings of the inputs. Their errors are warnings here: the file was made without what they are about."""
    for finding in findings:
        heavy = finding.severity is Severity.ERROR and finding.code != "said-otherwise"
        yield replace(finding, severity=Severity.WARNING) if heavy else finding
