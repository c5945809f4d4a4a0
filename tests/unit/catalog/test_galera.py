"""galera: who begins, who joins, what is never wiped; and what stands in the settings."""

import os
import pwd
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from tests.unit.catalog.sites import CLUSTER, NODE, site

import quorate.catalog
from quorate.catalog.services.galera import Galera, group_options, guard, suspected_s

FILE = Path(quorate.catalog.__file__).parent / "programs/galera"
NODES = ("n1", "n2", "n3")
ONE, OTHER = "11111111-ead9-11f1-b788-7b03cecb23ec", "22222222-ead9-11f1-b788-7b03cecb23ec"


@pytest.fixture(scope="module")
def program() -> ModuleType:
    loaded = ModuleType("galera")
    SourceFileLoader("galera", str(FILE)).exec_module(loaded)
    return loaded


def told(*positions: str) -> dict[str, str]:
    """Return what the nodes tell, those with "" nothing."""
    return {node: f"waiting:{position}" for node, position in zip(NODES, positions, strict=True) if position}


@pytest.mark.parametrize(
    ("positions", "first"),
    [
        (("none", "none", "none"), "n1"),
        (("none", "own", "none"), "n2"),
        (("own", "own", "none"), None),
        ((f"{ONE}:9", f"{ONE}:12", f"{ONE}:11"), "n2"),
        ((f"{ONE}:9", f"{ONE}:100", f"{ONE}:11"), "n2"),
        ((f"{ONE}:12", f"{ONE}:12", f"{ONE}:11"), "n1"),
        (("none", f"{ONE}:3", "broken"), "n2"),
        (("broken", "none", "none"), None),
        ((f"{ONE}:9", "unknown", f"{ONE}:9"), None),
        ((f"{ONE}:9", f"{OTHER}:900", f"{ONE}:9"), None),
        ((f"{ONE}:9", f"{ONE}:12", ""), None),
        (("none", "none", ""), None),
    ],
)
def test_who_begins(program, positions, first):
    assert program.chosen(told(*positions), NODES)[0] == first


def test_it_says_who_is_missed(program):
    assert "n3" in program.chosen(told(f"{ONE}:9", f"{ONE}:12", ""), NODES)[1]


def turn(program, tmp_path, monkeypatch, *positions):
    """Have n1, whose position is the first, take its turn among nodes that tell these; return its arguments."""
    monkeypatch.setattr(program.Guard, "asked", lambda *_: {})
    guard = Fake(program, tmp_path, "")
    guard.here, values = "n1", told(*positions)
    guard.set = lambda name, value: values.update(n1=value) if name == guard.attribute else None
    guard.told = lambda: dict(values)
    return guard.turn(positions[0])


def test_a_permission_to_begin_ends_where_the_node_joins_or_serves(program, tmp_path):
    for value in ("beginning", "joining", "primary"):
        guard, done = Fake(program, tmp_path, ""), []
        guard.set = lambda *words, done=done: done.append(words)
        guard.say(f"waiting:{ONE}:1")
        guard.say(value)
        last = [("galera-database", value), ("galera-database-begin", None)]
        assert done == [("galera-database", f"waiting:{ONE}:1"), *last]


@pytest.mark.parametrize("stranger", ["none", "own"])
def test_a_disk_that_may_come_back_finds_another_history(program, tmp_path, monkeypatch, capsys, stranger):
    grastate = tmp_path / "grastate.dat"
    grastate.write_text(f"uuid:    {ONE}\nseqno:   -1\nsafe_to_bootstrap: 0\n")
    arguments = turn(program, tmp_path, monkeypatch, f"{ONE}:12", f"{ONE}:9", stranger)
    assert arguments == ["--wsrep-new-cluster"]
    assert not grastate.exists()
    assert "new history: n3 says" in capsys.readouterr().out


def test_with_all_that_were_there_the_history_goes_on(program, tmp_path, monkeypatch):
    grastate = tmp_path / "grastate.dat"
    grastate.write_text(f"uuid:    {ONE}\nseqno:   -1\nsafe_to_bootstrap: 0\n")
    arguments = turn(program, tmp_path, monkeypatch, f"{ONE}:12", f"{ONE}:9", "broken")
    assert arguments == [f"--wsrep-start-position={ONE}:12", "--wsrep-new-cluster"]
    assert "safe_to_bootstrap: 1" in grastate.read_text()


def test_a_first_build_that_was_interrupted_goes_on_by_itself(program, tmp_path, monkeypatch):
    assert turn(program, tmp_path, monkeypatch, f"{ONE}:3", "none", "none") == ["--wsrep-new-cluster"]
    assert turn(program, tmp_path, monkeypatch, "none", "none", "none") == ["--wsrep-new-cluster"]


