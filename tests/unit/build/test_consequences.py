"""What a plan does to services, as values."""

import pytest

from quorate.build.change import Change, Effect, heaviest
from quorate.build.consequences import Consequence, Consequences, Fate
from quorate.explore.result import Figure

SITE = Consequence("site", Fate.RESTARTED, Figure(1.5, "measured"), ("n1",), ("n1",))
STORE = Consequence("store", Fate.STOPPED, before=("n2",))
MAIL = Consequence("mail", Fate.UNAFFECTED, before=("n2",), after=("n2",))


def test_the_longest_interruption_counts() -> None:
    assert Consequences(services=(SITE, MAIL)).longest_s == 1.5
    assert Consequences().longest_s == 0


@pytest.mark.parametrize(("allowed_s", "names"), [(0, ["site", "store"]), (1.5, ["store"]), (1e9, ["store"])])
def test_what_does_not_come_back_is_longer_than_anything(allowed_s: float, names: list[str]) -> None:
    found = Consequences(services=(SITE, STORE, MAIL)).longer_than(allowed_s)
    assert [one.service for one in found] == names


def test_a_node_weighs_more_than_a_daemon_and_that_more_than_a_resource() -> None:
    effects = [Effect.RESTART_DAEMON, Effect.RESTART_NODE, Effect.RESTART, Effect.START, Effect.RELOAD, Effect.NOTHING]
    changes = [Change("n1", "step", "do it", (), effect) for effect in effects]
    assert heaviest(changes) is Effect.RESTART_NODE
    assert heaviest([c for c in changes if c.effect is not Effect.RESTART_NODE]) is Effect.RESTART_DAEMON
