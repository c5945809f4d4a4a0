"""A corosync.conf of some age with what it means: a folder each, with corosync.conf, expected.conf, findings.txt."""

from pathlib import Path

CASES = sorted((Path(__file__).parents[2] / "data/dialect/corosync").iterdir())
