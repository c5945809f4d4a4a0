"""Defaults: what a file leaves out, for clusters of one, two, three and five nodes."""

from collections.abc import Mapping
from ipaddress import ip_interface
from pathlib import Path

import pytest

from quorate.describe.cluster import Cluster, Rate, Shared
from quorate.describe.load import load
from quorate.describe.resources import AgentName, Clone, Colocation, Location, Order
from quorate.describe.secret import Secret
from quorate.describe.service import ServiceOptions

DATA = Path(__file__).parents[2] / "data" / "describe"
Kinds = Mapping[str, type[ServiceOptions]]


def read(text: str, kinds: Kinds | None = None) -> Cluster:
    loaded = load(text, "cluster.yaml", kinds or {})
    assert loaded.cluster is not None, loaded.findings
    return loaded.cluster


def cluster_of(count: int, more: str = "", *, ipmi: bool = True) -> Cluster:
    nodes = "".join(
        f"  n{i}: {{links: [10.0.0.{i}, 10.0.1.{i}]{f', fencing: {{ipmi: 10.9.0.{i}}}' if ipmi else ''}}}\n"
        for i in range(1, count + 1)
    )
    return read(f"cluster: c\nnodes:\n{nodes}{more}\n")


@pytest.fixture(scope="module")
def everything(kinds: Kinds) -> Cluster:
    return read((DATA / "everything.yaml").read_text(), kinds)


@pytest.mark.parametrize(
    ("count", "effective_ms", "consensus_ms"), [(1, 3000, 3600), (2, 3000, 3600), (3, 3650, 4380), (5, 4950, 5940)]
)
def test_token_and_consensus_grow_with_the_nodes(count: int, effective_ms: int, consensus_ms: int) -> None:
    corosync = cluster_of(count).corosync
    assert (corosync.effective_token_ms, corosync.consensus_ms) == (effective_ms, consensus_ms)


def test_consensus_is_rounded_up() -> None:
    assert cluster_of(2, "corosync: {token: 1001ms}").corosync.consensus_ms == 1202


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_two_node_and_wait_for_all_only_with_exactly_two(count: int) -> None:
    quorum = cluster_of(count).quorum
    assert quorum.two_node is (count == 2)
    assert quorum.wait_for_all is (count == 2)
    assert quorum.expected_votes == count


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_delays_against_a_race_only_with_exactly_two(count: int) -> None:
    cluster = cluster_of(count)
    two = count == 2
    assert [device.delay_base_s for device in cluster.fencing.devices] == [
        2.0 if two and i == 0 else 0 for i in range(count)
    ]
    assert cluster.fencing.priority_delay_s == (5 if two else 0)
    assert cluster.pacemaker.properties.get("priority-fencing-delay") == ("5s" if two else None)
    assert cluster.pacemaker.resource_defaults.get("priority") == ("1" if two else None)


def test_two_nodes_with_a_device_are_not_two_node() -> None:
    quorum = cluster_of(2, "quorum: {device: {host: q.example}}").quorum
    assert (quorum.two_node, quorum.wait_for_all, quorum.expected_votes) == (False, False, 3)
    device = quorum.device
    assert device is not None
    assert (device.votes, device.algorithm, device.tie_breaker, device.tls, device.port) == (
        1,
        "ffsplit",
        "lowest",
        "on",
        5403,
    )
    assert (device.timeout_ms, device.sync_timeout_ms, device.ssh.host) == (10_000, 30_000, "q.example")


def test_lms_device_has_one_vote_less_than_nodes_and_may_name_a_node() -> None:
    device = cluster_of(5, "quorum: {device: {host: q, algorithm: lms, tie_breaker: n3}}").quorum.device
    assert device is not None
    assert (device.votes, device.tie_breaker) == (4, "3")


