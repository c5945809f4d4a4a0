"""Foretold: what explore had predicted, beside what a drill measured. Pure.

In: a Prediction, and of the outcome what can be compared with it. Out: whether they agree, and if not, a finding.

Two things are compared. The end state: whether the service runs again without help, on which node, and whether in one
place. Another end state than the predicted one is always a finding. And how long clients waited: it may differ by a
fifth of what was measured, or by a second where that is more; by as much as chance has in it when a monitor comes; and
by as long as the client itself was paused. Where the prediction rests on time-outs it is an upper bound, and only more
than that is a finding. The drill's verdict knows nothing of all this.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from quorate.drill.phases import Milestone, Step
from quorate.drill.prediction import Prediction, said
from quorate.explore.outage import SWITCH
from quorate.explore.result import Impact, State, Stretch
from quorate.findings import Finding, Severity

MARGIN_SHARE = 0.2
MARGIN_S = 1.0


class Agreement(StrEnum):
    """How a prediction fared. NONE: there was none, or nothing was measured that it could be compared with."""

    AGREED = "agreed"
    LENGTH = "another length"
    STATE = "another end state"
    NONE = "not compared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a drill knows of that. Times in seconds after the fault, but for outage_s and uncertainty_s: lengths.

    noticed: an attempt of the client failed. is_open: nobody answered any more. after: the node that answered first
    after the outage, "" where it cannot be told. helped_s: when somebody helped: until then nobody could serve.
    returned_s: when the victim, where it had left, was a member again. is_busy: Pacemaker held back for a
    node's load, which explore counts on nowhere. twice: two nodes held something at once.
    """

    outage_s: float | None
    uncertainty_s: float = 0.0
    noticed: bool = True
    is_open: bool = False
    after: str = ""
    victim: str = ""
    answered_s: float | None = None
    helped_s: float | None = None
    returned_s: float | None = None
    is_busy: bool = False
    twice: bool = False
    milestones: Sequence[Milestone] = ()

    @property
    def state(self) -> State | None:
        """What became of the service, in explore's words (it cannot tell degraded); None where nobody knows."""
        if self.outage_s is None:
            return None
        if self.twice:
            return State.TWO_COPIES
        if self.is_open or self._waited_for(self.helped_s) or self.waited_for_victim:
            return State.DOWN
        return State.INTERRUPTED if self.noticed else State.UNAFFECTED

    @property
    def began_s(self) -> float | None:
        """When the last good answer before the outage came; None where clients noticed nothing, or it did not end."""
        if self.outage_s is None or self.answered_s is None or not self.noticed:
            return None
        return self.answered_s - self.outage_s

    @property
    def waited_for_victim(self) -> bool:
        """Tell whether nobody served it until the victim was a member again, and did."""
        return self.after == self.victim and self._waited_for(self.returned_s)

    def _waited_for(self, moment_s: float | None) -> bool:
        """Tell whether the first answer came after that moment only."""
        return moment_s is not None and self.answered_s is not None and self.answered_s >= moment_s


@dataclass(frozen=True, slots=True)
class Row:
    """A piece of the predicted path, and when the journals say that it was reached. Seconds after the fault."""

    label: str
    predicted_s: float | None
    measured_s: float | None
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """A prediction and what was measured. reason: in a sentence or two. margin_s: by how much the length may differ.

    error: the difference as a share of what was measured, whatever the margin; None where the length was not compared,
    or clients noticed nothing and were to notice nothing. is_busy: as in Measured.
    """

    prediction: Prediction
    agreement: Agreement
    reason: str
    predicted_s: float | None = None
    measured_s: float | None = None
    margin_s: float | None = None
    error: float | None = None
    rows: tuple[Row, ...] = ()
    is_busy: bool = False

    @property
    def finding(self) -> Finding | None:
        """The disagreement as a finding; None where there is none."""
        if self.agreement is Agreement.STATE:
            return Finding(
                "prediction-wrong",
                Severity.WARNING,
                self.reason,
                "What explore says of this failure cannot be trusted here.",
                "Report it with the run's folder; until it is mended, believe the drill.",
            )
        if self.agreement is Agreement.LENGTH:
            return Finding(
                "prediction-off",
                Severity.WARNING,
                self.reason,
                "What explore says of interruptions in this cluster may be off by as much.",
                "See in the page's table which step took another time, and drill it again: chance has a part in it.",
            )
        return None


def compare(prediction: Prediction, measured: Measured) -> Foretold:
    """Hold a prediction against what was measured."""
    impact = prediction.impact
    if impact is None:
        return Foretold(prediction=prediction, agreement=Agreement.NONE, reason=prediction.missing)
    rows = tuple(alongside(impact.path, measured))
    if measured.state is None or measured.outage_s is None:
        reason = f"{said(impact)} What clients saw is not known, so that nothing can be compared."
        return Foretold(prediction=prediction, agreement=Agreement.NONE, reason=reason, rows=rows)
    if wrong := _end_state(impact, measured):
        reason = f"{said(impact)} {wrong}"
        return Foretold(
            prediction=prediction, agreement=Agreement.STATE, reason=reason, measured_s=measured.outage_s, rows=rows
        )
    if impact.state in {State.DOWN, State.TWO_COPIES}:
        reason = f"{said(impact)} {_as_foretold(impact, measured)}"
        return Foretold(
            prediction=prediction, agreement=Agreement.AGREED, reason=reason, measured_s=measured.outage_s, rows=rows
        )
    return _length(prediction, impact, measured, measured.outage_s, rows)