def test_nobody_begins_while_a_server_runs_somewhere(program):
    for value in ("beginning", "joining", "non-primary", "primary"):
        assert program.chosen({**told("none", "none", "none"), "n3": value}, NODES)[0] is None


@pytest.mark.parametrize(
    ("notices", "state"),
    [
        ("", ""),
        ("--status joined --uuid x --primary yes --index 0 --members a/n1/10.0.0.1:3306\n", "joining"),
        ("--status donor --primary yes\n--status connected --primary no\n--status joined --primary yes\n", "joining"),
        ("--status joined --uuid x --primary yes\n--status synced --uuid x --primary yes --index 0\n", "primary"),
        ("--status synced --primary yes\n--status donor --primary yes\n", "primary"),
        ("--status synced --primary yes\n--status connected --primary no\n", "non-primary"),
        ("--status disconnected --uuid x --primary no --index -1\n", "non-primary"),
    ],
)
def test_how_a_server_is(program, notices, state):
    assert program.state_of(notices) == state


class Child:
    """A process that runs until it gets a signal."""

    def __init__(self):
        self.signals = []

    def __call__(self, *_, **__):
        return self

    def poll(self):
        return None

    def send_signal(self, number):
        self.signals.append(number)

    def wait(self, _timeout_s):
        return 0


class Fake:
    """A guard whose commands do nothing, and whose server recovers what it is told."""

    def __new__(cls, program, datadir, recovered):
        guard = program.Guard("galera-database", list(NODES), datadir, "/bin/false")
        guard.recovered = lambda: recovered
        return guard


ZERO = "00000000-0000-0000-0000-000000000000"


def test_what_a_directory_holds(program, tmp_path):
    (tmp_path / "mysql").mkdir()
    assert Fake(program, tmp_path, f"{ZERO}:-1").position() == "none"
    assert Fake(program, tmp_path, None).position() == "unknown"
    assert Fake(program, tmp_path, f"{ONE}:7").position() == f"{ONE}:7"
    (tmp_path / "shop").mkdir()
    assert Fake(program, tmp_path, f"{ZERO}:-1").position() == "own"


def test_databases_of_its_own_are_not_wiped_because_no_position_can_be_recovered(program, tmp_path):
    (tmp_path / "shop").mkdir()
    assert Fake(program, tmp_path, None).position() == "own"
    (tmp_path / "galera.cache").touch()
    assert Fake(program, tmp_path, None).position() == "unknown"
    (tmp_path / "grastate.dat").write_text(f"uuid:    {ONE}\nseqno:   -1\n")
    assert Fake(program, tmp_path, None).position() == "unknown"


def test_half_a_copy_is_no_position(program, tmp_path):
    (tmp_path / "grastate.dat").write_text(f"uuid:    {ZERO}\nseqno:   -1\n")
    assert Fake(program, tmp_path, f"{ONE}:7").position() == "broken"
    assert Fake(program, tmp_path, None).position() == "broken"
    assert Fake(program, tmp_path, f"{ZERO}:-1").position() == "none"
    (tmp_path / "sst_in_progress").touch()
    assert Fake(program, tmp_path, f"{ZERO}:-1").position() == "broken"


def test_after_a_join_that_failed_somebody_else_is_asked_first(program, tmp_path, monkeypatch):
    monkeypatch.setattr(program, "FAILED", tmp_path / "failed")
    guard = Fake(program, tmp_path, "")
    guard.here = "n2"
    assert guard.transfer(is_first_cluster=False) == []
    assert guard.transfer(is_first_cluster=True) == ["--wsrep-sst-method=rsync"]
    (tmp_path / "failed").write_text("1")
    assert guard.transfer(is_first_cluster=False) == ["--wsrep-sst-donor=n1,n3,"]
    (tmp_path / "failed").write_text("2")
    assert guard.transfer(is_first_cluster=False) == []


def claims(program, tmp_path, others):
    """Let n1 claim to begin while the others tell these."""
    guard = Fake(program, tmp_path, "")
    guard.here = "n1"
    said = {}
    guard.set = lambda _name, value: said.update(n1=value)
    guard.told = lambda: {**said, **others}
    return guard.has_claimed("none", lambda now: program.chosen(now, NODES)[0] == "n1")


