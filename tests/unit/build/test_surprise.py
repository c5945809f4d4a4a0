"""What nobody was told when the plan was made: services that would stop by now, nodes that would be fenced."""

from quorate.build.consequences import Act, Consequence, Consequences, Fate
from quorate.build.surprise import waiting, worse
from quorate.explore.result import Figure


def foretold(*acts: Act, **fates: Fate) -> Consequences:
    return Consequences(services=tuple(Consequence(name, fate) for name, fate in fates.items()), acts=acts)


def test_what_was_told_is_no_surprise() -> None:
    told = foretold(Act(0, 1, "fence", "n3", ""), site=Fate.STOPPED, db=Fate.RESTARTED)
    assert worse(told, told) == []
    assert worse(told, foretold(site=Fate.MOVED, db=Fate.MOVED)) == [], "another place is no harm"


def test_a_service_that_would_stop_and_a_node_that_would_be_fenced_are() -> None:
    told = foretold(site=Fate.RESTARTED)
    now = foretold(Act(0, 1, "fence", "n3", ""), Act(1, 1, "stop", "site", "n1"), site=Fate.STOPPED)
    assert worse(told, now) == ["site would stop, and not come back", "n3 would be fenced"]


def test_a_service_that_may_run_on_a_newcomer_alone_would_stop_until_that_has_joined() -> None:
    told = Consequences(services=(Consequence("site", Fate.MOVED, before=("n1",), after=("n3",)),))
    now = foretold(site=Fate.STOPPED, db=Fate.STOPPED)
    assert waiting(told, now, ["n1", "n2"]) == {"site": ("n3",)}
    assert waiting(told, now, ["n1", "n2", "n3"]) == {}, "that is a surprise"
    assert waiting(told, told, ["n1", "n2"]) == {}


def interrupted(seconds: float) -> Consequences:
    figure = Figure(seconds, "measured")
    return Consequences(services=(Consequence("site", Fate.MOVED, figure),))


def test_what_takes_longer_by_now_than_is_allowed_is_one() -> None:
    told = interrupted(2)
    assert worse(told, interrupted(9), 5) == ["site would be interrupted for longer than 5 s"]
    assert worse(told, interrupted(4), 5) == []
    assert worse(told, interrupted(9)) == [], "nobody set a limit"


def test_where_a_limit_is_set_it_has_to_be_said_by_now_too() -> None:
    (said,) = worse(interrupted(2), Consequences(unknown="no scheduler"), 5)
    assert said.endswith("longer than 5 s: no scheduler")
    assert worse(interrupted(2), Consequences(unknown="no scheduler")) == []
