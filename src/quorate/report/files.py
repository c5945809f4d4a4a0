"""Files: write what was made of a run beside its record: run.json, report.txt, report.html. The I/O of this room."""

import json
from pathlib import Path

from quorate.drill.outcome import Outcome, to_json
from quorate.report.html import page
from quorate.report.text import summary


def write(folder: Path, outcome: Outcome) -> Path:
    """Write the three files into the run's folder, over older ones; return the path of the page."""
    (folder / "run.json").write_text(
        json.dumps(to_json(outcome), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    (folder / "report.txt").write_text(summary(outcome), encoding="utf-8")
    path = folder / "report.html"
    path.write_text(page(outcome), encoding="utf-8")
    return path
