"""What nobody was told when the plan was made: services that would stop by now, nodes that would be fenced."""

from quorate.build.consequences import Act, Consequence, Consequences, Fate
from quorate.build.surprise import worse


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
