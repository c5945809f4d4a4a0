"""Wording: an Outcome in sentences and figures, the same in every form of report. Pure."""

from collections.abc import Sequence

from quorate.drill.foretold import Agreement, Foretold
from quorate.drill.outcome import Client, Outcome
from quorate.drill.phases import Segment, Step
from quorate.drill.places import Places
from quorate.drill.verdict import Verdict
from quorate.drill.writes import Writes, shown

SAME_MOMENT_S = 0.1
VERDICTS = {Verdict.HELD: "Held", Verdict.VIOLATED: "Violated", Verdict.UNKNOWN: "Unknown"}

MEANINGS = {
    Step.TOKEN_LOST: "Corosync waits for its token before it believes a node silent",
    Step.MEMBERSHIP: "the survivors agree on who is left (consensus)",
    Step.NOTICED: "a monitor of Pacemaker finds that it does not work",
    Step.FENCING_REQUESTED: "a coordinator is found and decides that the node must go",
    Step.FENCED: "the node is proven to be off: nothing of it can write any more",
    Step.STARTED: "Pacemaker starts the resource",
    Step.FIRST_ANSWER: "the service is up and the client reaches it",
}


def seconds(value: float | None, digits: int = 2) -> str:
    """Return "6.13 s", or a dash for what was not measured."""
    return "–" if value is None else f"{value:.{digits}f} s"


def headline(outcome: Outcome) -> str:
    """Return what matters, in a few sentences, without the verdict."""
    split = outcome.places.worst if outcome.places else ""
    return " ".join(filter(None, (split, waited(outcome), promised(outcome))))


def placed(outcome: Outcome) -> str:
    """Return whether something was active in two places; "" where nobody observed the nodes."""
    return outcome.places.reason if outcome.places else ""


FORETOLD = {
    Agreement.AGREED: "As foretold",
    Agreement.LENGTH: "Foretold otherwise",
    Agreement.STATE: "Foretold wrongly",
    Agreement.NONE: "Not foretold",
}
BASES = {
    "measured": "measured in this cluster",
    "default": "quorate's figures from its lab",
    "bound": "time-outs, an upper bound",
}


def rests_on(foretold: Foretold) -> str:
    """Return what a predicted length rests on, in a sentence; "" where none was predicted."""
    impact = foretold.prediction.impact
    if impact is None or impact.interruption is None:
        return ""
    basis = impact.interruption.basis
    return f"It rests on {'what was ' if basis == 'measured' else ''}{BASES[basis]}."


def promised(outcome: Outcome) -> str:
    """Return what became of all that clients were promised; "" if they wrote nothing, or nobody knows."""
    known = [one for one in outcome.writes if one.verdict is not Verdict.UNKNOWN or one.lost]
    if not known or len(known) < len(outcome.writes):
        return ""
    acknowledged = _listed([f"{one.acknowledged} acknowledged {one.kept.many}" for one in known])
    lost = [one for one in known if one.lost]
    if not lost:
        return f"None of {acknowledged} was lost."
    if len(known) == 1:
        number = len(lost[0].lost)
        return f"{number} of {acknowledged} {'was' if number == 1 else 'were'} lost."
    return f"Of {acknowledged} were lost: {_listed([f'{len(one.lost)} {one.kept.many}' for one in lost])}."


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def waited(outcome: Outcome) -> str:
    """Return how long clients waited, in a sentence."""
    outage = outcome.client.judgement.outage
    who = f"Clients of {outcome.client.service}"
    if outage is None:
        return f"How long {who[0].lower()}{who[1:]} waited is not known."
    if outage.is_open:
        return f"{who} got no answer for {outage.seconds:.2f} s, until the watch ended."
    if not outage.failed:
        return f"{who} noticed nothing: {outage.seconds:.2f} s between two answers at most."
    barred_s = outcome.client.judgement.barred_s
    barred = f", {barred_s:.2f} s of it while nobody was allowed to serve" if barred_s else ""
    return f"{who} waited {outage.seconds:.2f} s{barred}."


WAS = {"holder": "had the address", "writer": "was the database's writer"}


