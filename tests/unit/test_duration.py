import pytest

from quorate.duration import seconds, text


@pytest.mark.parametrize(
    ("written", "meant"),
    [("20", 20), ("20s", 20), (" 2min ", 120), ("2m", 120), ("500ms", 0.5), ("1h", 3600), ("0", 0), ("1.5 sec", 1.5)],
)
def test_durations_are_read_as_pacemaker_reads_them(written, meant):
    assert seconds(written) == meant


@pytest.mark.parametrize("written", ["", "soon", "-3s", "3 days", "PT5M"])
def test_anything_else_is_no_duration(written):
    assert seconds(written) is None


@pytest.mark.parametrize(("value", "written"), [(20, "20s"), (0, "0s"), (0.25, "250ms"), (90.5, "90500ms")])
def test_durations_are_written_in_whole_units(value, written):
    assert text(value) == written
    assert seconds(written) == value
