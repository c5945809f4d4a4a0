"""Whatever pcs has commands for: the commands that are written are read as the same."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.dialect import generated
from tests.unit.dialect.generated_pcs import configurations
from tests.unit.dialect.pcs_cases import CASES, LIBRARY

from quorate.dialect import same
from quorate.dialect.model import Configuration
from quorate.dialect.pcs import templates
from quorate.dialect.pcs.read import read
from quorate.dialect.pcs.write import write

WHOLE = next(case for case in CASES if case.name == "whole").joinpath("text.sh").read_text()
quick = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


@quick
@given(configurations)
def test_what_is_written_is_read_as_the_same(configuration):
    written = write(configuration)
    assert [finding.summary for finding in written.findings] == []
    assert same.configuration(read(written.text, "x").configuration) == same.configuration(configuration)


@quick
@given(generated.configurations)
def test_what_pcs_has_no_words_for_is_named(configuration):
    written = write(configuration)
    made = same.configuration(read(written.text, "x").configuration)
    whole = templates.filled_in(configuration.statements)
    for key, statement in same.configuration(Configuration(whole)).items():
        if made.get(key) != statement:
            name = key[1] if key[0] not in {"property", "rsc_defaults", "op_defaults"} else ""
            assert any(name in finding.summary for finding in written.findings), key


@settings(quick, max_examples=30)
@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 30), st.text(max_size=5))
def test_reading_never_raises(at, length, instead):
    text = WHOLE[:at] + instead + WHOLE[at + length :]
    reading = read(text, "x", library=LIBRARY)
    for finding in reading.findings:
        assert finding.place is not None
        assert finding.summary
        assert finding.why
        assert finding.fix
    write(reading.configuration)


@quick
@given(st.text(max_size=60))
def test_noise_never_raises(text):
    read(text, "x")
    read(f"pcs {text}", "x")
