"""Learning: what a drill shows of how long this cluster takes is kept for the next prediction. Writes user's state.

In: a run, read back and judged. Its journals tell how long each start, stop and fencing took (explore/measured.py), its
client when a service answered again. What was written by a clock that was ahead is left out, as where a run is judged.
"""

from quorate.drill.history import Recording
from quorate.drill.journal import parse_journal
from quorate.drill.outcome import Outcome, in_time
from quorate.drill.phases import Step
from quorate.errors import UsageError
from quorate.explore import keeping
from quorate.explore.measured import Sample, from_answer, from_journals


def learn(recording: Recording, outcome: Outcome, *, in_lab: bool) -> str:
    """Keep what was measured; return a sentence on why that could not be, "" where it was."""
    try:
        keeping.add(recording.about.cluster, samples(recording, outcome), in_lab=in_lab)
    except UsageError as error:
        return f"What was measured is not kept for the next prediction: {error.message}."
    return ""


def samples(recording: Recording, outcome: Outcome) -> list[Sample]:
    """Return what the run shows. Pure."""
    lines = in_time(
        [line for node, text in recording.journals.items() for line in parse_journal(text, node)], recording
    )
    found = list(from_journals(lines))
    answered_s, fault_s = outcome.phases.at(Step.FIRST_ANSWER), outcome.started.timestamp()
    if answered_s is not None:
        after = [line for line in lines if line.time_s >= fault_s]
        found += from_answer(after, recording.about.resources, fault_s + answered_s)
    return found
