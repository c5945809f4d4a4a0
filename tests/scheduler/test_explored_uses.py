"""Services that use each other, on three nodes behind a proxy, asked of Pacemaker's own scheduler."""

import pytest
from tests.unit.explore.made_up import subject_of

from quorate.explore.answers import answers
from quorate.explore.asking import Options
from quorate.explore.narrowing import Narrowing
from quorate.explore.result import State
from quorate.explore.run import explore

pytestmark = pytest.mark.tools
SUBJECT = subject_of()


@pytest.fixture(scope="module")
def exploration():
    return explore(SUBJECT, Options(jobs=1), kept=False)


@pytest.fixture(scope="module")
def found(exploration):
    return {one.id: {impact.service: impact for impact in one.impacts} for one in exploration.scenarios}


@pytest.fixture(scope="module")
def gate(found):
    """The node on which the address stands at rest."""
    (node,) = found["node-lost:n1"]["proxy"].before
    return node


def test_the_node_with_the_address_lost_all_wait_for_the_address(found, gate):
    lost = found[f"node-lost:{gate}"]
    assert {impact.state for impact in lost.values()} == {State.INTERRUPTED}
    assert len({impact.interruption for impact in lost.values()}) == 1
    assert lost["images"].through == "proxy"
    assert [one.action for one in lost["images"].path] == ["detect", "decide", "fence", "start"]


def test_another_node_lost_costs_what_the_proxy_needs(found, gate):
    (other, writer) = sorted({"n1", "n2", "n3"} - {gate})[::-1]
    assert writer == "n1", "the first in order holds the writer, and the address stands elsewhere"
    assert found[f"node-lost:{other}"]["proxy"].state is State.DEGRADED
    assert found[f"node-lost:{other}"]["identity"].interruption.seconds == pytest.approx(2.0)
    assert found[f"node-lost:{other}"]["database"].interruption.seconds == pytest.approx(2.0), "until it is expelled"
    assert found["node-lost:n1"]["database"].interruption.seconds == pytest.approx(3.1), "the writer"


def test_the_writer_is_who_the_proxy_says():
    told = subject_of(at={"database": "n2"})
    asked = explore(told, Options(jobs=1, narrowing=Narrowing(faults=("resource-failed",))), kept=False)
    by_id = {one.id: {impact.service: impact for impact in one.impacts} for one in asked.scenarios}
    assert by_id["resource-failed:database-server@n1"]["database"].state is State.UNAFFECTED
    assert by_id["resource-failed:database-server@n2"]["database"].interruption.seconds == pytest.approx(1.1)


def test_a_server_that_is_killed_costs_another_try_and_one_that_stands_by_nothing(found):
    killed = found["resource-failed:identity-server@n2"]
    assert killed["identity"].interruption.seconds == pytest.approx(0.5)
    writer = found["resource-failed:database-server@n1"]
    assert writer["database"].interruption.seconds == pytest.approx(1.1), "until two checks have failed"
    assert killed["images"].through == "identity"
    assert killed["database"].state is State.UNAFFECTED
    standby = found["resource-failed:database-server@n2"]
    assert {impact.state for impact in standby.values()} == {State.UNAFFECTED}


def test_a_cut_link_by_which_servers_are_reached_loses_that_nodes_servers_and_fences_nobody(found, gate):
    (other,) = {"n2", "n3"} - {gate}
    assert found[f"link-cut:{other}/0"]["identity"].interruption.seconds == pytest.approx(2.0)
    assert found["link-cut:n1/0"]["database"].interruption.seconds == pytest.approx(3.1), "the writer"
    assert found["link-cut:n1/0"]["database"].redundancy_gone
    address = found[f"link-cut:{gate}/0"]
    assert {impact.state for impact in address.values()} == {State.DOWN}
    assert (address["proxy"].cause, address["images"].through) == ("unheard", "proxy")
    assert {impact.state for impact in found[f"link-cut:{gate}/1"].values()} == {State.UNAFFECTED}


def test_what_takes_the_entrance_down_is_one_point_of_failure_for_all_that_lean_on_it(exploration):
    points = answers(exploration, SUBJECT)["single_points"]
    boards = [one for one in points.down if one.scenario.startswith("node-and-board-lost:")]
    assert [one.services for one in boards] == [("proxy", "database", "identity", "images")]
    assert "does not share its power" in boards[0].fix


def test_most_of_the_servers_gone_is_down_and_says_so(found):
    pairs = explore(SUBJECT, Options(depth=2, jobs=1), kept=False)
    by_id = {one.id: {impact.service: impact for impact in one.impacts} for one in pairs.scenarios}
    gone = by_id["start-failed:database-server@n2 then start-failed:database-server@n3"]
    assert (gone["database"].state, gone["database"].cause) == (State.DOWN, "too-few")
    assert (gone["identity"].state, gone["identity"].through) == (State.DOWN, "database")
    stood_by = by_id["node-standby:n1 then node-standby:n2"]
    assert stood_by["database"].state is not State.DOWN
