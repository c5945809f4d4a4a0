"""The base: any CIB's text made fit to be explored by the Pacemaker that is installed here. Pure.

In: text, and what Pacemaker here understands. Out: the CIB, remarks on what of it was understood in which way, and
findings where it cannot be explored. What is changed:

- a feature set or schema newer than the installed one is lowered to that (crm_simulate ends with SIGABRT at the one
  and refuses the other), within the same major number; the schema here then has the last word (installed.py);
- where the status is empty, every cluster node is a member, the partition has quorum and the first node is DC;
- "now" is written down, so that no run depends on the clock: the date the scheduler was last run at, else the latest
  time that is recorded in the status, else when the CIB was last written, else DATE.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree
from lxml.etree import _Element as Element

from quorate.errors import UsageError
from quorate.explore.scheduler.graph import parse
from quorate.findings import Finding, Severity

DATE = int(datetime(2026, 1, 1, 12, tzinfo=UTC).timestamp())
"""When nothing says what time it is: a Thursday at noon, for those whose rules ask."""

DOCS = "https://clusterlabs.org/projects/pacemaker/doc/2.1/Pacemaker_Explained/html/options.html"


@dataclass(frozen=True, slots=True)
class Installed:
    """The Pacemaker of this machine: "2.1.5", "3.16.1", "pacemaker-3.9". program: of crm_simulate, a path."""

    version: str
    feature_set: str
    schema: str
    program: str = ""


@dataclass(frozen=True, slots=True)
class Base:
    """A CIB that is fit, unless findings say why not. lowered: its schema was; then it has to be validated."""

    cib: str
    remarks: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    lowered: bool = False


def fit(text: str, installed: Installed) -> Base:
    """Return the base that a text makes; UsageError where it is no CIB at all."""
    try:
        cib = parse(text.strip())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UsageError(f"this is no CIB: {error}", "give what `cibadmin -Q` prints on a node") from error
    if cib.tag != "cib" or cib.find("configuration") is None:
        raise UsageError("this is no CIB: it has no <cib> with a <configuration>", "give what `cibadmin -Q` prints")
    findings = tuple(_refusals(cib, installed))
    if findings:
        return Base(etree.tostring(cib, encoding="unicode"), findings=findings)
    versions = tuple(_lower(cib, installed))
    remarks = (*versions, *_members(cib), *_moment(cib), *_bare(cib))
    return Base(
        etree.tostring(cib, encoding="unicode"), remarks, lowered=any("validate-with" in remark for remark in versions)
    )


def numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of "3.16.1" or "pacemaker-3.9"; () for what has none ("none", "pacemaker-next", "")."""
    found = re.fullmatch(r"(?:pacemaker-)?(\d+(?:\.\d+)*)", version.strip())
    return tuple(map(int, found[1].split("."))) if found else ()


def _refusals(cib: Element, installed: Installed) -> Iterator[Finding]:
    for attribute, mine in (("validate-with", installed.schema), ("crm_feature_set", installed.feature_set)):
        theirs = str(cib.get(attribute, ""))
        if numbers(theirs)[:1] > numbers(mine)[:1] > ():
            yield Finding(
                "cib-too-new",
                Severity.ERROR,
                f"the CIB has {attribute} {theirs}, and Pacemaker {installed.version} here knows up to {mine}",
                "What another major version means by the same words may differ, so an answer could be wrong.",
                "explore it on a machine that has the cluster's version of Pacemaker",
                docs=DOCS,
            )


def _lower(cib: Element, installed: Installed) -> Iterator[str]:
    """Lower what is too new, and write what is missing."""
    for attribute in ("admin_epoch", "epoch", "num_updates"):
        if attribute not in cib.attrib:  # the schema wants them, and nothing rests on them
            cib.set(attribute, "0")
    for attribute, mine in (("validate-with", installed.schema), ("crm_feature_set", installed.feature_set)):
        theirs = str(cib.get(attribute, ""))
        is_next = theirs == "pacemaker-next"
        if is_next or numbers(theirs) > numbers(mine):
            cib.set(attribute, mine)
            yield f"{attribute} {theirs} is newer than Pacemaker {installed.version} here, and was read as {mine}"
        elif not theirs:
            cib.set(attribute, mine)


def _members(cib: Element) -> Iterator[str]:
    """Write a status in which every node is a member, where there is none."""
    status = cib.find("status")
    if status is None:
        status = etree.SubElement(cib, "status")
    if status.find("node_state") is None:
        for node in cib.iterfind("configuration/nodes/node"):
            if node.get("type", "member") in {"member", "normal"}:
                id_ = str(node.get("id"))
                words = {"in_ccm": "true", "crmd": "online", "join": "member", "expected": "member"}
                state = etree.SubElement(status, "node_state", {"id": id_, "uname": str(node.get("uname")), **words})
                etree.SubElement(etree.SubElement(state, "lrm", id=id_), "lrm_resources")
        cib.set("have-quorum", "1")
    if "have-quorum" not in cib.attrib:
        cib.set("have-quorum", "1")
        yield "the CIB does not say whether there is quorum: it was taken to have it"
    first = status.find("node_state")
    if first is not None and not cib.get("dc-uuid"):
        cib.set("dc-uuid", str(first.get("id")))


def _moment(cib: Element) -> Iterator[str]:
    """Write down what time it is."""
    if not cib.get("execution-date", "").isdigit():
        recorded = [str(one.get("last-rc-change", "")) for one in cib.iterfind("status//lrm_rsc_op")]
        recorded += [
            str(pair.get("value", ""))
            for pair in cib.iterfind("status//nvpair")
            if str(pair.get("name", "")).startswith("last-failure-")
        ]
        times = [int(time) for time in recorded if time.isdigit()]
        cib.set("execution-date", str(max(times, default=_written(cib) or DATE)))
    if cib.find(".//date_expression") is not None:
        then = datetime.fromtimestamp(int(cib.get("execution-date", DATE)), UTC)
        yield f"rules that ask for the date were answered as at {then:%Y-%m-%d %H:%M} UTC"


def _written(cib: Element) -> int | None:
    """Return when the CIB was last written, in seconds since 1970: "Fri Nov 27 10:00:00 2026", taken for UTC."""
    try:
        written = datetime.strptime(str(cib.get("cib-last-written", "")), "%a %b %d %H:%M:%S %Y")
    except ValueError:
        return None
    return int(written.replace(tzinfo=UTC).timestamp())


def _bare(cib: Element) -> Iterator[str]:
    """Say what is missing that most clusters have."""
    if cib.find("configuration/nodes/node") is None and cib.find("status/node_state") is None:
        yield "the CIB names no node: nothing can run, and nothing can fail"
    if not any(one.get("class") != "stonith" for one in cib.iterfind("configuration/resources//primitive")):
        yield "the CIB has no resource: there is nothing that a failure could interrupt"
    enabled = next(
        (
            pair.get("value", "")
            for pair in cib.iterfind("configuration/crm_config/cluster_property_set/nvpair")
            if pair.get("name") == "stonith-enabled"
        ),
        "true",
    )
    if str(enabled).lower() in {"false", "no", "off", "n", "0"}:
        yield "fencing is off: Pacemaker takes a lost node for stopped, without knowing"
    elif not any(one.get("class") == "stonith" for one in cib.iterfind("configuration/resources//primitive")):
        yield "there is no fencing device: a lost node stays unclean, and what ran there stays there"
