"""Whatever can be configured goes through the cluster file and comes out the same; `python -m benchmarks` takes 500."""

from hypothesis import HealthCheck, Phase, assume, given, settings
from tests.unit.adopt.losing import is_possible, lost
from tests.unit.dialect.generated import configurations


@settings(
    max_examples=40, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(configurations)
def test_no_object_is_lost(configuration):
    assume(is_possible(configuration))
    by_text, by_cib = lost(configuration)
    assert not by_text
    assert not by_cib
