"""The same on several machines."""

import asyncio

import pytest

from quorate.errors import CommandFailed, HostUnreachable
from quorate.machines.fake import Answer, FakeHost
from quorate.machines.fleet import on_all, run_all
from quorate.machines.host import Host, command


def test_one_failure_is_kept_beside_the_answers() -> None:
    hosts = [
        FakeHost("n1", {"uname": "Linux\n"}),
        FakeHost("n2", {"uname": HostUnreachable("n2 is gone", "power it on")}),
        FakeHost("n3", {"uname": "Linux\n"}),
    ]
    answers = asyncio.run(run_all(hosts, command("uname")))
    assert list(answers.good) == ["n1", "n3"]
    assert answers.failed["n2"].message == "n2 is gone"
    with pytest.raises(HostUnreachable, match="n2 is gone"):
        answers.all()


def test_several_failures_are_told_together() -> None:
    hosts = [FakeHost(name, {"false": Answer(status=1, stderr="no")}) for name in ("n1", "n2")]
    with pytest.raises(CommandFailed) as caught:
        asyncio.run(run_all(hosts, command("false"))).all()
    assert "n1: `false`" in caught.value.message
    assert "n2: `false`" in caught.value.message


def test_what_all_say_alike_is_told_once() -> None:
    hosts = [FakeHost(name, {"true": HostUnreachable("the bastion is gone", "power it on")}) for name in ("n1", "n2")]
    with pytest.raises(HostUnreachable) as caught:
        asyncio.run(run_all(hosts, command("true"))).all()
    assert caught.value.message == "the bastion is gone"


def test_a_defect_is_not_collected() -> None:
    async def work(host: Host) -> None:
        raise KeyError(host.name)

    with pytest.raises(KeyError):
        asyncio.run(on_all([FakeHost("n1")], work))
