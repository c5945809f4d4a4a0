"""The program around a broker's start: who becomes a new member, and when the unit counts as started, or as failed."""

import os
import socket
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

import quorate.catalog

FILE = Path(quorate.catalog.__file__).parent / "programs/rabbitmq-broker"
OWN, OTHER = "own", "other"
OTHERS = {"rabbit@n1": OTHER}
ALL = {"rabbit@n1", "rabbit@n2"}
HAD = "{[rabbit@n1,'rabbit@n2'],[rabbit@n1]}.\n"
HAD_THREE = "{[rabbit@n1,'rabbit@n2',rabbit@n3],[rabbit@n1]}.\n"
ALONE = "{['rabbit@n2'],['rabbit@n2']}.\n"


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The program, with a clock that moves when it sleeps. It calls nothing; what it would call stands in `called`."""
    loaded = ModuleType("broker")
    SourceFileLoader("broker", str(FILE)).exec_module(loaded)
    clock = [0.0]
    monkeypatch.setattr(loaded.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(loaded.time, "sleep", lambda s: clock.__setitem__(0, clock[0] + s))
    monkeypatch.setenv("MAINPID", str(os.getpid()))
    loaded.clock = clock
    loaded.called = []
    loaded.members = set(ALL)

    def call(*argv: str) -> str:
        loaded.called.append(" ".join(argv))
        if "forget_cluster_node" in argv:
            loaded.members -= {argv[-1]}
        return f"[{','.join(sorted(loaded.members))}]\n" if "eval" in argv else ""

    monkeypatch.setattr(loaded, "call", call)
    return loaded


def serving(program: ModuleType, monkeypatch: pytest.MonkeyPatch, **since_s: float) -> None:
    """Have brokers serve from that moment on."""
    monkeypatch.setattr(program, "lets_in", lambda who, _port: program.clock[0] >= since_s.get(who, 1e9))


def database(base: Path, said: str) -> Path:
    """Make the broker's own database."""
    made = base / "rabbit@n2"
    made.mkdir()
    (made / "cluster_nodes.config").write_text(said)
    return made


