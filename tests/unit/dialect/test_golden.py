"""Configurations as guides print them, with their typing damage; and one with every statement there is."""

import pytest
from tests.unit.dialect.cases import AGENTS, CASES, lines

from quorate.dialect.crm.read import read, words
from quorate.dialect.crm.write import write
from quorate.dialect.model import Statement


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request):
    return request.param


@pytest.fixture
def reading(case):
    return read((case / "text.crm").read_text(), "text.crm", AGENTS)


def test_what_is_read(case, reading):
    assert write(reading.configuration) == (case / "expected.crm").read_text()


def test_what_is_said(case, reading):
    assert lines(reading.findings) == (case / "findings.txt").read_text().splitlines()


def test_what_is_written_is_read_as_the_same(reading):
    again = read(write(reading.configuration), "again.crm")
    assert again.configuration == reading.configuration
    assert {finding.code for finding in again.findings} <= {finding.code for finding in reading.findings}


def test_one_case_has_every_statement():
    text = next(case for case in CASES if case.name == "whole").joinpath("text.crm").read_text()
    used = {line.split()[0] for line in text.splitlines() if line and line[0] not in "# "}
    assert set(words()) - used == {"master", "fencing-topology"}


def test_every_kind_of_statement_of_the_model_is_read():
    models = {model.__name__ for module in words().values() for model in module.MODELS}
    assert models == {model.__name__ for model in Statement.__subclasses__()}
