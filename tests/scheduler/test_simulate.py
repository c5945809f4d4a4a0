"""crm_simulate as a scheduler: what the real one would say, with what it leaves out or counts otherwise."""

import os
import subprocess
from pathlib import Path

import pytest
from benchmarks import synthetic
from lxml import etree

from quorate.errors import Unknown, UsageError
from quorate.explore.scheduler.execution import carried_out
from quorate.explore.scheduler.graph import parse_graph
from quorate.explore.scheduler.installed import fitted, installed
from quorate.explore.scheduler.simulate import CrmSimulate
from quorate.explore.scheduler.step import QUIET, Result, Step

pytestmark = pytest.mark.tools

LOST = Step(lost=("n2",))


def primitive(id_, class_="ocf", provider="pacemaker", type_="Dummy", interval="10s"):
    given = f'provider="{provider}" ' if provider else ""
    monitor = f'<operations><op id="{id_}-monitor" name="monitor" interval="{interval}"/></operations>'
    return f'<primitive id="{id_}" class="{class_}" {given}type="{type_}">{monitor}</primitive>'


def cib(*, properties="", nodes=3, attributes='crm_feature_set="3.16.1" validate-with="pacemaker-3.9"', extra=""):
    """Three nodes; the group (ip, web) prefers n2, then n3; db is promotable; a device fences all but does not move."""
    members = "".join(f'<node id="{n}" uname="n{n}"/>' for n in range(1, nodes + 1))
    options = "".join(
        f'<nvpair id="o-{name}" name="{name}" value="{value}"/>'
        for name, _, value in (pair.partition("=") for pair in properties.split())
    )
    group = f'<group id="site">{primitive("ip")}{primitive("web")}</group>'
    promoted = '<nvpair id="db-promotable" name="promotable" value="true"/>'
    clone = f'<clone id="db-clone"><meta_attributes id="db-meta">{promoted}</meta_attributes>{primitive("db")}</clone>'
    fence = primitive("fence", "stonith", "", "fence_ipmilan", "60s")
    return f"""<cib {attributes}><configuration>
      <crm_config><cluster_property_set id="o">{options}</cluster_property_set></crm_config>
      <nodes>{members}</nodes><resources>{fence}{group}{clone}{extra}</resources>
      <constraints><rsc_location id="l2" rsc="site" node="n2" score="200"/>
        <rsc_location id="l3" rsc="site" node="n3" score="100"/>
        <rsc_location id="l1" rsc="fence" node="n1" score="500"/></constraints>
      <rsc_defaults><meta_attributes id="d"><nvpair id="d-s" name="resource-stickiness" value="1000"/>
        <nvpair id="d-m" name="migration-threshold" value="3"/></meta_attributes></rsc_defaults>
    </configuration></cib>"""


SCORES = Step(scores=(("n1", "master-db", "10"), ("n2", "master-db", "20"), ("n3", "master-db", "15")))


@pytest.fixture
def open_():
    """Return a function that opens a base; all are closed at the end."""
    opened = []

    def opening(text):
        opened.append(CrmSimulate(fitted(text).cib).__enter__())
        return opened[-1]

    yield opening
    for one in opened:
        one.__exit__(None, None, None)


@pytest.fixture
def scheduler(open_):
    return open_(cib())


def where(settled, resource):
    return [(one.node, one.role) for one in settled.placement.active(resource)]


def tasks(settled, resource):
    """Return task and node of what was done to a resource, in each transition."""
    return [
        [
            (one.task, one.node)
            for one in sorted(transition.actions, key=lambda one: one.id)
            if one.resource == resource and one.kind == "rsc_op" and one.id in transition.done
        ]
        for transition in settled.transitions
    ]


def test_it_starts_and_is_at_rest(scheduler):
    settled = scheduler.settle([QUIET])
    assert settled.quiet
    assert where(settled, "web") == [("n2", "Started")]
    assert where(settled, "db") == [(name, "Unpromoted") for name in ("n1", "n2", "n3")]
    again = scheduler.settle([QUIET, QUIET])
    assert (again.transitions, again.placement, again.digest) == ((), settled.placement, settled.digest)
    assert scheduler.name == f"crm_simulate {installed().version}"


