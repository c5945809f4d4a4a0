"""Golden cases: each folder of tests/data/adopt has inputs, the cluster file made of them, findings and the account."""

import os
from pathlib import Path

import pytest
from tests.unit.adopt.adopting import adopted, cluster

from quorate.adopt.account import uncovered
from quorate.adopt.sorting import Input, pieces
from quorate.findings import Severity

DATA = Path(__file__).parents[2] / "data/adopt"
CASES = sorted(path for path in DATA.iterdir() if path.is_dir())
MADE = {"expected.yaml", "report.txt"}


def inputs(case):
    return [(path.name, path.read_text()) for path in sorted(case.iterdir()) if path.name not in MADE]


def report(result):
    """Findings, then what became of everything."""
    lines = []
    for finding in result.findings:
        where = f"{finding.place.file}:{finding.place.line}:{finding.place.column} " if finding.place else ""
        lines.append(f"{where}{finding.severity} {finding.code}: {finding.summary}")
    lines.append("")
    lines += [f"{e.file}:{e.first}-{e.last} {e.what} [{e.fate}] {e.detail}" for e in result.account.sorted()]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case):
    result = adopted(*inputs(case))
    for name, made in (("expected.yaml", result.text), ("report.txt", report(result))):
        if os.environ.get("QUORATE_WRITE_GOLDEN"):
            (case / name).write_text(made)
        assert made == (case / name).read_text(), name
    errors = [finding for finding in result.findings if finding.severity is Severity.ERROR]
    if not errors:
        cluster(result.text)


@pytest.mark.parametrize("verbatim", [False, True], ids=["mended", "verbatim"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_line_is_accounted_for(case, verbatim):
    texts = inputs(case)
    result = adopted(*texts, verbatim=verbatim)
    assert list(uncovered(result.account, dict(texts))) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_password_is_shown(case):
    result = adopted(*inputs(case))
    shown = result.text + report(result) + "".join(str(finding) for finding in result.findings)
    for secret in ("hunter2", "Mydrbdlab", "ADD_PASSWORD_HERE"):
        assert secret not in shown


def test_the_documents_are_sorted_into_what_they_have():
    found = {
        case.name: {piece.kind for name, text in inputs(case) for piece in pieces(Input(name, text))}
        for case in CASES
        if case.name[0].isdigit()
    }
    assert found == {
        "000_drbd_mysql": {"corosync", "drbd", "crm", "prose"},
        "001_shared_disk": {"corosync", "crm", "prose"},
        "002_l3_agent": {"crm", "prose"},
        "003_one_line": {"corosync", "crm", "prose"},
        "004_guide": {"corosync", "drbd", "crm", "prose"},
    }