def test_it_ends_when_clients_are_let_in(program: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    serving(program, monkeypatch, own=4)
    program.behind(tmp_path, "rabbit@n2", OWN, OTHERS, 5672)
    assert 4 <= program.clock[0] < 5
    assert program.called == []


def test_where_no_other_serves_it_does_not_hold_pacemaker_up(
    program: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    serving(program, monkeypatch)
    program.behind(tmp_path, "rabbit@n2", OWN, OTHERS, 5672)
    assert program.clock[0] == pytest.approx(program.ALONE_S, abs=1)
    assert "may wait for another broker" in capsys.readouterr().out


def test_where_another_serves_it_waits_longer_but_not_for_ever(
    program: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    serving(program, monkeypatch, other=3, own=60)
    program.behind(tmp_path, "rabbit@n2", OWN, OTHERS, 5672)
    assert 60 <= program.clock[0] < 61
    serving(program, monkeypatch, other=0)
    program.behind(tmp_path, "rabbit@n2", OWN, OTHERS, 5672)
    assert program.clock[0] == pytest.approx(60 + program.MOST_S, abs=2)


def test_it_fails_only_when_the_server_has_ended(
    program: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    serving(program, monkeypatch, other=0)
    monkeypatch.setenv("MAINPID", str(2**22 + 1))  # above the kernel's highest
    with pytest.raises(SystemExit, match="has ended"):
        program.behind(tmp_path, "rabbit@n2", OWN, OTHERS, 5672)


def test_one_without_a_disk_has_the_others_forget_it_and_gets_replicas_once(
    program: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    serving(program, monkeypatch, other=0, own=0)
    program.before(tmp_path, "rabbit@n2", OTHERS, 5672)
    assert "rabbitmqctl --silent --node rabbit@n1 forget_cluster_node rabbit@n2" in program.called
    program.called.clear()
    program.behind(tmp_path, "rabbit@n2", OWN, OTHERS, 5672)
    program.behind(tmp_path, "rabbit@n2", OWN, OTHERS, 5672)
    assert program.called == ["rabbitmq-queues --silent grow rabbit@n2 even"]


def test_a_new_machine_whose_place_was_forgotten_gets_replicas_too(
    program: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    serving(program, monkeypatch, other=0, own=0)
    program.members = {"rabbit@n1", "rabbit@n3"}
    program.before(tmp_path, "rabbit@n2", OTHERS, 5672)
    assert not any("forget" in one for one in program.called)
    program.called.clear()
    program.behind(tmp_path, "rabbit@n2", OWN, OTHERS, 5672)
    assert program.called == ["rabbitmq-queues --silent grow rabbit@n2 even"]


def test_one_that_was_forgotten_puts_its_database_aside(
    program: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    serving(program, monkeypatch, other=0)
    old = database(tmp_path, HAD_THREE)
    program.members = {"rabbit@n1", "rabbit@n3"}
    program.before(tmp_path, "rabbit@n2", OTHERS, 5672)
    assert not old.exists()
    [aside] = tmp_path.glob("rabbit@n2.forgotten-*")
    assert (aside / "cluster_nodes.config").read_text() == HAD_THREE


@pytest.mark.parametrize(("said", "members"), [(ALONE, {"rabbit@n1"}), (HAD, ALL), (ALONE, ALL), (HAD, set())])
def test_a_database_of_its_own_or_of_a_member_is_left_alone(
    program: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str, members: set[str]
) -> None:
    serving(program, monkeypatch, other=0)
    kept = database(tmp_path, said)
    program.members = members
    program.before(tmp_path, "rabbit@n2", OTHERS, 5672)
    assert kept.exists()
    assert not any("forget" in one for one in program.called)


@pytest.mark.parametrize(
    ("said", "members"),
    [
        (HAD, {"rabbit@n1": "[rabbit@n1]"}),
        (HAD_THREE, {"rabbit@n1": "[rabbit@n1]"}),
        (HAD_THREE, {"rabbit@n1": "[rabbit@n1]", "rabbit@n3": "[rabbit@n1,rabbit@n2,rabbit@n3]"}),
        (HAD_THREE, {"rabbit@n1": "", "rabbit@n3": "[rabbit@n3]"}),
    ],
    ids=["one of two", "one of three", "one of three, another knows it", "one of three, another says nothing"],
)
def test_a_broker_that_began_without_its_disk_makes_no_full_database_step_aside(
    program: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str, members: dict[str, str]
) -> None:
    monkeypatch.setattr(program, "lets_in", lambda _who, _port: True)
    monkeypatch.setattr(program, "call", lambda *argv: members[argv[argv.index("--node") + 1]])
    kept = database(tmp_path, said)
    program.before(tmp_path, "rabbit@n2", dict.fromkeys(members, OTHER), 5672)
    assert kept.exists()
    assert not (tmp_path / program.NEW).exists()


def test_where_no_other_serves_nothing_is_touched(
    program: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    serving(program, monkeypatch)
    program.before(tmp_path, "rabbit@n2", OTHERS, 5672)
    assert program.called == []
    assert list(tmp_path.iterdir()) == []


def test_whom_it_saw_last_is_kept_while_it_waits(
    program: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    serving(program, monkeypatch)
    last = database(tmp_path, HAD) / program.LAST
    for said in ("[rabbit@n2,rabbit@n3].\n", "[rabbit@n1].\n"):
        last.write_text(said)
        program.before(tmp_path, "rabbit@n2", OTHERS, 5672)
    assert (tmp_path / program.SEEN).read_text() == "[rabbit@n2,rabbit@n3].\n"


def test_the_settings_of_virtual_hosts_are_brought_to_disk(
    program: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    written: list[str] = []
    monkeypatch.setattr(program.os, "fsync", lambda fd: written.append(str(Path(f"/proc/self/fd/{fd}").readlink())))
    serving(program, monkeypatch, own=0)
    settings = tmp_path / "rabbit@n2/msg_stores/vhosts/628WB/.config"
    settings.parent.mkdir(parents=True)
    settings.write_text("[].\n")
    program.behind(tmp_path, "rabbit@n2", OWN, OTHERS, 5672)
    assert written == [str(settings), str(settings.parent)]


def test_somebody_who_listens_is_told_from_nobody(program: ModuleType) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert program.lets_in("127.0.0.1", port)
    assert not program.lets_in("127.0.0.1", port)
