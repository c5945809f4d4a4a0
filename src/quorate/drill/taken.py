"""Taken: what a recorded drill says about how long things take in its cluster, for `quorate explore`. Pure."""

from collections.abc import Iterator, Sequence

from quorate.drill.faults import faults
from quorate.drill.history import Recording
from quorate.drill.journal import JournalLine, parse_journal
from quorate.drill.meaning import Uncovered
from quorate.drill.outcome import Outcome, in_time
from quorate.drill.phases import Step
from quorate.explore.measured import Sample, from_answer, from_journals

KILLED = "kill-server"
TOLD = "Result of asyncmon operation"
TOLD_S = 5.0  # a monitor would have found it by then


def taken(recording: Recording, outcome: Outcome) -> tuple[Sample, ...]:
    """Return what actions took, Pacemaker between them, and a service until it answered again.

    What a clock that was ahead wrote is left out, as where a run is judged. A fault that explore does not cover teaches
    nothing: with a daemon of its own killed Pacemaker takes 3 s to fence a node, and 0.5 s else (web, lab).
    """
    fault = faults().get(outcome.about.fault)
    if fault is not None and isinstance(fault.meaning, Uncovered):
        return ()
    lines = in_time(
        [line for node, text in recording.journals.items() for line in parse_journal(text, node)], recording
    )
    return (*from_journals(lines), *seen(lines, outcome))


def seen(lines: Sequence[JournalLine], outcome: Outcome) -> Iterator[Sample]:
    """Yield what only a client can say: how long after the begin of its start a service answered.

    And, where a watched server was killed: how long after that Pacemaker was told (docs/adr/0013-told-at-once.md).
    """
    zero_s = outcome.started.timestamp()
    after = [line for line in lines if line.time_s >= zero_s]
    if (answered_s := outcome.phases.at(Step.FIRST_ANSWER)) is not None:
        yield from from_answer(after, outcome.about.resources, zero_s + answered_s)
    told = min((line.time_s - zero_s for line in after if TOLD in line.message), default=TOLD_S)
    if outcome.about.fault == KILLED and told < TOLD_S:
        yield Sample(("", "watched", ""), zero_s, round(told, 4))
