"""Commands of pcs with what they mean: a folder each, with text.sh, and expected.sh, findings.txt and said.txt."""

from pathlib import Path

from quorate.catalog.agents import AgentLibrary

CASES = sorted((Path(__file__).parents[2] / "data/dialect/pcs").iterdir())
LIBRARY = AgentLibrary.shipped()