def test_defaults_of_messaging() -> None:
    corosync = cluster_of(3).corosync
    assert (corosync.transport, corosync.cipher, corosync.hash, corosync.crypto) == ("knet", "aes256", "sha256", True)
    assert [link.port for link in corosync.links] == [5405, 5406]
    assert corosync.key is None


@pytest.mark.parametrize("transport", ["udp", "udpu", "broadcast"])
def test_other_transports_have_no_crypto_and_ports_two_apart(transport: str) -> None:
    corosync = cluster_of(3, f"corosync: {{transport: {transport}}}").corosync
    assert (corosync.cipher, corosync.hash, corosync.crypto) == ("none", "none", False)
    assert [link.port for link in corosync.links] == [5405, 5407]


def test_crypto_off() -> None:
    assert not cluster_of(3, "corosync: {crypto: false}").corosync.crypto


def test_nodes_get_ids_prefixes_votes_and_a_way_in() -> None:
    cluster = read(
        "cluster: c\nssh: {user: admin, sudo: true}\nnodes:\n  b: {links: fd00::2}\n  a: {links: 10.0.0.1/28}\n"
    )
    first, second = cluster.nodes
    assert (first.name, first.id, first.links, first.votes) == ("b", 1, (ip_interface("fd00::2/64"),), 1)
    assert (second.name, second.id, second.links) == ("a", 2, (ip_interface("10.0.0.1/28"),))
    assert (first.ssh.host, first.ssh.user, first.ssh.sudo, first.ssh.port) == ("fd00::2", "admin", True, 22)


def test_properties_and_resource_defaults() -> None:
    pacemaker = cluster_of(3).pacemaker
    assert dict(pacemaker.properties) == {
        "cluster-name": "c",
        "no-quorum-policy": "stop",
        "stonith-enabled": "true",
        "stonith-timeout": "60s",
        "stonith-action": "reboot",
        "stonith-max-attempts": "10",
        "concurrent-fencing": "true",
        "pe-input-series-max": "1000",
        "pe-error-series-max": "1000",
        "pe-warn-series-max": "1000",
    }
    assert dict(pacemaker.resource_defaults) == {
        "resource-stickiness": "1000",
        "migration-threshold": "3",
        "failure-timeout": "10min",
    }


def test_levels_only_for_nodes_with_several_devices_the_board_first() -> None:
    more = "fencing: {devices: {pdu: {agent: fence_apc, nodes: [n1, n2]}, ups: {agent: fence_x, nodes: [n1]}}}"
    fencing = cluster_of(3, more).fencing
    assert dict(fencing.levels) == {
        "n1": (("ipmi-n1",), ("pdu",), ("ups",)),
        "n2": (("ipmi-n2",), ("pdu",)),
    }
    assert not cluster_of(3).fencing.levels


def test_the_delay_goes_to_the_device_that_is_tried_first() -> None:
    more = "fencing: {devices: {pdu: {agent: fence_apc, nodes: [n1]}}, delay: {favour: n1, by: 3s}}"
    assert {device.id: device.delay_base_s for device in cluster_of(2, more).fencing.devices} == {
        "ipmi-n1": 3.0,
        "ipmi-n2": 0,
        "pdu": 0,
    }


def test_of_several_devices_in_a_level_only_the_first_waits() -> None:
    devices = "{a: {agent: fence_apc, nodes: [n1]}, b: {agent: fence_apc, nodes: [n1]}}"
    cluster = cluster_of(2, f"fencing: {{devices: {devices}, levels: {{n1: [[b, a]]}}}}", ipmi=False)
    assert {device.id: device.delay_base_s for device in cluster.fencing.devices} == {"a": 0, "b": 2.0}


def test_a_shared_device_delays_for_the_favoured_node_only() -> None:
    more = "fencing: {devices: {pdu: {agent: fence_apc, nodes: {n1: 1, n2: 2}}}}"
    [pdu] = cluster_of(2, more, ipmi=False).fencing.devices
    assert pdu.parameters["pcmk_delay_base"] == "n1:2s"
    assert pdu.delay_base_s == 0
    assert dict(pdu.victims) == {"n1": "1", "n2": "2"}


