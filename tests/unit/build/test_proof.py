"""proof: when a node may be fenced for a test, when it must not, and what makes the proof one."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from build.wishes import THREE, wish
from quorate.build.change import Change, Run
from quorate.build.plan import sorted_out
from quorate.build.steps import proof, running
from quorate.errors import NeverComes, Refused, TimedOut, Unknown
from quorate.findings import Severity
from quorate.machines.fake import Answer, FakeHost
from quorate.observe.facts import boot_id, cluster_status, drbd_status
from quorate.observe.facts.cluster_status import ClusterStatus

T = TypeVar("T")

DATA = Path(__file__).parents[2] / "data" / "operate" / "healthy"
XML = re.sub(r'<attribute name="quorate-[^>]*/>', "", (DATA / "n1.crm_mon").read_text().partition("\n")[2])
OFF = THREE.replace("fencing:\n", "fencing:\n  action: 'off'\n", 1)
UNIT = "Id=pacemaker.service\nLoadState=loaded\nActiveState=active\nExecMainStatus=0\n"


def said(node: str = "", **changed: object) -> ClusterStatus:
    """Return a healthy cluster's status, with this said of it, or of one node."""
    status = cluster_status.parse(XML, 0)
    if not node:
        return replace(status, **changed)
    return replace(status, nodes=tuple(replace(n, **changed) if n.name == node else n for n in status.nodes))


def loose(id_: str) -> ClusterStatus:
    status = said()
    return replace(status, resources=tuple(replace(r, managed=False) if r.id == id_ else r for r in status.resources))


async def asked_once(describe: str, question: Callable[[], Awaitable[T | None]], **_: float) -> T:
    """Wait as `until` does when the time is over after one question."""
    if (answer := await question()) is None:
        raise TimedOut(describe)
    return answer


BY_HAND = [
    (said(maintenance_mode=True), "in maintenance mode"),
    (said(stop_all_resources=True), "stop-all-resources"),
    (said("n2", standby=True), "n2 is in standby"),
    (said("n2", maintenance=True), "n2 is in maintenance"),
    (loose("site-apache"), "site-apache is not managed"),
]
MEANWHILE = [
    (said("n2", online=False), "n2 is not online"),
    (said("n2", unclean=True), "n2 is about to leave"),
    (said(quorate=False), "not quorate"),
    (said(quorate=None, dc=None), "not quorate"),
]


def test_a_healthy_cluster_may_be_tested() -> None:
    assert list(proof.set_by_hand(said(), wish())) == []
    assert list(proof.not_well(said(), wish())) == []


@pytest.mark.parametrize(("status", "words"), BY_HAND)
def test_what_is_set_by_hand_is_an_error_in_the_plan(status: ClusterStatus, words: str) -> None:
    (why,) = proof.set_by_hand(status, wish())
    assert words in why
    changes, (finding,) = sorted_out(proof.changes(proof.Facts({}, frozenset(), by_hand=(why,)), wish()))
    assert changes == []
    assert finding.severity is Severity.ERROR
    assert words in finding.summary


@pytest.mark.parametrize(("status", "words"), MEANWHILE)
def test_what_an_earlier_stage_may_mend_is_none(status: ClusterStatus, words: str) -> None:
    (why,) = proof.not_well(status, wish())
    assert words in why
    changes, findings = sorted_out(proof.changes(proof.Facts({}, frozenset(), meanwhile=(why,)), wish()))
    assert len(changes) == 3
    assert findings == []


@pytest.mark.parametrize(
    ("status", "error"),
    [*((s, Refused) for s, _ in BY_HAND), *((s, NeverComes) for s, _ in MEANWHILE), (None, Unknown)],
)
def test_no_node_is_fenced_unless_the_others_can_take_over(
    monkeypatch: pytest.MonkeyPatch, status: ClusterStatus | None, error: type[Exception]
) -> None:
    async def look(fleet: object, want: object) -> ClusterStatus | None:
        return status

    monkeypatch.setattr(running, "look", look)
    monkeypatch.setattr(proof, "until", asked_once)
    drbd = str(drbd_status.COMMAND)
    hosts = {name: FakeHost(name, {drbd: "not loaded\n"}) for name in ("n1", "n2", "n3")}
    with pytest.raises(error, match=r"fenced"):
        asyncio.run(proof.perform(hosts, wish(), print))
    assert {text for host in hosts.values() for text in host.ran_text} <= {drbd}


def test_nobody_s_word_is_no_proof() -> None:
    hosts = {name: FakeHost(name, {str(cluster_status.COMMAND): Answer("", 102)}) for name in ("n1", "n2", "n3")}
    with pytest.raises(Unknown):
        asyncio.run(proof.settled(hosts, wish(), print))
    facts = asyncio.run(proof.look(hosts, wish()))
    assert not facts.known
    assert len(list(proof.changes(facts, wish()))) == 3, "before the first start the plan predicts all"


