"""A database on a store that the next node can take over: every row that a client was promised outlives its node."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from staging import Stage, is_well

from quorate.build.prepare import prepare
from quorate.catalog.blueprints import blueprints
from quorate.catalog.service import Service
from quorate.catalog.services import kinds
from quorate.describe.cluster import Cluster
from quorate.describe.load import load
from quorate.drill.faults import faults
from quorate.drill.outcome import Outcome
from quorate.drill.run import Story, drill
from quorate.drill.verdict import Verdict
from quorate.lab.lab import Lab
from quorate.report.text import summary
from quorate.ui.reach import reach

pytestmark = pytest.mark.lab

ASK = "ip -o address | grep -q {}/ && mariadb -BNe '{}' || true"
MAKE = "CREATE DATABASE kept; CREATE TABLE kept.one (n INT); INSERT INTO kept.one VALUES (42)"
DISKS = ("mariadb-drbd", "mariadb-shared-disk")  # on kernel nodes
MOVES = {"power-cut": True, "standby": True, "kill-server": False}  # whether another node serves afterwards


def text(blueprint: str) -> str:
    """Return a blueprint's text, to be given a lab's name."""
    return blueprints()[blueprint].called("{name}")


def cluster_of(stage: Stage) -> Cluster:
    """Return the stage's cluster."""
    cluster = load(stage.file.read_text(), str(stage.file), kinds()).cluster
    assert cluster is not None
    return cluster


def asked(stage: Stage, sql: str) -> list[str]:
    """Return what the node that has the floating address answers."""
    cluster = cluster_of(stage)
    service = cluster.services["database"]
    assert isinstance(service, Service)
    ask = ASK.format(service.addresses()[0].ip, sql)
    return "".join(stage.ssh(node.name, ask) for node in cluster.nodes).split()


def drilled(stage: Stage, folder: Path, fault: str) -> Outcome:
    """Run one drill on the stage's cluster."""
    cluster = cluster_of(stage)

    async def run() -> Outcome:
        async with reach(cluster, in_lab=True) as found:
            want = await prepare(cluster, found.everybody(), found.secret)
            story = Story("database", folder, stage.file.read_text(), ["pytest tests/stories/test_database.py"])
            return await drill(Lab(cluster), found.everybody(), want, story, print, fault=faults()[fault])

    return asyncio.run(run())


def every_row_outlives(stage: Stage, folder: Path, order: Sequence[str], rows_min: int) -> list[Outcome]:
    """Drill these faults one after the other, and find every row of each; return what else came of them."""
    asked(stage, "DROP DATABASE IF EXISTS kept; " + MAKE)
    outcomes = []
    for fault in order:
        stage.status(is_well)
        outcome = drilled(stage, folder / fault, fault)
        print(summary(outcome))
        writes, outage = outcome.client.writes, outcome.client.judgement.outage
        assert writes is not None
        assert (writes.verdict, writes.lost, writes.duplicates) == (Verdict.HELD, (), ()), writes.reason
        assert writes.acknowledged > rows_min
        assert outage is not None
        assert not outage.is_open
        outcomes.append(outcome)
        if fault in MOVES:
            assert (outcome.serving.after != outcome.serving.before) is MOVES[fault]
        assert asked(stage, "SELECT n FROM kept.one") == ["42"]
        about_password = [path for path in (folder / fault).rglob("*") if path.is_file()]
        assert not [path for path in about_password if "IDENTIFIED BY" in path.read_text()]
    assert asked(stage, 'SHOW DATABASES LIKE "quorate%"') == []
    assert asked(stage, 'SELECT User FROM mysql.user WHERE User LIKE "quorate%"') == []
    return outcomes


@pytest.mark.parametrize("stage", [text("mariadb-shared-directory")], indirect=True)
def test_rows_outlive_faults(stage: Stage, tmp_path: Path) -> None:
    stage.apply(check=True)
    assert "nothing to do" in stage.apply(check=True).stdout.splitlines()[-1]
    for outcome in every_row_outlives(stage, tmp_path, ("power-cut", "standby", "kill-server"), rows_min=300):
        assert outcome.verdict is Verdict.HELD, outcome.client.reason
    journal = "journalctl --no-pager --output=cat --unit 'quorate-watch-*'"
    told = "".join(stage.ssh(node.name, journal) for node in cluster_of(stage).nodes)
    assert told.count("database-server has ended; told the cluster") == 1, "the kill"


@pytest.mark.parametrize("stage", [text(name) for name in DISKS], ids=DISKS, indirect=True)
def test_rows_on_disks_outlive_faults(stage: Stage, tmp_path: Path) -> None:
    stage.apply("--no-test-fencing", check=True)
    assert "nothing to do" in stage.apply("--no-test-fencing", check=True).stdout.splitlines()[-1]
    for outcome in every_row_outlives(stage, tmp_path, ("power-cut", "standby"), rows_min=100):
        assert outcome.verdict is Verdict.HELD, outcome.client.reason
    if "drbd" in stage.file.read_text():
        # One node alone has all data, and it is gone: the service waits for it, as long as it takes.
        every_row_outlives(stage, tmp_path, ["power-cut-peer-syncing"], rows_min=100)
