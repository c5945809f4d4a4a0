"""The rule of the outage, by examples and by properties that must hold for any history."""

import random
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from quorate.drill.record import Attempt
from quorate.drill.verdict import Judgement, Verdict, find_gaps, find_stalls, judge

MS = 1_000_000
FAULT = 2000 * MS


def attempts(*spans: tuple[int, int, str], took_ms: int = 1) -> list[Attempt]:
    """(from ms, to ms, result): one attempt every 20 ms in each span."""
    return [
        Attempt(t // 20, t * MS, (t + took_ms) * MS, result)
        for start, end, result in spans
        for t in range(start, end, 20)
    ]


def judged(history: list[Attempt], target_s: float | None = 60, fault_ns: int = FAULT) -> Judgement:
    return judge(history, fault_ns=fault_ns, every_ms=20, target_s=target_s)


POWER_CUT = attempts((0, 2000, "ok"), (2000, 8000, "timeout"), (8000, 10000, "ok"))


def test_outage_is_from_answer_to_answer_and_nothing_is_subtracted() -> None:
    found = judged(POWER_CUT)
    assert found.outage_s == 6.020  # 1981 -> 8001 ms
    assert (found.verdict, found.failed, found.failing_s) == (Verdict.HELD, 300, 6.020)
    assert found.first_failure_ns == 2000 * MS
    assert found.first_answer_ns == 8001 * MS
    assert found.baseline_s == 0.020


def test_target_missed_is_violated() -> None:
    found = judged(POWER_CUT, target_s=6)
    assert found.verdict is Verdict.VIOLATED
    assert found.reason == "Clients waited 6.02 s; the target is 6 s."


def test_healthy_service_shows_the_resolution() -> None:
    assert judged(attempts((0, 5000, "ok"))).outage_s == 0.020


def test_longest_gap_decides_and_all_of_them_add_up() -> None:
    spans = ((0, 2000, "ok"), (2000, 3000, "refused"), (3000, 4000, "ok"), (4000, 4500, "reset"), (4500, 6000, "ok"))
    found = judged(attempts(*spans))
    assert found.outage_s == 1.020
    assert round(found.failing_s, 3) == 1.540
    assert [gap.failed for gap in found.gaps] == [50, 25]


def test_an_answer_that_was_slow_still_proves_the_service_worked() -> None:
    history = [*POWER_CUT, Attempt(-1, 1990 * MS, 5000 * MS, "ok")]
    assert judged(history).outage_s == 3.019  # from the first attempts sent after the fault to 5000 ms


def test_never_steady_is_unknown() -> None:
    for history in ([], attempts((0, 400, "ok"), (2000, 3000, "ok")), attempts((0, 9000, "timeout"))):
        found = judged(history)
        assert (found.verdict, found.outage_s) == (Verdict.UNKNOWN, None)


def test_one_failure_just_before_the_fault_is_not_steady() -> None:
    history = attempts((0, 1900, "ok"), (1900, 1920, "timeout"), (1920, 2000, "ok"), (2000, 3000, "ok"))
    assert judged(history).verdict is Verdict.UNKNOWN


def test_nothing_asked_after_the_fault_is_unknown() -> None:
    assert judged(attempts((0, 1980, "ok"))).verdict is Verdict.UNKNOWN


def test_never_back_is_unknown_until_the_target_is_missed() -> None:
    history = attempts((0, 2000, "ok"), (2000, 8000, "timeout"))
    assert judged(history, target_s=60).verdict is Verdict.UNKNOWN
    assert judged(history, target_s=5).verdict is Verdict.VIOLATED
    assert judged(history, target_s=None).verdict is Verdict.VIOLATED
    assert judged(history).first_answer_ns is None


def test_without_a_target_coming_back_is_enough() -> None:
    assert judged(POWER_CUT, target_s=None).verdict is Verdict.HELD


def test_stall_within_the_outage_is_unknown_only_where_it_could_decide() -> None:
    history = [one for one in POWER_CUT if not 4000 * MS <= one.sent_ns < 5000 * MS]
    found = judged(history)
    assert found.uncertainty_s == 1.020
    assert found.verdict is Verdict.HELD
    assert judged(history, target_s=6.5).verdict is Verdict.UNKNOWN
    assert judged(history, target_s=5.5).verdict is Verdict.UNKNOWN
    assert judged(history, target_s=4.9).verdict is Verdict.VIOLATED


def test_stall_alone_is_no_proof_of_an_outage() -> None:
    history = attempts((0, 2000, "ok"), (9000, 12000, "ok"))
    assert judged(history, target_s=5).verdict is Verdict.UNKNOWN
    assert judged(history, target_s=60).verdict is Verdict.HELD


def test_stall_far_from_the_outage_does_not_matter() -> None:
    history = [*POWER_CUT, *attempts((10300, 12000, "ok"))]
    found = judged(history, target_s=6.1)
    assert (found.stalls, found.uncertainty_s, found.verdict) == (1, 0, Verdict.HELD)


RESULTS = st.sampled_from(["ok", "ok", "ok", "timeout", "refused"])


@st.composite
def histories(draw: st.DrawFn) -> list[Attempt]:
    """A steady beginning, then anything."""
    results = draw(st.lists(RESULTS, min_size=5, max_size=150))
    took = draw(st.lists(st.integers(1, 400), min_size=len(results), max_size=len(results)))
    rest = [
        Attempt(100 + i, (2000 + 20 * i) * MS, (2000 + 20 * i + took[i]) * MS, result)
        for i, result in enumerate(results)
    ]
    return attempts((0, 2000, "ok")) + rest


@given(histories(), st.integers(0, 2999), st.integers(1, 400))
def test_one_more_good_answer_never_makes_it_worse(history: list[Attempt], sent_ms: int, took_ms: int) -> None:
    """Within the time that was watched; an answer after it would lengthen the watch itself."""
    gaps = find_gaps(history)
    extra = Attempt(9999, sent_ms * MS, (sent_ms + took_ms) * MS, "ok")
    assume(gaps[0].start_ns <= extra.done_ns <= gaps[-1].end_ns)
    before, after = judged(history), judged([*history, extra])
    assert after.outage_s is not None
    assert after.outage_s <= (before.outage_s or after.outage_s)
    assert after.failing_s <= before.failing_s + 1e-9


@given(histories())
def test_order_of_the_record_does_not_matter(history: list[Attempt]) -> None:
    shuffled = list(history)
    random.Random(1).shuffle(shuffled)
    assert judged(shuffled) == judged(history)


@given(histories(), st.integers(-(10**15), 10**15))
def test_only_differences_of_time_count(history: list[Attempt], shift: int) -> None:
    moved = [Attempt(a.n, a.sent_ns + shift, a.done_ns + shift, a.result) for a in history]
    one, other = judged(history), judged(moved, fault_ns=FAULT + shift)
    assert (one.outage_s, one.verdict, one.failing_s) == (other.outage_s, other.verdict, other.failing_s)


@given(histories(), st.floats(0.01, 5), st.floats(0, 5))
def test_a_gentler_target_is_never_judged_worse(history: list[Attempt], target_s: float, more_s: float) -> None:
    severity = [Verdict.HELD, Verdict.UNKNOWN, Verdict.VIOLATED]
    strict, gentle = judged(history, target_s).verdict, judged(history, target_s + more_s).verdict
    assert severity.index(gentle) <= severity.index(strict)


@given(histories())
def test_every_failure_lies_in_exactly_one_gap(history: list[Attempt]) -> None:
    first_good = min(one.done_ns for one in history if one.ok)
    gaps = find_gaps(sorted(history, key=lambda a: (a.sent_ns, a.n)))
    assert sum(gap.failed for gap in gaps) == sum(not a.ok for a in history if a.sent_ns >= first_good)
    assert all(one.end_ns == other.start_ns for one, other in pairwise(gaps))


def test_who_asks_one_at_a_time_is_not_late_while_it_waits_for_an_answer() -> None:
    slow = [
        Attempt(0, 0, 900 * MS, "timeout"),
        Attempt(45, 901 * MS, 902 * MS, "ok"),
        Attempt(60, 1200 * MS, 1201 * MS, "ok"),
    ]
    assert find_stalls(slow, 20 * MS, waiting_max=1) == [(901 * MS, 1200 * MS)]
    assert len(find_stalls(slow, 20 * MS)) == 2


def test_who_leaves_out_questions_while_several_wait_is_late_only_when_fewer_did() -> None:
    second = 1000 * MS
    waited = [
        Attempt(0, 0, 4 * second, "ok"),
        Attempt(1, second, 5 * second, "ok"),
        Attempt(5, 5 * second, 5 * second, "ok"),
    ]
    assert find_stalls(waited, second, waiting_max=2) == []
    assert find_stalls(waited, second) == [(second, 5 * second)]
    stalled = [Attempt(0, 0, 40 * second, "ok"), Attempt(40, 40 * second, 41 * second, "ok")]
    assert find_stalls(stalled, second, waiting_max=2) == [(0, 40 * second)]


def barred(history: list[Attempt], until_ms: int, target_s: float | None) -> Judgement:
    return judge(history, fault_ns=FAULT, every_ms=20, target_s=target_s, barred_ns=(FAULT, until_ms * MS))


def test_the_target_counts_from_when_somebody_may_serve_again() -> None:
    found = barred(POWER_CUT, 5000, target_s=4)
    assert (found.outage_s, found.barred_s) == (6.020, 3.019)
    assert found.verdict is Verdict.HELD
    assert "after the 3.02 s in which nobody was allowed to serve" in found.reason
    assert barred(POWER_CUT, 5000, target_s=3).verdict is Verdict.VIOLATED


@pytest.mark.parametrize("target_s", [60, None])
def test_an_answer_while_nobody_is_allowed_to_serve_is_a_violation(target_s: float | None) -> None:
    found = barred(POWER_CUT, 9000, target_s)
    assert found.verdict is Verdict.VIOLATED
    assert found.reason == (
        "A client was answered 6.00 s after the fault, when nobody was allowed to serve before 7.00 s."
    )
