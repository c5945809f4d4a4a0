"""Asking explore before a fault: what is written down, and that a drill goes on where it cannot be asked."""

import asyncio
import json
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from quorate.build.want import Want
from quorate.catalog.agents import AgentLibrary
from quorate.catalog.platforms import platforms
from quorate.catalog.services import kinds
from quorate.describe.load import load
from quorate.drill import predicting
from quorate.drill.fault import Scene
from quorate.drill.faults import faults
from quorate.drill.history import History, read
from quorate.drill.prediction import Prediction
from quorate.drill.record import About
from quorate.errors import HostUnreachable, Missing
from quorate.machines.fake import FakeHost
from quorate.render.cib import cib, text

PLATFORM, AGENTS = platforms()[0], AgentLibrary.shipped()
CLUSTER = load(kinds()["web"].example, "cluster.yaml", kinds()).cluster
ABOUT = About(cluster="web", service="site", fault="power-cut", title="x", node="n1", nodes={})


def no_scheduler(_cib: str) -> None:
    raise Missing("crm_simulate is not installed here", "apt install pacemaker-cli-utils")


@pytest.fixture
def hosts() -> dict[str, FakeHost]:
    assert CLUSTER is not None
    live = text(cib(CLUSTER, AGENTS, PLATFORM)).replace('value="lrm://"', 'value="hunter2"')
    assert "hunter2" in live
    return {node.name: FakeHost(node.name, {"cibadmin --query": live}) for node in CLUSTER.nodes}


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "run", ABOUT)


def foretell(hosts: dict[str, FakeHost], history: History, fault: str) -> Prediction:
    assert CLUSTER is not None
    want = Want(CLUSTER, {node.name: PLATFORM for node in CLUSTER.nodes}, AGENTS, lambda _: "")
    scene = Scene(SimpleNamespace(kind="container"), hosts, want, "site", "n1", lambda _: None, ("site",))  # type: ignore[arg-type]
    lines = asyncio.run(predicting.foretell(scene, faults()[fault], history))
    found = read(history.folder).prediction
    assert found is not None
    assert lines == [found.line]
    assert json.loads((history.folder / "prediction.json").read_text())["missing"] == found.missing
    return found


def test_what_is_not_covered_is_said_and_nobody_asked(hosts: dict[str, FakeHost], history: History) -> None:
    assert foretell(hosts, history, "address-stolen").missing == (
        "Explore does not cover this fault: it knows no strangers who take an address."
    )
    assert [host.ran for host in hosts.values()] == [[], [], []]


def test_a_machine_without_the_scheduler_says_so(
    hosts: dict[str, FakeHost], history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predicting, "fitted", no_scheduler)
    found = foretell(hosts, history, "power-cut")
    assert found.missing == "Explore could not be asked: crm_simulate is not installed here."
    assert found.line == found.missing


def test_the_cib_is_kept_without_its_secrets(
    hosts: dict[str, FakeHost], history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predicting, "fitted", no_scheduler)
    foretell(hosts, history, "power-cut")
    kept = (history.folder / "cib.xml").read_text()
    assert "site-apache" in kept
    assert "hunter2" not in kept + (history.folder / "prediction.json").read_text()


def test_nodes_that_do_not_answer_are_no_reason_to_stop(hosts: dict[str, FakeHost], history: History) -> None:
    gone = {name: FakeHost(name, {"cibadmin --query": HostUnreachable(f"{name} is gone", "")}) for name in hosts}
    assert foretell(gone, history, "power-cut").missing == "Explore could not be asked: no node tells its CIB."


def test_a_scheduler_that_takes_too_long_is_not_waited_for(
    hosts: dict[str, FakeHost], history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predicting, "ASKED_S", 0.01)
    monkeypatch.setattr(predicting, "of_scene", lambda *_: time.sleep(0.3))
    assert "no answer within" in foretell(hosts, history, "power-cut").missing
