"""JUnit: several drills as JUnit's XML, which CI systems read. Pure.

One test case for each run and each client of it, in their order. A violated target is a failure; what cannot be told is
an error, and so is a run that cannot be judged: neither passes. A wrong prediction is a property, and fails nothing.
The time of a case is how long its clients were watched.
"""

from collections.abc import Sequence

from lxml import etree

from quorate.drill.outcome import Client, Outcome
from quorate.drill.series import Run
from quorate.drill.verdict import Verdict, worst
from quorate.report import wording

COMPLAINTS = {Verdict.VIOLATED: "failure", Verdict.UNKNOWN: "error"}


def xml(runs: Sequence[Run]) -> bytes:
    """Return the document, in UTF-8."""
    cluster = next((run.outcome.about.cluster for run in runs if run.outcome), "")
    suite = etree.Element("testsuite", name=f"quorate drill {cluster}".strip())
    for run in runs:
        if run.outcome:
            _cases(suite, run.outcome)
        else:
            case = etree.SubElement(suite, "testcase", classname="quorate.drill", name=run.folder, time="0")
            etree.SubElement(case, "error", message=run.unjudged, type=run.verdict.value)
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("errors", str(len(suite.findall("testcase/error"))))
    return bytes(etree.tostring(suite, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _cases(suite: etree._Element, outcome: Outcome) -> None:
    """Add the run: one case for a client alone; of several one each, and what is nobody's own is the last one's."""
    if len(outcome.clients) == 1:
        _case(suite, outcome, outcome.client, outcome.verdict)
        return
    *others, last = sorted(outcome.clients, key=lambda client: client is outcome.client)
    for client in others:
        _case(suite, outcome, client, client.verdict)
    judged = worst(client.verdict for client in outcome.clients)
    _case(suite, outcome, last, last.verdict if judged is outcome.verdict else outcome.verdict)


def _case(suite: etree._Element, outcome: Outcome, client: Client, verdict: Verdict) -> None:
    about = outcome.about
    case = etree.SubElement(suite, "testcase", classname=f"{about.cluster}.{client.trace.name}", name=about.fault)
    case.set("time", f"{outcome.end_s:.3f}")
    facts = {"node": about.node, "started": outcome.started.isoformat(timespec="seconds"), "place": about.place}
    facts |= {"outage_s": _number(client.judgement.outage_s), "target_s": _number(about.target_s)}
    if client.writes:
        facts |= {"acknowledged": str(client.writes.acknowledged), "lost": str(len(client.writes.lost))}
    if outcome.places:
        facts["active_in_two_places_s"] = f"{max((one.seconds for one in outcome.places.twice), default=0):.3f}"
    if client.foretold:
        facts |= {"predicted_s": _number(client.foretold.predicted_s), "prediction": client.foretold.agreement}
    properties = etree.SubElement(case, "properties")
    for name, value in (facts | {f"version.{name}": version for name, version in about.versions.items()}).items():
        etree.SubElement(properties, "property", name=name, value=value)
    if verdict in COMPLAINTS:
        message = wording.headline(outcome) if client is outcome.client else client.reason
        complaint = etree.SubElement(case, COMPLAINTS[verdict], message=message)
        complaint.set("type", verdict.value)
        complaint.text = " ".join(filter(None, [client.reason, wording.placed(outcome)]))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
