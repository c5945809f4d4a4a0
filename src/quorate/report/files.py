"""Files: write what was made of a run beside its record, and what was made of a series. The I/O of this room.

A run has run.json, report.txt and report.html; a series has suite.json, junit.xml and index.html.
"""

import json
from pathlib import Path

from quorate.drill import series as several
from quorate.drill.outcome import Outcome
from quorate.drill.outcome_json import to_json
from quorate.drill.series import Series
from quorate.report import junit
from quorate.report.html import page
from quorate.report.index import index
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


def write_series(folder: Path, series: Series) -> Path:
    """Write the three files into the series' folder, over older ones; return the path of the page."""
    text = json.dumps(several.to_json(series), indent=1, ensure_ascii=False)
    (folder / "suite.json").write_text(text + "\n", encoding="utf-8")
    (folder / "junit.xml").write_bytes(junit.xml(series.runs))
    path = folder / "index.html"
    path.write_text(index(series), encoding="utf-8")
    return path
