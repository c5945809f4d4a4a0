"""What is outdated or unsafe in a configuration of DRBD. Pure.

Sources: drbd.conf(5) of 8.3, 8.4 and 9.0.
"""

from collections.abc import Iterator
from typing import TypeAlias

from quorate.dialect.drbd.model import Configuration, Items, Section, Statement
from quorate.dialect.drbd.vocabulary import BECAME, GONE_IN_9, NEGATED
from quorate.findings import Severity
from quorate.lines import Span

Remark: TypeAlias = tuple[Severity, Span | None, str, str, str, str]
W, INFO = Severity.WARNING, Severity.INFO

_DISCARDS = frozenset(
    ("discard-younger-primary", "discard-older-primary", "discard-zero-changes", "discard-least-changes",
     "discard-local", "discard-remote", "discard-secondary", "violently-as0p", "call-pri-lost-after-sb", "consensus")
)  # fmt: skip
_HARMLESS = frozenset(("discard-zero-changes", "consensus"))


def found(configuration: Configuration) -> Iterator[Remark]:
    """Yield severity, span, code, summary, why and fix of each."""
    for section in _all(configuration):
        if section.name == "syncer":
            yield from _syncer(section)
        for statement in section.statements():
            yield from _statement(section.name, statement)
    yield from _fencing(configuration)
    yield from _authentication(configuration)


def _all(holder: Items) -> Iterator[Section]:
    for section in holder.sections():
        yield section
        yield from _all(section)


def _syncer(section: Section) -> Iterator[Remark]:
    becomes = [f"{statement.name} -> {BECAME[statement.name]}" for statement in section.statements()
               if statement.name in BECAME]  # fmt: skip
    yield (W, section.span, "syncer-section", "the section syncer is of DRBD 8.3",
           "8.4 split it up; newer tools read it for old times' sake",
           "; ".join(becomes) or "leave it out")  # fmt: skip


def _statement(section: str, statement: Statement) -> Iterator[Remark]:
    name, value, span = statement.name, statement.value, statement.span
    if name in NEGATED:
        yield (INFO, span, "negated-option", f"{name} is of DRBD 8.3", "options are switched by yes and no since 8.4",
               f"write {NEGATED[name]}")  # fmt: skip
    if name == "become-primary-on":
        yield (W, span, "become-primary-on", "a node is to make itself primary when it starts",
               "Pacemaker promotes; a second authority promotes where Pacemaker did not want it",
               "leave it out; DRBD 9 has no such option")  # fmt: skip
    elif name in GONE_IN_9:
        yield (INFO, span, "option-gone", f"DRBD 9 has no {name}", "its tools refuse it", "leave it out")
    if name == "allow-two-primaries" and value != "no":
        yield (W, span, "two-primaries", "two nodes may write at the same time",
               "any file system but a cluster file system is destroyed by it",
               "leave it out, unless GFS2 or OCFS2 is on it, or for live migration")  # fmt: skip
    if name.startswith("after-sb-") and value.split(" ")[0] in _DISCARDS - _HARMLESS:
        yield (W, span, "discards-data", f"after a split brain DRBD throws data away by itself ({value})",
               "writes that were acknowledged are gone, and nobody was asked", f"write {name} disconnect")  # fmt: skip
    if name == "protocol":
        if value.upper() in {"A", "B"}:
            yield (W, span, "asynchronous", f"protocol {value} acknowledges a write before both disks have it",
                   "what was acknowledged last is lost with the node", "write protocol C")  # fmt: skip
        if section != "net":
            yield (INFO, span, "protocol-outside-net", "the protocol stands outside of net",
                   "that was its place in DRBD 8.3", f"write net {{ protocol {value}; }}")  # fmt: skip
    if section == "disk" and name == "fencing":
        yield (INFO, span, "fencing-in-disk", "fencing stands in disk",
               "its place is net since DRBD 9, and disk in 8.4", "move it to net with DRBD 9")  # fmt: skip


def _fencing(configuration: Configuration) -> Iterator[Remark]:
    common = list(configuration.sections("common"))
    for resource in configuration.sections("resource"):
        policies = [statement for holder in (*common, resource) for section in (*holder.sections("disk"),
                    *holder.sections("net")) for statement in section.statements("fencing")]  # fmt: skip
        handlers = {name.name for holder in (*common, resource) for section in holder.sections("handlers")
                    for name in section.statements()}  # fmt: skip
        called = " ".join(resource.arguments)
        if not policies or policies[-1].value == "dont-care":
            yield (W, policies[-1].span if policies else resource.span, "no-fencing",
                   f"{called}: nothing keeps a peer with old data from being promoted",
                   "after a break between the nodes both can be primary, each with other data (split brain)",
                   "write fencing resource-and-stonith, with the handlers fence-peer and unfence-peer of "
                   "crm-fence-peer.9.sh")  # fmt: skip
        elif not {"fence-peer", "outdate-peer"} & handlers:
            yield (W, policies[-1].span, "fencing-without-handler", f"{called}: fencing is set and no handler does it",
                   "with resource-and-stonith every write stops when the peer is lost, and is not let go",
                   "write handlers { fence-peer ...; }")  # fmt: skip


def _authentication(configuration: Configuration) -> Iterator[Remark]:
    common = list(configuration.sections("common"))
    for resource in configuration.sections("resource"):
        nets = [section for holder in (*common, resource) for section in holder.sections("net")]
        if common and not any(net.value("cram-hmac-alg") for net in nets):
            yield (INFO, resource.span, "no-authentication", f"{' '.join(resource.arguments)}: peers need no secret",
                   "whoever reaches the port and claims to be the peer gets the data",
                   "write net { cram-hmac-alg sha256; shared-secret ...; }")  # fmt: skip
