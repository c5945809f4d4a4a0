"""A database begins where the operator lets it: what is run, what is written down, and when nothing is done."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest
from tests.unit.catalog.sites import site

from quorate.build import recovering
from quorate.build.history import Origin
from quorate.build.recovering import recover
from quorate.catalog.services.galera import Galera
from quorate.errors import Refused, TimedOut, UsageError
from quorate.machines.fake import FakeHost
from quorate.observe.facts.change_records import FOLDER

ONE = "11111111-ead9-11f1-b788-7b03cecb23ec"
ASK = "attrd_updater --name=galera-database --query --all"
BEGIN = "attrd_updater --name=galera-database-begin --update=yes"
TAKE_BACK = "attrd_updater --name=galera-database-begin --delete"
WAITING = f'name="galera-database" host="n1" value="waiting:{ONE}:17"\nname="x" host="n2" value="waiting:{ONE}:18"\n'
BEGUN = WAITING.replace(f"waiting:{ONE}:18", "primary")


class Quorate:
    """Pacemaker's view, of which recover asks these two."""

    quorate, online = True, {"n1", "n2"}


@asynccontextmanager
async def unlocked(_fleet, _what):
    yield


@pytest.fixture
def fleet(monkeypatch):
    async def status(_fleet):
        return Quorate()

    monkeypatch.setattr(recovering.giving_up.returning, "status", status)
    monkeypatch.setattr(recovering.lock, "held", unlocked)
    common = {"sh -c .*": "", BEGIN: "", TAKE_BACK: ""}
    return {
        "n1": FakeHost("n1", {ASK: [WAITING, WAITING, BEGUN], **common}),
        "n2": FakeHost("n2", {ASK: WAITING, **common}),
    }


def run(fleet, agree=lambda *_: None, **options):
    here = site("database", Galera())
    return asyncio.run(recover(fleet, here, lambda _: None, agree, by=Origin("root", "vm"), **options))


def test_it_begins_on_the_newest_and_is_written_down(fleet):
    asked = []
    assert run(fleet, lambda _node, lost: asked.extend(lost), without=["n3"]) == "n2"
    assert BEGIN in [str(command) for command in fleet["n2"].ran]
    assert BEGIN not in [str(command) for command in fleet["n1"].ran]
    assert "whatever n3 holds" in asked[0]
    (record,) = (json.loads(f.content) for path, f in fleet["n1"].files.items() if path.startswith(FOLDER))
    assert (record["what"], record["state"], record["changes"]) == ("recover database without n3", "done", [])
    assert "whatever n3 holds" in record["foretold"][1]


def no(*_):
    raise Refused("nothing was changed")


@pytest.mark.parametrize("options", [{}, {"without": ["n3"], "agree": no}])
def test_nothing_is_done_unless_the_missing_is_named_and_it_is_agreed_to(fleet, options):
    with pytest.raises(Refused):
        run(fleet, **options)
    assert not [path for host in fleet.values() for path in host.files]
    assert BEGIN not in [str(command) for host in fleet.values() for command in host.ran]


def test_a_node_that_is_in_the_cluster_cannot_be_done_without(fleet):
    with pytest.raises(Refused, match="n2 is in the cluster"):
        run(fleet, without=["n2"])
    with pytest.raises(UsageError, match="n9"):
        run(fleet, without=["n9"])


def test_without_quorum_nothing_begins(fleet, monkeypatch):
    monkeypatch.setattr(Quorate, "quorate", False)
    with pytest.raises(Refused, match="no quorum"):
        run(fleet, without=["n3"])


@pytest.mark.parametrize(
    ("now", "comes"),
    [
        (WAITING.replace(":17", ":19"), "not what was agreed to"),
        (WAITING.replace(":18", ":99").replace("waiting", "joining", 1), "n1 is joining"),
    ],
)
def test_what_has_changed_while_somebody_thought_is_not_begun(fleet, now, comes):
    fleet["n1"].expect(ASK, WAITING, now)
    with pytest.raises(Refused, match=comes):
        run(fleet, without=["n3"])
    assert not [path for host in fleet.values() for path in host.files]
    assert BEGIN not in [str(command) for host in fleet.values() for command in host.ran]


def test_what_began_meanwhile_is_left_alone(fleet):
    fleet["n1"].expect(ASK, WAITING, BEGUN)
    assert run(fleet, without=["n3"]) is None
    assert BEGIN not in [str(command) for host in fleet.values() for command in host.ran]


@pytest.mark.parametrize("ends", [TimedOut("too late"), asyncio.CancelledError()])
def test_a_permission_that_was_not_used_is_taken_back(fleet, monkeypatch, ends):
    async def until(*_, **__):
        raise ends

    monkeypatch.setattr(recovering, "until", until)
    with pytest.raises(type(ends)):
        run(fleet, without=["n3"])
    ran = [str(command) for command in fleet["n2"].ran]
    assert ran.index(BEGIN) < ran.index(TAKE_BACK)
