"""The probes of an identity and an image service as they really run: their own processes and real sockets."""

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from tests.drill.openstack import OpenStack

from quorate.drill import identity
from quorate.drill.account import Account
from quorate.drill.history import read_trace
from quorate.drill.probe import Clients, ProbeProcess, probing, probing_all
from quorate.drill.probes._account import Ask
from quorate.drill.probes._connections import HURRIED_MAX
from quorate.drill.probes._process import Settings
from quorate.drill.record import Trace
from quorate.drill.verdict import Verdict
from quorate.drill.writes import KEPT, judge_writes
from quorate.errors import CommandFailed
from quorate.machines.fake import FakeHost

SECRET = "/etc/quorate/secrets/identity.admin"


@pytest.fixture
def openstack() -> Iterator[OpenStack]:
    found = OpenStack()
    yield found
    found.close()


def settings_for(server: OpenStack, path: Path, **more: object) -> Settings:
    values = {"target": server.url, "output": str(path), "every_ms": 100, "hurry_ms": 20, "timeout_ms": 1000}
    account = {"user": "admin", "password": "s3cret", "project": "admin"}
    return Settings(**(values | account | more))  # type: ignore[arg-type]


def trace_of(path: Path) -> Trace:
    trace = read_trace(path, broken := [])
    assert trace is not None
    assert broken == []
    return trace


def probed(kind: str, settings: Settings, failures: int = 1) -> Trace:
    """Return what a probe wrote until so many of its attempts had failed."""

    async def story() -> None:
        async with probing(kind, settings) as probe:
            since_ns = 0
            for _ in range(failures):
                since_ns = (await probe.wait_failed(since_ns=since_ns)).done_ns

    asyncio.run(story())
    return trace_of(Path(settings.output))


def test_a_token_is_asked_for_seldom_while_all_is_well_and_often_while_it_is_not(
    openstack: OpenStack, tmp_path: Path
) -> None:
    path = tmp_path / "identity.jsonl"

    async def story() -> None:
        async with probing("token", settings_for(openstack, path)) as probe:
            steady = await probe.wait_steady(5, timeout_s=30)
            openstack.mode = "busy"
            failed = await probe.wait_failed(since_ns=steady.sent_ns, timeout_s=30)
            await asyncio.sleep(0.5)
            openstack.mode = "answer"
            back = await probe.wait_answered(since_ns=failed.done_ns, timeout_s=30)
            assert (failed.result, failed.detail, back.result) == ("bad-status", "503", "ok")

    asyncio.run(story())
    found = trace_of(path).attempts
    steps = [(one.ok, other.n - one.n) for one, other in pairwise(found)]
    assert any(step >= 5 for ok, step in steps if ok)  # numbers are those of the short steps
    assert any(step < 5 for ok, step in steps if not ok)


def test_a_service_that_is_silent_is_not_asked_without_end(openstack: OpenStack, tmp_path: Path) -> None:
    openstack.mode = "silent"
    found = probed("token", settings_for(openstack, tmp_path / "identity.jsonl", timeout_ms=1000))
    assert {one.result for one in found.attempts} <= {"timeout", "closed"}
    # Who is connected has his answer as soon as there is one; in a hurry it is asked once the first has failed.
    first_failed = next(one.done_ns for one in found.attempts if not one.ok)
    before = [one.n for one in found.attempts if one.sent_ns < first_failed]
    assert all(other - one >= 5 for one, other in pairwise(before))
    # What it does with requests that were given up, a server cannot do with those of who still waits.
    at_once = [sum(one.sent_ns <= other.sent_ns < one.done_ns for one in found.attempts) for other in found.attempts]
    assert max(at_once) == HURRIED_MAX


def test_a_wrong_password_is_no_token(openstack: OpenStack, tmp_path: Path) -> None:
    found = probed("token", settings_for(openstack, tmp_path / "identity.jsonl", password="guessed"), failures=3)
    assert {(one.result, one.detail) for one in found.attempts} == {("bad-status", "401")}


def test_the_account_is_made_for_the_drill_and_removed(openstack: OpenStack) -> None:
    openstack.users["quorate_drill"] = "left by a drill that was killed"
    host = FakeHost("n1", {f"cat {SECRET}": "s3cret\n"})

    async def serving() -> FakeHost:
        return host

    async def story() -> Account:
        async with identity.account(Ask("", f"{openstack.url}/v3"), SECRET, serving, print) as one:  # type: ignore[arg-type]
            assert openstack.users[one.user] == one.password != "left by a drill that was killed"
            assert openstack.roles == ["quorate_drill is member of quorate_drill"]
            return one

    made = asyncio.run(story())
    assert openstack.users == {"admin": "s3cret"}
    assert openstack.projects == {"admin"}
    assert made.password not in repr(made)


def test_why_there_is_no_account_is_said(openstack: OpenStack) -> None:
    with pytest.raises(CommandFailed, match="make failed: 401"):
        asyncio.run(identity.asked("make", Ask("", openstack.url, admin="guessed", user="quorate_drill")))


