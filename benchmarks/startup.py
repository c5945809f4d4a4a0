"""How long a person waits for --help, and for the check of a 16-node file; crm and pcs are the peers."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.figures import Figures, Limit, Ratio, timed
from quorate import __version__

QUESTION = "How long do `quorate --help` and `quorate check` of a 16-node file take?"

QUORATE = str(Path(sys.executable).parent / "quorate")


def sixteen_nodes() -> str:
    """Return a cluster file with sixteen nodes, two links each, and eight services."""
    nodes = "\n".join(
        f"  n{i}: {{links: [10.1.0.{i}, 10.2.0.{i}], fencing: {{ipmi: 10.3.0.{i}}}}}" for i in range(1, 17)
    )
    services = "\n".join(f"  web{i}: {{kind: web, address: 10.1.0.{100 + i}/24}}" for i in range(8))
    return (
        f"cluster: sixteen\nnodes:\n{nodes}\nquorum: {{auto_tie_breaker: lowest, wait_for_all: true}}\n"
        f"fencing:\n  ipmi: {{user: admin, password: {{env: IPMI_PASSWORD}}}}\nservices:\n{services}\n"
    )


def version(program: str) -> str:
    """Return the last word that the program says of its version: "crm 4.4.1", "0.11.5"."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout.split()
    return said[-1] if said else "unknown"


def run(runs: int) -> Figures:
    """Time the contenders in turn."""
    figures = Figures(QUESTION, "s", versions={"quorate": __version__})
    figures.versions |= {peer: version(peer) for peer in ("crm", "pcs") if shutil.which(peer)}
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(sixteen_nodes())
        file.flush()
        contenders = {
            "quorate --help": [QUORATE, "--help"],
            "quorate check, 16 nodes": [QUORATE, "check", file.name],
            "crm --version": ["crm", "--version"],
            "pcs --version": ["pcs", "--version"],
        }
        present = {name: argv for name, argv in contenders.items() if shutil.which(argv[0])}
        figures.notes = [f"{name}: not installed here" for name in contenders if name not in present]
        for turn in range(runs + 1):
            for name, argv in present.items():
                seconds = timed(argv)
                if turn:  # the first turn warms the disk's cache
                    figures.add(name, seconds)
    figures.ratios = [Ratio("quorate --help", peer) for peer in ("crm --version", "pcs --version") if peer in present]
    figures.limits = [Limit("quorate --help", 0.25), Limit("quorate check, 16 nodes", 0.6)]
    return figures
