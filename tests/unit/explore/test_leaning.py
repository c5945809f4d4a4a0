"""What services use, how many of their servers are enough, and what the loss of one costs."""

import pytest

from quorate.errors import UsageError
from quorate.explore.leaning import used
from quorate.explore.subject import Wait

from .made_up import CLOUD, NODES, subject_of

ORDER = ("n1", "n2", "n3")


def test_a_service_leans_on_all_that_it_uses_itself_or_through_others_what_others_use_first():
    subject = subject_of()
    assert [one.name for one in subject.service("images").uses] == ["proxy", "database", "identity"]
    assert [one.name for one in subject.service("identity").uses] == ["proxy", "database"]
    assert subject.service("proxy").uses == ()
    assert subject.service("images").uses[2].needs == ("identity-server",)


def test_an_address_needs_its_proxy_on_the_same_node():
    proxy = subject_of().service("proxy")
    assert set(proxy.needs) == {"proxy-server", "proxy-address"}
    assert proxy.tied == (("proxy-address", "proxy-server"),)
    assert proxy.waits == ()
    assert subject_of().service("identity").tied == ()


def test_the_loss_of_a_server_costs_what_the_proxy_needs_and_what_the_service_itself_does():
    subject = subject_of()
    [wait] = subject.service("identity").waits
    assert (wait.order, wait.died_s, wait.silent_s) == ((), 0.5, 2.0)
    assert wait.hung_s > wait.silent_s, "its host takes connections"
    own, proxys = subject.service("database").waits
    assert own == Wait(0.0, 2.0, 0.0, (), "measured in the lab", hung_s=2.0)
    assert proxys.order == ORDER
    assert subject.service("database").enough == "most of the rest"


def test_a_server_that_takes_its_leave_costs_less_than_one_that_dies():
    services = "services:\n  proxy: {kind: haproxy, address: 10.1.0.50/24}\n  database: {kind: galera}\n"
    subject = subject_of(NODES + services)
    own, proxys = subject.service("database").waits
    assert (own.died_s > 2, own.stopped_s) == (True, 0.0), "its group expels nobody"
    assert (proxys.died_s, proxys.stopped_s) == (1.1, 0.5)
    assert {wait.stopped_s for wait in subject_of().service("identity").waits} == {0.5}, "one that is closed at once"


def test_where_all_clients_are_comes_first_and_where_nobody_said_it_is_told():
    asked = subject_of(at={"database": "n2"})
    assert asked.service("database").waits[1].order == ("n2", "n1", "n3")
    assert asked.service("images").uses[1].waits[1].order == ("n2", "n1", "n3"), "for those who use it, too"
    assert not any("taken to be" in remark for remark in asked.remarks)
    [told] = [remark for remark in subject_of().remarks if "taken to be" in remark]
    assert told.startswith("all clients of database are taken to be at the server of n1, the first in order")


def test_a_service_is_reached_by_the_links_that_its_kind_says():
    subject = subject_of(
        NODES
        + """\
services:
  proxy: {kind: haproxy, address: 10.2.0.50/24}
  second: {kind: address, address: 10.2.0.51/24}
  outside: {kind: address, address: 192.0.2.51/24, nic: eth7}
  database: {kind: galera}
  broker: {kind: rabbitmq-cluster}
  cache: {kind: memcached}
  front: {kind: web, address: 10.1.0.52/24}
"""
    )
    links = {one.name: one.links for one in subject.services}
    assert {links[name] for name in ("database", "broker", "cache")} == {(0,)}
    assert links["proxy"] == (0, 1), "it passes on by the first, and has its address in the second"
    assert (links["second"], links["outside"], links["front"]) == ((1,), (), (0,))


WATCHED = """\
services:
  site: {{kind: web, address: 10.1.0.51/24}}
  shop: {{kind: web, address: 10.1.0.52/24, port: 8080}}
resources: |
  primitive gateway {monitor} op monitor interval=5s
  clone gateways gateway
  location site-where-it-answers site rule -inf: not_defined {told} or {told} lt 1
"""


@pytest.mark.parametrize(
    ("monitor", "told", "links"),
    [
        ("ocf:pacemaker:ping params host_list=10.1.0.254", "pingd", ()),
        ("ocf:pacemaker:ping params host_list=10.1.0.254 name=reached", "reached", ()),
        ("ocf:pacemaker:ping params host_list=10.1.0.254 name=reached", "pingd", (0,)),
        ("ocf:heartbeat:ethmonitor params interface=eth0", "ethmonitor-eth0", ()),
        ("ocf:pacemaker:SysInfo", "cpu_load", (0,)),
    ],
)
def test_what_a_rule_moves_with_its_network_is_not_bound_to_a_link(monitor, told, links):
    subject = subject_of(NODES + WATCHED.format(monitor=monitor, told=told))
    assert subject.service("site").links == links
    assert subject.service("shop").links == (0,)
    moved = [remark for remark in subject.remarks if "is moved by a rule" in remark]
    assert [remark.partition(" ")[0] for remark in moved] == ([] if links else ["site"])


def test_services_that_use_each_other_in_a_circle_are_refused():
    circle = CLOUD.replace("{kind: ledger}", "{kind: ledger, needs: [images]}")
    with pytest.raises(UsageError, match="database uses images uses identity uses database"):
        subject_of(circle)
    with pytest.raises(UsageError, match="a uses a"):
        used("a", {"a": ["a"]})


def test_what_is_not_there_is_not_used():
    subject = subject_of(CLOUD.replace("[identity, database]", "[other]"))
    assert [one.name for one in subject.service("images").uses] == ["proxy"]
