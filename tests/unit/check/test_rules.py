"""Every rule keeps the protocol: a reference page as docstring, findings with its own code that say everything."""

from types import ModuleType

import pytest
from corpus import BAD, findings

from quorate.catalog.services import kinds
from quorate.check.run import check, rules, source
from quorate.describe.load import load
from quorate.findings import Finding


@pytest.fixture(scope="session")
def corpus_findings() -> list[Finding]:
    return [finding for file in BAD for finding in findings(file) if finding.code in rules()]


def test_there_are_rules() -> None:
    assert len(rules()) >= 36


@pytest.mark.parametrize("module", rules().values(), ids=rules())
def test_the_docstring_is_a_reference_page(module: ModuleType) -> None:
    lines = (module.__doc__ or "").splitlines()
    assert lines[0].endswith(".")
    assert lines[1] == ""
    assert any(line.startswith("Why: ") for line in lines)
    assert any(line.startswith("What to do: ") for line in lines)
    assert source(module), "no Source: line"


@pytest.mark.parametrize("code", rules())
def test_a_rule_uses_its_own_code(code: str, corpus_findings: list[Finding]) -> None:
    module = rules()[code]
    own = {finding.code for finding in corpus_findings if finding.docs == source(module)}
    assert code in own


def test_findings_say_what_why_and_how_to_mend(corpus_findings: list[Finding]) -> None:
    for finding in corpus_findings:
        assert finding.summary, finding
        assert "\n" not in finding.summary, finding
        assert finding.why, finding
        assert finding.fix, finding
        assert finding.path, finding
        assert finding.docs, finding
        assert not finding.summary.endswith("."), finding
        assert not finding.why.endswith("."), finding
        assert not finding.fix.endswith("."), finding


def test_findings_stand_on_lines_of_the_file(corpus_findings: list[Finding]) -> None:
    for finding in corpus_findings:
        assert finding.place is not None, finding
        assert finding.place.text.strip(), finding


def test_checking_twice_gives_the_same() -> None:
    loaded = load(BAD[0].read_bytes(), BAD[0].name, kinds())
    assert loaded.cluster is not None
    assert check(loaded.cluster) == check(loaded.cluster)


@pytest.mark.parametrize("kind", kinds())
def test_no_example_of_the_catalog_has_an_error(kind: str) -> None:
    loaded = load(kinds()[kind].example, f"{kind}.yaml", kinds())
    assert loaded.cluster is not None
    assert [finding for finding in check(loaded.cluster) if finding.severity == "error"] == []
