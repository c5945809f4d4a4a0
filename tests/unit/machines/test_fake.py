"""The scripted machine must not let a test pass by accident."""

import asyncio

import pytest

from quorate.errors import CommandFailed
from quorate.machines.fake import Answer, FakeFile, FakeHost, UnexpectedCommand
from quorate.machines.host import Host, command


def run(host: Host, *words: str, check: bool = True) -> str:
    return asyncio.run(host.run(command(*words), check=check)).stdout


def test_an_unscripted_command_raises() -> None:
    with pytest.raises(UnexpectedCommand, match="reboot"):
        run(FakeHost(answers={"uptime": ""}), "reboot")


def test_answers_by_text_by_expression_by_function_and_in_turn() -> None:
    host = FakeHost(
        answers={
            "a 'b c'": "exact",
            "a .*": "expression",
            "f": lambda c: Answer(str(len(c.argv))),
            "turn": ["first", "second"],
        }
    )
    assert run(host, "a", "b c") == "exact"
    assert run(host, "a", "x") == "expression"
    assert run(host, "f") == "1"
    assert [run(host, "turn") for _ in range(3)] == ["first", "second", "second"]
    assert host.ran_text == ["a 'b c'", "a x", "f", "turn", "turn", "turn"]


def test_a_status_is_judged_as_on_a_real_host() -> None:
    host = FakeHost(answers={"false": Answer("out", 1, "err")})
    with pytest.raises(CommandFailed, match="err"):
        run(host, "false")
    assert run(host, "false", check=False) == "out"


def test_files() -> None:
    host = FakeHost(files={"/a": b"1"})
    asyncio.run(host.put("/b", b"2", mode=0o600, owner="x"))
    assert asyncio.run(host.get("/a")) == b"1"
    assert asyncio.run(host.get("/c")) is None
    assert host.files["/b"] == FakeFile(b"2", 0o600, "x", "root")
