"""What a running Corosync is told, and what it must never be told."""

import asyncio
import re
from dataclasses import replace
from pathlib import Path

import pytest

from build.wishes import THREE, wish
from quorate.build.change import Change, Effect
from quorate.build.plan import sorted_out
from quorate.build.restarts.way import START_FLAGS, differing, series_of
from quorate.build.steps import corosync_key, membership
from quorate.build.want import Want
from quorate.dialect.corosync.cmap import cmap_of
from quorate.dialect.corosync.reloading import Taken, taken
from quorate.errors import NeverComes
from quorate.findings import Finding, Severity
from quorate.machines.fake import Answer, FakeHost
from quorate.machines.host import Command
from quorate.observe.facts import corosync_runtime, corosync_version, file_state, quorum, unit_state
from quorate.render.corosync import corosync_conf

QUORATE = frozenset({"Quorate"})
TWO = THREE.replace("  n3: {links: [10.20.0.13, 172.20.0.13], fencing: {ipmi: 10.20.9.13}}\n", "")
SWAPPED = THREE.replace("10.20.9.11}}", "10.20.9.11}, id: 2}").replace("10.20.9.12}}", "10.20.9.12}, id: 1}")


def runs(want: Want | None = None, left: tuple[int, ...] = (), **changed: str) -> dict[str, str]:
    """Return the cmap of a node of the running cluster: its configuration, and all its nodes joined or left."""
    cluster = (want or wish()).cluster
    now = cmap_of(corosync_conf(cluster)) | {"nodelist.local_node_pos": "0"}
    for node in cluster.nodes:
        now[f"runtime.members.{node.id}.ip"] = f"r(0) ip({node.links[0].ip}) r(1) ip({node.links[1].ip})"
        now[f"runtime.members.{node.id}.status"] = "left" if node.id in left else "joined"
        now[f"totem.interface.{node.id}.bindnetaddr"] = "10.20.0.11"
    return now | {key.replace("__", "."): value for key, value in changed.items()}


def said(facts: membership.Facts, want: Want | None = None):
    return sorted_out(membership.changes(facts, want or wish()))


def test_corosync_is_started_where_it_does_not_run() -> None:
    changes, findings = said(membership.Facts({"n1": runs(), "n2": None}))
    assert [(change.host, change.effect) for change in changes] == [("n2", Effect.START)]
    assert findings == []


def test_what_runs_as_wanted_is_left_alone() -> None:
    assert said(membership.Facts({"n1": runs(), "n2": runs()}, {"n1": QUORATE})) == ([], [])


def test_a_changed_token_is_one_reload_for_all_nodes() -> None:
    old = runs(totem__token="9999")
    changes, _ = said(membership.Facts({"n1": old, "n2": old}))
    assert [(str(c.actions[0].command), c.effect) for c in changes] == [("corosync-cfgtool -R", Effect.RELOAD)]
    assert "totem.token" in changes[0].words


def test_a_reload_is_told_where_there_is_quorum() -> None:
    old = runs(totem__token="9999")
    changes, _ = said(membership.Facts({"n1": old, "n2": old}, {"n1": frozenset({"WaitForAll"}), "n2": QUORATE}))
    assert [change.host for change in changes] == ["n2"]


UDPU = runs(totem__transport="udpu")
BEFORE = {"n1": b"old", "n2": b"old"}


def test_what_cannot_differ_between_nodes_is_one_restart_of_all() -> None:
    changes, findings = said(membership.Facts({"n1": UDPU, "n2": UDPU}, files=BEFORE))
    assert findings == []
    assert [(change.host, change.step) for change in changes] == [
        ("n1", "corosync.conf"),
        ("n2", "corosync.conf"),
        ("n1", "membership"),
        ("n2", "membership"),
    ]
    assert all(change.difference for change in changes[:2])
    for change in changes[2:]:
        assert (change.effect, change.empties) == (Effect.RESTART_DAEMON, False)
        assert "every resource runs on (totem.transport)" in change.words


def test_who_was_stopped_already_is_part_of_it() -> None:
    changes, _ = said(membership.Facts({"n1": UDPU, "n2": None}, files=BEFORE))
    assert [change.host for change in changes if change.step == "membership"] == ["n1", "n2"]
    assert not any(change.words == "start corosync" for change in changes), "it would be alone"


@pytest.mark.parametrize(("series", "effect"), [("3.1", Effect.RELOAD), ("3.0", Effect.RESTART_DAEMON)])
def test_what_an_older_corosync_cannot_load_anew_is_a_restart_of_all(series: str, effect: Effect) -> None:
    for old, new_key in ((runs(totem__crypto_hash="sha1"), frozenset[str]()), (runs(), frozenset({"n1"}))):
        changes, _ = said(membership.Facts({"n1": old, "n2": old}, new_key=new_key, series=series))
        assert {change.effect for change in changes if change.step == "membership"} == {effect}