def story(outcome: Outcome) -> str:
    """Return what happened, in two or three short sentences."""
    serving, about = outcome.serving, outcome.about
    took_over = serving.after and serving.after != serving.before
    parts = [f"{about.title}; {serving.after} took over." if took_over else f"{about.title}."]
    was = f" {about.node} {_listed([WAS[word] for word in about.was if word in WAS])} before." if about.was else ""
    if serving.after and not took_over and not about.node_leaves:
        parts = [f"{about.title}; it served again."]
    parts[0] += was
    if serving.returned_s is not None:
        stayed = {
            None: "",
            False: f" and the service stayed{f' on {serving.at_end}' if serving.at_end else ' where it was'}",
            True: f" and the service moved again{f', to {serving.at_end}' if serving.at_end else ''}",
        }[serving.failed_back]
        back = "was back" if about.node_leaves else "could serve again"
        parts.append(f"{about.node} {back} after {serving.returned_s:.1f} s{stayed}.")
    return " ".join(parts)


def when(outcome: Outcome) -> str:
    """Return the date and time of the fault: "21 November 2026, 11:23:28 UTC"."""
    return f"{outcome.started.day} {outcome.started:%B %Y, %H:%M:%S} UTC"


def meaning(segment: Segment) -> str:
    """Return what a cluster does in this phase."""
    text = MEANINGS[segment.step]
    return f"{text} on {segment.node}" if segment.step is Step.STARTED and segment.node else text


def measured(client: Client) -> str:
    """Return how the figure was taken and how exact it is."""
    trace, judgement = client.trace, client.judgement
    cost = ""
    if trace.cpu_s is not None and trace.ended_ns is not None and trace.ended_ns > trace.started_ns:
        share = trace.cpu_s / ((trace.ended_ns - trace.started_ns) / 1e9)
        cost = f" It used {share:.1%} of one core."
    baseline_s = judgement.baseline_s
    return (
        f"{_asked(client)} The outage is the time from the completion of the last good answer to the completion of the"
        " next good one, on a clock that cannot be stepped; nothing is subtracted. Its resolution is"
        f" {judgement.resolution_s * 1000:g} ms; before the fault the longest time between two answers was"
        f" {'not measured' if baseline_s is None else f'{baseline_s * 1000:.0f} ms'}.{cost}"
    )


def observed(places: Places) -> str:
    """Return how it was seen what the nodes held, and how exactly."""
    return (
        "An observer on every node looked every 50 ms which addresses, listening ports and mounted directories of the"
        f" services that node holds, and used up to {places.cpu_share:.1%} of one core there. The nodes' clocks are"
        f" known to within {places.apart_s * 1000:.0f} ms; two nodes held something at once where both were seen with"
        " it for longer than their clocks may be apart."
    )


ASKED = {
    "http": "asked {target} {every}, each time over a fresh connection {limits}",
    "tcp": "connected to {target} {every}, and closed the connection again, {limits}",
    "icmp": "sent an echo request to {target} {every}, {limits}",
    "sql": "committed a numbered row at {target} {every}, each in a transaction of its own, {alone}",
    "amqp": "published a numbered message at {target} {every}, each persistent and to be confirmed, {alone}",
    "token": "logged in at {target} {every} for a token, and every 50 ms while there was none, each time over a fresh"
    " connection {limits}",
    "image": "listed images at {target} or read one back, in turn, {every}, and every 50 ms while there was no good"
    " answer, each time over a fresh connection {limits}",
    "upload": "uploaded a numbered image to {target} {every}, {alone}",
}
LIMITS = "with a time limit of {limit} ms, at most {most} at once, so that a slow attempt hides none of the next."
ALONE = (
    "never two at a time, and connected anew at once when its connection broke. Connecting and each answer had a time"
    " limit of {limit} ms, so the outage may read longer by up to that. When the cluster was at rest again the {many}"
    " were read back twice and compared with the record by number."
)


