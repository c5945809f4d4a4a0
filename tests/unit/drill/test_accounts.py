"""The accounts of a drill's clients: none is left, wherever the drill is interrupted."""

import asyncio
from contextlib import AbstractAsyncContextManager

import pytest

from quorate.drill import broker, database, identity
from quorate.drill.account import Account
from quorate.drill.probes import _account
from quorate.drill.probes._account import Ask
from quorate.drill.probes._api import Answer, Api, Refused
from quorate.drill.probes.upload import content
from quorate.machines.fake import FakeHost
from quorate.machines.host import Command


def interrupted(_command: Command) -> str:
    """Stand for Ctrl-C while a command is underway."""
    raise asyncio.CancelledError


async def entered(account: AbstractAsyncContextManager[Account]) -> None:
    async with account:
        pytest.fail("it was interrupted before")


def test_an_interrupted_making_leaves_nothing_in_a_database() -> None:
    said: list[bytes] = []

    def mysql(command: Command) -> str:
        said.append(command.input or b"")
        return interrupted(command) if len(said) == 1 else ""

    host = FakeHost("n1", {"mysql .*": mysql})

    async def serving() -> FakeHost:
        return host

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(entered(database.account("mysql", serving, print)))
    assert said[1:] == [database.REMOVE.encode()]


def test_an_interrupted_making_leaves_nothing_in_a_broker() -> None:
    host = FakeHost("n1", {".*add_vhost.*": interrupted, "rabbitmqctl .*": ""})

    async def serving() -> FakeHost:
        return host

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(entered(broker.account(serving, print)))
    assert host.ran_text[-1] == "rabbitmqctl --quiet delete_user quorate_drill"


def test_an_interrupted_making_leaves_nothing_in_an_identity_service(monkeypatch: pytest.MonkeyPatch) -> None:
    actions: list[str] = []

    async def asked(action: str, _wanted: Ask) -> str:
        actions.append(action)
        if action == "make":
            raise asyncio.CancelledError
        return ""

    monkeypatch.setattr(identity, "asked", asked)
    host = FakeHost("n1", {"cat secret": "s3cret\n"})

    async def serving() -> FakeHost:
        return host

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(entered(identity.account(Ask("", "http://x"), "secret", serving, print)))
    assert actions == ["make", "remove"]


ONE = {"id": "id-2", "name": "quorate-drill-2", "status": "active"}


class Images(Api):
    """An image service that answers as told, one after the other, the last for ever."""

    def __init__(self, *answers: bytes | Exception) -> None:
        super().__init__("http://x", 1.0)
        self.answers = list(answers)

    def ask(self, *_: object, **__: object) -> Answer:  # type: ignore[override]
        said = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(said, Exception):
            raise said
        return Answer(200, {}, said)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that moves when the program sleeps."""
    now = [0.0]
    monkeypatch.setattr(_account.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(_account.time, "sleep", lambda s: now.__setitem__(0, now[0] + s))
    return now


@pytest.mark.parametrize(
    ("answers", "whole"),
    [
        ((content(2),), True),
        ((content(3),), False),
        ((Refused(404, "no such image"),), False),
        ((Refused(204, ""),), False),
        ((Refused(503, ""), TimeoutError(), Refused(500, ""), Refused(401, ""), content(2)), True),
    ],
)
def test_only_what_the_service_says_is_gone_is_gone(
    clock: list[float], answers: tuple[bytes | Exception, ...], whole: bool
) -> None:
    assert _account.is_whole(Images(*answers), ONE) is whole
    assert clock[0] < _account.AGAIN_S


def test_of_an_image_that_cannot_be_read_nothing_is_said(clock: list[float]) -> None:
    with pytest.raises(Refused, match="503"):
        _account.is_whole(Images(Refused(503, "")), ONE)
    assert clock[0] == pytest.approx(_account.AGAIN_S, abs=1)
