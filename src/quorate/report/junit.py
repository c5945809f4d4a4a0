"""JUnit: several drills as JUnit's XML, which CI systems read. Pure.

One test case for each run, in their order. A violated target is a failure; what cannot be told is an error, and so is a
run that cannot be judged: neither passes. A wrong prediction is a property, and fails nothing. The time of a case is
how long its clients were watched.
"""

from collections.abc import Sequence

from lxml import etree

from quorate.drill.outcome import Outcome
from quorate.drill.series import Run
from quorate.drill.verdict import Verdict
from quorate.report import wording

COMPLAINTS = {Verdict.VIOLATED: "failure", Verdict.UNKNOWN: "error"}


def xml(runs: Sequence[Run]) -> bytes:
    """Return the document, in UTF-8."""
    cluster = next((run.outcome.about.cluster for run in runs if run.outcome), "")
    verdicts = [run.verdict for run in runs]
    suite = etree.Element("testsuite", name=f"quorate drill {cluster}".strip(), tests=str(len(runs)))
    suite.set("failures", str(verdicts.count(Verdict.VIOLATED)))
    suite.set("errors", str(verdicts.count(Verdict.UNKNOWN)))
    for run in runs:
        if run.outcome:
            _case(suite, run.outcome)
        else:
            case = etree.SubElement(suite, "testcase", classname="quorate.drill", name=run.folder, time="0")
            etree.SubElement(case, "error", message=run.unjudged, type=run.verdict.value)
    return bytes(etree.tostring(suite, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _case(suite: etree._Element, outcome: Outcome) -> None:
    about, client = outcome.about, outcome.client
    case = etree.SubElement(suite, "testcase", classname=f"{about.cluster}.{about.service}", name=about.fault)
    case.set("time", f"{outcome.end_s:.3f}")
    facts = {"node": about.node, "started": outcome.started.isoformat(timespec="seconds"), "place": about.place}
    facts |= {"outage_s": _number(client.judgement.outage_s), "target_s": _number(about.target_s)}
    if client.writes:
        facts |= {"acknowledged": str(client.writes.acknowledged), "lost": str(len(client.writes.lost))}
    if outcome.places:
        facts["active_in_two_places_s"] = f"{max((one.seconds for one in outcome.places.twice), default=0):.3f}"
    if outcome.foretold:
        facts |= {"predicted_s": _number(outcome.foretold.predicted_s), "prediction": outcome.foretold.agreement}
    properties = etree.SubElement(case, "properties")
    for name, value in (facts | {f"version.{name}": version for name, version in about.versions.items()}).items():
        etree.SubElement(properties, "property", name=name, value=value)
    if outcome.verdict in COMPLAINTS:
        complaint = etree.SubElement(case, COMPLAINTS[outcome.verdict], message=wording.headline(outcome))
        complaint.set("type", outcome.verdict.value)
        complaint.text = " ".join(filter(None, [*(one.reason for one in outcome.clients), wording.placed(outcome)]))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
