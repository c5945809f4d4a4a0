"""From a plan's changes to what the scheduler is asked: who leaves, who joins, who is emptied, whose power is cut."""

import asyncio

from lxml import etree

from build.wishes import wish
from quorate.build.change import Change, Deed, Effect, Thing
from quorate.build.consequences import Fate
from quorate.build.foreseeing import course_of, first_start, foresee
from quorate.build.steps import cib, departure, membership, pacemaker, proof, retried
from quorate.explore.scheduler.step import Step

NEW = etree.fromstring("<cib><configuration/></cib>")


def victim(name: str) -> tuple[tuple[Thing, Deed], ...]:
    return ((Thing("node", name), Deed.CHANGED),)


CHANGES = (
    Change("n4", departure.TITLE, "move what runs on n4", (), Effect.RESTART),
    Change("n4", departure.TITLE, "stop pacemaker on n4", ()),
    Change("n1", "packages", "install", ()),
    Change("n2", membership.TITLE, "restart corosync", (), Effect.RESTART_DAEMON, empties=True),
    Change("n1", membership.TITLE, "reload corosync", (), Effect.RELOAD),
    Change("n2", retried.TITLE, "try x again", (), Effect.START, things=((Thing("failure", "x"), Deed.REMOVED),)),
    Change("n5", pacemaker.TITLE, "start pacemaker", (), Effect.START),
    Change("n1", cib.TITLE, "write the CIB", (), Effect.RESTART),
    Change("n1", proof.TITLE, "power-cycle n3", (), Effect.RESTART_NODE, things=victim("n3")),
)


def test_what_pacemaker_learns_of_changes_and_in_which_order() -> None:
    course = course_of(CHANGES, "<cib/>", NEW)
    assert [moment.step for moment in course.first] == [Step(standby=(("n4", True),)), Step(left=("n4",))]
    assert course.forgotten == (("n2", "x"),)
    assert course.joining == ("n5",)
    assert [moment.step for moment in course.then] == [
        Step(standby=(("n2", True),)),
        Step(standby=(("n2", False),)),
        Step(lost=("n3",)),
        Step(returned=("n3",)),
    ]


def test_files_packages_and_reloads_are_no_matter_to_it() -> None:
    course = course_of([CHANGES[2], CHANGES[4]], "<cib/>", NEW)
    assert (course.first, course.joining, course.then) == ((), (), ())


def test_a_cluster_that_does_not_run_yet_starts_everything() -> None:
    found = asyncio.run(foresee(CHANGES, cib.Facts("n1", None), wish(), ran=False))
    assert found == first_start(wish())
    assert [(one.service, one.fate) for one in found.services] == [("site", Fate.STARTED)]
    assert found.longest_s == 0


def test_a_cluster_that_is_stopped_everywhere_is_not_taken_for_a_new_one() -> None:
    found = asyncio.run(foresee(CHANGES, cib.Facts("n1", None), wish(), ran=True))
    assert found.services == ()
    assert found.unknown.startswith("Pacemaker runs on no node now")