def _end_state(impact: Impact, measured: Measured) -> str:
    """Return how the end state differs, in a sentence; "" where it does not, or cannot be told."""
    foretold, found = impact.state, measured.state
    if State.TWO_COPIES in {foretold, found}:  # foretold, it is a risk that need not come true
        return "" if foretold is State.TWO_COPIES else "It was active in two places."
    if found is State.DOWN and foretold is not State.DOWN:
        if measured.waited_for_victim:
            return f"{measured.after} was back before anybody else served it, and did."
        return f"Nobody served it {'any more' if measured.is_open else 'before there was help'}."
    if foretold is State.DOWN and found is not State.DOWN:
        return f"It was served again without help{_on(measured.after)}."
    if foretold is not State.DOWN and measured.after and impact.after and measured.after not in impact.after:
        return "" if _was_before(impact, measured) else f"It was {measured.after} that served."
    return ""


def _was_before(impact: Impact, measured: Measured) -> bool:
    """Tell whether clients of one server of several were answered before that was foretold to be stopped, if ever.

    Who answered then says nothing of the end state.
    """
    if not impact.path or any(stretch.action != SWITCH for stretch in impact.path):
        return False
    return measured.answered_s is None or measured.answered_s <= impact.path[0].begin_s


def _length(
    prediction: Prediction, impact: Impact, measured: Measured, outage_s: float, rows: tuple[Row, ...]
) -> Foretold:
    predicted_s = impact.interruption.seconds if impact.interruption else 0.0
    margin_s = max(MARGIN_SHARE * outage_s, MARGIN_S)
    off_s = outage_s - predicted_s
    is_bound = impact.interruption is not None and impact.interruption.basis == "bound"
    beyond_s = off_s if is_bound else abs(off_s)
    agrees = beyond_s <= margin_s + prediction.chance_s + measured.uncertainty_s
    chance = f" and chance {prediction.chance_s:.2f} s" if prediction.chance_s else ""
    if agrees and is_bound:
        judged = f"not more than the bound and the margin of {margin_s:.2f} s."
    else:
        judged = f"{abs(off_s):.2f} s {'more' if off_s > 0 else 'less'}; the margin is {margin_s:.2f} s{chance}."
    waited = f"Clients waited {outage_s:.2f} s{_on(measured.after)}" if measured.noticed else "Clients noticed nothing"
    reason = f"{said(impact)} {waited}: {judged}" if measured.noticed or not agrees else f"{said(impact)} {waited}."
    reason += " Pacemaker held back meanwhile, for a node's load was high." if measured.is_busy else ""
    compared = outage_s > 0 and (measured.noticed or impact.interruption is not None)
    return Foretold(
        prediction=prediction,
        agreement=Agreement.AGREED if agrees else Agreement.LENGTH,
        reason=reason,
        predicted_s=predicted_s,
        measured_s=outage_s,
        margin_s=margin_s,
        error=abs(off_s) / outage_s if compared else None,
        rows=rows,
        is_busy=measured.is_busy,
    )


def _as_foretold(impact: Impact, measured: Measured) -> str:
    if impact.state is State.DOWN:
        return "So it was."
    if measured.state is State.TWO_COPIES:
        return "It was active in two places."
    return "Two were not seen this time."


def _on(node: str) -> str:
    return f", then on {node}" if node else ""


def alongside(path: Sequence[Stretch], measured: Measured) -> Iterator[Row]:
    """Yield each piece of the predicted path with the milestone that it leads to, and the first answer at the end."""
    if path and path[0].begin_s > 0:  # it was served until something was stopped in order
        yield Row("no longer served", path[0].begin_s, measured.began_s, path[0].basis)
    reached = {(one.step, one.subject.partition(":")[0]): one.at_s for one in reversed(measured.milestones)}
    for stretch in path:
        found = (reached[key] for key in _milestones(stretch) if key in reached)
        label = " ".join(filter(None, (stretch.action, stretch.subject)))
        yield Row(label, stretch.end_s, next(found, None), stretch.basis)
    if path:
        yield Row("served again", path[-1].end_s, measured.answered_s)


def _milestones(stretch: Stretch) -> tuple[tuple[Step, str], ...]:
    """Return the milestones that a piece of the path may lead to, the likeliest first."""
    match stretch.action:
        case "detect":
            return (Step.MEMBERSHIP, ""), (Step.NOTICED, "")
        case "decide":
            return ((Step.FENCING_REQUESTED, ""),)
        case "fence":
            return ((Step.FENCED, ""),)
        case "start" | "promote":
            return ((Step.STARTED, stretch.subject),)
        case _:
            return ()
