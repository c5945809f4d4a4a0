"""Impacts that are kept, and what they are no longer kept for."""

from dataclasses import replace

import pytest

from quorate.explore.case import Ended
from quorate.explore.judged import KEPT_MAX, Judged
from quorate.explore.result import State
from quorate.explore.scheduler.state import digest
from quorate.explore.scheduler.step import Result
from quorate.explore.scheduler.transition import Settled
from quorate.explore.situation import Situation
from quorate.explore.standing import Standing, Stood
from quorate.explore.verdict import judge

from .small import case, placed, side, start, subject

THREE = subject("n1", "n2", "n3", shared=True)
BEFORE = placed(n1="ip web book till", n2="book till", n3="book till")
RESTARTED = start("web", "n1", 5, 6)
IP, STORE, BOOK = (Result(part, "start", 0, "n2", 1) for part in ("ip", "store", "book"))
NAMES = [service.name for service in THREE.services]


def struck(judged, *failing, after=BEFORE, members="n1 n2 n3", name="resource-failed:web", events=RESTARTED, of=THREE):
    """Return what a failure does where these operations would fail; and it is what it always is."""
    one = Ended(side(members, after).side, Settled((), after, digest((), after)), events)
    told = case(of, BEFORE, one, situation={"failing": failing}, earlier={"failing": failing}, failure={"id": name})
    stood = Stood(Situation(failing=failing), (Standing(frozenset(THREE.nodes), (), BEFORE, "before"),))
    found = judged.judge(told, stood)
    assert found == judge(told)
    return dict(zip(NAMES, found, strict=True))


def test_what_would_fail_of_others_leaves_an_impact_as_it_was():
    judged = Judged(THREE)
    first, second = struck(judged), struck(judged, STORE)
    assert second["site"] is first["site"]
    assert second["shop"] is first["shop"]


def test_what_would_fail_of_its_own_is_looked_at():
    judged = Judged(THREE)
    lost = {"after": placed(n1="ip web book till", n2="book till", n3="x"), "members": "n1 n2", "events": ()}
    first, second = struck(judged, **lost), struck(judged, IP, **lost)
    assert (first["site"].state, second["site"].state) == (State.UNAFFECTED, State.DEGRADED)
    assert second["shop"] is first["shop"]


def test_what_would_fail_of_what_it_uses_is_looked_at():
    judged = Judged(THREE)
    assert struck(judged)["shop"] is not struck(judged, BOOK)["shop"]


def test_a_service_that_is_down_perhaps_for_another_is_judged_by_what_of_that_would_fail():
    judged, away = Judged(THREE), placed(n1="ip", n2="", n3="")
    first = struck(judged, after=away, events=())
    second = struck(judged, STORE, after=away, events=())
    assert first["site"].why == "Pacemaker finds no node for it"
    assert second["site"].why == "store has failed, and no node can run it without"
    assert struck(judged, STORE, BOOK, after=away, events=())["site"] is second["site"]


def test_what_no_constraint_ties_to_a_service_is_not_blamed_for_it():
    parts = {name: replace(part, tied=part.service) for name, part in THREE.parts.items()}
    judged, away = Judged(replace(THREE, parts=parts)), placed(n1="ip", n2="", n3="")
    found = struck(judged, STORE, after=away, events=(), of=replace(THREE, parts=parts))
    assert found["site"].why == "Pacemaker finds no node for it"


@pytest.mark.parametrize(
    "other",
    [
        {"name": "start-failed:web"},
        {"after": replace(BEFORE, instances=frozenset())},
        {"events": start("web", "n1", 5, 7)},
    ],
)
def test_another_case_is_judged_for_itself(other):
    judged = Judged(THREE)
    assert struck(judged)["site"] is not struck(judged, **other)["site"]


def test_few_cases_are_kept():
    judged = Judged(THREE)
    first = struck(judged)
    for number in range(KEPT_MAX):
        struck(judged, name=f"start-failed:{number}")
    assert struck(judged)["site"] is not first["site"]
