"""What tells proxies whether a Galera server takes writes: what counts, and that it is told in time."""

import socket
import struct
import threading
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest
from tests.unit.catalog.sites import NODE

import quorate.catalog
from quorate.catalog.galera_answers import PROGRAM, galera_answers

FILE = Path(quorate.catalog.__file__).parent / "programs/galera-answers"
WELL = {
    "wsrep_cluster_status": "Primary",
    "wsrep_local_state": "4",
    "wsrep_ready": "ON",
    "read_only": "OFF",
    "wsrep_reject_queries": "NONE",
}


@pytest.fixture(scope="module")
def program() -> ModuleType:
    loaded = ModuleType("galera_answers")
    SourceFileLoader("galera_answers", str(FILE)).exec_module(loaded)
    return loaded


@pytest.mark.parametrize(
    ("differs", "donors", "takes_writes"),
    [
        ({}, False, True),
        ({"wsrep_local_state": "2"}, True, True),
        ({"wsrep_local_state": "2"}, False, False),
        ({"wsrep_local_state": "3"}, True, False),
        ({"wsrep_local_state": "1"}, True, False),
        ({"wsrep_cluster_status": "non-Primary"}, True, False),
        ({"wsrep_ready": "OFF"}, True, False),
        ({"read_only": "ON"}, True, False),
        ({"wsrep_reject_queries": "ALL"}, True, False),
    ],
)
def test_only_a_synced_server_of_a_majority_takes_writes(
    program: ModuleType, differs: dict[str, str], donors: bool, takes_writes: bool
) -> None:
    assert (program.why_not(WELL | differs, donors) == "") is takes_writes


def test_a_server_that_says_nothing_of_a_cluster_takes_no_writes(program: ModuleType) -> None:
    assert program.why_not({"read_only": "OFF"}, donors=True)


def packet(number: int, payload: bytes) -> bytes:
    return struct.pack("<I", len(payload))[:3] + bytes([number]) + payload


def table(rows: dict[str, str]) -> bytes:
    """Return an answer of two columns as MariaDB sends it."""
    lines = [bytes([len(k)]) + k.encode() + bytes([len(v)]) + v.encode() for k, v in rows.items()]
    end = b"\xfe\x00\x00\x02\x00"
    parts = [b"\x02", b"column", b"column", end, *lines, end]
    return b"".join(packet(number + 1, part) for number, part in enumerate(parts))


class Database(threading.Thread):
    """A server that lets everybody in, after having asked for another plugin, and answers every question alike."""

    def __init__(self, path: str, answer: bytes, greeting: bytes = b"\x0a10.11\0") -> None:
        super().__init__(daemon=True)
        self.listening = socket.socket(socket.AF_UNIX)
        self.listening.bind(path)
        self.listening.listen()
        self.answer, self.greeting, self.logins = answer, greeting, 0
        self.start()

    def run(self) -> None:
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            with connection:
                self.logins += 1
                connection.sendall(packet(0, self.greeting))
                if self.greeting[:1] == b"\xff":
                    continue
                connection.recv(4096)
                connection.sendall(packet(2, b"\xfeunix_socket\0"))
                connection.recv(4096)
                connection.sendall(packet(4, b"\0\0\0\2\0\0\0"))
                while connection.recv(4096):
                    connection.sendall(self.answer)

    def close(self) -> None:
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self.join()


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "mysqld.sock")


def test_it_reads_what_the_server_says_and_keeps_its_connection(
    program: ModuleType, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "FRESH_S", 0)
    monkeypatch.setattr(program, "PATIENCE_S", 60)
    database = Database(path, table(WELL))
    answers = program.Answers(path, donors=False)
    assert [answers.now() for _ in range(3)] == ["", "", ""]
    answers.server.close()
    database.close()
    assert database.logins == 1


def test_a_server_that_is_about_to_stop_takes_no_new_clients(
    program: ModuleType, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "LEAVING", tmp_path / "leaving")
    (tmp_path / "leaving").touch()
    assert program.Answers(path, donors=False).now() == "it is about to stop, or has no room for more data"


def test_a_server_that_lets_nobody_in_says_why(program: ModuleType, path: str) -> None:
    database = Database(path, b"", b"\xff\x10\x04#08004Too many connections")
    answers = program.Answers(path, donors=False)
    assert answers.now() == "Too many connections"
    database.close()


def test_a_question_that_is_refused_says_why(program: ModuleType, path: str) -> None:
    refused = packet(1, b"\xff\x17\x04#08S01WSREP has not yet prepared node for application use")
    database = Database(path, refused)
    answers = program.Answers(path, donors=False)
    assert answers.now() == "WSREP has not yet prepared node for application use"
    database.close()


def test_a_server_that_is_not_there_takes_no_writes(program: ModuleType, path: str) -> None:
    assert program.Answers(path, donors=False).now().startswith("it does not run")


def test_a_server_that_has_come_anew_is_asked_at_once(
    program: ModuleType, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "FRESH_S", 0)
    database = Database(path, table(WELL))
    answers = program.Answers(path, donors=False)
    assert answers.now() == ""
    answers.server.connection.shutdown(socket.SHUT_RDWR)  # as when the server has ended
    assert answers.now() == ""
    answers.server.close()
    database.close()
    assert database.logins == 2


def test_a_server_that_hangs_is_given_up_in_time(
    program: ModuleType, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "PATIENCE_S", 0.2)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(path)
        silent.listen()
        assert program.Answers(path, donors=False).now() == "it does not answer"


def test_a_node_gets_the_program_its_service_and_its_port() -> None:
    agent, service, opened = galera_answers(NODE, 9200, "/run/mysqld/mysqld.sock", donors=True)
    assert agent.path == PROGRAM
    assert f"ExecStart={PROGRAM} --donors /run/mysqld/mysqld.sock\n" in service.content
    assert f"ListenStream={NODE.links[0].ip}:9200\n" in opened.content
    assert "FreeBind=yes" in opened.content
    assert ("systemctl", "enable", "quorate-galera-answers.socket") in opened.then
    _, service, _ = galera_answers(NODE, 9200, "/run/mysqld/mysqld.sock", donors=False)
    assert "--donors" not in service.content
