import pytest

from quorate.render.cibsecret import secret_problem


@pytest.mark.parametrize("value", ["secret", "s p a c e", " leading", "a" * 254, "pässwörd"])
def test_what_pacemaker_reads_back_is_fine(value):
    assert secret_problem(value) is None


@pytest.mark.parametrize("value", ["", "two\nlines", "newline\n", "blank ", "a" * 255, "ä" * 128, "nul\0"])
def test_what_it_cannot_read_back_is_told_without_showing_it(value):
    said = secret_problem(value)
    assert said
    assert not value or value not in said
