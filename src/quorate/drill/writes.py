"""Writes: the rows that a client was promised against the rows that are there. Pure.

In: the attempts of a writing client, and what its table held at the end, read twice with the cluster at rest. Out:
which acknowledged rows are lost, which are there twice, and what became of those whose COMMIT was never answered. A
lost row is a violation whatever the outage was. A row that is there though its COMMIT was never sent is one, too: then
the record cannot be trusted, or the server.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from quorate.drill.record import Attempt
from quorate.drill.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Writes:
    """Numbers of rows, in order. sent: how many were tried; failed: of these, how many never came to their COMMIT.

    duplicates: there more than once. unknown_found, unknown_missing: the COMMIT was sent and never answered.
    unexplained: there, though their COMMIT was not sent.
    """

    verdict: Verdict
    reason: str
    sent: int
    acknowledged: int
    failed: int
    lost: tuple[int, ...]
    duplicates: tuple[int, ...]
    unknown_found: tuple[int, ...]
    unknown_missing: tuple[int, ...]
    unexplained: tuple[int, ...]

    @property
    def unknown(self) -> int:
        """How many COMMITs were sent and never answered."""
        return len(self.unknown_found) + len(self.unknown_missing)


def judge_writes(attempts: Sequence[Attempt], readings: Sequence[Sequence[int]]) -> Writes:
    """Compare by number. readings: what the table held, each time it was read; the last one is compared."""
    rows = Counter(readings[-1] if readings else ())
    acknowledged = {attempt.n for attempt in attempts if attempt.ok}
    unknown = {attempt.n for attempt in attempts if attempt.result == "unknown"}
    lost = tuple(sorted(acknowledged - rows.keys())) if readings else ()
    duplicates = tuple(sorted(n for n, times in rows.items() if times > 1))
    unexplained = tuple(sorted(rows.keys() - acknowledged - unknown))
    verdict, reason = decide(readings, len(acknowledged), lost, duplicates, unexplained)
    return Writes(
        verdict=verdict,
        reason=reason,
        sent=len(attempts),
        acknowledged=len(acknowledged),
        failed=len(attempts) - len(acknowledged) - len(unknown),
        lost=lost,
        duplicates=duplicates,
        unknown_found=tuple(sorted(unknown & rows.keys())),
        unknown_missing=tuple(sorted(unknown - rows.keys())),
        unexplained=unexplained,
    )


def decide(
    readings: Sequence[Sequence[int]],
    acknowledged: int,
    lost: Sequence[int],
    duplicates: Sequence[int],
    unexplained: Sequence[int],
) -> tuple[Verdict, str]:
    """Return the verdict and, in a sentence, why."""
    if len(readings) < 2:
        return Verdict.UNKNOWN, "The rows were not read back twice, so that none of them is known to be there."
    if sorted(readings[-2]) != sorted(readings[-1]):
        return Verdict.UNKNOWN, "Two readings of the rows differ, though nobody wrote any more."
    wrong = [
        f"{len(numbers)} row{'s' if len(numbers) > 1 else ''} {words} ({shown(numbers)})"
        for numbers, words in (
            (lost, "acknowledged and not there"),
            (duplicates, "there more than once"),
            (unexplained, "there without a COMMIT"),
        )
        if numbers
    ]
    if wrong:
        return Verdict.VIOLATED, f"What was written is not what is there: {'; '.join(wrong)}."
    if not acknowledged:
        return Verdict.UNKNOWN, "No row was acknowledged."
    return Verdict.HELD, f"All {acknowledged} acknowledged rows are there, each once."


def shown(numbers: Sequence[int], most: int = 5) -> str:
    """Return the first few numbers: "3, 4, 5 ..."."""
    return ", ".join(map(str, numbers[:most])) + (" ..." if len(numbers) > most else "")
