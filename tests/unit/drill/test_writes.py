"""What was promised to a writing client against what is there."""

import pytest

from quorate.drill.record import Attempt
from quorate.drill.verdict import Verdict
from quorate.drill.writes import Writes, judge_writes, shown

MS = 1_000_000


def attempts(**results: str) -> list[Attempt]:
    """n1="ok" is attempt 1, which was acknowledged."""
    return [Attempt(int(n[1:]), int(n[1:]) * MS, int(n[1:]) * MS, result) for n, result in results.items()]


SENT = attempts(n1="ok", n2="ok", n3="unknown", n4="refused", n5="unknown", n6="ok")


def judged(*rows: int) -> Writes:
    return judge_writes(SENT, [rows, rows])


def test_everything_acknowledged_is_there() -> None:
    found = judged(1, 2, 3, 6)
    assert found.verdict is Verdict.HELD
    assert found.reason == "All 3 acknowledged rows are there, each once."
    assert (found.sent, found.acknowledged, found.failed, found.unknown) == (6, 3, 1, 2)
    assert (found.unknown_found, found.unknown_missing) == ((3,), (5,))


def test_a_lost_row_is_a_violation() -> None:
    found = judged(1, 6)
    assert (found.verdict, found.lost) == (Verdict.VIOLATED, (2,))
    assert "1 row acknowledged and not there (2)" in found.reason


def test_a_row_that_is_there_twice_is_a_violation() -> None:
    found = judged(1, 2, 2, 6)
    assert (found.verdict, found.duplicates, found.lost) == (Verdict.VIOLATED, (2,), ())


@pytest.mark.parametrize("stranger", [4, 77])
def test_a_row_that_nobody_committed_is_a_violation(stranger: int) -> None:
    found = judged(1, 2, 6, stranger)
    assert (found.verdict, found.unexplained) == (Verdict.VIOLATED, (stranger,))


def test_an_unknown_row_may_be_there_or_not() -> None:
    assert judged(1, 2, 6).verdict is Verdict.HELD
    assert judged(1, 2, 3, 5, 6).verdict is Verdict.HELD


def test_what_was_not_read_twice_alike_is_not_known() -> None:
    assert judge_writes(SENT, []).verdict is Verdict.UNKNOWN
    assert judge_writes(SENT, []).lost == ()
    assert judge_writes(SENT, [(1, 2, 6)]).verdict is Verdict.UNKNOWN
    assert judge_writes(SENT, [(1, 6), (1, 2, 6)]).verdict is Verdict.UNKNOWN
    assert judge_writes(attempts(n1="refused"), [(), ()]).verdict is Verdict.UNKNOWN


def test_only_the_first_few_numbers_are_named() -> None:
    assert shown(range(3)) == "0, 1, 2"
    assert shown(range(9)) == "0, 1, 2, 3, 4 ..."
