"""Series: several runs on one cluster, one after the other, and what came of them. Pure.

Each run has a folder of its own below the series' folder, so that all of it can be judged again; only what no run can
know (what was planned, why it ended) is kept besides, in suite.json.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from quorate.drill.outcome import Outcome
from quorate.drill.outcome_json import plain
from quorate.drill.record import whole, words
from quorate.drill.verdict import Verdict, worst

SCHEMA = "quorate.suite/1"


@dataclass(frozen=True, slots=True)
class Run:
    """One run: the name of its folder, and its outcome or why it cannot be judged."""

    folder: str
    outcome: Outcome | None
    unjudged: str = ""

    @property
    def verdict(self) -> Verdict:
        """Its verdict; what cannot be judged is unknown."""
        return self.outcome.verdict if self.outcome else Verdict.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a series was to be. seed: of all that is left to chance. ended: why it ended early, "" where it did not.

    faults: their names, in order. repeat: the command that does it all again.
    """

    faults: tuple[str, ...] = ()
    seed: int | None = None
    repeat: str = ""
    ended: str = ""

    @classmethod
    def parse(cls, value: Mapping[str, Any]) -> "Plan":
        """Read it out of suite.json; KeyError, TypeError or ValueError where it is not there."""
        return cls(
            faults=tuple(map(words, value["planned"])),
            seed=None if value["seed"] is None else whole(value["seed"]),
            repeat=words(value["repeat"]),
            ended=words(value["ended"]),
        )


@dataclass(frozen=True, slots=True)
class Series:
    """The runs so far, in order."""

    plan: Plan
    runs: tuple[Run, ...]

    @property
    def outcomes(self) -> list[Outcome]:
        """Those that could be judged."""
        return [run.outcome for run in self.runs if run.outcome]

    @property
    def verdict(self) -> Verdict:
        """The worst of all; nothing is known of a series without runs."""
        return worst([run.verdict for run in self.runs] or [Verdict.UNKNOWN])

    def count(self, verdict: Verdict) -> int:
        """Return how many runs have this verdict."""
        return [run.verdict for run in self.runs].count(verdict)

    @property
    def left(self) -> int:
        """How many runs were planned and are not there."""
        return max(0, len(self.plan.faults) - len(self.runs))


@dataclass(frozen=True, slots=True)
class OfFault:
    """All judged runs of one fault. Seconds without an answer; None where none was measured."""

    fault: str
    runs: int
    held: int
    outage_s_median: float | None
    outage_s_max: float | None


def by_fault(outcomes: Sequence[Outcome]) -> list[OfFault]:
    """Return them by fault, in the order in which the faults first came."""
    found = []
    for fault in dict.fromkeys(outcome.about.fault for outcome in outcomes):
        same = [outcome for outcome in outcomes if outcome.about.fault == fault]
        outages = [took for outcome in same if (took := outcome.client.judgement.outage_s) is not None]
        held = sum(outcome.verdict is Verdict.HELD for outcome in same)
        middle, longest = (median(outages), max(outages)) if outages else (None, None)
        found.append(OfFault(fault, len(same), held, middle, longest))
    return found


def to_json(series: Series) -> dict[str, Any]:
    """Return suite.json's values."""
    value = {
        "schema": SCHEMA,
        "verdict": series.verdict,
        "seed": series.plan.seed,
        "repeat": series.plan.repeat,
        "planned": series.plan.faults,
        "ended": series.plan.ended,
        "runs": [_run_json(run) for run in series.runs],
    }
    found: dict[str, Any] = plain(value)
    return found


def _run_json(run: Run) -> dict[str, Any]:
    value: dict[str, Any] = {"folder": run.folder, "verdict": run.verdict}
    if (outcome := run.outcome) is None:
        return {**value, "unjudged": run.unjudged}
    writes = outcome.client.writes
    return {
        **value,
        "fault": outcome.about.fault,
        "title": outcome.about.title,
        "node": outcome.about.node,
        "seed": outcome.about.seed,
        "started": outcome.started.isoformat(timespec="milliseconds"),
        "outage_s": outcome.client.judgement.outage_s,
        "target_s": outcome.about.target_s,
        "predicted_s": outcome.foretold.predicted_s if outcome.foretold else None,
        "prediction": outcome.foretold.agreement if outcome.foretold else None,
        "acknowledged": writes.acknowledged if writes else None,
        "lost": len(writes.lost) if writes else None,
        "reason": outcome.reason,
    }
