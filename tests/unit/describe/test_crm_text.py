"""Text of the crm shell in the cluster file: its view in describe's values, and places in the file for findings."""

from pathlib import Path

from quorate.catalog import services
from quorate.describe.load import load
from quorate.describe.resources import AgentName, Clone, Colocation, Group, Location, Order
from quorate.describe.secret import Secret
from quorate.findings import Finding, Severity

FILE = Path(__file__).parents[2] / "data/render/crm-text/cluster.yaml"
HEAD = "cluster: c\nnodes: {n1: {links: 10.0.0.1}, n2: {links: 10.0.0.2}}\n"


def cluster(kinds, text, head=HEAD):
    loaded = load(head + text, "c.yaml", kinds)
    assert not [f for f in loaded.findings if f.severity is Severity.ERROR], loaded.findings
    return loaded.cluster


def whole():
    return load(FILE.read_bytes(), "c.yaml", services.kinds()).cluster


def test_resources_are_seen_as_far_as_they_can_be_said():
    by_id = {resource.id: resource for resource in whole().resources.resources}
    assert by_id["a"].template == "backend"
    assert by_id["b"].parameters == {"fake": "elsewhere"}, "a set with a rule has conditions"
    assert [(op.name, op.interval_s, op.timeout_s) for op in by_id["b"].operations] == [
        ("start", 0.0, 90.0),
        ("monitor", 15.0, None),
    ]
    assert [op.role for op in by_id["c"].operations] == ["Promoted", "Unpromoted"]
    assert by_id["g"] == Group("g", ("a", "b"), {"target-role": "Started"})
    assert by_id["c-master"] == Clone("c-master", "c", promotable=True, meta={"notify": "true"})
    assert "inner" not in by_id, "it runs inside a bundle, which cannot be said"
    assert by_id["fence-n2"].agent == AgentName("stonith", None, "fence_ipmilan")
    assert by_id["fence-n2"].parameters["password"] == Secret("file", "/etc/quorate/n2")


def test_constraints_between_two_are_seen():
    assert whole().resources.constraints == (
        Location("l1", "g", "n1", "100", None, "exclusive"),
        Colocation("c1", "vip", "c-master", "INFINITY", None, "Promoted"),
    )


def test_a_rule_that_names_a_node_is_a_preference(kinds):
    text = (
        "resources: |\n"
        " primitive a Dummy\n"
        " location l a rule -inf: #uname eq n2\n"
        " order o Optional: a:stop b\n"
        " group b x\n"
        " primitive x Dummy\n"
    )
    assert cluster(kinds, text).resources.constraints == (
        Location("l", "a", "n2", "-INFINITY"),
        Order("o", "a", "b", "stop", None, "Optional"),
    )


def test_properties_defaults_and_attributes_are_the_clusters():
    found = whole()
    assert found.pacemaker.properties["no-quorum-policy"] == "freeze"
    assert "stop-all-resources" not in found.pacemaker.properties, "it holds at night only"
    assert found.pacemaker.resource_defaults["migration-threshold"] == "5"
    assert found.pacemaker.operation_defaults == {"timeout": "60s"}
    assert found.node("n1").attributes == {"rack": "1"}
    assert found.node("n1").utilization == {"cpu": "8"}


def test_fencing_devices_and_levels_are_reckoned_with():
    fencing = whole().fencing
    assert {d.id: dict(d.victims) for d in fencing.devices if d.as_text} == {
        "fence-n2": {"n2": None},
        "fence-n3": {"n3": "3"},
    }
    assert fencing.levels == {"n2": (("fence-n2",),), "n1": (("fence-n3",),), "n3": (("fence-n3",),)}


def test_a_device_that_names_nobody_is_for_all(kinds):
    text = (
        "resources: |\n"
        " primitive f stonith:fence_xvm\n"
        " primitive g stonith:external/ssh params hostlist='n1 n2'\n"
        " primitive h stonith:fence_pdu params plug=n2\n"
    )
    assert [dict(d.victims) for d in cluster(kinds, text).fencing.devices] == [
        {"n1": None, "n2": None},
        {"n1": None, "n2": None},
        {"n2": None},
    ]


def test_pacemakers_own_defaults(kinds):
    plain = cluster(kinds, "pacemaker: {defaults: pacemaker}\nfencing: {timeout: 90s}\n")
    assert plain.pacemaker.properties == {"stonith-timeout": "90s"}
    assert plain.pacemaker.resource_defaults == {}
    assert plain.fencing.priority_delay_s == 0


def place(kinds, text, path):
    loaded = load(HEAD + text, "c.yaml", kinds)
    found = loaded.place(Finding("x", Severity.INFO, "", "", "", path)).place
    return found.line, found.column, found.text[found.column - 1 :][: found.length]


def test_places_of_parts(kinds):
    text = (
        "resources: |\n"
        "    primitive a Dummy \\\n"
        "       params fake=1 \\\n"
        "       op monitor interval=1 op monitor interval=2\n"
        "    location l a 1: n1\n"
        "    property foo=1\n"
    )
    assert place(kinds, text, ("resources", "a")) == (4, 15, "a")
    assert place(kinds, text, ("resources", "a", "parameters", "fake")) == (5, 15, "fake=1")
    assert place(kinds, text, ("resources", "a", "operations", "monitor", 1)) == (6, 33, "monitor")
    assert place(kinds, text, ("resources", "a", "meta", "none")) == (4, 15, "a")
    assert place(kinds, text, ("resources", "l")) == (7, 14, "l")
    assert place(kinds, text, ("pacemaker", "properties", "foo")) == (8, 14, "foo=1")