def test_two_that_claim_both_step_back(program, tmp_path):
    assert claims(program, tmp_path, {"n2": "waiting:none", "n3": "waiting:none"})
    assert not claims(program, tmp_path, {"n2": "claiming:none", "n3": "waiting:none"})
    assert not claims(program, tmp_path, {"n2": "waiting:none", "n3": "beginning"})


@pytest.mark.parametrize(("here", "others", "leaves"), [("primary", "primary", True), ("primary", "joining", False)])
def test_before_it_stops_its_clients_are_sent_elsewhere(program, tmp_path, monkeypatch, here, others, leaves):
    monkeypatch.setattr(program, "LEAVING", tmp_path / "leaving")
    monkeypatch.setattr(program, "LEAVE_S", 0)
    guard = Fake(program, tmp_path, "")
    guard.here, guard.said = "n1", here
    guard.told = lambda: {"n1": here, "n2": others}
    guard.leave()
    assert (tmp_path / "leaving").exists() == leaves


@pytest.mark.parametrize(
    ("free", "others", "full_there", "donors", "aside"),
    [
        (0, {"n2": "primary"}, {}, False, True),
        (0, {"n2": "primary"}, {"n2": "yes"}, False, False),
        (0, {"n2": "joining"}, {}, False, False),
        (0, {"n2": "primary", "n3": "joining"}, {}, False, False),
        (0, {"n2": "primary", "n3": "joining"}, {}, True, True),
        (0, {"n2": "primary", "n3": "joining", "n4": "primary"}, {}, False, True),
        (0, {"n2": "primary", "n3": "joining", "n4": "primary"}, {"n4": "yes"}, False, False),
        (1 << 30, {"n2": "primary"}, {}, False, False),
    ],
)
def test_with_a_full_disk_its_clients_are_sent_to_one_that_has_room(
    program, tmp_path, monkeypatch, free, others, full_there, donors, aside
):
    monkeypatch.setattr(program, "LEAVING", tmp_path / "leaving")
    monkeypatch.setattr(program.shutil, "disk_usage", lambda _: SimpleNamespace(total=100 << 30, free=free))
    guard, said = Fake(program, tmp_path, ""), []
    guard.here, guard.donors = "n1", donors
    guard.set = lambda *words: said.append(words)
    guard.asked = lambda _: full_there
    guard.step_aside({"n1": "primary", **others})
    assert (tmp_path / "leaving").exists() == aside
    assert said == [("galera-database-full", "yes" if free == 0 else None)]
    monkeypatch.setattr(program.shutil, "disk_usage", lambda _: SimpleNamespace(total=100 << 30, free=1 << 30))
    guard.step_aside({"n1": "primary", **others})
    assert not (tmp_path / "leaving").exists()
    assert said[1:] == ([("galera-database-full", None)] if free == 0 else [])


def test_galera_gives_up_a_node_when_corosync_does():
    options = group_options(NODE, 3.0)
    assert (options["evs.suspect_timeout"], options["evs.inactive_timeout"]) == ("PT3S", "PT6S")
    assert suspected_s(site("database", Galera())) == CLUSTER.corosync.effective_token_ms / 1000 == 1.3


def test_settings_name_every_node_and_the_least_preferred_gives_data():
    content = Galera().files(site("database", Galera()), NODE)[0].content
    n1, n2, n3 = (str(node.links[0].ip) for node in CLUSTER.nodes)
    assert f"wsrep_cluster_address = gcomm://{n1},{n2},{n3}\n" in content
    assert "wsrep_sst_donor = n3,n2,\n" in content
    assert f"bind-address = {n1},127.0.0.1\n" in content
    assert guard().startswith("#!/usr/bin/python3")


def test_without_a_proxy_each_node_finds_its_own_server():
    here = site("database", Galera())
    assert here.service.reached(here) == ("127.0.0.1:3306",)
    assert here.service.uses(here) == ()


def test_an_arbitrator_votes_and_holds_nothing():
    here = site("database", Galera(arbitrator="n3"))
    n1, n2, n3 = CLUSTER.nodes
    _, unit = here.service.files(here, n3)
    assert f"--address=gcomm://{n1.links[0].ip}:4567,{n2.links[0].ip}:4567 " in unit.content
    assert "gcache" not in unit.content
    assert (unit.reader, unit.taken) == ("database-garbd", "restart")
    assert unit.reader in {one.id for one in here.service.resources(here).resources}
    assert f"gcomm://{n1.links[0].ip},{n2.links[0].ip}\n" in here.service.files(here, n1)[0].content
    assert here.service.proxied(here)[0].servers.keys() == {"n1", "n2"}
    bars = {(c.resource, c.node) for c in here.service.resources(here).constraints}
    assert bars == {("database", "n3"), ("database-arbitrator", "n1"), ("database-arbitrator", "n2")}
    assert here.service.servers(here).arbitrators == (("database-garbd", "n3"),)


