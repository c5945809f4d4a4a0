"""The BMC's configuration, and that no password reaches a command line."""

from pathlib import Path

import pytest

from quorate.errors import UsageError
from quorate.lab import power
from quorate.lab.plan import plan

from .clusters import PAIR, cluster

NODE = plan(cluster(PAIR)).node("gb06")


def configuration(password: str) -> str:
    assert NODE.bmc is not None
    return power.configuration(NODE, NODE.bmc, Path("/labs/x/nodes/gb06"), lambda _: password)


def test_it_says_where_who_and_which_button() -> None:
    text = configuration("16-characters-ok")
    assert "addr 10.10.103.6 623" in text
    assert 'user 2 true "admin" "16-characters-ok" admin' in text
    assert "/labs/x/nodes/gb06" in next(line for line in text.splitlines() if "chassis_control" in line)


@pytest.mark.parametrize("password", ["seventeen-letters", "with blank", 'with"quote', "with\nline"])
def test_a_password_the_simulator_can_not_hold_is_refused_without_showing_it(password) -> None:
    with pytest.raises(UsageError) as refused:
        configuration(password)
    assert password not in refused.value.message + refused.value.hint
