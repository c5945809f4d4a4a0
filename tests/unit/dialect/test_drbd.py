"""Files of DRBD 8.3 to 9, as guides print them; and whatever is written is read as the same."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.dialect.cases import lines

from quorate.dialect.drbd.model import Configuration, Section, Statement
from quorate.dialect.drbd.read import read
from quorate.dialect.drbd.vocabulary import OPTIONS, SECTIONS
from quorate.dialect.drbd.write import write

CASES = sorted((Path(__file__).parents[2] / "data/dialect/drbd").iterdir())
quick = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))

WORD = st.text("abcdeXYZ0123456789./:-_[]@ {};#äß", min_size=1, max_size=12)
NAME = st.sampled_from(sorted(option for options in OPTIONS.values() for option in options))
COMMENTS = st.lists(st.text("abc {};\"'", max_size=20).map(lambda text: f"#{text}".rstrip()), max_size=2).map(tuple)
STATEMENT = st.builds(Statement, NAME, st.lists(WORD, max_size=3).map(tuple), COMMENTS)


def sections(items):
    inner = st.lists(items, max_size=4).map(tuple)
    arguments = st.lists(WORD, max_size=2).map(tuple)
    return st.builds(Section, st.sampled_from(sorted(SECTIONS)), arguments, inner, COMMENTS, COMMENTS, st.booleans())


configurations = st.builds(
    Configuration, st.lists(st.recursive(STATEMENT, sections, max_leaves=8), max_size=4).map(tuple), COMMENTS
)


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request):
    return request.param


@pytest.fixture
def reading(case):
    return read((case / "drbd.conf").read_text(), "drbd.conf")


def test_what_is_read(case, reading):
    assert write(reading.configuration) == (case / "expected.conf").read_text()


def test_what_is_said(case, reading):
    assert lines(reading.findings) == (case / "findings.txt").read_text().splitlines()


def test_what_is_written_is_read_as_the_same_and_mended(reading):
    again = read(write(reading.configuration), "again.conf")
    assert again.configuration == reading.configuration
    damage = {"missing-space", "missing-semicolon", "missing-brace", "wrong-case", "typographic-quotes"}
    assert not {finding.code for finding in again.findings} & damage


@quick
@given(configurations)
def test_whatever_is_written_is_read_as_the_same(configuration):
    assert read(write(configuration), "x").configuration == configuration


@quick
@given(st.sampled_from(CASES), st.floats(0, 1), st.integers(0, 30), st.text(max_size=5))
def test_reading_never_raises(case, part, length, instead):
    text = (case / "drbd.conf").read_text()
    at = int(part * len(text))
    for finding in read(text[:at] + instead + text[at + length :], "x").findings:
        assert finding.place is not None
        assert finding.summary
        assert finding.why
        assert finding.fix


def test_the_secret_is_shown_nowhere():
    text = 'resource r { net { shared-secret "geheimgeheim"; sharedsecret geheimgeheim; } }'
    findings = read(text, "f").findings
    assert findings
    assert not any("geheim" in str(finding.place.text).split("sharedsecret")[0] for finding in findings)


def test_what_stands_in_a_file():
    configuration = read((CASES[0] / "drbd.conf").read_text(), "f").configuration
    [resource] = configuration.sections("resource")
    assert resource.arguments == ("MySQL",)
    assert [(node.arguments, node.value("address"), node.value("disk")) for node in resource.sections("on")] == [
        (("gb07",), "ipv4 10.10.102.7:7700", "/dev/sda3"),
        (("gb06",), "ipv4 10.10.102.6:7700", "/dev/sda3"),
    ]