def test_promotion_scores_promote_one_and_go_with_their_node(scheduler):
    settled = scheduler.settle([SCORES])
    assert ("n2", "Promoted") in where(settled, "db")
    after = scheduler.settle([SCORES, LOST])
    assert where(after, "db") == [("n1", "Unpromoted"), ("n3", "Promoted")]
    back = Step(returned=("n2",))
    assert where(scheduler.settle([SCORES, LOST, back]), "db")[1:] == [("n2", "Unpromoted"), ("n3", "Promoted")]
    without = scheduler.settle([SCORES, LOST, back, Step(scores=(("n1", "master-db", ""), ("n3", "master-db", "")))])
    assert [role for _, role in where(without, "db")] == ["Unpromoted"] * 3, "a node that returned has no score"


def test_a_lost_node_is_fenced_and_its_group_moves_in_order(scheduler):
    settled = scheduler.settle([QUIET, LOST])
    [transition] = settled.transitions
    assert transition.done == {one.id for one in transition.actions}
    assert [one.node for one in transition.actions if one.task == "stonith"] == ["n2"]
    start = {one.resource: one for one in transition.actions if one.task == "start" and one.kind == "rsc_op"}
    assert start["ip"].id in start["web"].after
    assert start["web"].timeout_ms == 20000
    assert settled.placement.nodes["n2"] == "offline"
    assert where(settled, "web") == [("n3", "Started")]


def test_a_node_that_left_needs_no_fencing_and_ends_in_the_same_state(scheduler):
    left = scheduler.settle([QUIET, Step(left=("n2",))])
    assert not [one for one in left.transitions[0].actions if one.task == "stonith"]
    assert left.digest == scheduler.settle([QUIET, LOST]).digest


def test_a_node_that_returned_takes_nothing_back(scheduler):
    settled = scheduler.settle([QUIET, LOST, Step(returned=("n2",))])
    assert settled.placement.nodes["n2"] == "online"
    assert where(settled, "web") == [("n3", "Started")]
    assert "n2" in {node for node, _ in where(settled, "db")}


def test_standby_moves_away_and_is_taken_back(scheduler):
    on, off = Step(standby=(("n2", True),)), Step(standby=(("n2", False),))
    settled = scheduler.settle([QUIET, on])
    assert settled.placement.nodes["n2"] == "standby"
    assert where(settled, "web") == [("n3", "Started")]
    assert where(settled, "db") == [("n1", "Unpromoted"), ("n3", "Unpromoted")]
    assert scheduler.settle([QUIET, on, off]).placement.nodes["n2"] == "online"


def test_a_start_that_fails_is_not_tried_there_again(scheduler):
    failing = Step(lost=("n2",), failing=(Result("web", "start", 0, "n3", 1),))
    settled = scheduler.settle([QUIET, failing])
    assert [one for run in tasks(settled, "web") for one in run if one[0] == "start"] == [
        ("start", "n3"),
        ("start", "n1"),
    ]
    assert where(settled, "web") == [("n1", "Started")]
    first = settled.transitions[0]
    undone = {(one.task, one.resource) for one in first.actions if one.id not in first.done}
    assert ("monitor", "web") in undone
    root = etree.fromstring(scheduler.cib([QUIET, failing]).encode())
    counts = {pair.get("name"): pair.get("value") for pair in root.iter("nvpair")}
    assert counts["fail-count-web#start_0"] == "INFINITY"


def test_it_is_tried_again_where_a_failed_start_is_not_fatal(open_):
    scheduler = open_(cib(properties="start-failure-is-fatal=false"))
    settled = scheduler.settle([QUIET, Step(lost=("n2",), failing=(Result("web", "start", 0, "n3", 1),))])
    starts = [one for run in tasks(settled, "web") for one in run if one[0] == "start"]
    assert starts == [("start", "n3")] * 3 + [("start", "n1")], "migration-threshold is 3"


def test_a_start_that_fails_everywhere_ends_in_nothing(scheduler):
    failing = tuple(Result("web", "start", 0, f"n{n}", 1) for n in (1, 3))
    settled = scheduler.settle([QUIET, Step(lost=("n2",), failing=failing)])
    assert settled.quiet
    assert where(settled, "web") == []
    assert len(where(settled, "ip")) == 1


def test_a_monitor_that_fails_restarts_in_place_until_the_threshold(scheduler):
    found = Step(results=(Result("web", "monitor", 10000, "n2", 7),))
    for count, node in ((1, "n2"), (2, "n2"), (3, "n3")):
        settled = scheduler.settle([QUIET, *[found] * count])
        assert settled.quiet
        assert where(settled, "web") == [(node, "Started")], count
        [done] = tasks(settled, "web")
        assert set(done) == {("stop", "n2"), ("start", node), ("monitor", node)}
        assert not [one for one in settled.transitions[0].actions if one.task == "clear_failcount"], (
            "the fail count is not taken for that of another configuration"
        )