def _asked(client: Client) -> str:
    trace = client.trace
    many = client.writes.kept.many if client.writes else ""
    limits, alone = (
        words.format(limit=f"{trace.timeout_ms:g}", most=trace.in_flight_max, many=many) for words in (LIMITS, ALONE)
    )
    said = ASKED.get(trace.probe, ASKED["http"])
    words = said.format(target=trace.target, every=f"every {trace.every_ms:g} ms", limits=limits, alone=alone)
    return f"One client {words}".strip()


def figures(outcome: Outcome) -> list[tuple[str, str, str]]:
    """Return the key figures: (label, value, remark)."""
    judgement = outcome.client.judgement
    every = f"of {judgement.attempts}, one every {judgement.resolution_s * 1e3:g} ms"
    rows = [] if outcome.client.writes else [("Failed requests", str(judgement.failed), every)]
    gaps = len(judgement.gaps)
    if gaps > 1:
        rows.append(("Without an answer", seconds(judgement.failing_s), f"in all, {gaps} interruptions"))
    elif outcome.about.node_leaves:
        noticed_s = outcome.phases.at(Step.MEMBERSHIP)
        agreed = f"{outcome.about.node} declared lost"
        rows.append(("Noticed", seconds(noticed_s), "not seen" if noticed_s is None else agreed))
    elif (noticed_s := outcome.phases.at(Step.NOTICED)) is not None:
        rows.append(("Noticed", seconds(noticed_s), "by a monitor"))
    if outcome.about.node_leaves:
        fenced = next((event for event in outcome.fencing if event.ok and event.target == outcome.about.node), None)
        by = f"by {fenced.by}" if fenced else "not seen"
        rows.append(("Node fenced", seconds(fenced.at_s if fenced else None), by))
    if outcome.about.node_leaves or outcome.serving.returned_s is not None:
        failed_back = {None: "not seen", False: "none", True: "yes"}[outcome.serving.failed_back]
        returned = "node not back" if outcome.serving.returned_s is None else "when the node returned"
        rows.append(("Failback", failed_back, returned))
    if len(outcome.clients) > 1:
        return rows + [(f"Lost {one.kept.many}", str(len(one.lost)), _of_acknowledged(one)) for one in outcome.writes]
    return rows + (written(outcome.client.writes) if outcome.client.writes else [])


def _of_acknowledged(writes: Writes) -> str:
    return f"of {writes.acknowledged} acknowledged" + (f": {shown(writes.lost)}" if writes.lost else "")


def written(writes: Writes) -> list[tuple[str, str, str]]:
    """Return the figures of a client that wrote."""
    rows = [
        (
            "Acknowledged",
            str(writes.acknowledged),
            f"{writes.kept.many}, of {writes.sent} sent; {writes.failed} never came to their {writes.kept.promise}",
        ),
        ("Lost", str(len(writes.lost)), _named(writes.lost, "acknowledged and not there")),
        ("Duplicates", str(len(writes.duplicates)), _named(writes.duplicates, "there more than once")),
        ("Unknown", str(writes.unknown), _unknown(writes)),
    ]
    if writes.unexplained:
        rows.append(("Unexplained", str(len(writes.unexplained)), _named(writes.unexplained, "there, never committed")))
    return rows


def _named(numbers: Sequence[int], words: str) -> str:
    return f"{words}: {shown(numbers)}" if numbers else words


def _unknown(writes: Writes) -> str:
    if not writes.unknown:
        return f"every {writes.kept.promise} was answered"
    found = ((writes.unknown_found, "found"), (writes.unknown_missing, "not found"))
    return f"{writes.kept.promise} not answered; " + "; ".join(
        f"{words}: {shown(n) if n else 'none'}" for n, words in found
    )


def evidence(outcome: Outcome) -> list[tuple[float, str, str]]:
    """Return the journal lines worth reading; what several nodes said within a moment becomes one line."""
    merged: list[tuple[float, list[str], str]] = []
    for at_s, node, message in outcome.phases.evidence:
        same = next((one for one in merged if one[2] == message and at_s - one[0] < SAME_MOMENT_S), None)
        if same is None:
            merged.append((at_s, [node], message))
        elif node not in same[1]:
            same[1].append(node)
    return [(at_s, ", ".join(nodes), message) for at_s, nodes, message in merged]
