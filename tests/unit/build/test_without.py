"""Doing without nodes that are down: named by the operator, really away, and only what the others can do alone."""

import asyncio
from dataclasses import replace

import pytest

from build.wishes import THREE, wish
from quorate.build.stages import STAGES
from quorate.build.steps import cib as cib_step
from quorate.build.steps import power, proof, storage
from quorate.build.without import mind, named, possible
from quorate.errors import Refused, UsageError
from quorate.machines.fake import Answer, FakeHost
from quorate.observe.facts import cib, cluster_status
from quorate.render.merge import RESTART_SET

WANT = replace(wish(), without=frozenset({"n3"}))
STORED = THREE.replace(
    "site: {kind: web, address: 10.20.0.100/24}",
    "db: {kind: mariadb, nodes: [n1, n3], address: 10.20.0.100/24, data: {drbd: {disk: /dev/sda3, filesystem: xfs}}}",
)
MON = """<pacemaker-result api-version="2.25"><summary><current_dc present="true" version="2.1.5" name="n1"
 with_quorum="{quorum}" mixed_version="false"/><cluster_options/></summary><nodes>
 <node name="n1" id="1" online="true" type="member"/><node name="n3" id="3" online="{online}"
 unclean="{unclean}" resources_running="{running}" type="member"/></nodes>
 <status code="0" message="OK"/></pacemaker-result>"""
CIB = """<cib epoch="7" num_updates="3" admin_epoch="0"><configuration><crm_config>{restarting}</crm_config><nodes/>
<resources>{resources}</resources><constraints/></configuration><status/></cib>"""
STORE = '<primitive id="db-filesystem" class="ocf" provider="heartbeat" type="Filesystem"/>'


def host(*, resources: str = "", restarting: str = "", **said: str) -> dict[str, FakeHost]:
    how = {"quorum": "true", "online": "false", "unclean": "false", "running": "0"} | said
    answers = {
        str(cluster_status.COMMAND): MON.format(**how),
        str(cib.COMMAND): CIB.format(resources=resources, restarting=restarting),
    }
    return {"n1": FakeHost("n1", answers)}


def test_only_nodes_of_the_file_can_be_named_and_somebody_has_to_be_left() -> None:
    assert named(WANT.cluster, ["n3"], ["n1", "n2"]) == {"n3"}
    assert named(WANT.cluster, [], []) == frozenset()
    with pytest.raises(UsageError, match="there is no node n7"):
        named(WANT.cluster, ["n7"], ["n1"])
    with pytest.raises(UsageError, match="no node would be left"):
        named(WANT.cluster, ["n1", "n2"], ["n1"])


def test_what_needs_every_node_is_left_out() -> None:
    left = [stage.cluster_step for stage in possible(STAGES)]
    assert storage not in left
    assert proof not in left
    assert cib_step in left
    assert len(left) == len(STAGES) - 2


def test_a_node_that_is_away_is_done_without() -> None:
    asyncio.run(mind(host(), WANT))


def test_one_that_merely_does_not_answer_here_is_not_away() -> None:
    with pytest.raises(Refused, match="n3 runs in the cluster"):
        asyncio.run(mind(host(online="true"), WANT))


def test_one_whose_resources_run_on_without_pacemaker_is_not_away() -> None:
    with pytest.raises(Refused, match="resources run on without Pacemaker on n3"):
        asyncio.run(mind(host(running="2"), WANT))


def test_one_that_was_lost_is_done_without_so_that_its_fencing_can_be_mended() -> None:
    asyncio.run(mind(host(running="2", unclean="true"), WANT))


def test_a_restart_of_all_together_is_not_ended_without_one_of_them() -> None:
    mark = f'<cluster_property_set id="{RESTART_SET}"/>'
    with pytest.raises(Refused, match="n3 may run resources without Pacemaker") as told:
        asyncio.run(mind(host(restarting=mark), WANT))
    assert "cibadmin --delete" in told.value.hint


def test_without_quorum_or_a_cluster_nothing_is_done() -> None:
    with pytest.raises(Refused, match="the others have no quorum"):
        asyncio.run(mind(host(quorum="false"), WANT))
    silent = FakeHost("n1", {str(cluster_status.COMMAND): Answer(status=102)})
    with pytest.raises(Refused, match="does not run on the other nodes"):
        asyncio.run(mind({"n1": silent}, WANT))


def test_storage_is_not_made_without_a_node_that_is_to_have_it() -> None:
    want = replace(wish(STORED), without=frozenset({"n3"}))
    with pytest.raises(Refused, match="the storage of db cannot be made without n3"):
        asyncio.run(mind(host(), want))
    asyncio.run(mind(host(resources=STORE), want))


def test_nobody_asks_a_node_that_is_away_or_for_its_power() -> None:
    asked = power.questions(WANT)
    assert {name for name, _, _ in asked} == {"n1", "n2"}
    assert {victim for _, _, victim in asked} == {"n1", "n2"}
    assert [node.name for node in WANT.awaited] == ["n1", "n2"]
