"""Verdict: attempts of a client -> how long it was without an answer, and whether that holds the target. Pure.

The rule. An outage is the time from the completion of one good answer to the completion of the next one; nothing is
subtracted, so a healthy service asked every 20 ms shows gaps of 20 ms, and that is the resolution. The outage of a run
is its longest such gap that ends after the fault. When no good answer follows the last failure, the gap is open: it
lasted at least until the end of the watch.

Held, violated or unknown. A probe that did not run for a while (a stall: over 100 ms late on its own schedule) could
have stamped the edges of a gap wrongly by as much; the verdict is unknown only if that could decide it. It is unknown
too when the client was never steady before the fault, and when the watch ended before the target could be missed.
A client that is held back by who has not answered, as one that asks one thing at a time, is late only when it is late
after the end of the attempt before.

While a fault lasts that no cluster could end, nobody is allowed to serve: where fencing cannot succeed, whoever takes
over may not be alone. An answer then is a violation, and the target counts from the end of that time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from quorate.drill.record import Attempt

STEADY_ANSWERS = 25  # good answers in a row before the fault: half a second at 20 ms
SELDOM_ANSWERS = 5  # the same of a client that asks more seldom
STALL_MS = 100


class Verdict(StrEnum):
    """HELD: the target was met. VIOLATED: it was missed. UNKNOWN: cannot be told, and never passes."""

    HELD = "held"
    VIOLATED = "violated"
    UNKNOWN = "unknown"


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Violated outweighs unknown, which outweighs held: unknown never passes."""
    order = [Verdict.VIOLATED, Verdict.UNKNOWN, Verdict.HELD]
    return min(verdicts, key=order.index)


