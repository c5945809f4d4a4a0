"""How findings write durations, lists and guesses."""

import pytest
from pydantic import TypeAdapter

from quorate.check.words import listed, milliseconds, nearest, perhaps, seconds
from quorate.describe.fields import Duration


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0s"), (250, "250ms"), (1000, "1s"), (1980, "1980ms"), (120_000, "2min"), (3_600_000, "1h")]
)
def test_milliseconds(value: int, text: str) -> None:
    assert milliseconds(value) == text


@pytest.mark.parametrize(("value", "text"), [(0, "0s"), (0.5, "500ms"), (20, "20s"), (90, "90s"), (300, "5min")])
def test_seconds(value: float, text: str) -> None:
    assert seconds(value) == text


@pytest.mark.parametrize("value", [0, 0.5, 1, 59, 60, 61, 3599, 3600, 86_400])
def test_what_a_fix_proposes_can_be_written_in_the_file(value: float) -> None:
    assert TypeAdapter(Duration).validate_python(seconds(value)) == value


def test_listed() -> None:
    assert [listed([]), listed(["a"]), listed("ab"), listed("abc")] == ["", "a", "a and b", "a, b and c"]


def test_nearest() -> None:
    assert nearest("login_timout", ["login_timeout", "power_timeout"]) == "login_timeout"
    assert nearest("quite-different", ["login_timeout"]) is None
    assert perhaps("fence_acp", ["fence_apc"]) == " (did you mean fence_apc?)"
    assert perhaps("zzz", ["fence_apc"]) == ""
