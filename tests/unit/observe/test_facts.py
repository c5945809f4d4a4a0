"""Every fact's parser on outputs of the tools: tests/data/observe/FACT/NAME.in is what was printed, NAME.out the value.

A status other than 0 stands in the name (`no-quorum.rc2.in`). A new case needs no Python: put the .in file there, run
`python tests/unit/observe/test_facts.py` to have missing .out files written, and read them.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from quorate import registry
from quorate.errors import Unknown
from quorate.machines.host import Command
from quorate.observe import facts

DATA = Path(__file__).parents[2] / "data" / "observe"
FACTS = registry.modules(facts)
CASES = sorted(DATA.glob("*/*.in"))


def plain(value: object) -> object:
    """Turn a fact into what JSON can hold."""
    if is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value) if f.repr}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(plain(item) for item in value)
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)


def outcome(case: Path) -> str:
    status = re.search(r"\.rc(\d+)\.in$", case.name)
    try:
        value = plain(FACTS[case.parent.name].parse(case.read_text(), int(status[1]) if status else 0))
    except Unknown as unknown:
        value = {"Unknown": unknown.message, "hint": unknown.hint}
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.stem}")
def test_what_the_tool_printed_means(case: Path) -> None:
    assert outcome(case) == case.with_suffix(".out").read_text()


@pytest.mark.parametrize("name", FACTS)
def test_every_fact_has_real_outputs(name: str) -> None:
    assert any(case.parent.name == name for case in CASES)


@pytest.mark.parametrize("name", FACTS)
def test_every_fact_keeps_the_protocol(name: str) -> None:
    fact = FACTS[name]
    assert isinstance(getattr(fact, "COMMAND", None), Command) or callable(fact.command_for)
    assert callable(fact.parse)


if __name__ == "__main__":
    for missing in CASES:
        if not missing.with_suffix(".out").exists():
            missing.with_suffix(".out").write_text(outcome(missing))
            print(missing.with_suffix(".out"))
