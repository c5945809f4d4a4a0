"""The demo, as `make demo` runs it."""

import json
import subprocess
from pathlib import Path

import pytest
from staging import QUORATE, left_over

pytestmark = pytest.mark.lab


def test_demo(tmp_path: Path) -> None:
    done = subprocess.run(
        [QUORATE, "demo", "-o", str(tmp_path)], capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout
    (run,) = tmp_path.glob("*/run")
    outcome = json.loads((run / "run.json").read_text())
    assert outcome["verdict"] == "held"
    page = (run / "report.html").read_text()
    assert "<svg" in page
    assert "http://" not in page.replace("http://10.20.0.100", "").replace("http://www.w3.org/2000/svg", "")
    assert left_over("quorate-demo") == []


def test_demo_of_a_database(tmp_path: Path) -> None:
    argv = [QUORATE, "demo", "mariadb-shared-directory", "-o", str(tmp_path)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    (run,) = tmp_path.glob("*/run")
    outcome = json.loads((run / "run.json").read_text())
    assert outcome["verdict"] == "held"
    (client,) = outcome["clients"]
    assert client["writes"]["lost"] == []
    assert client["writes"]["acknowledged"] > 300
    page = (run / "report.html").read_text()
    assert all(f"<dt>{label}</dt>" in page for label in ("Acknowledged", "Lost", "Duplicates", "Unknown"))
    assert left_over("quorate-demo") == []