def test_a_lone_node_cannot_be_tested() -> None:
    want = wish(re.sub(r"  n[23]: .*\n", "", THREE))
    changes, (finding,) = sorted_out(proof.changes(proof.Facts({}, frozenset(), known=False), want))
    assert changes == []
    assert (finding.code, finding.severity) == ("fencing-not-testable", Severity.INFO)


def test_a_node_is_fenced_as_the_cluster_would() -> None:
    for text, words in ((THREE, ["--reboot n2"]), (OFF, ["--fence n2", "--unfence n2"])):
        changes, _ = sorted_out(proof.changes(proof.Facts({}, frozenset({"n1"})), wish(text)))
        assert isinstance(changes[0], Change)
        steps = [str(step.command) for step in changes[0].actions if isinstance(step, Run)]
        assert steps == [f"stonith_admin {word} --timeout 120" for word in words]


def hosts(*boots: str, text: str = THREE) -> dict[str, FakeHost]:
    """Return a healthy cluster whose n2 tells these boot ids, one after the other."""
    answers = {"stonith_admin .*": "", "crm_attribute .*": "", "systemctl show .*": UNIT}
    made = {name: FakeHost(name, {**answers, str(cluster_status.COMMAND): XML}) for name in ("n1", "n2", "n3")}
    made["n2"].expect(str(boot_id.COMMAND), *boots)
    return made


def test_the_same_boot_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = hosts("boot-a\n")
    monkeypatch.setattr(proof, "until", asked_once)
    with pytest.raises(NeverComes, match="n2 was fenced and is not back"):
        asyncio.run(proof.prove(fleet, wish(), "n2", print))
    assert not any("crm_attribute" in text for text in fleet["n1"].ran_text)


def test_another_boot_is_recorded_when_the_services_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    fleet, notes = hosts("boot-a\n", "boot-a\n", "boot-b\n"), []
    asyncio.run(proof.prove(fleet, wish(), "n2", notes.append))
    assert fleet["n1"].ran_text[0] == "stonith_admin --reboot n2 --timeout 120"
    assert fleet["n1"].ran_text[-1].startswith(f"crm_attribute --node n2 --name {proof.ATTRIBUTE} --update ")
    assert notes == ["n2 fenced and back"]

    async def never(*_: object) -> None:
        raise NeverComes("site is down")

    monkeypatch.setattr(running, "settled", never)
    fleet = hosts("boot-a\n", "boot-b\n")
    with pytest.raises(NeverComes, match="site is down"):
        asyncio.run(proof.prove(fleet, wish(), "n2", print))
    assert not any("crm_attribute" in text for text in fleet["n1"].ran_text)


REPLICATED = """
cluster: shop
nodes:
  n1: {links: [10.20.0.11, 172.20.0.11], fencing: {ipmi: 10.20.9.11}}
  n2: {links: [10.20.0.12, 172.20.0.12], fencing: {ipmi: 10.20.9.12}}
fencing:
  ipmi: {user: admin, password: {env: IPMI_PASSWORD}}
services:
  queue: {kind: rabbitmq, address: 10.20.0.100/24, data: {drbd: {disk: /dev/sdb}}}
"""
DRBD = Path(__file__).parents[2] / "data" / "observe" / "drbd_status"


@pytest.mark.parametrize(("seen", "words"), [("syncing", "not the same yet"), ("not-loaded", "")])
def test_a_node_that_has_the_only_whole_copy_is_not_fenced(seen: str, words: str) -> None:
    text = (DRBD / f"{seen}.in").read_text()
    hosts = {name: FakeHost(name, {str(drbd_status.COMMAND): text}) for name in ("n1", "n2")}
    found = asyncio.run(proof.one_copy(hosts, wish(REPLICATED)))
    assert [words in sentence for sentence in found] == ([True] if words else [])


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        ("syncing", ["the copies of DRBD's /dev/drbd1 are not the same yet, 50 % done"]),
        ("nine", ["the copies of DRBD's db are not the same yet, 57.22 % done"]),
        (
            "nine-of-three",
            [
                "the copies of DRBD's behind are not the same yet, 57.22 % done",
                "the copies of DRBD's only are not the same yet",
            ],
        ),
        ("in-sync", []),
        ("not-loaded", []),
    ],
)
def test_devices_that_no_service_of_the_file_has_are_watched_too(seen: str, said: list[str]) -> None:
    text = (DRBD / f"{seen}.in").read_text()
    hosts = {name: FakeHost(name, {str(drbd_status.COMMAND): text}) for name in ("n1", "n2")}
    assert asyncio.run(proof.one_copy(hosts, wish())) == said


def test_a_node_without_a_disk_has_no_copy() -> None:
    text = (DRBD / "nine.in").read_text()
    text = text.replace('"disk-state": "UpToDate"', '"disk-state": "Diskless"').replace(
        '"client": false', '"client": true'
    )
    hosts = {"n3": FakeHost("n3", {str(drbd_status.COMMAND): text})}
    assert asyncio.run(proof.one_copy(hosts, wish())) == []


def test_where_nobody_has_drbd_there_are_no_copies() -> None:
    assert asyncio.run(proof.one_copy({}, wish())) == []