def test_a_start_failure_that_was_seen_is_fatal(scheduler):
    settled = scheduler.settle([QUIET, Step(results=(Result("web", "start", 0, "n2", 1),))])
    assert where(settled, "web") == [("n3", "Started")]


def test_a_stop_that_fails_has_its_node_fenced(scheduler):
    step = Step(standby=(("n2", True),), failing=(Result("web", "stop", 0, "n2", 1),))
    settled = scheduler.settle([QUIET, step])
    assert [one.node for run in settled.transitions for one in run.actions if one.task == "stonith"] == ["n2"]
    assert settled.placement.nodes["n2"] == "offline"
    assert where(settled, "web") == [("n3", "Started")]


def test_without_fencing_it_is_blocked(open_):
    scheduler = open_(cib(properties="stonith-enabled=false"))
    step = Step(standby=(("n2", True),), failing=(Result("web", "stop", 0, "n2", 1),))
    settled = scheduler.settle([QUIET, step])
    assert settled.quiet
    assert [(one.node, one.blocked) for one in settled.placement.active("web")] == [("n2", True)]


def test_fencing_that_fails_stops_what_waits_for_it_and_nothing_else(scheduler):
    step = Step(lost=("n1", "n2"), unfenceable=("n2",), quorum=True)
    settled = scheduler.settle([QUIET, step])
    assert settled.quiet
    assert settled.placement.nodes == {"n1": "offline", "n2": "unclean", "n3": "online"}
    assert where(settled, "web") == []
    assert where(settled, "fence") == [("n3", "Started")], "it ran on n1, and n1 could be fenced"
    later = scheduler.settle([QUIET, step, QUIET])
    assert where(later, "web") == [("n3", "Started")], "fencing that works again is all that it waits for"


def test_what_is_told_in_order_ends_as_what_crm_simulate_does_itself(scheduler):
    """The way of failing fencing, in a case where nothing is cut, against the other way."""
    for step in (
        LOST,
        Step(lost=("n2",), failing=(Result("web", "start", 0, "n3", 1),)),
        Step(standby=(("n2", True),)),
    ):
        told = Step(**{**{name: getattr(step, name) for name in step.__slots__}, "unfenceable": ("n1",)})
        one, other = scheduler.settle([SCORES, step]), scheduler.settle([SCORES, told])
        assert (one.placement, one.digest, one.transitions) == (other.placement, other.digest, other.transitions)


def test_without_quorum_everything_stops_and_nobody_is_fenced(scheduler):
    settled = scheduler.settle([QUIET, Step(lost=("n2", "n3"), quorum=False)])
    assert settled.quiet
    assert settled.placement.nodes["n2"] == "unclean"
    assert where(settled, "db") == []
    assert not [one for run in settled.transitions for one in run.actions if one.task == "stonith"]
    assert where(scheduler.settle([QUIET, Step(quorum=False)]), "web") == [], "it counts alone, too"


def test_quorum_that_returns_lets_it_fence(scheduler):
    settled = scheduler.settle([QUIET, Step(lost=("n2", "n3"), quorum=False), Step(returned=("n3",), quorum=True)])
    assert settled.placement.nodes["n2"] == "offline"
    assert where(settled, "web") == [("n3", "Started")]


def test_tickets_are_granted_and_revoked(open_):
    ticket = '<rsc_ticket id="t" rsc="app" ticket="here" loss-policy="stop"/></constraints>'
    scheduler = open_(cib(extra=primitive("app")).replace("</constraints>", ticket))
    granted = Step(granted=("here",))
    assert where(scheduler.settle([QUIET]), "app") == []
    assert len(where(scheduler.settle([QUIET, granted]), "app")) == 1
    assert where(scheduler.settle([QUIET, granted, Step(revoked=("here",))]), "app") == []