def test_the_oldest_corosync_decides_what_can_be_loaded_anew() -> None:
    told = [corosync_version.parse(f"Corosync Cluster Engine, version '{v}'", 0) for v in ("3.1.7", "3.0.3", "2.4.5")]
    assert [series_of(told[: n + 1]) for n in range(3)] == ["3.1", "3.0", "2.4"]
    assert series_of([None, told[0]]) == series_of([]) == "3.1"


def test_a_restart_that_something_speaks_against_is_an_error() -> None:
    facts = membership.Facts({"n1": UDPU}, files=BEFORE, obstacles=("n2 is not online",))
    changes, (finding,) = said(facts)
    assert changes == []
    assert (finding.code, finding.severity) == ("restart-unsafe", Severity.ERROR)
    assert "n2 is not online" in finding.summary
    assert "totem.transport" in finding.summary


@pytest.mark.parametrize(("key", "value"), [("totem.netmtu", "1400"), ("totem.link_mode", "active")])
def test_what_may_differ_is_a_restart_of_one_node_after_the_other(key: str, value: str) -> None:
    old = runs() | {key: value, "totem.token": "9999"}
    changes, findings = said(membership.Facts({"n1": old, "n2": old}, order=("n2", "n1")))
    assert findings == []
    assert [change.host for change in changes] == ["n2", "n1"], "a reload would only seem to have changed it"
    assert all((change.effect, change.empties) == (Effect.RESTART_DAEMON, True) for change in changes)
    assert key in changes[0].words


def test_nodes_and_what_takes_a_restart_are_not_changed_at_once() -> None:
    one_link = {key: value for key, value in runs(totem__netmtu="1400").items() if "ring1" not in key}
    changes, (finding,) = said(membership.Facts({"n1": one_link}))
    assert changes == []
    assert finding.code == "too-much-at-once"


@pytest.mark.parametrize("key", ["quorum.expected_votes", "totem.knet_mtu", "totem.interface.0.knet_ping_interval"])
def test_what_runs_and_the_file_has_no_more_is_a_difference(key: str) -> None:
    assert differing(runs() | {key: "5"}, cmap_of(corosync_conf(wish().cluster))) == {key: Taken.RELOAD}
    (change,), findings = said(membership.Facts({"n1": runs() | {key: "5"}}))
    assert (change.effect, findings) == (Effect.RELOAD, [])


UDP = "corosync: {transport: udp, links: [{multicast: 239.192.42.1}]}\n"


@pytest.mark.parametrize("how", [UDP, "corosync: {transport: udpu}\n", "corosync: {transport: broadcast}\n"])
def test_what_corosync_derives_for_udp_is_no_difference(how: str) -> None:
    want = wish(re.sub(r", 172\.20\.0\.\d+", "", THREE) + how)
    derived = {"totem.interface.0.mcastport": "5405", "totem.interface.0.bindnetaddr": "10.20.0.11"}
    file = cmap_of(corosync_conf(want.cluster))
    assert membership.differing(derived | {"totem.interface.0.mcastaddr": "239.192.99.9"} | file, file) == {}


def test_what_votequorum_reads_at_start_only_does_not_keep_a_reload_back() -> None:
    (change,), _ = said(membership.Facts({"n1": runs() | {"quorum.wait_for_all": "1"}}))
    assert change.effect is Effect.RELOAD


def test_every_flag_of_votequorum_is_read_at_start_only() -> None:
    assert {taken(f"quorum.{option}") for option in START_FLAGS.values()} == {Taken.RESTART}


def test_a_link_that_is_new_is_a_reload_with_all_that_is_said_of_it() -> None:
    one_link = {key: value for key, value in runs().items() if "ring1" not in key}
    (change,), findings = said(membership.Facts({"n1": one_link}))
    assert (change.effect, findings) == (Effect.RELOAD, [])


def test_nodes_in_another_order_and_defaults_left_out_are_no_difference() -> None:
    now = runs()
    swapped = {
        key.translate(str.maketrans("02", "20"))
        if key.startswith("nodelist.node") and "ring" not in key
        else key: value
        for key, value in now.items()
    }
    for link in ("ring0_addr", "ring1_addr"):
        swapped[f"nodelist.node.0.{link}"] = now[f"nodelist.node.2.{link}"]
        swapped[f"nodelist.node.2.{link}"] = now[f"nodelist.node.0.{link}"]
    del swapped["totem.join"]
    assert swapped != now
    assert said(membership.Facts({"n1": swapped})) == ([], [])


