"""What watches servers: whose end it tells the cluster, and whose it does not."""

import signal
import socket
import subprocess
import threading
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from tests.unit.catalog.sites import site

import quorate.catalog
from quorate.catalog.service import Service
from quorate.catalog.services.galera import Galera
from quorate.catalog.services.keystone import Keystone
from quorate.catalog.services.web import Web
from quorate.catalog.watched import PROGRAM, Watch, program, watched, watched_at

FILE = Path(quorate.catalog.__file__).parent / "programs/watch"


@pytest.fixture(scope="module")
def watch() -> ModuleType:
    loaded = ModuleType("watch")
    SourceFileLoader("watch", str(FILE)).exec_module(loaded)
    return loaded


def shown(more: str = "", *, id_: str = "db-server", node: str = "n1", active: str = "true") -> str:
    """Return what crm_mon --output-as=xml says of a resource (Pacemaker 2.1.5)."""
    said = 'role="Started" orphaned="false" blocked="false"'
    usual = "".join(f' {key}="{word}"' for key, word in (("managed", "true"), ("failed", "false")) if key not in more)
    return (
        f'<resources>\n<group id="db">\n<resource id="{id_}" resource_agent="ocf:heartbeat:mysql" {said}'
        f' active="{active}"{usual} {more} nodes_running_on="1">\n<node name="{node}" id="1" cached="true"/>\n'
        "</resource>\n</group>\n</resources>"
    )


@pytest.mark.parametrize(
    ("xml", "missed"),
    [
        (shown(), True),
        (shown(id_="db-server:0"), True),
        (shown('managed="false"'), False),
        (shown('failed="true"'), False),
        (shown(active="false"), False),
        (shown(node="n2"), False),
        (shown(id_="db-address"), False),
        ("", False),
    ],
)
def test_only_a_server_that_the_cluster_wants_here_is_missed(watch: ModuleType, xml: str, missed: bool) -> None:
    assert watch.is_missed("db-server", "n1", xml) is missed


@pytest.mark.parametrize(
    ("operation", "status", "underway"),
    [("stop", "-1", True), ("start", "-1", True), ("stop", "0", False), ("monitor", "-1", False)],
)
def test_what_the_cluster_itself_is_doing_is_no_failure(
    watch: ModuleType, operation: str, status: str, underway: bool
) -> None:
    """So Pacemaker 2.1.5 wrote it down while an agent stopped a server whose process had ended."""
    others = '<lrm_rsc_op id="s_monitor_5000" operation="monitor" rc-code="0" op-status="0" interval="5000"/>'
    said = f'<lrm_resource id="s"><lrm_rsc_op id="s_last_0" operation="{operation}" op-status="{status}"/>{others}'
    assert watch.is_underway(f"{said}</lrm_resource>") is underway


def test_an_end_is_seen_when_it_happens(watch: ModuleType, tmp_path: Path) -> None:
    file = tmp_path / "server.pid"
    with subprocess.Popen(["sleep", "60"]) as server:
        file.write_text(f"{server.pid}\n")
        threading.Timer(0.1, server.kill).start()
        assert watch.has_ended(file, server.pid)
    assert not watch.has_ended(file, server.pid)  # it had ended before


def test_a_server_that_systemd_starts_again_is_back_when_another_process_runs(
    watch: ModuleType, tmp_path: Path
) -> None:
    file = tmp_path / "server.pid"
    file.write_text("1\n")
    assert watch.is_back(file, 4194305, within_s=60)
    assert not watch.is_back(file, 1, within_s=0.05)  # the file still names the one that has ended
    file.write_text("4194305\n")  # above what Linux gives: there is no such process
    assert not watch.is_back(file, 1, within_s=0.05)


def test_what_a_watch_does_is_known_from_its_unit() -> None:
    def watch_of(service: Service) -> Watch:
        [found] = watched_at(site("kept", service))
        return found

    assert watch_of(Web(address="10.20.0.100/24")) == Watch("kept-apache"), "its monitor asks it"
    assert watch_of(Galera()) == Watch("kept-server", 5, 15)
    assert watch_of(Keystone()) == Watch("kept-server", 30, 120)


def test_the_questions_own_options_are_not_those_of_who_asks(watch: ModuleType) -> None:
    """MariaDB's has one; it was taken for a time once, and nobody watched any database."""
    for times, given in ({}, []), ({"every": 30.0, "patience": 120.0}, ["--every=30", "--patience=120"]):
        words = ("db-server", "/run/db.pid", "/usr/bin/mariadb-admin", "--socket=/run/db.sock", "ping")
        assert watch.parsed([*given, *words]) == (times, [*words])
    [file] = [f for f in watched("db-server", "/run/db.pid", words[2:], every_s=1) if "ExecStart" in f.content]
    call = file.content.partition("ExecStart=")[2].splitlines()[0].split()
    assert watch.parsed(call[1:]) == ({"every": 1.0, "patience": 15.0}, [*words])


def test_a_number_that_another_server_has_taken_over_is_let_go(
    watch: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "REREAD_MS", 10)
    file = tmp_path / "server.pid"
    file.write_text("1\n")
    with subprocess.Popen(["sleep", "60"]) as stranger:
        assert not watch.has_ended(file, stranger.pid)
        stranger.kill()


