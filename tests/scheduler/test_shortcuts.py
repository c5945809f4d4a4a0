"""What the worker answers in the library's place (native/), where that could differ: odd clusters."""

import re

import pytest

from quorate.explore.scheduler.compiling import compiled
from quorate.explore.scheduler.selftest import differs
from quorate.explore.scheduler.simulate import CrmSimulate
from quorate.explore.scheduler.step import QUIET, Result, Step
from quorate.explore.scheduler.worker import Worker

pytestmark = pytest.mark.tools

NODES = ("n1", "n2", "n3")


def primitive(id_, agent="Dummy", meta=""):
    op = f'<operations><op id="{id_}-monitor" name="monitor" interval="10s" timeout="20s"/></operations>'
    meta = f'<meta_attributes id="{id_}-meta">{meta}</meta_attributes>' if meta else ""
    return f'<primitive id="{id_}" class="ocf" provider="heartbeat" type="{agent}">{meta}{op}</primitive>'


def pair(name, value, of):
    return f'<nvpair id="{of}-{name}" name="{name}" value="{value}"/>'


THRESHOLD = pair("migration-threshold", "2", "defaults")
GUEST = primitive("vm", "VirtualDomain", pair("remote-node", "guest", "vm"))
BUNDLE = (
    '<bundle id="box"><podman image="i" replicas="2"/><network control-port="3121"/>'
    + primitive("inside")
    + "</bundle>"
)
CLONE = f'<clone id="all">{primitive("one-each")}</clone>'
RESOURCES = primitive("a.b") + primitive("axb") + primitive("plain") + GUEST + BUNDLE + CLONE


def cluster(constraints=""):
    nodes = "".join(f'<node id="{number}" uname="{name}"/>' for number, name in enumerate(NODES, 1))
    states = "".join(
        f'<node_state id="{number}" uname="{name}" in_ccm="true" crmd="online" join="member" expected="member"/>'
        for number, name in enumerate(NODES, 1)
    )
    return (
        '<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" epoch="1" num_updates="0" admin_epoch="0"'
        ' have-quorum="1" dc-uuid="1" execution-date="1767268800"><configuration>'
        f'<crm_config><cluster_property_set id="options">{pair("stonith-enabled", "false", "o")}</cluster_property_set>'
        f"</crm_config><nodes>{nodes}</nodes><resources>{RESOURCES}</resources><constraints>{constraints}</constraints>"
        f'<rsc_defaults><meta_attributes id="defaults">{THRESHOLD}</meta_attributes></rsc_defaults>'
        f"</configuration><status>{states}</status></cib>"
    )


def agree(cib, *ways):
    """Ask both backends; each way is the steps after rest."""
    with Worker(cib, compiled().program, timeout_s=60) as fast, CrmSimulate(cib) as slow:
        for way in ways or ((),):
            for count in range(len(way) + 1):
                steps = (QUIET, *way[:count])
                assert differs(fast.settle(steps), slow.settle(steps)) == "", steps
        assert fast.remarks == []


def settled(cib, *steps):
    with Worker(cib, compiled().program, timeout_s=60) as fast:
        found = fast.settle((QUIET, *steps))
        return found, fast.cib((QUIET, *steps))


def where(cib, resource):
    found, _ = settled(cib)
    return next(one.node for one in found.placement.instances if one.resource == resource)


def timed_out(cib):
    """The same two hours later, where failures count for a minute."""
    late = re.sub('execution-date="[0-9]+"', 'execution-date="1767275000"', cib)
    return late.replace(THRESHOLD, pair("failure-timeout", "60", "defaults"))


def failure(cib, resource, rc=1):
    return Step(results=(Result(resource, "monitor", 10_000, where(cib, resource), rc),))


def test_an_id_that_is_an_expression_has_the_fail_counts_of_others_too():
    at_home = "".join(f'<rsc_location id="l-{one}" rsc="{one}" node="n1" score="100"/>' for one in ("a.b", "axb"))
    cib = cluster(at_home)
    one, other = failure(cib, "axb"), failure(cib, "a.b")
    agree(cib, (one, one), (other, other), (one, Step(standby=(("n1", True),))))
    found, _ = settled(cib, one, one)
    assert not any(one.resource == "a.b" and one.node == "n1" for one in found.placement.instances)


def test_failures_that_begin_alike_differ_in_how_they_end():
    cib = cluster()
    found = failure(cib, "plain").results
    fails = [
        Step(results=found, failing=tuple(Result("plain", task, 0, node, 1) for node in nodes))
        for task, nodes in (("start", ()), ("start", (where(cib, "plain"),)), ("stop", NODES), ("start", NODES))
    ]
    agree(cib, *((one,) for one in (*fails, *reversed(fails))))


def test_parameters_that_a_rule_chooses_are_compared_in_every_state():
    rule = (
        '<instance_attributes id="chosen"><rule id="r" score="INFINITY"><expression id="e" attribute="#uname"'
        ' operation="eq" value="n1"/></rule><nvpair id="chosen-state" name="state" value="/run/n1"/>'
        "</instance_attributes>"
    )
    cib = cluster().replace('type="Dummy"><operations><op id="plain-', f'type="Dummy">{rule}<operations><op id="plain-')
    assert rule in cib
    agree(cib, (failure(cib, "plain"), Step(standby=(("n1", True),)), Step(standby=(("n1", False),))))


