"""From a plan's changes to what the scheduler is asked: who leaves, who joins, who is emptied, whose power is cut."""

import asyncio

import pytest
from lxml import etree

from build.wishes import THREE, wish
from quorate.build import foreseeing
from quorate.build.change import Change, Deed, Effect, Thing
from quorate.build.consequences import Consequences, Fate
from quorate.build.foreseeing import ask, course_of, first_start, foresee
from quorate.build.foretelling import Course, Known
from quorate.build.steps import cib, departure, membership, pacemaker, proof, retried
from quorate.explore.scheduler.step import Step
from quorate.machines.fake import FakeHost

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
    found = asyncio.run(foresee(CHANGES, cib.Facts("n1", None), {}, wish(), ran=False))
    assert found == first_start(wish())
    assert [(one.service, one.fate) for one in found.services] == [("site", Fate.STARTED)]
    assert found.longest_s == 0


def test_a_cluster_that_is_stopped_everywhere_is_not_taken_for_a_new_one() -> None:
    found = asyncio.run(foresee(CHANGES, cib.Facts("n1", None), {}, wish(), ran=True))
    assert found.services == ()
    assert found.unknown.startswith("Pacemaker runs on no node now")


BEHIND_A_PROXY = THREE.replace(
    "  site: {kind: web, address: 10.20.0.100/24}\n",
    "  proxy: {kind: haproxy, address: 10.20.0.100/24}\n  database: {kind: galera}\n",
)
HOLDER = (
    """[{"ifname": "eth0", "flags": ["UP"], "mtu": 1500, "addr_info": [{"local": "10.20.0.100", "prefixlen": 24}]}]"""
)


def test_the_proxy_that_has_the_address_is_asked_where_clients_are(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Known] = []

    def foretell(_: Course, known: Known) -> Consequences:
        asked.append(known)
        return Consequences()

    monkeypatch.setattr(foreseeing, "foretell", foretell)
    chosen = "/usr/lib/quorate/haproxy chosen /run/haproxy/quorate.sock"
    shown = {"n1": "[]", "n2": HOLDER, "n3": "[]"}
    fleet = {
        name: FakeHost(name, {"ip -json address": shown[name], chosen: "database n3\n"}) for name in ("n1", "n2", "n3")
    }
    course = Course(live="<cib><configuration/></cib>", configuration=NEW.find("configuration"))
    asyncio.run(ask(course, fleet, wish(BEHIND_A_PROXY)))
    assert [known.at for known in asked] == [{"database": "n3"}]
    assert [name for name, host in fleet.items() if chosen in host.ran_text] == ["n2"]
