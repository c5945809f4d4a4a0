"""corosync.conf of every age, as guides print it and as tools write it."""

import pytest
from tests.unit.dialect.cases import lines
from tests.unit.dialect.corosync_cases import CASES

from quorate.dialect.corosync.model import Configuration
from quorate.dialect.corosync.read import read
from quorate.dialect.corosync.write import write


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request):
    return request.param


@pytest.fixture
def reading(case):
    return read((case / "corosync.conf").read_text(), "corosync.conf")


def codes(text):
    return {finding.code for finding in read(text, "f").findings}


def test_what_is_read(case, reading):
    assert write(reading.configuration) == (case / "expected.conf").read_text()


def test_what_is_said(case, reading):
    assert lines(reading.findings) == (case / "findings.txt").read_text().splitlines()


def test_what_is_written_is_read_as_the_same(reading):
    again = read(write(reading.configuration), "again.conf")
    assert write(again.configuration) == write(reading.configuration)
    assert {finding.code for finding in again.findings} <= {finding.code for finding in reading.findings}


def test_a_line_that_is_too_long_is_broken_where_it_is_a_comment():
    written = write(Configuration(last_comments=("# " + "wörter " * 200,)))
    assert max(len(line.encode()) for line in written.splitlines()) <= 510
    assert " ".join(line.removeprefix("# ") for line in written.splitlines()).split() == ["wörter"] * 200


def test_of_a_key_that_stands_twice_the_last_counts():
    configuration = read("totem {\n token: 1000\n token: 2000\n}\ntotem {\n token: 3000\n}\n", "f").configuration
    assert configuration.at("totem", "token").value == "3000"
    assert [section.value("token") for section in configuration.sections("totem")] == ["2000", "3000"]


def test_places_do_not_make_configurations_differ():
    assert read("totem {\n}\n", "f").configuration == read("\n\n  totem   {\n\n}\n", "f").configuration


def test_the_secret_key_is_shown_nowhere():
    reading = read("totem {\n version: 2\n key: geheimgeheim\n keyx: 3\n key: geheimgeheim } x\n}\n", "f")
    assert reading.findings
    assert not any("geheim" in f"{finding} {finding.place}" for finding in reading.findings)


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "#\u00a0and more"])
def test_a_file_that_says_nothing(text):
    assert read(text, "f").findings == ()


@pytest.mark.parametrize("text", ["\ufefftotem {\n}\n", "totem {\n\u00a0# x\n}\n", "totem {\n}\u00a0\n", "\u00a0\n"])
def test_a_blank_that_corosync_takes_for_a_word_is_named_wherever_it_stands(text):
    reading = read(text, "f")
    assert reading.mended
    assert "odd-blank" in {finding.code for finding in reading.findings}


def test_a_fragment_is_not_told_what_it_lacks():
    assert codes("quorum {\n provider: corosync_votequorum\n expected_votes: 7\n}\n") == set()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("}\n", "unexpected-brace"),
        ("totem {\n", "missing-brace"),
        ("{\n}\n", "section-without-name"),
        ("totem\nquorum {\n}\n", "unreadable-line"),
        ("totem\n", "unreadable-line"),
        ("logging {\n what is this\n}\n", "unreadable-line"),
        ("totem {\n token: soon\n}\n", "wrong-value"),
        ("totem {\n token: 4294967296\n}\n", "wrong-value"),
        ("totem {\n nodeid:\n}\n", "wrong-value"),
        ("totem {\n transport: pigeon\n}\n", "wrong-value"),
        ("totem {\n tokn: 3000\n}\n", "unknown-key"),
        ("totm {\n}\n", "unknown-section"),
    ],
)
def test_what_corosync_refuses_or_does_not_look_at(text, code):
    assert code in codes(text)


def test_a_value_that_corosync_takes_for_its_default_is_named():
    [finding] = [found for found in read("totem {\n secauth: true\n}\n", "f").findings if found.code == "wrong-value"]
    assert (finding.place.line, finding.place.column, finding.place.length) == (2, 11, 4)


def test_a_key_of_another_section_is_told_where_it_belongs():
    [finding] = [found for found in read("totem {\n two_node: 1\n}\n", "f").findings if found.code == "unknown-key"]
    assert finding.fix == "it belongs to quorum"


def test_secauth_was_on_by_default_before_3():
    old = "totem {\n version: 2\n rrp_mode: none\n}\n"
    assert "secauth-default" in codes(old)
    assert "no-crypto" in codes("totem {\n version: 2\n}\n")
    assert "no-crypto" in codes(old.replace("rrp_mode: none", "rrp_mode: none\n secauth: off"))