def test_what_hangs_is_told_from_what_says_no(watch: ModuleType) -> None:
    assert watch.hangs(["sleep", "60"], patience_s=0.3)
    assert not watch.hangs(["false"], patience_s=60)
    assert not watch.hangs(["/nowhere/mariadb-admin", "ping"])


def test_a_socket_that_nobody_answers_is_told_from_one_that_says_no(watch: ModuleType, tmp_path: Path) -> None:
    path = str(tmp_path / "socket")
    assert not watch.hangs(["unix", path, "show info"], patience_s=60)  # there is none: it says nothing
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        assert not watch.hangs(["unix", path, "show info"], patience_s=60)  # nobody listens
        server.listen()
        assert watch.hangs(["unix", path, "show info"], patience_s=0.3)

        def answers() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(connection.recv(100))

        server.accept()[0].close()  # the one above, which gave up
        answering = threading.Thread(target=answers)
        answering.start()
        assert not watch.hangs(["unix", path, "show info"], patience_s=60)
        answering.join()


def test_a_server_that_hangs_is_ended_and_that_is_seen(
    watch: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "REREAD_MS", 10)
    file = tmp_path / "server.pid"
    with subprocess.Popen(["sleep", "60"]) as server:
        file.write_text(f"{server.pid}\n")
        server.send_signal(signal.SIGSTOP)
        assert watch.has_ended(
            file, server.pid, lambda process: signal.pidfd_send_signal(process, signal.SIGKILL), 0.05
        )
    assert server.returncode == -signal.SIGKILL


def test_a_node_gets_the_program_and_a_unit_that_starts_at_boot() -> None:
    agent, unit = watched("db-server", "/run/mysqld/mysqld.pid")
    assert (agent.path, agent.mode, agent.content) == (PROGRAM, 0o755, program("watch"))
    assert f"ExecStart={PROGRAM} db-server /run/mysqld/mysqld.pid\n" in unit.content
    assert ("systemctl", "enable", "quorate-watch-db-server.service") in unit.then
    assert "WantedBy=multi-user.target" in unit.content
    _, asking = watched("db-server", "/run/mysqld/mysqld.pid", ("mariadb-admin", "ping"))
    assert f"ExecStart={PROGRAM} db-server /run/mysqld/mysqld.pid mariadb-admin ping\n" in asking.content
    _, often = watched("db-server", "/run/x.pid", ("unix", "/run/x.sock", "show info"), every_s=1, patience_s=3)
    assert (
        f"ExecStart={PROGRAM} --every=1 --patience=3 db-server /run/x.pid unix /run/x.sock 'show info'\n"
        in often.content
    )


class Counts:
    """Stands for Pacemaker's counts of failures on a node: what each one told adds, and what a monitor adds just then.

    most: the most that was counted at a time.
    """

    def __init__(self, count: int, each: int, by_monitor: int, refused: int = 0) -> None:
        self.counts = {"asyncmon_0": count, "monitor_5000": 0}
        self.each, self.by_monitor, self.refused = each, by_monitor, refused
        self.most = count

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def output(self, *argv: str) -> str:
        if argv[0] == "attrd_updater":
            name = argv[argv.index("--name") + 1].partition("#")[2]
            self.counts[name] = int(argv[argv.index("--update") + 1]) if "--update" in argv else 0
        return "".join(
            f'<nvpair id="status-1" name="fail-count-db-server#{name}" value="{count}"/>\n'
            for name, count in self.counts.items()
            if count
        )

    def run(self, argv: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        if self.refused:
            self.refused -= 1
            return subprocess.CompletedProcess(argv, 1)
        self.counts["asyncmon_0"] += self.each
        self.counts["monitor_5000"] += self.by_monitor
        self.most = max(self.most, self.total)
        return subprocess.CompletedProcess(argv, 0)

    def begin(self, argv: list[str], **_: object) -> SimpleNamespace:
        self.output(*argv)
        return SimpleNamespace(wait=lambda: 0)


@pytest.fixture
def told(watch: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Callable[[Counts], Counts]:
    """Tell of one end, and return what is counted then."""

    def tell(counts: Counts) -> Counts:
        monkeypatch.setattr(watch, "output", counts.output)
        monkeypatch.setattr(watch, "LOOK_S", 0)
        monkeypatch.setattr(watch.subprocess, "run", counts.run)
        monkeypatch.setattr(watch.subprocess, "Popen", counts.begin)
        watch.tell("db-server", "n1")
        return counts

    return tell


@pytest.mark.parametrize("before", [0, 1])
@pytest.mark.parametrize("each", [1, 2])
@pytest.mark.parametrize("by_monitor", [0, 1])
def test_one_end_counts_as_one_failure(
    told: Callable[[Counts], Counts], before: int, each: int, by_monitor: int
) -> None:
    """Pacemaker 2.1.5 counts two; and a monitor that finds the same end one more."""
    counts = told(Counts(before, each, by_monitor))
    assert counts.total == before + 1
    assert counts.most <= before + 2


@pytest.mark.parametrize("before", [0, 1])
def test_what_the_cluster_cannot_be_told_is_not_counted(told: Callable[[Counts], Counts], before: int) -> None:
    assert told(Counts(before, 2, 0, refused=100)).total == before
    assert told(Counts(before, 2, 0, refused=3)).total == before + 1
