"""Whatever a configuration holds, the text that is written of it is read as the same."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.dialect.cases import CASES
from tests.unit.dialect.generated import configurations

from quorate.dialect.crm.read import read
from quorate.dialect.crm.write import write

WHOLE = next(case for case in CASES if case.name == "whole").joinpath("text.crm").read_text()
quick = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


@quick
@given(configurations)
def test_what_is_written_is_read_as_the_same(configuration):
    assert read(write(configuration), "x.crm").configuration == configuration


@quick
@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 30), st.text(max_size=5))
def test_reading_never_raises(at, length, instead):
    text = WHOLE[:at] + instead + WHOLE[at + length :]
    reading = read(text, "x.crm")
    for finding in reading.findings:
        assert finding.place is not None
        assert finding.summary
        assert finding.why
        assert finding.fix
    assert write(reading.configuration) or not reading.configuration.statements


@quick
@given(st.text(max_size=60))
def test_noise_never_raises(text):
    read(text, "x.crm")
