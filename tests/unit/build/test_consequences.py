"""What a plan does to services, as values."""

import pytest

from quorate.build.change import Change, Effect, heaviest
from quorate.build.consequences import Act, Consequence, Consequences, Fate
from quorate.build.plan import Plan, with_consequences
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


SETTINGS = Change("n1", "files", "write my.cnf", (), Effect.RESTART, reads=("store", "store-server"))
CONF = Change("n1", "files", "write site.conf", (), Effect.RELOAD, reads=("site", "site-apache"))
ELSEWHERE = Change("n2", "files", "write site.conf", (), Effect.RELOAD, reads=("site", "site-apache"))
CALM = tuple(Consequence(name, Fate.UNAFFECTED, before=("n1",), after=("n1",)) for name in ("site", "store"))


def with_files(*acts: Act) -> Plan:
    return with_consequences(Plan((("hosts", (SETTINGS, CONF, ELSEWHERE)),)), Consequences(services=CALM, acts=acts))


def test_a_file_matters_where_its_server_runs() -> None:
    made = with_files()
    assert [change.effect for change in made.changes] == [Effect.RESTART, Effect.RELOAD, Effect.NOTHING]
    assert made.consequences is not None
    assert [one.fate for one in made.consequences.services] == [Fate.RELOADED, Fate.UNAFFECTED]


def test_what_is_read_at_start_waits_for_a_restart_and_that_is_said() -> None:
    (found,) = with_files().findings
    assert (found.code, found.fix) == ("needs-restart", "when it suits: crm_resource --restart --resource store-server")
    assert with_files(Act(0, 1, "start", "store-server", "n1")).findings == (), "the plan restarts it anyway"
