from dataclasses import replace

import pytest

from quorate.catalog.agents import AgentLibrary
from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.services import kinds
from quorate.describe.resources import AgentName, Clone, Group, Primitive, Resources, Template
from quorate.describe.secret import Secret
from quorate.render.cib import cib, configuration, expected, secrets, text
from quorate.render.ids import Ids, xml_id

DUMMY = AgentName.parse("ocf:pacemaker:Dummy")


def rendered(cluster):
    return configuration(cluster, AgentLibrary.shipped(), PLATFORM)


def parameters(element, id_):
    return {p.get("name"): p.get("value") for p in element.iterfind(f".//primitive[@id='{id_}']/instance_attributes/*")}


def test_a_secret_is_written_as_a_reference_and_its_source_is_told(cluster):
    base = cluster()
    assert parameters(rendered(base), "ipmi-n1")["password"] == "lrm://"
    assert secrets(base, PLATFORM)["ipmi-n1", "password"] == Secret("env", "IPMI")
    assert "IPMI" not in text(rendered(base))


def test_a_templates_secret_is_needed_under_every_user_of_it(cluster):
    one, two = Secret("env", "ONE"), Secret("env", "TWO")
    resources = Resources(
        templates=(Template("t", DUMMY, {"passwd": one}),),
        resources=(Primitive("a", None, template="t"), Primitive("b", None, {"passwd": two}, template="t")),
    )
    found = secrets(cluster(resources=resources), PLATFORM)
    assert found["a", "passwd"] == one
    assert found["b", "passwd"] == two
    assert ("t", "passwd") not in found


def test_a_device_for_one_node_is_kept_off_it_and_a_shared_one_is_not(cluster, device):
    base = cluster()
    shared = device("pdu", n1="3", n2=None)
    both = replace(base, fencing=replace(base.fencing, devices=(*base.fencing.devices, shared)))
    root = rendered(both)
    bans = [(c.get("rsc"), c.get("node"), c.get("score")) for c in root.find("constraints")]
    assert bans == [(f"ipmi-n{i}", f"n{i}", "-INFINITY") for i in (1, 2, 3)]
    assert parameters(root, "pdu")["pcmk_host_map"] == "n1:3;n2:n2"
    assert parameters(root, "ipmi-n1")["pcmk_host_list"] == "n1"


def test_a_single_node_may_run_its_own_device(cluster):
    base = cluster()
    alone = replace(base, nodes=base.nodes[:1], fencing=replace(base.fencing, devices=base.fencing.devices[:1]))
    assert len(rendered(alone).find("constraints")) == 0


def test_delays_and_the_operators_own_fencer_parameters(cluster, device):
    base = cluster()
    slow = replace(device("pdu", n1=None), delay_base_s=2, delay_max_s=1.5)
    own = replace(slow, id="own", parameters={"pcmk_host_list": "n1 n2", "pcmk_delay_base": "9s"})
    root = rendered(replace(base, fencing=replace(base.fencing, devices=(slow, own))))
    assert parameters(root, "pdu")["pcmk_delay_base"] == "2s"
    assert parameters(root, "pdu")["pcmk_delay_max"] == "1500ms"
    assert parameters(root, "own") == {"pcmk_host_list": "n1 n2", "pcmk_delay_base": "9s", "pcmk_delay_max": "1500ms"}


def test_levels_are_written_in_order(cluster):
    base = cluster()
    fencing = replace(base.fencing, levels={"n1": (("ipmi-n1",), ("a", "b"))})
    levels = rendered(replace(base, fencing=fencing)).find("fencing-topology")
    assert [(lv.get("target"), lv.get("index"), lv.get("devices")) for lv in levels] == [
        ("n1", "1", "ipmi-n1"),
        ("n1", "2", "a,b"),
    ]
    assert rendered(base).find("fencing-topology") is None


def test_every_id_is_there_once_and_the_same_in_every_run(cluster):
    web = kinds()["web"](address="10.20.0.100/24", nodes=("n2", "n1"))
    base = cluster(services={"site": web, "other": kinds()["address"](address="10.20.0.101/24")})
    first, second = (text(cib(base, AgentLibrary.shipped(), PLATFORM)) for _ in range(2))
    assert first == second
    outside_status = cib(base, AgentLibrary.shipped(), PLATFORM).find("configuration")
    ids = [e.get("id") for e in outside_status.iter() if e.tag != "node" and e.get("id")]
    assert len(ids) == len(set(ids))


def test_an_id_is_made_valid_and_unique():
    assert xml_id("n1", "a b/c") == "n1-a.b.c"
    assert xml_id("1st") == "_1st"
    ids = Ids()
    assert [ids("a", "b"), ids("a-b"), ids("a-b", "2"), ids("a-b")] == ["a-b", "a-b-2", "a-b-2-2", "a-b-3"]


@pytest.mark.parametrize(
    ("resources", "running"),
    [
        ((Primitive("a", DUMMY),), ["a"]),
        ((Primitive("a", DUMMY, meta={"target-role": "Stopped"}),), []),
        ((Primitive("a", DUMMY), Primitive("b", DUMMY), Group("g", ("a",), {"target-role": "stopped"})), ["b"]),
        ((Clone("c", "g", meta={"is-managed": "false"}), Group("g", ("a",)), Primitive("a", DUMMY)), []),
        ((Primitive("a", DUMMY, meta={"target-role": "Started"}),), ["a"]),
    ],
)
def test_expected_is_what_the_file_lets_run(cluster, resources, running):
    base = cluster(resources=Resources(resources=resources))
    devices = ["ipmi-n1", "ipmi-n2", "ipmi-n3"]
    assert expected(base, PLATFORM) == devices + running


def test_the_offline_cib_can_be_one_that_has_seen_no_node(cluster):
    empty = cib(cluster(), AgentLibrary.shipped(), PLATFORM, online=False)
    assert len(empty.find("status")) == 0
    assert empty.get("have-quorum") is None
    assert len(cib(cluster(), AgentLibrary.shipped(), PLATFORM).find("status")) == 3
