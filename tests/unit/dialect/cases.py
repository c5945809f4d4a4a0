"""Text of the crm shell with what it means: a folder each, with text.crm, and expected.crm and findings.txt."""

from pathlib import Path

CASES = sorted((Path(__file__).parents[2] / "data/dialect/crm").iterdir())
AGENTS = ("ocf:linbit:drbd", "ocf:heartbeat:IPaddr2", "ocf:heartbeat:Filesystem")


def lines(findings):
    """Findings as a golden case has them."""
    return [
        f"{finding.place.line}:{finding.place.column} {finding.severity} {finding.code}: {finding.summary}"
        for finding in findings
    ]
