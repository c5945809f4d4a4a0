"""Every seeded fault is found where it stands, nothing else is complained of, and sound files are left alone."""

from pathlib import Path

import pytest
from corpus import BAD, GOOD, expected, findings, seen

from quorate.check.run import rules
from quorate.findings import Severity


def names(files: list[Path]) -> list[str]:
    return [file.stem for file in files]


@pytest.mark.parametrize("file", BAD, ids=names(BAD))
def test_seeded_faults_are_found_and_nothing_else_is(file: Path) -> None:
    found = findings(file)
    wanted = expected(file)
    missed = wanted - seen(found)
    assert not missed, f"not found: {', '.join(map(str, missed))}; found: {', '.join(map(str, seen(found)))}"
    # Remarks (INFO) are no alarm: a file may have more of them than the one it was seeded with.
    alarms = seen([finding for finding in found if finding.severity is not Severity.INFO])
    assert alarms <= wanted, f"false alarms: {', '.join(map(str, alarms - wanted))}"


@pytest.mark.parametrize("file", GOOD, ids=names(GOOD))
def test_sound_files_have_neither_warnings_nor_errors(file: Path) -> None:
    alarms = [f"{f.code}: {f.summary}" for f in findings(file) if f.severity is not Severity.INFO]
    assert alarms == []


def test_every_rule_has_a_bad_file() -> None:
    covered = {wanted.code for file in BAD for wanted in expected(file)}
    assert sorted(set(rules()) - covered) == []


def test_every_expectation_names_a_rule() -> None:
    assert sorted({w.code for file in BAD for w in expected(file)} - set(rules())) == []


def test_the_corpus_is_as_large_as_promised() -> None:
    assert len(BAD) >= 45
    assert len(GOOD) >= 12
