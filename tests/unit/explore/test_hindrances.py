"""What hinders a takeover, and that it is found once for situations that differ in nothing that counts."""

import pytest

from quorate.explore.hindrances import KEPT_MAX, Hindrances
from quorate.explore.scheduler.step import Result
from quorate.explore.situation import Situation

from .small import subject

FAILING = (Result("web", "stop", 0, "n1", 1),)


@pytest.mark.parametrize(
    ("nodes", "situation", "why"),
    [
        ("n1 n2 n3", Situation(), "n1 could not be fenced"),  # there is no device
        ("n1 n2 n3", Situation(down=frozenset({"n2"})), "no quorum would be left"),
        ("n1", Situation(), "no node would be left"),
        ("n1 n2 n3", Situation(split=True), "the nodes lie on several sides"),
    ],
)
def test_why_nobody_could_take_over(nodes, situation, why):
    assert Hindrances(subject(*nodes.split())).after(situation)("n1") == why


def test_nothing_hinders_where_a_majority_is_left():
    assert not Hindrances(subject("n1", "n2", "n3", fencing=False)).after(Situation())("n1")


def test_operations_that_would_fail_are_no_matter():
    hindrances = Hindrances(subject("n1", "n2", "n3"))
    assert hindrances.after(Situation()) is hindrances.after(Situation(failing=FAILING))
    assert hindrances.after(Situation()) is not hindrances.after(Situation(down=frozenset({"n2"})))


def test_few_are_kept():
    hindrances = Hindrances(subject("n1", "n2", "n3"))
    first = hindrances.after(Situation())
    for number in range(KEPT_MAX):
        hindrances.after(Situation(devices=frozenset({str(number)})))
    assert hindrances.after(Situation()) is not first