@dataclass(frozen=True, slots=True)
class Gap:
    """Time without a good answer. failed: attempts sent in it that failed. is_open: no good answer ended it."""

    start_ns: int
    end_ns: int
    failed: int
    is_open: bool = False

    @property
    def seconds(self) -> float:
        """Its length."""
        return (self.end_ns - self.start_ns) / 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a client's attempts say. Times in s; None where there was nothing to measure.

    outage: the gap that counts. uncertainty_s: how long the probe itself was stalled around it. failing_s: total of
    all gaps after the fault in which an attempt failed; gaps: those, in order. baseline_s: the longest gap before it.
    barred_s: how much of the outage nobody was allowed to serve.
    first_failure_ns: when the first failed attempt after the fault was sent.
    """

    verdict: Verdict
    reason: str
    target_s: float | None
    outage: Gap | None
    uncertainty_s: float
    resolution_s: float
    failing_s: float
    gaps: tuple[Gap, ...]
    baseline_s: float | None
    first_failure_ns: int | None
    attempts: int
    failed: int
    stalls: int
    barred_s: float = 0.0

    @property
    def outage_s(self) -> float | None:
        """The figure: seconds without an answer, or None if never steady."""
        return self.outage.seconds if self.outage else None

    @property
    def first_answer_ns(self) -> int | None:
        """When the first good answer after the outage was complete; None if there was none."""
        return self.outage.end_ns if self.outage and not self.outage.is_open else None


def judge(
    attempts: Sequence[Attempt],
    *,
    fault_ns: int,
    every_ms: float,
    target_s: float | None = None,
    waiting_max: int = 0,
    barred_ns: tuple[int, int] | None = None,
) -> Judgement:
    """Judge one client. attempts: in any order. target_s None: it is only asked that the service comes back.

    waiting_max: while so many wait for an answer the client sends no more; 0: it always does. barred_ns: from when to
    when nobody was allowed to serve.
    """
    in_order = sorted(attempts, key=lambda attempt: (attempt.sent_ns, attempt.n))
    every_ns = int(every_ms * 1e6)
    all_gaps = find_gaps(in_order)
    stalls = find_stalls(in_order, every_ns, waiting_max)
    after = [gap for gap in all_gaps if gap.end_ns > fault_ns]
    before = [gap.seconds for gap in all_gaps if gap.end_ns <= fault_ns]
    failing = tuple(gap for gap in after if gap.failed)
    enough = enough_answers(every_ms)
    steady = is_steady(in_order, fault_ns, enough)
    outage = max(after, key=lambda gap: (gap.seconds, gap.failed), default=None) if steady else None
    uncertainty_s = _stalled_s(outage, stalls, every_ns) if outage else 0.0
    barred_s = _barred_s(outage, barred_ns) if outage and barred_ns else 0.0
    verdict, reason = decide(outage, uncertainty_s, target_s, steady=steady, barred_s=barred_s, enough=enough)
    if steady and barred_ns and (early := _first_within(in_order, barred_ns)):
        verdict, reason = Verdict.VIOLATED, _too_early(early, fault_ns, barred_ns)
    return Judgement(
        verdict=verdict,
        reason=reason,
        target_s=target_s,
        outage=outage,
        uncertainty_s=uncertainty_s,
        resolution_s=every_ms / 1000,
        failing_s=sum(gap.seconds for gap in failing),
        gaps=failing,
        baseline_s=max(before, default=None),
        first_failure_ns=next((a.sent_ns for a in in_order if not a.ok and a.done_ns >= fault_ns), None),
        attempts=len(in_order),
        failed=sum(not attempt.ok for attempt in in_order),
        stalls=len(stalls),
        barred_s=barred_s,
    )


def _barred_s(outage: Gap, barred_ns: tuple[int, int]) -> float:
    return max(0, min(outage.end_ns, barred_ns[1]) - outage.start_ns) / 1e9


def _first_within(in_order: Sequence[Attempt], barred_ns: tuple[int, int]) -> Attempt | None:
    start_ns, end_ns = barred_ns
    return next((one for one in in_order if one.ok and one.sent_ns >= start_ns and one.done_ns < end_ns), None)


def _too_early(early: Attempt, fault_ns: int, barred_ns: tuple[int, int]) -> str:
    answered_s, allowed_s = (early.done_ns - fault_ns) / 1e9, (barred_ns[1] - fault_ns) / 1e9
    who = f"{early.node} answered" if early.node else "A client was answered"
    return f"{who} {answered_s:.2f} s after the fault, when nobody was allowed to serve before {allowed_s:.2f} s."


def decide(
    outage: Gap | None,
    uncertainty_s: float,
    target_s: float | None,
    *,
    steady: bool,
    barred_s: float = 0.0,
    enough: int = STEADY_ANSWERS,
) -> tuple[Verdict, str]:
    """Return the verdict and, in a sentence, why."""
    if not steady:
        return Verdict.UNKNOWN, f"The client had no {enough} good answers in a row before the fault."
    if outage is None:
        return Verdict.UNKNOWN, "The client asked nothing after the fault."
    if target_s is not None:
        return _against(target_s, outage, uncertainty_s, barred_s)
    if outage.is_open:
        return Verdict.VIOLATED, f"No answer any more when the watch ended, {outage.seconds:.2f} s later."
    return Verdict.HELD, "The service came back by itself; no longest outage is asked for (targets.outage_s)."


def _against(target_s: float, outage: Gap, uncertainty_s: float, barred_s: float) -> tuple[Verdict, str]:
    took, target = outage.seconds - barred_s, f"the target is {target_s:g} s."
    if barred_s:
        target = f"that is counted after the {barred_s:.2f} s in which nobody was allowed to serve; {target}"
    if took - uncertainty_s > target_s:
        least = "at least " if outage.is_open else ""
        return Verdict.VIOLATED, f"Clients waited {least}{took:.2f} s; {target}"
    if outage.is_open:
        return Verdict.UNKNOWN, f"The watch ended after {took:.2f} s without an answer; {target}"
    if took + uncertainty_s <= target_s:
        return Verdict.HELD, f"Clients waited {took:.2f} s; {target}"
    stalled = f"the probe itself did not run for {uncertainty_s:.2f} s of it"
    return Verdict.UNKNOWN, f"Clients waited {took:.2f} s, but {stalled}; {target}"


def find_gaps(in_order: Sequence[Attempt]) -> list[Gap]:
    """Return every gap between consecutive good answers, and the open one at the end if attempts failed there.

    in_order: by the time they were sent. A failed attempt belongs to the gap in which it was sent.
    """
    done = sorted(attempt.done_ns for attempt in in_order if attempt.ok)
    if not done:
        return []
    bad = [attempt.sent_ns for attempt in in_order if not attempt.ok]
    edges = [*pairwise(done)]
    gaps, i = [], _first_at(bad, done[0], 0)
    for start, end in edges:
        j = _first_at(bad, end, i)
        gaps.append(Gap(start, end, j - i))
        i = j
    if i < len(bad):
        gaps.append(Gap(done[-1], max(attempt.done_ns for attempt in in_order), len(bad) - i, is_open=True))
    return gaps


def _first_at(moments: Sequence[int], limit: int, start: int) -> int:
    """Return the index, from `start` on, of the first moment at or after `limit`."""
    while start < len(moments) and moments[start] < limit:
        start += 1
    return start


def find_stalls(in_order: Sequence[Attempt], every_ns: int, waiting_max: int = 0) -> list[tuple[int, int]]:
    """Return (from, to) wherever an attempt was sent over 100 ms later than the schedule says.

    waiting_max: as for `judge`: while that many were open when it was time, the schedule waits for one to be done.
    """
    stall_ns = STALL_MS * 1_000_000
    found = []
    open_ns: list[int] = []  # when those end that are open when it is time
    for one, other in pairwise(in_order):
        due_ns = one.sent_ns + every_ns
        open_ns = sorted(done_ns for done_ns in (*open_ns, one.done_ns) if done_ns > due_ns)
        if 0 < waiting_max <= len(open_ns):
            due_ns = open_ns[-waiting_max] + every_ns
        if other.sent_ns > due_ns + stall_ns:
            found.append((due_ns - every_ns, other.sent_ns))
    return found


def enough_answers(every_ms: float) -> int:
    """Return how many good answers in a row make a client steady: those of half a second, and 5 at least."""
    return max(SELDOM_ANSWERS, min(STEADY_ANSWERS, round(STEADY_ANSWERS * 20 / every_ms)))


def is_steady(in_order: Sequence[Attempt], fault_ns: int, enough: int = STEADY_ANSWERS) -> bool:
    """Return whether the last attempts that were done before the fault were all good, and enough of them."""
    last = [attempt.ok for attempt in in_order if attempt.done_ns <= fault_ns][-enough:]
    return len(last) == enough and all(last)


def _stalled_s(gap: Gap, stalls: Sequence[tuple[int, int]], every_ns: int) -> float:
    """Return the length of all stalls that touch the gap or its edges."""
    touching = [(a, b) for a, b in stalls if a <= gap.end_ns + every_ns and b >= gap.start_ns - every_ns]
    return sum(b - a for a, b in touching) / 1e9