@pytest.mark.parametrize("key", ["logging.debug", "runtime.config.totem.hold", "quorum.cancel_wait_for_all"])
def test_what_corosync_keeps_for_itself_is_no_difference(key: str) -> None:
    assert differing(runs() | {key: "1"}, cmap_of(corosync_conf(wish().cluster))) == {}


def test_a_live_node_is_not_dropped() -> None:
    changes, (finding,) = said(membership.Facts({"n1": runs(), "n2": runs()}), wish(TWO + "quorum: {}\n"))
    assert changes == []
    assert (finding.code, finding.severity) == ("live-node-not-in-file", Severity.ERROR)
    assert "n3 (id 3)" in finding.summary
    assert "--remove n3" in finding.fix


def test_one_node_s_word_that_it_is_joined_is_enough() -> None:
    _, (finding,) = said(membership.Facts({"n1": runs(left=(3,)), "n2": runs()}), wish(TWO))
    assert finding.code == "live-node-not-in-file"


def test_a_node_that_left_may_be_dropped() -> None:
    (change, wait), findings = said(membership.Facts({"n1": runs(left=(3,)), "n2": runs(left=(3,))}), wish(TWO))
    assert (change.host, change.effect) == ("n1", Effect.RELOAD)
    assert (wait.host, wait.words) == ("n2", "wait until its links are up")
    assert findings == []


def test_a_live_node_that_no_nodelist_has_is_not_dropped() -> None:
    foreign = {"runtime.members.9.ip": "r(0) ip(10.20.0.99)", "runtime.members.9.status": "joined"}
    _, (finding,) = said(membership.Facts({"n1": runs(totem__token="9") | foreign}))
    assert finding.code == "live-node-not-in-file"
    assert "10.20.0.99" in finding.summary


def test_a_running_node_keeps_its_id() -> None:
    changes, findings = said(membership.Facts({"n1": runs()}), wish(SWAPPED))
    assert changes == []
    assert [(f.code, f.severity, f.path) for f in findings] == [
        ("node-id-changes", Severity.ERROR, ("nodes", "n1")),
        ("node-id-changes", Severity.ERROR, ("nodes", "n2")),
    ]
    assert "`id: 1` for n1" in findings[0].fix


def test_a_node_without_a_name_is_known_by_its_address() -> None:
    nameless = {key: value for key, value in runs(totem__token="9").items() if not key.endswith(".name")}
    (change,), findings = said(membership.Facts({"n1": nameless}))
    assert change.effect is Effect.RELOAD
    assert findings == []


def test_a_replaced_key_is_a_reload_though_nothing_else_differs() -> None:
    facts = membership.Facts({"n1": runs(), "n2": runs()}, new_key=frozenset({"n2"}))
    (change,), _ = said(facts)
    assert (change.host, change.effect) == ("n2", Effect.RELOAD)


def flagged(option: str, flags: frozenset[str]) -> tuple[list[Change], list[Finding]]:
    want = wish(THREE + f"quorum: {{{option}}}\n")
    return said(membership.Facts({"n1": runs(want), "n2": runs(want)}, {"n1": flags, "n2": flags}), want)


@pytest.mark.parametrize("option", ["wait_for_all: true", "last_man_standing: true", "auto_tie_breaker: true"])
def test_what_votequorum_reads_at_its_start_restarts_one_node_after_the_other(option: str) -> None:
    changes, findings = flagged(option, QUORATE)
    assert findings == []
    assert [(change.host, change.effect, change.empties) for change in changes] == [
        ("n1", Effect.RESTART_DAEMON, True),
        ("n2", Effect.RESTART_DAEMON, True),
    ]


def test_what_votequorum_need_not_do_any_more_is_taken_away_by_a_restart() -> None:
    changes, _ = flagged("last_man_standing: false", QUORATE | {"LastManStanding"})
    assert len(changes) == 2


def test_wait_for_all_that_is_still_on_costs_no_restart() -> None:
    changes, (finding,) = flagged("wait_for_all: false", QUORATE | {"WaitForAll"})
    assert changes == []
    assert (finding.code, finding.severity) == ("takes-effect-at-restart", Severity.INFO)
    assert "n1, n2: Corosync still runs with wait_for_all" in finding.summary


VIEW = quorum.parse((Path(__file__).parents[2] / "data/operate/healthy/n1.quorum").read_text(), 0)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, ""),
        ({"expected_votes": 5}, "expects 5 votes, the file 3"),
        ({"expected_votes": 2, "flags": QUORATE | {"LastManStanding"}}, ""),
        ({"quorate": False}, "sees nodes [1, 2, 3], without quorum"),
        ({"members": VIEW.members[:2]}, "sees nodes [1, 2]"),
    ],
)
def test_what_a_membership_lacks(changed: dict[str, object], words: str) -> None:
    said_of_it = membership.lacking(replace(VIEW, **changed), wish())
    assert said_of_it.startswith(words)
    assert bool(said_of_it) is bool(words)


