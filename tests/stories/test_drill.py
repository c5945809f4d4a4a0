"""`quorate drill` from the command line: one fault after the other, a report of each, an exit code for all."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from staging import FILE, Stage

pytestmark = pytest.mark.lab


@pytest.mark.parametrize("stage", [FILE], indirect=True)
def test_faults_one_after_the_other(stage: Stage, tmp_path: Path) -> None:
    stage.apply("--no-test-fencing", check=True)
    record = tmp_path / "records"
    done = stage.quorate("drill", "--lab", str(stage.file), "-o", str(record), "kill-server", "standby", "power-cut")
    assert done.returncode == 0, done.stderr + done.stdout
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [
        ["kill-server", "held"],
        ["standby", "held"],
        ["power-cut", "held"],
    ]
    runs = sorted(path.parent for path in record.rglob("run.json"))
    assert [run.name for run in runs] == ["01-kill-server", "02-standby", "03-power-cut"]
    assert all((run / "report.html").exists() for run in runs)
    suite = ElementTree.parse(next(record.rglob("junit.xml"))).getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "0", "0")
    journal = "journalctl --no-pager --output=cat --unit 'quorate-watch-*'"
    told = "".join(stage.ssh(node, journal) for node in ("n1", "n2", "n3"))
    assert told.count("site-apache has ended; told the cluster") == 1  # the kill, and neither of the orderly stops

    stage.write(FILE.replace("services:", "targets: {outage_s: 0.001}\nservices:"))
    done = stage.quorate("drill", "--lab", str(stage.file), "-o", str(tmp_path / "more"), "--until-fails", "standby")
    assert done.returncode == 1, done.stderr + done.stdout
    outcome = json.loads(next((tmp_path / "more").rglob("run.json")).read_text())
    assert outcome["verdict"] == "violated"