def test_an_instance_of_a_globally_unique_clone_fails_where_it_runs(open_):
    meta = "".join(
        f'<nvpair id="u-{name}" name="{name}" value="{value}"/>'
        for name, value in (("globally-unique", "true"), ("clone-max", "2"))
    )
    clone = f'<clone id="addresses"><meta_attributes id="u">{meta}</meta_attributes>{primitive("address")}</clone>'
    scheduler = open_(cib(extra=clone))
    before = {node for node, _ in where(scheduler.settle([QUIET]), "address")}
    node = max(before)
    found = Result("address", "monitor", 10000, node, 7)
    settled = scheduler.settle([QUIET, Step(results=(found,))])
    assert {("stop", node), ("start", node)} <= set(tasks(settled, "address")[0])
    moved = scheduler.settle([QUIET, Step(results=(found,), failing=(Result("address", "start", 0, node, 1),))])
    assert moved.quiet
    assert node not in {name for name, _ in where(moved, "address")}


def test_what_never_comes_to_rest_is_bounded_and_says_so(open_):
    """A failing monitor with no threshold: the start is not fatal, and its count grows for ever."""
    text = cib(properties="start-failure-is-fatal=false").replace('value="3"', 'value="0"')
    settled = open_(text).settle(
        [QUIET, Step(failing=(Result("web", "start", 0, "n2", 1),), standby=(("n3", True),)), LOST]
    )
    assert settled.quiet, "the failure was taken back"
    scheduler = open_(text)
    everywhere = tuple(Result("web", "start", 0, f"n{n}", 1) for n in (1, 2, 3))
    never = scheduler.settle([QUIET, Step(lost=("n2",), failing=everywhere)])
    assert not never.quiet
    assert len(never.transitions) > 10


@pytest.mark.parametrize(
    "step",
    [
        Step(lost=("n9",)),
        Step(results=(Result("nonesuch", "monitor", 10000, "n1", 7),)),
        Step(failing=(Result("web", "start", 0, "n9", 1),)),
        Step(granted=("nonesuch",)),
    ],
)
def test_names_that_are_not_there_are_refused(scheduler, step):
    with pytest.raises(UsageError, match="there is no "):
        scheduler.settle([QUIET, step])


def test_a_prefix_is_asked_once(scheduler, monkeypatch):
    calls = []
    ask = scheduler._call
    monkeypatch.setattr(scheduler, "_call", lambda *words: calls.append(words) or ask(*words))
    first = scheduler.settle([QUIET, LOST])
    calls.clear()
    scheduler.settle([QUIET, LOST, Step(lost=("n3",), quorum=False)])
    assert len(calls) == 2, "one transition, and then rest"
    calls.clear()
    assert etree.fromstring(scheduler.cib([QUIET, LOST]).encode()).get("have-quorum") == "1"
    assert calls == []
    assert scheduler.settle([QUIET, LOST]) == first


def test_states_that_are_not_kept_are_made_again(open_):
    scheduler = open_(cib())
    scheduler._kept_max = 1
    one = scheduler.settle([QUIET, LOST, Step(returned=("n2",))])
    scheduler.settle([QUIET, Step(lost=("n3",))])
    assert len(list(Path(scheduler._folder.name).iterdir())) == 2, "the base, and one state"
    assert scheduler.settle([QUIET, LOST, Step(returned=("n2",))]) == one


def test_nothing_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with CrmSimulate(fitted(cib()).cib) as scheduler:
        scheduler.settle([QUIET, Step(lost=("n2",), unfenceable=("n2",))])
        [folder] = tmp_path.iterdir()
        assert oct(folder.stat().st_mode)[-3:] == "700"
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(Unknown):
        CrmSimulate(fitted(cib()).cib.replace("<constraints>", '<constraints wrong="1">')).__enter__()
    assert list(tmp_path.iterdir()) == []


def test_the_base_is_never_written_and_no_environment_reaches_it(tmp_path, monkeypatch):
    live = tmp_path / "live.xml"
    live.write_text("untouched")
    for name in ("CIB_file", "CIB_shadow", "CIB_shadow_dir"):
        monkeypatch.setenv(name, str(live))
    with CrmSimulate(fitted(cib()).cib) as scheduler:
        before = scheduler.cib([])
        scheduler.settle([QUIET, LOST])
        assert scheduler.cib([]) == before
    assert live.read_text() == "untouched"
    assert os.listdir(tmp_path) == ["live.xml"]  # noqa: PTH208 - names alone


def test_a_newer_feature_set_and_schema_are_understood(open_):
    newer = 'crm_feature_set="3.19.6" validate-with="pacemaker-3.10"'
    base = fitted(cib(attributes=newer))
    assert base.findings == ()
    assert len(base.remarks) == 2
    assert where(open_(cib(attributes=newer)).settle([QUIET, LOST]), "web") == [("n3", "Started")]


