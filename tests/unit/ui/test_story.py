"""What the demo says of the time that building took."""

from quorate.ui.story import shares


def test_short_stages_stand_in_one_line():
    lines = list(shares([("clocks", 0.1), ("packages", 0.2), ("services", 15.0), ("power", 4.7)]))
    assert lines == [
        "services    15.0 s   75 %",
        "power        4.7 s   24 %",
        "others       0.3 s    2 %",
        "all         20.0 s",
    ]


def test_a_single_stage_is_all():
    assert list(shares([("services", 2.0)])) == ["services     2.0 s  100 %", "all          2.0 s"]