def test_a_device_with_a_delay_of_its_own_keeps_it() -> None:
    more = "fencing: {devices: {pdu: {agent: fence_apc, nodes: [n1], delay: 7s}}}"
    assert [device.delay_base_s for device in cluster_of(2, more, ipmi=False).fencing.devices] == [7.0]


def test_no_fencing_at_all_derives_without_devices() -> None:
    fencing = cluster_of(2, "fencing: {enabled: false}", ipmi=False).fencing
    assert (fencing.enabled, fencing.devices, dict(fencing.levels)) == (False, (), {})


def test_nodes_with_different_numbers_of_links() -> None:
    cluster = read("cluster: c\nnodes: {a: {links: 10.0.0.1}, b: {links: [10.0.0.2, 10.0.1.2]}}")
    assert len(cluster.corosync.links) == 2
    assert len(cluster.networks(1)) == 1


def test_ipmi_settings_of_a_node_win_over_the_common_ones(everything: Cluster) -> None:
    first, second = everything.fencing.devices[:2]
    assert dict(first.parameters) == {
        "ip": "10.10.103.6",
        "ipport": "624",
        "username": "admin",
        "password": Secret("env", "IPMI_PASSWORD"),
        "lanplus": "1",
        "cipher": "3",
        "method": "onoff",
        "privlvl": "operator",
    }
    assert second.parameters["password"] == Secret("file", "/root/gb07")
    assert (second.parameters["cipher"], second.parameters["method"]) == ("17", "cycle")
    assert second.parameters["power_wait"] == "1"  # fence_ipmilan takes whole seconds
    assert second.from_node == "gb07"


def test_ipmi_without_settings() -> None:
    [device] = cluster_of(1).fencing.devices
    assert dict(device.parameters) == {"ip": "10.9.0.1", "lanplus": "1", "cipher": "3", "method": "onoff"}


def test_numbers_keep_their_writing_where_they_are_text(everything: Cluster) -> None:
    assert everything.nodes[0].attributes["rack"] == "007"
    assert everything.nodes[0].utilization["memory"] == "16384"
    pdu = next(device for device in everything.fencing.devices if device.id == "pdu-a")
    assert dict(pdu.victims) == {"gb06": "3", "gb08": "04"}


def test_what_is_written_wins(everything: Cluster) -> None:
    corosync, quorum, fencing = everything.corosync, everything.quorum, everything.fencing
    assert (corosync.cipher, corosync.hash, corosync.link_mode) == ("aes128", "sha256", "active")
    assert (corosync.token_ms, corosync.token_coefficient_ms, corosync.consensus_ms) == (5000, 500, 6600)
    assert [(link.port, link.priority, link.protocol, link.ping_timeout_ms) for link in corosync.links] == [
        (5505, 2, None, 2500),
        (6000, None, "sctp", None),
    ]
    assert dict(corosync.logging) == {"debug": "off", "to_syslog": "yes", "syslog_facility": "daemon"}
    assert (quorum.expected_votes, quorum.auto_tie_breaker, quorum.last_man_standing_window_ms) == (4, "11 13", 20_000)
    assert quorum.wait_for_all
    assert (fencing.timeout_s, fencing.priority_delay_s, fencing.action, fencing.concurrent) == (120, 10, "off", False)
    assert fencing.levels["gb06"] == (("ipmi-gb06",), ("pdu-a", "pdu-b"))
    assert everything.pacemaker.properties["stonith-watchdog-timeout"] == "10s"
    assert everything.pacemaker.properties["pe-input-series-max"] == "200"
    assert everything.pacemaker.properties["maintenance-mode"] == "false"
    assert everything.pacemaker.stickiness == "500"
    assert everything.pacemaker.resource_defaults["migration-threshold"] == "5"
    assert everything.allow_drills


