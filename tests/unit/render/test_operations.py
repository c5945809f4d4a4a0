import pytest

from quorate.catalog.agents import AgentLibrary, parse_metadata
from quorate.describe.resources import AgentName, Operation
from quorate.render.operations import Context, attributes, operations, parameters

LIBRARY = AgentLibrary.shipped()
APACHE = LIBRARY.get(AgentName.parse("ocf:heartbeat:apache"))
STATEFUL = LIBRARY.get(AgentName.parse("ocf:pacemaker:Stateful"))


def brief(found):
    return [(op.name, op.interval_s, op.timeout_s, op.role) for op in found]


def test_without_a_word_the_agent_decides():
    assert brief(operations((), APACHE, Context())) == [
        ("start", 0, 40, None),
        ("stop", 0, 60, None),
        ("monitor", 10, 20, None),
    ]


def test_what_is_given_stays_and_the_rest_comes_from_the_agent():
    given = (Operation("monitor", interval_s=3), Operation("stop", timeout_s=200))
    assert brief(operations(given, APACHE, Context())) == [
        ("start", 0, 40, None),
        ("stop", 0, 200, None),
        ("monitor", 3, 20, None),
    ]


def test_all_given_monitors_stand_and_none_is_added():
    given = (Operation("monitor", interval_s=3), Operation("monitor", interval_s=60, timeout_s=90))
    found = [op for op in brief(operations(given, APACHE, Context())) if op[0] == "monitor"]
    assert found == [("monitor", 3, 20, None), ("monitor", 60, 90, None)]


def test_a_promotable_clone_has_a_monitor_for_each_role_with_different_intervals():
    promotable = Context(promotable=True, notify=True)
    found = {(op.name, op.role): op for op in operations((), STATEFUL, promotable)}
    assert {"promote", "demote", "notify"} <= {name for name, _ in found}
    one, two = found["monitor", "Promoted"], found["monitor", "Unpromoted"]
    assert one.interval_s != two.interval_s
    equal = parse_metadata(
        "<resource-agent><actions><action name='monitor' interval='10' timeout='20'/></actions></resource-agent>",
        AgentName.parse("ocf:example:x"),
    )
    first, second = operations((), equal, promotable)
    assert (first.role, first.interval_s, second.role, second.interval_s) == ("Promoted", 10, "Unpromoted", 11)


def test_a_stateful_agent_that_is_not_promotable_has_one_plain_monitor():
    found = operations((), STATEFUL, Context())
    assert [op.role for op in found if op.name == "monitor"] == [None]
    assert not {"promote", "demote", "notify"} & {op.name for op in found}


def test_migration_only_where_it_is_allowed():
    dummy = LIBRARY.get(AgentName.parse("ocf:pacemaker:Dummy"))
    assert "migrate_to" not in {op.name for op in operations((), dummy, Context())}
    assert "migrate_to" in {op.name for op in operations((), dummy, Context(migrates=True))}


def test_the_operators_default_timeout_raises_advice_but_not_what_is_given():
    found = operations((Operation("start", timeout_s=5),), APACHE, Context(least_timeout_s=50))
    assert {op.name: op.timeout_s for op in found} == {"start": 5, "stop": 60, "monitor": 50}


def test_what_a_template_gives_is_not_repeated():
    found = operations((), APACHE, Context(), inherited=(Operation("monitor", interval_s=5),))
    assert [op.name for op in found] == ["start", "stop"]


def test_an_unknown_agent_is_at_least_monitored():
    assert brief(operations((), None, Context())) == [("monitor", 10, None, None)]


@pytest.mark.parametrize(("interval", "written"), [(None, "0s"), (5, "5s"), (0.5, "500ms")])
def test_times_are_written_with_units(interval, written):
    operation = Operation("monitor", interval, 20, "Promoted", "fence", {"OCF_CHECK_LEVEL": "10", "enabled": "false"})
    assert attributes(operation) == {
        "name": "monitor",
        "interval": written,
        "timeout": "20s",
        "role": "Promoted",
        "on-fail": "fence",
        "enabled": "false",
    }
    assert parameters(operation) == {"OCF_CHECK_LEVEL": "10"}
