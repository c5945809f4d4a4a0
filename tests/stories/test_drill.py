"""`quorate drill` from the command line: one fault after the other, a report of each, an exit code for all."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from staging import FILE, Stage

pytestmark = pytest.mark.lab

# Outside of the lab nobody invents a password or knows the nodes' keys.
PASSWORD = "drill-of-hosts"
LOGIN = "ssh: {key: KEPT/key, known_hosts: KEPT/known_hosts}\n".replace("KEPT", "/var/lib/quorate/lab/labs/{name}")
HOSTS = FILE.replace("nodes:", f"{LOGIN}nodes:", 1)


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IPMI_PASSWORD", PASSWORD)


def record_of(runs: list[Path]) -> Path:
    return runs[0].parent


def outcome_of(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "run.json").read_text())
    return found


def test_faults_one_after_the_other(stage: Stage, tmp_path: Path) -> None:
    stage.apply("--no-test-fencing", check=True)
    record = tmp_path / "records"
    done = stage.quorate("drill", "--lab", str(stage.file), "-o", str(record), "kill-server", "standby")
    assert done.returncode == 0, done.stderr + done.stdout
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [
        ["kill-server", "held"],
        ["standby", "held"],
    ]
    runs = sorted(path.parent for path in record.rglob("run.json"))
    assert [run.name for run in runs] == ["01-kill-server", "02-standby"]
    assert all((run / "report.html").exists() for run in runs)
    for run in runs:  # explore was asked before the fault, and its answer stands beside what was measured
        foretold, prediction = outcome_of(run)["foretold"], json.loads((run / "prediction.json").read_text())
        told, impact = foretold["prediction"], prediction["impact"]
        assert (told["failures"], told["impact"]["after"]) == (prediction["failures"], impact["after"])
        assert foretold["predicted_s"] == pytest.approx(impact["interruption"]["seconds"], abs=1e-5)
        assert (prediction["missing"], impact["state"]) == ("", "interrupted")
        assert foretold["agreement"] != "another end state", foretold["reason"]
        assert (foretold["predicted_s"] > 0, foretold["measured_s"] > 0) == (True, True)
        assert foretold["reason"].split(". ")[0] in " ".join((run / "report.txt").read_text().split())
    suite = ElementTree.parse(next(record.rglob("junit.xml"))).getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "0", "0")
    assert all((record_of(runs) / name).stat().st_size for name in ("index.html", "suite.json"))
    assert "seed " in done.stderr.splitlines()[0]
    again = stage.quorate("drill", "--judge", str(record_of(runs)))
    assert (again.returncode, again.stdout) == (0, done.stdout)
    journal = "journalctl --no-pager --output=cat --unit 'quorate-watch-*'"
    told = "".join(stage.ssh(node, journal) for node in ("n1", "n2", "n3"))
    assert told.count("site-apache has ended; told the cluster") == 1  # the kill, and neither of the orderly stops

    stage.write(FILE.replace("services:", "targets: {outage_s: 0.001}\nservices:"))
    done = stage.quorate("drill", "--lab", str(stage.file), "-o", str(tmp_path / "more"), "--until-fails", "standby")
    assert done.returncode == 1, done.stderr + done.stdout
    outcome = json.loads(next((tmp_path / "more").rglob("run.json")).read_text())
    assert outcome["verdict"] == "violated"

    # The same nodes as real hosts: from where their networks are, without the lab's plugs and keys.
    with stage.as_real_hosts():
        stage.write(HOSTS)
        done = stage.quorate("drill", str(stage.file), "power-cut")
        assert done.returncode == 4, done.stderr
        for reason in (
            "does not allow drills",
            "never proven on n1, n2, n3",
            "nobody has agreed",
            "nothing was changed",
        ):
            assert reason in done.stderr
        stage.write(HOSTS.replace("services:", "drills: true\nservices:"))
        stage.quorate("apply", "--yes", "--test-fencing", str(stage.file), check=True)
        done = stage.quorate("drill", "--yes", str(stage.file), "-o", str(tmp_path / "hosts"), "power-cut")
        assert done.returncode == 0, done.stderr + done.stdout
    outcome = json.loads(next((tmp_path / "hosts").rglob("run.json")).read_text())
    assert [event["target"] for event in outcome["fencing"]] == [outcome["about"]["node"]]
    assert outcome["about"]["place"].startswith("3 real hosts")