def test_images_are_listed_read_back_and_uploaded(openstack: OpenStack, tmp_path: Path) -> None:
    openstack.users["quorate_drill"] = "pw"
    ask, account = Ask("", openstack.url, images=openstack.url), Account("quorate_drill", "pw")
    reads, uploads = tmp_path / "images.jsonl", tmp_path / "images.uploads.jsonl"

    async def story() -> tuple[str, str]:
        image = await identity.image(ask, account)
        own = {"token": image.token, "image": image.image, "digest": image.digest}
        reading = settings_for(openstack, reads, **own)
        writing = settings_for(openstack, uploads, token=image.token, every_ms=50, hurry_ms=0, one_at_a_time=True)
        async with probing_all([("image", reading), ("upload", writing)]) as clients:
            await clients.wait_steady()
            openstack.mode = "busy"
            for probe in clients.probes:
                await probe.wait_failed(since_ns=time.monotonic_ns())
            openstack.mode = "answer"
            await clients.wait_again(since_ns=time.monotonic_ns())
        whole = await identity.numbers(ask, account)
        lost = next(id_ for id_, one in openstack.images.items() if one["name"] == "quorate-drill-2")
        openstack.contents[lost] = b"something else"
        return whole, await identity.numbers(ask, account)

    whole, less = asyncio.run(story())
    assert {"GET /v2/images"} < {one for one in openstack.asked if one.startswith("GET /v2/images")}
    assert {one.result for one in trace_of(reads).attempts} >= {"ok", "bad-status"}
    attempts = trace_of(uploads).attempts
    assert {one.result for one in attempts} >= {"ok", "rejected"}
    kept, wrong = ([int(word) for word in text.split()] for text in (whole, less))
    assert judge_writes(attempts, [kept, kept], KEPT["upload"]).verdict is Verdict.HELD
    judged = judge_writes(attempts, [wrong, wrong], KEPT["upload"])
    assert (judged.verdict, judged.lost) == (Verdict.VIOLATED, (2,))


def test_another_content_is_no_good_answer(openstack: OpenStack, tmp_path: Path) -> None:
    openstack.images["id-7"] = {"name": "quorate-drill-read", "id": "id-7", "status": "active"}
    openstack.contents["id-7"] = b"not what was uploaded"
    own = {"token": "gAAAA", "image": "id-7", "digest": "0" * 64}
    found = probed("image", settings_for(openstack, tmp_path / "images.jsonl", **own), failures=2)
    assert {one.result for one in found.attempts} == {"ok", "bad-body"}  # listed, and read back


def test_no_secret_stands_in_the_process_list_or_the_record(openstack: OpenStack, tmp_path: Path) -> None:
    path = tmp_path / "identity.jsonl"

    async def story() -> str:
        async with probing("token", settings_for(openstack, path)) as probe:
            await probe.wait_steady(2, timeout_s=30)
            assert isinstance(probe, ProbeProcess)
            return await asyncio.to_thread(shown, probe.pid)

    def shown(pid: int) -> str:
        return Path(f"/proc/{pid}/cmdline").read_text() + Path(f"/proc/{pid}/environ").read_text()

    seen = asyncio.run(story())
    assert "s3cret" not in seen + path.read_text()


def test_clients_of_several_services_are_followed_as_one(openstack: OpenStack, tmp_path: Path) -> None:
    asking = [("token", settings_for(openstack, tmp_path / f"{name}.jsonl")) for name in ("one", "two")]

    async def story() -> Clients:
        async with probing_all(asking) as clients:
            await clients.wait_steady()
            last = await clients.wait_answered(since_ns=time.monotonic_ns())
            assert last.done_ns == max(probe.attempts[-1].done_ns for probe in clients.probes) or last.ok
            return clients

    assert len(asyncio.run(story()).probes) == 2


def test_who_waits_for_an_address_does_not_come_to_it_all_at_once(tmp_path: Path) -> None:
    # With its queue full a listening socket drops what comes, as an address does that is on its way to another node.
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        address = server.getsockname()
        filling = [socket.create_connection(address)]
        server.settimeout(3)
        path = tmp_path / "identity.jsonl"
        told = {"target": f"http://{address[0]}:{address[1]}/v3", "every_ms": 200, "hurry_ms": 20, "timeout_ms": 5000}

        async def story() -> int:
            settings = Settings(output=str(path), user="one", password="word", project="one", **told)  # type: ignore[arg-type]
            async with probing("token", settings) as probe:
                await probe.wait_failed(since_ns=0, timeout_s=30)
                await asyncio.sleep(2)
                return await asyncio.to_thread(waiting)

        def waiting() -> int:
            server.listen(128)
            for one in filling:
                one.close()
            server.accept()[0].close()
            held, end_s = [], time.monotonic() + 1
            server.settimeout(0.1)
            while time.monotonic() < end_s:
                with suppress(TimeoutError):
                    held.append(server.accept()[0])
            for one in held:
                one.close()
            return len(held)

        came = asyncio.run(story())
    assert len([one for one in trace_of(path).attempts if one.detail == "no connection"]) >= 30
    assert came == HURRIED_MAX
