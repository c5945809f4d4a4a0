"""A database on a directory that nodes share: every row that a client was promised outlives what its node suffers."""

import asyncio
from pathlib import Path

import pytest
from staging import Stage

from quorate.build.prepare import prepare
from quorate.catalog.blueprints import blueprints
from quorate.catalog.services import kinds
from quorate.describe.load import load
from quorate.drill.faults import faults
from quorate.drill.outcome import Outcome
from quorate.drill.run import Story, drill
from quorate.drill.verdict import Verdict
from quorate.lab.lab import Lab
from quorate.report.text import summary
from quorate.ui.reach import reach

pytestmark = pytest.mark.lab

TEXT = blueprints()["mariadb-shared-directory"].called("{name}")
ASK = "ip -o address | grep -q 10.20.0.100/ && mariadb -BNe '{}' || true"
MAKE = "CREATE DATABASE kept; CREATE TABLE kept.one (n INT); INSERT INTO kept.one VALUES (42)"


def asked(stage: Stage, sql: str) -> list[str]:
    """Return what the node that has the floating address answers."""
    return "".join(stage.ssh(node, ASK.format(sql)) for node in ("n1", "n2", "n3")).split()


def drilled(stage: Stage, folder: Path, fault: str) -> Outcome:
    """Run one drill on the stage's cluster."""
    text = stage.file.read_text()
    cluster = load(text, str(stage.file), kinds()).cluster
    assert cluster is not None

    async def run() -> Outcome:
        async with reach(cluster, in_lab=True) as found:
            want = await prepare(cluster, found.everybody(), found.secret)
            story = Story("database", folder, text, ["pytest tests/stories/test_database.py"])
            return await drill(Lab(cluster), found.everybody(), want, story, print, fault=faults()[fault])

    return asyncio.run(run())


@pytest.mark.parametrize("stage", [TEXT], indirect=True)
def test_rows_outlive_faults(stage: Stage, tmp_path: Path) -> None:
    stage.apply(check=True)
    assert "nothing to do" in stage.apply(check=True).stdout.splitlines()[-1]
    asked(stage, MAKE)
    for fault in ("power-cut", "standby", "kill-server"):
        outcome = drilled(stage, tmp_path / fault, fault)
        print(summary(outcome))
        writes = outcome.client.writes
        assert writes is not None
        assert (writes.verdict, writes.lost, writes.duplicates) == (Verdict.HELD, (), ()), writes.reason
        assert writes.acknowledged > 300
        assert outcome.client.judgement.outage_s is not None
        assert outcome.verdict is Verdict.HELD, outcome.client.reason
        moves = fault != "kill-server"
        assert (outcome.serving.after != outcome.serving.before) is moves
        assert asked(stage, "SELECT n FROM kept.one") == ["42"]
        about_password = [path for path in (tmp_path / fault).rglob("*") if path.is_file()]
        assert not [path for path in about_password if "IDENTIFIED BY" in path.read_text()]
    assert asked(stage, 'SHOW DATABASES LIKE "quorate%"') == []
    assert asked(stage, 'SELECT User FROM mysql.user WHERE User LIKE "quorate%"') == []
