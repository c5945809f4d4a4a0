"""Generated configurations through a cluster file and back: crm -> file -> crm, and CIB -> file -> CIB.

Each configuration is made by the tests' own generator: every statement of the crm shell's language with whatever values
can stand in it. It is written as text of the crm shell and as a CIB, each is imported, the file is loaded and rendered,
and every object is looked for in the CIB that comes out. Two samples for each: objects lost, and seconds taken.
"""

import importlib
import time
from typing import Any

from hypothesis import HealthCheck, Phase, assume, given, settings

from benchmarks.figures import Figures, Limit

QUESTION = "How many objects are lost when generated configurations go through a cluster file?"


def run(count: int) -> Figures:
    """Take `count` configurations."""
    losing = importlib.import_module("tests.unit.adopt.losing")
    generated = importlib.import_module("tests.unit.dialect.generated")
    figures = Figures(QUESTION, "objects", limits=[Limit("lost by text", 0), Limit("lost by CIB", 0)])
    objects = 0
    started = time.perf_counter()

    @settings(max_examples=count, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(generated.configurations)
    def one(configuration: Any) -> None:
        nonlocal objects
        assume(losing.is_possible(configuration))
        by_text, by_cib = losing.lost(configuration)
        figures.add("lost by text", by_text.total())
        figures.add("lost by CIB", by_cib.total())
        objects += len(configuration.statements)

    one()
    total = sum(map(sum, figures.samples.values()))
    seconds = time.perf_counter() - started
    figures.notes.append(f"{objects} objects in {count} configurations, both ways; {total:g} lost; {seconds:.0f} s")
    return figures