def host(cmap: dict[str, str], *, mark: bool) -> FakeHost:
    """Return a node that answers with this cmap; the question for the key's mark is answered from `mark`."""
    state = f"regular empty file|644|root|root|0|-|{corosync_key.REPLACED}\t\n"
    none = f"missing|-|-|-|-|-|{corosync_key.REPLACED}\t\n"
    answers = {
        str(quorum.COMMAND): (Path(__file__).parents[2] / "data/operate/healthy/n1.quorum")
        .read_text()
        .partition("\n")[2],
        str(corosync_runtime.COMMAND): "".join(f"{key} (str) = {value}\n" for key, value in cmap.items()),
        str(file_state.command_for(corosync_key.REPLACED)): state if mark else none,
        f"rm -f {corosync_key.REPLACED}": "",
    }
    return FakeHost("n1", answers)


@pytest.mark.parametrize("mark", [True, False])
def test_the_mark_of_a_new_key_goes_when_the_membership_is_complete(mark: bool) -> None:
    made = host(runs(), mark=mark)
    asyncio.run(membership.settled({"n1": made}, wish(), lambda _: None))
    assert (f"rm -f {corosync_key.REPLACED}" in made.ran_text) is mark


def test_a_reload_that_was_not_taken_over_is_no_settled_membership() -> None:
    made = host(runs(totem__token="9999"), mark=True)

    async def briefly() -> None:
        await asyncio.wait_for(membership.settled({"n1": made}, wish(), lambda _: None), timeout=0.1)

    with pytest.raises(TimeoutError):
        asyncio.run(briefly())
    assert f"rm -f {corosync_key.REPLACED}" not in made.ran_text


def crashing(*ends: str, came: int = 0) -> FakeHost:
    """Return a node whose Corosync does not answer as long as its unit is as `ends` says, one after the other.

    came: how often it has to be started until it answers; 0: never.
    """
    made = host(runs(), mark=False)
    answers, told, starts = str(quorum.COMMAND), list(ends), []

    def answer(_: Command) -> Answer:
        healthy = (Path(__file__).parents[2] / "data/operate/healthy/n1.quorum").read_text().partition("\n")[2]
        return Answer(healthy) if came and len(starts) >= came else Answer(status=1)

    def unit(_: Command) -> str:
        result = told.pop(0) if len(told) > 1 else told[0]
        state = "active" if result == "success" else "failed"
        return f"Id=corosync.service\nActiveState={state}\nResult={result}\nExecMainStatus=6\n"

    made.expect(answers, answer)
    made.expect(str(unit_state.command_for("corosync.service")), unit)
    made.expect("systemctl start corosync.service", lambda _: starts.append(1) or "")
    return made


def settles(made: FakeHost) -> list[str]:
    """Wait until the membership is settled, and return what was noted."""
    notes: list[str] = []
    asyncio.run(membership.settled({"n1": made}, wish(), notes.append))
    return notes


@pytest.mark.parametrize("result", ["signal", "core-dump"])
def test_a_corosync_that_crashes_at_its_start_is_started_again(result: str) -> None:
    made = crashing(result, came=1)
    assert settles(made)[0] == "n1: corosync was ended by signal 6, and is started again"
    assert made.ran_text.count("systemctl start corosync.service") == 1


def test_a_corosync_that_crashes_twice_is_not_waited_for() -> None:
    made = crashing("signal")
    with pytest.raises(NeverComes, match=r"since n1: corosync was ended by signal 6 twice"):
        settles(made)
    assert made.ran_text.count("systemctl start corosync.service") == 1


@pytest.mark.parametrize("result", ["exit-code", "success"])
def test_a_corosync_that_ended_by_itself_or_does_not_answer_yet_is_not_started_again(result: str) -> None:
    made = crashing(result)

    async def briefly() -> None:
        await asyncio.wait_for(membership.settled({"n1": made}, wish(), lambda _: None), timeout=0.1)

    with pytest.raises(TimeoutError):
        asyncio.run(briefly())
    assert "systemctl start corosync.service" not in made.ran_text


def test_wait_for_all_comes_with_two_node_by_the_reload() -> None:
    running = {"n1": runs(left=(3,)), "n2": runs(left=(3,))}
    changes, findings = said(membership.Facts(running, {"n1": QUORATE, "n2": QUORATE}), wish(TWO))
    assert [change.effect for change in changes] == [Effect.RELOAD, Effect.NOTHING]
    assert findings == []
