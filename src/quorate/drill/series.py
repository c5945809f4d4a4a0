"""Series: several runs on one cluster, one after the other, and what came of them. Pure.

Each run has a folder of its own below the series' folder, so that all of it can be judged again; only what no run can
know (what was planned, why it ended) is kept besides, in suite.json.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from quorate.drill.outcome import Client, Outcome
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
    """All judged runs of one fault, as the clients of one service saw them. samples_s: seconds without an answer each.

    service: "" where only one was ever asked.
    """

    fault: str
    service: str
    runs: int
    held: int
    samples_s: tuple[float, ...]

    @property
    def outage_s_median(self) -> float | None:
        """Their median; None where none was measured."""
        return median(self.samples_s) if self.samples_s else None

    @property
    def outage_s_max(self) -> float | None:
        """The longest; None where none was measured."""
        return max(self.samples_s, default=None)


def by_fault(outcomes: Sequence[Outcome]) -> list[OfFault]:
    """Return them by fault and service, in the order in which these first came."""
    several = len({service for outcome in outcomes for service in outcome.about.services}) > 1
    found: dict[tuple[str, str], list[tuple[Client, bool]]] = {}
    for outcome in outcomes:
        for client in (one for one in outcome.clients if one.is_timed):
            holds = client.verdict if len(outcome.clients) > 1 else outcome.verdict
            key = (outcome.about.fault, client.service if several else "")
            found.setdefault(key, []).append((client, holds is Verdict.HELD))
    return [
        OfFault(
            fault,
            service,
            len(same),
            sum(held for _, held in same),
            tuple(took for one, _ in same if (took := one.judgement.outage_s) is not None),
        )
        for (fault, service), same in found.items()
    ]


def to_json(series: Series) -> dict[str, Any]:
    """Return suite.json's values."""
    value = {
        "schema": SCHEMA,
        "verdict": series.verdict,
        "seed": series.plan.seed,
        "repeat": series.plan.repeat,
        "planned": series.plan.faults,
        "ended": series.plan.ended,
        "by_fault": [
            {**asdict(one), "outage_s_median": one.outage_s_median, "outage_s_max": one.outage_s_max}
            for one in by_fault(series.outcomes)
        ],
        "runs": [_run_json(run) for run in series.runs],
    }
    found: dict[str, Any] = plain(value)
    return found


def _run_json(run: Run) -> dict[str, Any]:
    value: dict[str, Any] = {"folder": run.folder, "verdict": run.verdict}
    if (outcome := run.outcome) is None:
        return {**value, "unjudged": run.unjudged}
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
        "acknowledged": sum(one.acknowledged for one in outcome.writes) if outcome.writes else None,
        "lost": sum(len(one.lost) for one in outcome.writes) if outcome.writes else None,
        "reason": outcome.reason,
        "service": outcome.about.service,
        "aim": outcome.about.aim,
        "was": outcome.about.was,
        "clients": [_client_json(client) for client in outcome.clients],
    }


def _client_json(client: Client) -> dict[str, Any]:
    writes = client.writes
    return {
        "name": client.trace.name,
        "service": client.service,
        "is_timed": client.is_timed,
        "verdict": client.verdict,
        "outage_s": client.judgement.outage_s,
        "acknowledged": writes.acknowledged if writes else None,
        "lost": len(writes.lost) if writes else None,
    }
