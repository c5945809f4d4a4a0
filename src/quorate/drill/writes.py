"""Writes: the rows, messages or images that a client was promised against those that are there. Pure.

In: the attempts of a writing client, and what its table or queue held at the end, read twice with the cluster at rest.
Out: which acknowledged ones are lost, which are there twice, and what became of those whose COMMIT (or publication) was
never answered. A lost one is a violation whatever the outage was. One that is there though it was never committed is a
violation, too: then the record cannot be trusted, or the server. So is one that is there twice: the client sends none
again, and reads without acknowledging, so that no redelivery can be meant by it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from quorate.drill.record import Attempt
from quorate.drill.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Kept:
    """What a kind of client writes: a row, a message, an image; and what promises it: a COMMIT, a publication ..."""

    one: str
    promise: str

    @property
    def many(self) -> str:
        """The plural."""
        return f"{self.one}s"


KEPT: Mapping[str, Kept] = MappingProxyType(
    {"sql": Kept("row", "COMMIT"), "amqp": Kept("message", "publication"), "upload": Kept("image", "upload")}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Writes:
    """Numbers of what was written, in order. kept: what it is.

    sent: how many were tried; failed: of these, how many never came to their promise. duplicates: there more than once.
    unknown_found, unknown_missing: the promise was asked for and never given. unexplained: there, though never asked.
    """

    kept: Kept
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


def judge_writes(attempts: Sequence[Attempt], readings: Sequence[Sequence[int]], kept: Kept = KEPT["sql"]) -> Writes:
    """Compare by number. readings: what the table or queue held, each time; the last one is compared."""
    rows = Counter(readings[-1] if readings else ())
    acknowledged = {attempt.n for attempt in attempts if attempt.ok}
    unknown = {attempt.n for attempt in attempts if attempt.result == "unknown"}
    lost = tuple(sorted(acknowledged - rows.keys())) if readings else ()
    duplicates = tuple(sorted(n for n, times in rows.items() if times > 1))
    unexplained = tuple(sorted(rows.keys() - acknowledged - unknown))
    wrong = {
        "acknowledged and not there": lost,
        "there more than once": duplicates,
        f"there without a {kept.promise}": unexplained,
    }
    verdict, reason = decide(kept, readings, len(acknowledged), wrong)
    return Writes(
        kept=kept,
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
    kept: Kept, readings: Sequence[Sequence[int]], acknowledged: int, wrong: Mapping[str, Sequence[int]]
) -> tuple[Verdict, str]:
    """Return the verdict and, in a sentence, why. wrong: what is the matter -> with which numbers."""
    if len(readings) < 2:
        return (
            Verdict.UNKNOWN,
            f"The {kept.many} were not read back twice, so that none of them is known to be there.",
        )
    if sorted(readings[-2]) != sorted(readings[-1]):
        return Verdict.UNKNOWN, f"Two readings of the {kept.many} differ, though nobody wrote any more."
    found = [
        f"{len(numbers)} {kept.many if len(numbers) > 1 else kept.one} {words} ({shown(numbers)})"
        for words, numbers in wrong.items()
        if numbers
    ]
    if found:
        return Verdict.VIOLATED, f"What was written is not what is there: {'; '.join(found)}."
    if not acknowledged:
        return Verdict.UNKNOWN, f"No {kept.one} was acknowledged."
    return Verdict.HELD, f"All {acknowledged} acknowledged {kept.many} are there, each once."


def shown(numbers: Sequence[int], most: int = 5) -> str:
    """Return the first few numbers: "3, 4, 5 ..."."""
    return ", ".join(map(str, numbers[:most])) + (" ..." if len(numbers) > most else "")
