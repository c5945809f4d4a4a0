"""Run one benchmark, or list them. What follows the number of runs is the benchmark's own, and in its results' name."""

import importlib
import sys
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
    figures = module.run(int(sys.argv[2]) if len(sys.argv) > 2 else 5, *sys.argv[3:])
    print(show(figures))
    write(figures, Path(__file__).parent / "results" / f"{'-'.join([sys.argv[1], *sys.argv[3:]])}.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
