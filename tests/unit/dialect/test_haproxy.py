"""haproxy.cfg of several ages; and whatever is written is read as the same."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.dialect.cases import lines

from quorate.dialect.haproxy.model import Configuration, Keyword, Section
from quorate.dialect.haproxy.read import read
from quorate.dialect.haproxy.vocabulary import SECTIONS
from quorate.dialect.haproxy.write import write

CASES = sorted((Path(__file__).parents[2] / "data/dialect/haproxy").iterdir())
quick = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))

PLAIN = st.text("abcXYZ0123./:-_{}%,", min_size=1, max_size=8)
QUOTED = st.text("ab c#${}\\'", max_size=6).map(lambda text: '"' + text.replace("\\", "\\\\") + '"')
SINGLE = st.text('ab c#"\\', max_size=6).map(lambda text: f"'{text}'")
TEXT = st.lists(st.one_of(PLAIN, QUOTED, SINGLE, st.just("a\\ b"), st.just("\\#")), max_size=3).map(" ".join)
NAME = st.text("abcdefgh-", min_size=1, max_size=8).filter(lambda name: name not in SECTIONS)
COMMENTS = st.lists(st.text("abc \"'#", max_size=10).map(lambda text: f"#{text}".rstrip()), max_size=2).map(tuple)
KEYWORDS = st.lists(st.builds(Keyword, NAME, TEXT, COMMENTS), max_size=4).map(tuple)
SECTION = st.builds(Section, st.sampled_from(sorted(SECTIONS)), TEXT, KEYWORDS, COMMENTS)
configurations = st.builds(Configuration, st.lists(SECTION, max_size=4).map(tuple), KEYWORDS, COMMENTS)


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request):
    return request.param


@pytest.fixture
def reading(case):
    return read((case / "haproxy.cfg").read_text(), "haproxy.cfg")


def test_what_is_read(case, reading):
    assert write(reading.configuration) == (case / "expected.cfg").read_text()


def test_what_is_said(case, reading):
    assert lines(reading.findings) == (case / "findings.txt").read_text().splitlines()


def test_what_is_written_is_read_as_the_same(reading):
    assert read(write(reading.configuration), "again.cfg").configuration == reading.configuration


@quick
@given(configurations)
def test_whatever_is_written_is_read_as_the_same(configuration):
    assert read(write(configuration), "x").configuration == configuration


@quick
@given(st.sampled_from(CASES), st.floats(0, 1), st.integers(0, 30), st.text(max_size=5))
def test_reading_never_raises(case, part, length, instead):
    text = (case / "haproxy.cfg").read_text()
    at = int(part * len(text))
    for finding in read(text[:at] + instead + text[at + length :], "x").findings:
        assert finding.place is not None
        assert finding.summary
        assert finding.why
        assert finding.fix


def test_words_are_without_quotes_and_backslashes():
    keyword = Keyword("acl", r"""is_api path_beg "/api \"v1\"" '/a$b' a\ b""")
    assert keyword.words == ("is_api", "path_beg", '/api "v1"', "/a$b", "a b")


def test_passwords_are_shown_nowhere():
    text = (CASES[0] / "haproxy.cfg").read_text()
    findings = read(text, "f").findings
    assert {"password-in-file"} <= {finding.code for finding in findings}
    assert not any("geheim" in f"{finding} {finding.place}" for finding in findings)


def test_what_stands_in_a_section():
    configuration = read((CASES[0] / "haproxy.cfg").read_text(), "f").configuration
    web = next(section for section in configuration.sections if section.kind == "frontend")
    assert web.name == "web"
    assert [keyword.words for keyword in web.all("bind")] == [("*:80",)]
    assert [keyword.words for keyword in web.all("use_backend", "api")] == [("api", "if", "is_api")]
