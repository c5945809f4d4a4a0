"""The program behind a broker's start: when the unit counts as started, and when as failed."""

import os
import socket
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

import quorate.catalog

FILE = Path(quorate.catalog.__file__).parent / "programs/rabbitmq-started"
OWN, OTHER = "own", "other"


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The program, with a clock that moves when it sleeps."""
    loaded = ModuleType("started")
    SourceFileLoader("started", str(FILE)).exec_module(loaded)
    clock = [0.0]
    monkeypatch.setattr(loaded.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(loaded.time, "sleep", lambda s: clock.__setitem__(0, clock[0] + s))
    monkeypatch.setenv("MAINPID", str(os.getpid()))
    loaded.clock = clock
    return loaded


def serving(program: ModuleType, monkeypatch: pytest.MonkeyPatch, **since_s: float) -> None:
    """Have brokers serve from that moment on."""
    monkeypatch.setattr(program, "lets_in", lambda who, _port: program.clock[0] >= since_s.get(who, 1e9))


def test_it_ends_when_clients_are_let_in(program: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    serving(program, monkeypatch, own=4)
    program.main("5672", OWN, OTHER)
    assert 4 <= program.clock[0] < 5


def test_where_no_other_serves_it_does_not_hold_pacemaker_up(
    program: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    serving(program, monkeypatch)
    program.main("5672", OWN, OTHER)
    assert program.clock[0] == pytest.approx(program.ALONE_S, abs=1)
    assert "may wait for another broker" in capsys.readouterr().out


def test_where_another_serves_it_waits_longer_but_not_for_ever(
    program: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving(program, monkeypatch, other=3, own=60)
    program.main("5672", OWN, OTHER)
    assert 60 <= program.clock[0] < 61
    serving(program, monkeypatch, other=0)
    program.main("5672", OWN, OTHER)
    assert program.clock[0] == pytest.approx(60 + program.MOST_S, abs=2)


def test_it_fails_only_when_the_server_has_ended(program: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    serving(program, monkeypatch, other=0)
    monkeypatch.setenv("MAINPID", str(2**22 + 1))  # above the kernel's highest
    with pytest.raises(SystemExit, match="has ended"):
        program.main("5672", OWN, OTHER)


def test_somebody_who_listens_is_told_from_nobody(program: ModuleType) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert program.lets_in("127.0.0.1", port)
    assert not program.lets_in("127.0.0.1", port)
