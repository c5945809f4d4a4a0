"""Asking hosts for facts, and taking a snapshot of all of them."""

import asyncio
import contextlib
import time
from pathlib import Path

import pytest

from quorate import registry
from quorate.errors import HostUnreachable, QuorateError, Unknown
from quorate.machines.fake import Answer, FakeHost
from quorate.machines.host import command
from quorate.observe import facts, snapshot
from quorate.observe.facts import boot_id, clock, cluster_status, corosync_links, packages, quorum, unit_state
from quorate.observe.gathering import ask, clock_and_offset, gather, gather_about, gather_all

DATA = Path(__file__).parents[2] / "data" / "observe"


def said(case: str) -> str:
    return (DATA / f"{case}.in").read_text()


def member(name: str, **answers: object) -> FakeHost:
    now = time.time()
    return FakeHost(
        name,
        {
            str(boot_id.COMMAND): f"boot-of-{name}\n",
            str(unit_state.command_for(*snapshot.UNITS)): said("unit_state/several"),
            str(clock.COMMAND): f"{now}\n{now}\n",
            str(corosync_links.COMMAND): said("corosync_links/one-path-down"),
            str(quorum.COMMAND): said("quorum/three-nodes"),
            str(cluster_status.COMMAND): said("cluster_status/settled"),
        }
        | {str(globals()[fact].COMMAND): answer for fact, answer in answers.items()},
    )


def test_a_fact_about_something() -> None:
    host = FakeHost(answers={r".* corosync pacemaker": said("packages/one-missing")})
    assert asyncio.run(gather_about(host, packages, "corosync", "pacemaker"))["pacemaker"] == "2.1.5-1+deb12u1"


def test_no_answer_names_the_host_and_what_its_tool_said() -> None:
    host = FakeHost("n7", {"corosync-quorumtool -s": Answer("", 1, "Cannot initialize CMAP service\n")})
    with pytest.raises(Unknown, match=r"n7: Quorum is not known.*\(Cannot initialize CMAP service\)") as caught:
        asyncio.run(gather(host, quorum))
    assert "systemctl status corosync" in caught.value.hint


def test_an_answer_that_cannot_be_read_is_unknown() -> None:
    host = FakeHost(answers={str(quorum.COMMAND): "Quorate: Yes\nNode ID: not a number\n"})
    with pytest.raises(Unknown, match="`corosync-quorumtool -s` printed cannot be read"):
        asyncio.run(gather(host, quorum))


@pytest.mark.parametrize("case", sorted(DATA.glob("*/*.in")), ids=lambda case: f"{case.parent.name}/{case.stem}")
def test_an_answer_that_was_cut_off_never_crashes(case: Path) -> None:
    text, fact = case.read_text(), registry.modules(facts)[case.parent.name]
    host = FakeHost()
    for part in range(8):
        host.expect("true", text[: len(text) * part // 8])
        with contextlib.suppress(Unknown):
            asyncio.run(ask(host, command("true"), fact.parse))


def test_all_hosts_are_asked_and_the_silent_one_is_kept_apart() -> None:
    hosts = [member("n1"), member("n2", quorum=HostUnreachable("gone"))]
    answers = asyncio.run(gather_all(hosts, quorum))
    assert answers.good["n1"].quorate
    assert answers.failed["n2"].message == "gone"


def test_the_offset_of_a_clock_is_known_within_the_round_trip() -> None:
    theirs = clock.Clock(first_s=110.0, last_s=110.5, synchronised=None, service=None, chrony_offset_s=None)
    found = clock.offset(theirs, asked_s=100.0, answered_s=100.7)
    assert found.seconds == pytest.approx(9.9)
    assert found.uncertainty_s == pytest.approx(0.1)
    ahead = FakeHost(answers={str(clock.COMMAND): lambda _: f"{time.time() + 5}\n{time.time() + 5}\n"})
    assert asyncio.run(clock_and_offset(ahead))[1].seconds == pytest.approx(5, abs=0.5)


def test_the_controllers_view_counts() -> None:
    stale = said("cluster_status/settled").replace('name="n1" id="1" with_quorum', 'name="n9" id="1" with_quorum')
    taken = asyncio.run(snapshot.take([member("n2", cluster_status=stale), member("n1")]))
    assert list(taken.nodes) == ["n2", "n1"]
    assert taken.cluster is not None
    assert taken.cluster.dc == "n1"
    assert not taken.silent


def test_a_node_without_quorum_does_not_speak_for_the_cluster() -> None:
    lost = member("n3", quorum=Answer(said("quorum/lost.rc2"), 2))
    taken = asyncio.run(snapshot.take([lost]))
    assert taken.cluster is None
    assert not taken.nodes["n3"].quorate


def test_what_could_not_be_answered_stands_there_as_its_reason() -> None:
    down = member("n2", cluster_status=Answer(said("cluster_status/not-running.rc102"), 102))
    gone = FakeHost("n3", {".*": HostUnreachable("n3 is gone")})
    taken = asyncio.run(snapshot.take([member("n1"), down, gone]))
    assert isinstance(taken.nodes["n2"].cluster, Unknown)
    assert taken.nodes["n2"].quorate
    assert list(taken.silent) == ["n3"]
    assert all(isinstance(getattr(taken.nodes["n3"], f), QuorateError) for f in ("clock", "links", "cluster"))
