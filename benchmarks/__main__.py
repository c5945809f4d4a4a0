"""Run one benchmark, or list them.

What follows the number of runs is the benchmark's own, and in its results' name, but for folders (with a slash).
"""

import importlib
import os
import sys
import tempfile
from pathlib import Path

import benchmarks
from benchmarks.figures import show, write
from quorate import registry

OWN = {"document000", "figures", "nodes", "synthetic"}


def main() -> int:
    """Run the benchmark that was named."""
    names = [name for name in registry.names(benchmarks) if name not in OWN]
    if len(sys.argv) < 2 or sys.argv[1] not in names:
        for name in names:
            print(f"{name:12} {importlib.import_module(f'benchmarks.{name}').QUESTION}")
        return 0 if len(sys.argv) < 2 else 2
    module = importlib.import_module(f"benchmarks.{sys.argv[1]}")
    with tempfile.TemporaryDirectory() as state:  # what drills measure is kept there, and not among the user's own
        os.environ["XDG_STATE_HOME"] = state
        figures = module.run(int(sys.argv[2]) if len(sys.argv) > 2 else 5, *sys.argv[3:])
    print(show(figures))
    words = [sys.argv[1], *(word for word in sys.argv[3:] if "/" not in word)]
    write(figures, Path(__file__).parent / "results" / f"{'-'.join(words)}.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