def test_guests_and_bundles_are_written_into_the_resources_and_taken_out_again():
    cib = cluster()
    lost = Step(lost=(where(cib, "vm"),))
    agree(cib, (failure(cib, "vm"),), (lost, Step(returned=lost.lost)), (failure(cib, "inside"), lost))
    _, before = settled(cib)
    assert before.partition("<status>")[0].count("<primitive ") == cib.count("<primitive ")


def test_a_failure_that_has_timed_out_is_taken_back_and_not_marked_in_the_state():
    cib = cluster()
    failed = failure(cib, "plain")
    _, after = settled(cib, failed)
    assert "last_failure" in after
    late = timed_out(after)
    assert "failure-timeout" in late
    agree(late, (Step(standby=(("n2", True),)), Step(standby=(("n2", False),))), (failed,))
    found, again = settled(late)
    assert "calculated-failure-timeout" not in again
    assert found.transitions


@pytest.mark.parametrize("resource", ["plain", "one-each"])
def test_a_resource_that_has_become_one_of_another_agent_is_not_passed_over(resource):
    cib = cluster('<rsc_location id="l" rsc="all" node="n1" score="-INFINITY"/>')
    _, rest = settled(cib)
    other = rest.replace(f'<primitive id="{resource}" class="ocf" provider="heartbeat" type="Dummy">', "@")
    assert "@" in other
    other = other.replace("@", f'<primitive id="{resource}" class="ocf" provider="heartbeat" type="apache">')
    found, _ = settled(other)
    deleted = [(one.resource, one.node) for each in found.transitions for one in each.actions if one.task == "delete"]
    assert {(resource, node) for node in NODES} <= {*deleted}
    agree(other, (Step(standby=(("n1", True),)),))


def test_a_resource_that_was_taken_out_of_the_configuration_is_stopped():
    _, rest = settled(cluster())
    without = rest
    for one in (primitive("plain"), CLONE):
        without = without.replace(one, "")
    assert len(without) < len(rest) - len(CLONE)
    found, _ = settled(without)
    stopped = {one.resource for each in found.transitions for one in each.actions if one.task == "stop"}
    assert {"plain", "one-each"} <= stopped
    agree(without, (Step(standby=(("n1", True),)),))


def test_probes_go_before_what_starts_again_because_of_what_they_find():
    orders = "".join(
        f'<rsc_order id="o-{first}-{then}" first="{first}" then="{then}" kind="Mandatory"/>'
        for first, then in (("plain", "axb"), ("axb", "all"), ("all", "a.b"), ("a.b", "vm"))
    )
    cib = cluster(orders)
    lost = Step(lost=("n1",))
    agree(cib, (failure(cib, "plain"),), (lost, Step(returned=("n1",)), failure(cib, "axb")))


def op(resource, **attributes):
    said = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<op id="{resource}-monitor" name="monitor" interval="10s" timeout="20s"{said}/>'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(op("plain"), op("plain", on_fail="stop"), id="stops for good where its monitor fails"),
        pytest.param(op("plain"), op("plain", on_fail="block"), id="is not touched any more where it fails"),
        pytest.param(op("plain"), op("plain", on_fail="standby"), id="puts a node on standby"),
        pytest.param(op("plain"), op("plain", on_fail="ignore"), id="may fail"),
        pytest.param(THRESHOLD, pair("target-role", "Stopped", "defaults"), id="is to be stopped"),
        pytest.param(THRESHOLD, pair("allow-migrate", "true", "defaults"), id="moves while it runs"),
        pytest.param(THRESHOLD, pair("failure-timeout", "60", "defaults"), id="forgets failures"),
        pytest.param(
            pair("stonith-enabled", "false", "o"),
            pair("stonith-enabled", "false", "o") + pair("shutdown-lock", "true", "o"),
            id="stays with a node that was shut down",
        ),
    ],
)
def test_what_says_only_that_nothing_runs_is_left_out_where_that_makes_no_difference(old, new):
    cib = cluster()
    assert old in cib
    cib = cib.replace(old, new)
    home = "n1" if "Stopped" in new else where(cib, "plain")
    failed = Step(results=(Result("plain", "monitor", 10_000, home, 1),))
    on, off = Step(standby=((home, True),)), Step(standby=((home, False),))
    other = next(node for node in NODES if node != home)
    agree(
        cib, (failed, on, off), (on, failed), (Step(lost=(other,)), failed, Step(returned=(other,))), (failed, failed)
    )


def test_an_id_that_is_an_expression_forgets_the_failures_of_others_too():
    cib = cluster('<rsc_location id="l" rsc="axb" node="n1" score="100"/>')
    _, after = settled(cib, failure(cib, "axb"))
    late = timed_out(after)
    found, _ = settled(late)
    done = {
        (one.resource, one.node) for each in found.transitions for one in each.actions if one.task == "clear_failcount"
    }
    assert {("axb", "n1"), ("a.b", "n1")} <= done
    agree(late)


@pytest.mark.parametrize("role", ["Started", "Stopped"])
def test_what_has_a_target_role_of_its_own_has_it_though_it_never_ran(role):
    cib = cluster().replace(primitive("plain"), primitive("plain", meta=pair("target-role", role, "plain")))
    _, rest = settled(cib)
    other = {"Started": "Stopped", "Stopped": "Started"}[role]
    changed = rest.replace(pair("target-role", role, "plain"), pair("target-role", other, "plain"))
    assert changed != rest
    agree(changed, (Step(standby=(("n1", True),)), Step(standby=(("n1", False),))))
