"""The demo as a newcomer runs it: again and again, and the first time, when there is no image of the nodes yet.

The first time is all that `make demo` does, with a new Python environment and an empty /var/lib/quorate: that
directory is covered by an empty one inside a mount namespace of the demo's own, so nothing of this machine's images is
lost. What it does not show: the Debian packages that the lab needs of this machine, where they are missing
(systemd-container, mmdebstrap, openipmi: some 10 s); and Python packages come from pip's cache where that has them.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figures import Figures, Limit
from quorate import __version__
from quorate.lab.lab import labs

QUESTION = "How long does the whole demo take, the first time and later?"

QUORATE = str(Path(sys.executable).parent / "quorate")
ROOT = Path(__file__).parent.parent
STATE = "/var/lib/quorate"
# $1: an empty directory. $2: the source tree. $3: where the Python environment goes. $4: where the report goes.
# What `make demo` does, but for the place of the report.
FIRST = f"""set -e
mkdir -p {STATE}
mount --bind "$1" {STATE}
make --directory "$2" VENV="$3" lab-tools
exec "$3/bin/quorate" demo --output "$4"
"""


def told(argv: list[str], folder: str) -> float:
    """Run a demo to its end; return the seconds. It must have held its target."""
    started = time.perf_counter()
    done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    assert done.returncode == 0, f"status {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return seconds


def first(folder: str) -> float:
    """Tell it as on a machine where it never ran."""
    empty, venv = Path(folder) / "empty", Path(folder) / "venv"
    empty.mkdir()
    script = ["sh", "-c", FIRST, "sh", str(empty), str(ROOT), str(venv), folder]
    return told(["unshare", "--mount", "--propagation=slave", *script], folder)


def run(runs: int) -> Figures:
    """Time the first demo once, later ones `runs` times."""
    figures = Figures(QUESTION, "s", versions={"quorate": __version__})
    assert "web" not in {lab["name"] for lab in labs()}, "the demo would take the lab `web` down, which is up"
    with tempfile.TemporaryDirectory() as folder:
        figures.add("first demo, no image", first(folder))
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            figures.add("demo", told([QUORATE, "demo", "--output", folder], folder))
    figures.limits = [Limit("first demo, no image", 240), Limit("demo", 100)]
    return figures