@pytest.fixture(scope="module")
def arbitrator() -> ModuleType:
    loaded = ModuleType("galera-arbitrator")
    SourceFileLoader("galera-arbitrator", str(FILE.with_name("galera-arbitrator"))).exec_module(loaded)
    return loaded


def test_the_arbitrator_runs_while_a_server_is_primary(arbitrator, monkeypatch):
    said, child = votes(arbitrator, monkeypatch, ["", "joining", "primary", "primary", "waiting:none"])
    assert said == ["arbitrating", None]
    assert child.signals == [arbitrator.signal.SIGINT]


def votes(arbitrator, monkeypatch, values):
    """Run the arbitrator while a server says these, None: nobody knows; return what it said, and its garbd.

    After the last value systemd wants an end.
    """
    one, said, left = arbitrator.Arbitrator("galera-database", ["/bin/sleep", "60"]), [], list(values)
    monkeypatch.setattr(arbitrator, "LOOK_S", 0)
    monkeypatch.setattr(arbitrator, "USER", pwd.getpwuid(os.getuid()).pw_name)
    monkeypatch.setattr(arbitrator.subprocess, "Popen", child := Child())

    def told():
        value = left.pop(0)
        one.must_stop = not left
        return None if value is None else {value, "arbitrating"}

    monkeypatch.setattr(one, "told", told)
    monkeypatch.setattr(one, "say", said.append)
    assert one.run() == 0
    return said, child


@pytest.mark.parametrize("glitch", ["non-primary", None])
def test_the_arbitrator_stays_with_a_server_that_may_have_its_majority_back(arbitrator, monkeypatch, glitch):
    said, child = votes(arbitrator, monkeypatch, ["primary", glitch, "primary", glitch, "waiting:none", glitch, "", ""])
    assert said == ["arbitrating", None]
    assert child.signals == [arbitrator.signal.SIGINT]


def test_an_arbitrator_that_hears_nothing_for_long_ends(arbitrator, monkeypatch):
    monkeypatch.setattr(arbitrator, "SILENT_S", 0)
    said, _ = votes(arbitrator, monkeypatch, ["primary", None, "primary", "primary", ""])
    assert said == ["arbitrating", None] * 2


@pytest.mark.parametrize(
    ("told", "needed"),
    [("primary", True), ("non-primary", True), ("joining", False), ("arbitrating", False), ("waiting:none", False)],
)
def test_its_own_word_is_no_reason_to_vote(arbitrator, monkeypatch, told, needed):
    answer = f'name="galera-database" host="n1" value="{told}"\n'
    monkeypatch.setattr(arbitrator.subprocess, "run", lambda *_, **__: SimpleNamespace(stdout=answer, returncode=0))
    assert arbitrator.Arbitrator("galera-database", []).is_needed() is needed


def test_pacemaker_s_daemon_that_is_away_or_hangs_tells_nothing(program, arbitrator, tmp_path, monkeypatch):
    asks = tmp_path / "attrd_updater"
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    for name in (program, arbitrator):
        monkeypatch.setattr(name, "ASK_S", 0.1)
    for script in ("exit 102", "exec sleep 60"):
        asks.write_text(f"#!/bin/sh\n{script}\n")
        asks.chmod(0o755)
        one = arbitrator.Arbitrator("galera-database", [])
        one.say("arbitrating")
        assert one.told() is None
        guard = Fake(program, tmp_path, "")
        guard.say("joining")
        assert guard.told() == {}


def test_only_a_server_that_mariabackup_copies_takes_writes_meanwhile():
    for sst, donors in (("mariabackup", True), ("rsync", False)):
        unit = next(
            one
            for one in Galera(sst=sst).files(site("database", Galera(sst=sst)), NODE)
            if "mariadb" in one.path and one.path.endswith(".conf")
        )
        assert ("/usr/lib/quorate/galera --donors database n1,n2,n3 " in unit.content) == donors


def test_nobody_begins_beside_an_arbitrator_that_votes(program, tmp_path):
    reason = "waits until the arbitrator on n3 has left: it and who begins would be two clusters"
    here = {"n1": f"waiting:{ONE}:9", "n2": f"waiting:{ONE}:9", "n3": "arbitrating"}
    assert program.chosen(here, NODES[:2]) == (None, reason)
    assert not claims(program, tmp_path, {"n2": f"waiting:{ONE}:9", "n3": "arbitrating"})
