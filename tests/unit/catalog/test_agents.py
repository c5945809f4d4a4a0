import pytest

from quorate.catalog.agents import (
    AgentLibrary,
    as_record,
    cluster_properties,
    fencer_parameters,
    from_record,
    parse_metadata,
    shipped_version,
)
from quorate.describe.resources import AgentName

APACHE = AgentName.parse("ocf:heartbeat:apache")


@pytest.fixture
def read(data):
    def read_(name, agent):
        return parse_metadata((data / "agents" / name).read_text(), AgentName.parse(agent))

    return read_


def test_actions_keep_their_times_in_seconds_and_roles_in_todays_words(read):
    agent = read("promotable.xml", "ocf:example:ledger")
    assert agent.version == "2.3"
    assert agent.action("start").timeout_s == 120
    assert agent.action("stop").timeout_s == 90
    assert agent.action("demote").timeout_s == 1.5
    assert [(a.role, a.interval_s) for a in agent.actions_named("monitor")] == [("Promoted", 10), ("Unpromoted", 20)]
    assert agent.action("monitor", "Unpromoted").timeout_s == 30
    assert agent.action("monitor").role == "Promoted"  # none without a role: the first
    assert agent.action("migrate_to") is None


def test_parameters_keep_type_default_and_uniqueness(read):
    agent = read("promotable.xml", "ocf:example:ledger")
    assert agent.must_be_given() == ("folder",)
    assert agent.parameters["folder"].unique
    assert agent.parameters["socket"].unique
    assert agent.parameters["verbose"].type == "boolean"
    assert agent.parameters["verbose"].default == "false"
    assert agent.parameters["bare"].type == "string"


def test_fence_agents_name_the_successor_of_a_deprecated_parameter(read):
    agent = read("fence.xml", "stonith:fence_example")
    assert agent.parameters["ipaddr"].deprecated
    assert agent.parameters["ipaddr"].replaced_by == "ip"
    assert agent.parameters["method"].choices == ("onoff", "cycle")
    assert agent.must_be_given() == ("ip",)  # action and plug come from the fencer


def test_broken_xml_is_read_as_far_as_it_goes(read):
    agent = read("broken.xml", "ocf:example:broken")
    assert agent.must_be_given() == ("ip",)
    assert [(a.name, a.timeout_s, a.depth) for a in agent.actions] == [("start", 20, None), ("monitor", None, None)]


@pytest.mark.parametrize("text", ["", "command not found", "<html/>"])
def test_what_is_no_metadata_is_refused(text):
    with pytest.raises(ValueError, match="ocf:heartbeat:apache"):
        parse_metadata(text, APACHE)


@pytest.mark.parametrize("file", ["promotable.xml", "fence.xml", "broken.xml"])
def test_a_record_gives_the_agent_back(read, file):
    agent = read(file, "ocf:example:ledger")
    assert from_record(agent.name, as_record(agent)) == agent


def test_the_shipped_agents_are_those_of_the_distribution():
    library = AgentLibrary.shipped()
    names = library.names()
    assert len([n for n in names if n.startswith("ocf:heartbeat:")]) > 120
    assert len([n for n in names if n.startswith("ocf:pacemaker:")]) > 10
    assert len([n for n in names if n.startswith("stonith:fence_")]) > 70
    assert "resource-agents" in shipped_version()
    for name in names:
        assert library.get(AgentName.parse(name)).actions, name
    apache = library.get(APACHE)
    assert (apache.action("stop").timeout_s, apache.action("monitor").interval_s) == (60, 10)
    assert library.get(AgentName.parse("ocf:heartbeat:IPaddr2")).must_be_given() == ("ip",)
    assert library.get(AgentName.parse("ocf:heartbeat:nonesuch")) is None


def test_units_without_metadata_have_what_pacemaker_assumes():
    library = AgentLibrary.shipped()
    unit = library.get(AgentName.parse("systemd:nginx"))
    assert (unit.action("start").timeout_s, unit.action("monitor").interval_s) == (100, 60)
    assert library.get(AgentName.parse("lsb:old")).action("monitor").interval_s == 15


def test_agents_gathered_from_hosts_win(read):
    newer = parse_metadata("<resource-agent name='apache' version='9'/>", APACHE)
    shipped = AgentLibrary.shipped()
    assert shipped.with_agents([newer]).get(APACHE).version == "9"
    assert shipped.get(APACHE).version != "9"


def test_pacemakers_own_parameters_are_known():
    assert fencer_parameters()["pcmk_delay_base"].default == "0s"
    properties = cluster_properties()
    assert "ignore" in properties["no-quorum-policy"].choices
    assert {"stonith-enabled", "pe-input-series-max", "cluster-recheck-interval", "enable-acl"} <= properties.keys()