def test_what_the_schema_here_does_not_know_is_a_finding():
    newer = cib(attributes='crm_feature_set="3.19.6" validate-with="pacemaker-3.10"')
    [finding] = fitted(newer.replace("<constraints>", '<constraints newer="1">')).findings
    assert finding.code == "cib-too-new"
    assert "newer" in finding.summary


def test_what_the_library_aborts_on_is_unknown_with_what_it_said():
    with (
        CrmSimulate(fitted(cib()).cib.replace('crm_feature_set="3.16.1"', 'crm_feature_set="99.0"')) as scheduler,
        pytest.raises(Unknown, match=r"crm_simulate ended with -6: .*assertion"),
    ):
        scheduler.settle([QUIET])


@pytest.mark.parametrize("nodes", [0, 1])
def test_a_cluster_with_nothing_in_it_is_at_rest(open_, nodes):
    text = etree.fromstring(cib(nodes=nodes).encode())
    for element in text.findall("configuration/resources/*") + text.findall("configuration/constraints/*"):
        element.getparent().remove(element)
    settled = open_(etree.tostring(text, encoding="unicode")).settle([QUIET])
    assert settled.quiet
    assert settled.transitions == ()
    assert list(settled.placement.nodes) == [f"n{n}" for n in range(1, nodes + 1)]


def test_without_a_device_a_lost_node_stays_unclean_and_what_ran_there_stays(open_):
    text = etree.fromstring(cib().encode())
    fence = text.find(".//primitive[@class='stonith']")
    fence.getparent().remove(fence)
    constraint = text.find(".//rsc_location[@rsc='fence']")
    constraint.getparent().remove(constraint)
    settled = open_(etree.tostring(text, encoding="unicode")).settle([QUIET, LOST])
    assert settled.quiet
    assert settled.placement.nodes["n2"] == "unclean"
    assert where(settled, "web") == []


def operations(element):
    """Return what an engine says that it did, as (task, resource, node), from its document."""
    for one in element:
        if one.tag == "rsc_action":
            yield one.get("op"), one.get("resource").partition(":")[0], one.get("node")
        if one.tag == "fencing_action":
            yield "stonith", "", one.get("target")


@pytest.mark.parametrize("seed", range(12))
def test_what_is_carried_out_is_what_its_own_engine_says(tmp_path, seed):
    """Every operation fails on the first node, which leaves the cluster, or is fenced for it."""
    text = synthetic.small(seed)
    with CrmSimulate(text) as scheduler:
        settled = scheduler.settle([QUIET])
        (tmp_path / "in.xml").write_text(scheduler.cib([QUIET]))
    resources = sorted({one.resource for one in settled.placement.instances})
    failing = [Result(r, task, 0, n, 1) for r in resources for n in ("node1", "node3") for task in ("start", "stop")]
    argv = ["crm_simulate", "--simulate", "--output-as=xml", f"--xml-file={tmp_path}/in.xml", "--node-fail=node2"]
    argv += [f"--save-graph={tmp_path}/graph", *(f"--op-fail={r.resource}_{r.task}_0@{r.node}=1" for r in failing)]
    if "node2" not in settled.placement.nodes:
        argv.remove("--node-fail=node2")
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)
    carried = etree.fromstring(done.stdout.encode()).find("transition")
    graph = parse_graph((tmp_path / "graph").read_text())
    ours = carried_out(graph, failing)
    assert len(ours) == len([one for one in carried if one.tag.endswith("action")])
    said = [(one.task, one.resource, one.node) for id_ in ours for one in graph.actions if one.id == id_]
    assert [one for one in said if one[0] != "unfence" and one in set(operations(carried))] == list(operations(carried))


def test_an_unmanaged_clone_on_a_node_that_is_gone_is_told(open_):
    """crm_simulate counts it on its node, and leaves the clone out of its list."""
    unmanaged = '<meta_attributes id="c-meta"><nvpair id="c-m" name="is-managed" value="false"/></meta_attributes>'
    scheduler = open_(cib(extra=f'<clone id="c">{unmanaged}{primitive("every")}</clone>'))
    found = Step(results=(Result("every", "monitor", 0, "n3", 0),))
    settled = scheduler.settle((QUIET, found, Step(lost=("n3",), unfenceable=("n3",))))
    assert settled.placement.nodes["n3"] == "unclean"
    assert [one.node for one in settled.placement.instances if one.resource == "every"] == ["n3"]