def test_ssh_of_a_node_wins_over_the_common_one(everything: Cluster) -> None:
    ssh = everything.nodes[1].ssh
    assert (ssh.host, ssh.user, ssh.port, ssh.jump, ssh.sudo) == ("gb07.example", "root", 2222, "me@gate.example", True)


def test_merged_keys_lose_against_written_ones(everything: Cluster) -> None:
    assert everything.nodes[1].links[0] == ip_interface("10.10.102.7/24")
    assert everything.nodes[1].attributes == {"site": "a", "rack": "007"}


def test_services(everything: Cluster) -> None:
    web = everything.services["web"]
    assert web.kind == "web"
    assert (web.nodes, web.meta) == (("gb07", "gb06"), {"priority": "10"})


def test_resources_and_constraints(everything: Cluster) -> None:
    [template] = everything.resources.templates
    assert (template.id, template.agent) == ("base", AgentName("ocf", "pacemaker", "Dummy"))
    by_id = {resource.id: resource for resource in everything.resources.resources}
    one, two = (next(p for p in everything.resources.primitives if p.id == name) for name in ("one", "two"))
    assert (one.agent, one.template, one.parameters["passwd"]) == (None, "base", Secret("env", "ONE"))
    assert [(o.name, o.interval_s, o.timeout_s, o.role, o.on_fail, dict(o.options)) for o in two.operations] == [
        ("start", None, 60, None, None, {"record-pending": "true"}),
        ("monitor", 10, None, "Promoted", None, {}),
        ("monitor", 11, None, "Unpromoted", "restart", {}),
    ]
    assert by_id["all"] == Clone("all", "two", promotable=True, meta=by_id["all"].meta)
    assert everything.resources.constraints == (
        Location("location-ground-gb06", "ground", "gb06", "100"),
        Location("location-web-gb08", "web", "gb08", "-INFINITY", discovery="never"),
        Colocation("colocation-ground-all", "ground", "all", with_role="Promoted"),
        Order("order-all-ground", "all", "ground", "promote", "start", "Optional", symmetrical=False),
        Order("order-all-ground-2", "all", "ground"),
    )


def test_given_holds_what_was_written_and_nothing_else() -> None:
    cluster = cluster_of(2, "corosync: {token: 4s, join: }")
    assert ("corosync", "token") in cluster.given
    assert ("nodes", "n1", "links", 1) in cluster.given
    assert ("corosync", "consensus") not in cluster.given
    assert ("corosync", "join") not in cluster.given


def test_what_is_shared_takes_boards_with_it_and_a_bare_link_is_that_of_every_node() -> None:
    cluster = read((DATA / "shared.yaml").read_text())
    parts = {part.name: part for part in cluster.shared}
    assert parts["rack-a"] == Shared(
        "rack-a", "rack", frozenset({"n1", "n2"}), devices=frozenset({"ipmi-n1", "ipmi-n2"})
    )
    assert parts["switch-0"].links == {("n1", 0), ("n2", 0), ("n3", 0)}
    assert parts["switch-1"].links == {("n1", 1), ("n2", 0), ("n2", 1)}
    assert parts["switch-1"].devices == {"pdu", "ipmi-n2"}
    assert parts["feed-a"].devices == {"pdu", "ipmi-n1"}
    assert parts["feed-a"].links == {("n1", 0), ("n1", 1), ("n2", 0), ("n2", 1), ("n3", 0)}
    assert [name for name, part in parts.items() if part.quorum_device] == ["here"]


def test_rates_are_those_that_the_file_states() -> None:
    cluster = read((DATA / "shared.yaml").read_text())
    assert cluster.rates == {
        "node-lost": Rate(2, 4 * 3600),
        "link-cut": Rate(0.05, None),
        "site-lost": Rate(None, 48 * 3600),
        "node-and-board-lost": Rate(0.2, 3600),
    }
