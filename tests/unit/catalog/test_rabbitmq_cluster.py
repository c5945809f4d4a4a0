"""rabbitmq-cluster: what brokers are told so that they are one cluster, and how their clients find them."""

from dataclasses import replace
from ipaddress import ip_interface

import pytest
from tests.unit.catalog.sites import CLUSTER, NODE, site

from quorate.catalog.blueprints import blueprints
from quorate.catalog.made import filled, named_in
from quorate.catalog.services import kinds
from quorate.describe.resources import Clone

KIND = kinds()["rabbitmq-cluster"]
SECRETS = {"queue.cookie": "COOKIE", "queue.password": "word"}


def at(nodes=3, **options):
    """The site of a broker on so many nodes."""
    names = {"nodes": tuple(node.name for node in CLUSTER.nodes[:nodes])} if nodes < 3 else {}
    return site("queue", KIND.model_validate(names | options))


def files(where=None, node=NODE):
    where = where or at()
    return {file.path.rpartition("/")[2]: file for file in where.service.files(where, node)}


def conf(where=None, node=NODE):
    return files(where, node)["90-quorate.conf"].content.splitlines()


def test_it_is_a_clone_of_the_unit_on_every_node():
    [server, clone] = at().service.resources(at()).resources
    assert str(server.agent) == "systemd:rabbitmq-server"
    assert isinstance(clone, Clone)
    assert (clone.id, clone.member) == ("queue", server.id)


def test_every_broker_knows_all_by_the_same_names():
    said = [line for line in conf() if ".nodes." in line]
    assert said == [f"cluster_formation.classic_config.nodes.{i} = rabbit@n{i}" for i in (1, 2, 3)]
    assert said == [line for line in conf(node=CLUSTER.nodes[2]) if ".nodes." in line]
    assert "\nNODENAME=rabbit@n3\n" in files(node=CLUSTER.nodes[2])["rabbitmq-env.conf"].content


def test_a_minority_pauses_and_of_two_none_is_one():
    assert "cluster_partition_handling = pause_minority" in conf(at(3))
    assert "cluster_partition_handling = autoheal" in conf(at(2))


def test_it_listens_and_talks_on_the_first_link_alone():
    found = files()
    assert "listeners.tcp.default = 10.20.0.11:5672" in conf()
    assert "inet_dist_use_interface {10,20,0,11}" in found["rabbitmq-env.conf"].content
    listens = [line for line in found["quorate.conf"].content.splitlines() if line.startswith("ListenStream=")]
    assert listens == ["ListenStream=", "ListenStream=127.0.0.1:4369", "ListenStream=10.20.0.11:4369"]


def test_erlang_is_told_of_ipv6_and_of_names_with_a_domain():
    six = replace(NODE, name="n1.example.org", links=(ip_interface("fd00::b/64"),))
    where = at()
    where = replace(where, cluster=replace(where.cluster, nodes=(six, *where.cluster.nodes[1:])))
    environment = files(where, six)["rabbitmq-env.conf"].content
    assert "-proto_dist inet6_tcp -kernel inet_dist_use_interface {64768,0,0,0,0,0,0,11}" in environment
    assert "\nUSE_LONGNAME=true\n" in environment
    assert "listeners.tcp.default = [fd00::b]:5672" in conf(where, six)
    assert where.service.reached(where)[0] == "[fd00::b]:5672"


def test_one_cookie_for_the_server_alone():
    cookie = files()[".erlang.cookie"]
    assert (cookie.owner, cookie.mode) == ("rabbitmq", 0o400)
    assert filled(cookie.content, SECRETS) == "COOKIE\n"
    made = {secret.name: secret.shape for secret in at().service.secrets(at())}
    assert made == {"queue.cookie": "upper", "queue.password": "word"}


def test_no_secret_stands_in_an_argument():
    for one in at().service.settings_up(at()):
        assert not named_in("".join((*one.asks, *one.does)))
    [account, *_] = at().service.settings_up(at())
    assert filled(account.input, SECRETS) == filled(account.ask_input, SECRETS) == "word\n"


def test_clients_know_every_broker():
    where = at(port=5673)
    brokers = ("10.20.0.11:5673", "10.20.0.12:5673", "10.20.0.13:5673")
    assert where.service.reached(where) == brokers
    assert where.service.probe(where).target == ",".join(brokers)


@pytest.mark.parametrize(("detection_s", "tick_s"), [(2.9, 5), (8.1, 11), (100.0, 60)])
def test_a_broker_is_not_lost_before_its_node_is(detection_s, tick_s):
    assert at().service.tick_s(detection_s) == tick_s
    assert tick_s == 60 or tick_s * 0.75 >= detection_s  # Erlang tells after three quarters at the earliest


def test_the_file_decides_first():
    told = conf(at(net_ticktime="20s", memory=600, disk_free=300))
    assert "net_ticktime = 20" in told
    assert "vm_memory_high_watermark.absolute = 600MiB" in told
    assert "disk_free_limit.absolute = 300MiB" in told
    assert "vm_memory_high_watermark.relative = 0.4" in conf()


def test_mirrors_are_made_or_taken_away():
    [*_, made] = at().service.settings_up(at())
    [*_, away] = at(mirrored=False).service.settings_up(at())
    assert "set_policy" in made.does
    assert "clear_policy" in away.does
    assert away.asks[-1] == ""


def test_the_unit_is_started_when_clients_are_let_in_or_nobody_else_serves():
    unit = next(f for f in at().service.files(at(), CLUSTER.nodes[1]) if f.path.endswith("service.d/quorate.conf"))
    others = "rabbit@n2=10.20.0.12 rabbit@n1=10.20.0.11 rabbit@n3=10.20.0.13"
    assert "\nType=exec\n" in unit.content
    assert "\nExecStartPre=-/usr/lib/quorate/rabbitmq-broker before " in unit.content
    assert unit.content.endswith(f"rabbitmq-broker behind /var/lib/rabbitmq/mnesia 5672 {others}\n")


def test_the_usual_broker_is_the_cluster():
    assert blueprints()["rabbitmq"].text == KIND.example
    assert blueprints()["rabbitmq-drbd"].text == kinds()["rabbitmq"].example
