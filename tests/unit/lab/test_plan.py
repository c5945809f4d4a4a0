"""What the lab makes of a cluster file: networks, addresses, BMCs, names."""

from ipaddress import ip_address, ip_network

import pytest

from quorate.errors import UsageError
from quorate.lab.plan import LabPlan, plan

from .clusters import PAIR, cluster


def networks(laid_out: LabPlan) -> list[str]:
    return [str(bridge.network) for bridge in laid_out.bridges]


def test_one_bridge_per_network_links_first() -> None:
    laid_out = plan(cluster(PAIR))
    assert networks(laid_out) == ["10.10.102.0/24", "172.16.0.0/24", "10.10.42.0/24", "10.10.103.0/24"]
    assert [bridge.links for bridge in laid_out.bridges] == [(0,), (1,), (), ()]


def test_a_node_has_the_files_own_addresses_and_invented_ones_only_where_the_file_gives_none() -> None:
    node = plan(cluster(PAIR)).node("gb06")
    assert [(i.name, str(i.addresses[0]), bool(i.invented)) for i in node.interfaces] == [
        ("eth0", "10.10.102.6/24", False),
        ("eth1", "172.16.0.6/24", False),
        ("eth2", "10.10.42.253/24", True),
        ("eth3", "10.10.103.253/24", True),
    ]


def test_no_address_is_given_twice() -> None:
    crowded = PAIR.replace("10.10.42.96/24", "10.10.42.254/24").replace("10.10.103.7", "10.10.103.252")
    laid_out = plan(cluster(crowded))
    given = [a.ip for node in laid_out.nodes for i in node.interfaces for a in i.addresses]
    given += [bridge.address.ip for bridge in laid_out.bridges if bridge.address]
    given += [node.bmc.address for node in laid_out.nodes if node.bmc]
    given.append(ip_address("10.10.42.254"))
    assert len(given) == len(set(given))


def test_a_bmc_stands_on_the_bridge_of_its_network() -> None:
    laid_out = plan(cluster(PAIR))
    bmc = laid_out.node("gb07").bmc
    assert bmc is not None
    assert (str(bmc.address), bmc.port, bmc.device) == ("10.10.103.7", 623, "ipmi-gb07")
    assert next(b for b in laid_out.bridges if b.name == bmc.bridge).network == ip_network("10.10.103.0/24")


def test_a_network_inside_another_shares_its_bridge() -> None:
    inside = PAIR.replace("10.10.102.6,", "10.10.102.6/16,").replace("10.10.102.7,", "10.10.102.7/16,")
    laid_out = plan(cluster(inside))
    assert networks(laid_out) == ["10.10.0.0/16", "172.16.0.0/24"]
    assert [i.name for i in laid_out.node("gb06").interfaces] == ["eth0", "eth1"]


BONDED = PAIR + "corosync: {links: [{}, {bond: active-backup}]}\n"


def test_a_bonded_link_has_two_cards_and_asks_the_lab() -> None:
    laid_out = plan(cluster(BONDED))
    node = laid_out.node("gb07")
    assert [(i.name, [card.name for card in i.cards], i.bond) for i in node.interfaces] == [
        ("eth0", ["eth0"], ""),
        ("bond0", ["eth1", "eth2"], "active-backup"),
        ("eth3", ["eth3"], ""),
        ("eth4", ["eth4"], ""),
    ]
    bonded = node.interface(1)
    assert [str(address) for address in (*bonded.addresses, *bonded.asked)] == ["172.16.0.7/24", "172.16.0.254"]
    assert len({(card.mac, card.port) for i in node.interfaces for card in i.cards}) == 5
    assert {card.bridge for card in bonded.cards} == {"br1"}
    assert bonded.cables(None) == bonded.cards
    assert bonded.cables(1) == bonded.cards[1:]
    with pytest.raises(UsageError, match="no cable 2"):
        bonded.cables(2)


def test_a_bond_on_a_full_network_asks_its_peers() -> None:
    tight = BONDED.replace("172.16.0.6/24", "172.16.0.1/30").replace("172.16.0.7/24", "172.16.0.2/30")
    laid_out = plan(cluster(tight))
    assert [[str(a) for a in node.interface(1).asked] for node in laid_out.nodes] == [["172.16.0.2"], ["172.16.0.1"]]


def test_two_links_in_one_network_are_one_cable() -> None:
    laid_out = plan(cluster(PAIR.replace("172.16.0.", "10.10.102.1")))
    node = laid_out.node("gb06")
    assert node.interface(0) == node.interface(1)
    assert [str(a) for a in node.interface(0).addresses] == ["10.10.102.6/24", "10.10.102.16/24"]


def test_a_link_that_spans_networks_is_routed() -> None:
    stretched = PAIR.replace("10.10.102.7,", "10.20.102.7,")
    laid_out = plan(cluster(stretched))
    first, second = laid_out.node("gb06").interface(0), laid_out.node("gb07").interface(0)
    assert first.bridge != second.bridge
    assert first.routes == ((ip_network("10.20.102.0/24"), ip_address("10.10.102.254")),)
    assert second.routes == ((ip_network("10.10.102.0/24"), ip_address("10.20.102.254")),)


def test_ipv6_addresses_count_down_from_a_readable_top() -> None:
    six = PAIR.replace("10.10.102.", "fd00:102::").replace("10.10.42.96/24", "fd00:42::96/64")
    laid_out = plan(cluster(six))
    assert str(laid_out.bridges[0].address) == "fd00:102::fffe/64"
    assert [str(i.addresses[0]) for i in laid_out.node("gb06").interfaces][2] == "fd00:42::fffd/64"
    assert str(laid_out.node("gb06").ssh_address) == "fd00:102::6"


def test_a_full_network_leaves_the_lab_without_an_address_there() -> None:
    tight = PAIR.replace("172.16.0.6/24", "172.16.0.1/30").replace("172.16.0.7/24", "172.16.0.2/30")
    laid_out = plan(cluster(tight))
    assert laid_out.bridges[1].address is None


def test_an_ssh_address_of_its_own_becomes_a_network() -> None:
    managed = PAIR.replace("gb06: {", "gb06: {ssh: {host: 192.168.7.6, port: 2222}, ")
    laid_out = plan(cluster(managed))
    node = laid_out.node("gb06")
    assert "192.168.7.0/24" in networks(laid_out)
    assert (str(node.ssh_address), node.ssh_port) == ("192.168.7.6", 2222)
    assert ip_address("192.168.7.6") in {a.ip for i in node.interfaces for a in i.addresses}


def test_an_ssh_name_is_known_in_the_lab() -> None:
    named = PAIR.replace("gb06: {", "gb06: {ssh: {host: gb06.example}, ")
    laid_out = plan(cluster(named))
    assert laid_out.names["gb06.example"] == "gb06"
    assert str(laid_out.node("gb06").ssh_address) == "10.10.102.6"


def test_floating_addresses_of_plain_resources_count() -> None:
    text = (
        PAIR
        + '\nresources:\n  vip: {primitive: "ocf:heartbeat:IPaddr2", parameters: {ip: 10.7.7.7, cidr_netmask: "24"}}\n'
    )
    assert "10.7.7.0/24" in networks(plan(cluster(text)))


def test_devices_the_lab_can_not_play_are_said() -> None:
    pdu = PAIR.replace(
        "services:",
        "  devices: {pdu: {agent: fence_apc, parameters: {ip: 10.9.9.9}, nodes: [gb06, gb07]}}\nservices:",
    )
    laid_out = plan(cluster(pdu))
    assert [(f.code, f.path) for f in laid_out.findings] == [("lab-fencing-device", ("fencing", "devices", "pdu"))]
    assert "fence_apc" in laid_out.findings[0].summary
    assert all(node.bmc for node in laid_out.nodes)


def test_the_quorum_devices_host_has_the_files_address() -> None:
    laid_out = plan(cluster(PAIR + "\nquorum: {device: {host: 172.16.0.99, ssh: {user: operator, port: 2222}}}\n"))
    host = laid_out.node("quorum-device")
    assert laid_out.node_names == ("gb06", "gb07", "quorum-device")
    assert "172.16.0.99/24" in [str(address) for i in host.interfaces for address in i.addresses]
    assert (str(host.ssh_address), host.ssh_user, host.ssh_port, host.bmc) == ("172.16.0.99", "operator", 2222, None)
    assert laid_out.names["172.16.0.99"] == "quorum-device"
    assert not laid_out.resolved
    assert not laid_out.findings


def test_a_quorum_device_far_away_is_on_a_network_that_every_node_reaches() -> None:
    laid_out = plan(cluster(PAIR + "\nquorum: {device: {host: 192.0.2.9}}\n"))
    far = next(bridge for bridge in laid_out.bridges if str(bridge.network) == "192.0.2.0/24")
    assert all(far.name in [i.bridge for i in node.interfaces] for node in laid_out.nodes)


def test_a_quorum_device_known_by_name_gets_an_address_that_the_nodes_can_resolve() -> None:
    laid_out = plan(cluster(PAIR + "\nquorum: {device: {host: q.example}}\n"))
    host = laid_out.node("q.example")
    assert laid_out.resolved == (("q.example", host.ssh_address),)
    assert host.ssh_address in ip_network("10.10.102.0/24")
    assert laid_out.names["q.example"] == "q.example"
    given = [a.ip for node in laid_out.nodes for i in node.interfaces for a in i.addresses]
    assert len(given) == len(set(given))


def test_a_quorum_device_at_one_address_and_managed_at_another_has_both() -> None:
    laid_out = plan(cluster(PAIR + "\nquorum: {device: {host: 10.10.102.99, ssh: {host: 172.16.0.99}}}\n"))
    given = {str(a) for i in laid_out.node("quorum-device").interfaces for a in i.addresses}
    assert given >= {"10.10.102.99/24", "172.16.0.99/24"}


def test_a_cipher_the_simulator_lacks_is_said() -> None:
    laid_out = plan(cluster(PAIR.replace("ipmi: {user:", "ipmi: {cipher: 17, user:")))
    assert len(laid_out.findings) == 2
    assert "cipher" in laid_out.findings[0].summary
    assert laid_out.node("gb06").bmc is None


def test_names_on_this_machine_fit_and_differ() -> None:
    long = "a" * 60
    text = PAIR.replace("nova-db", long).replace("gb06", "b" * 60).replace("gb07", "b" * 59 + "c")
    laid_out = plan(cluster(text))
    machines = [node.machine for node in laid_out.nodes]
    assert len(set(machines)) == 2
    assert all(len(machine) <= 64 for machine in machines)
    ports = [card.port for node in laid_out.nodes for i in node.interfaces for card in i.cards]
    assert len(set(ports)) == len(ports)
    assert all(len(port) <= 15 for port in ports)


def test_labs_of_like_names_share_nothing() -> None:
    one, other = plan(cluster(PAIR), "a-b"), plan(cluster(PAIR), "a")
    assert not {n.namespace for n in one.nodes} & {n.namespace for n in other.nodes}
    assert not {n.machine for n in one.nodes} & {n.machine for n in other.nodes}


def test_macs_stay_and_are_local() -> None:
    first, again = plan(cluster(PAIR)), plan(cluster(PAIR))
    macs = [i.mac for node in first.nodes for i in node.interfaces] + [b.mac for b in first.bridges]
    assert first == again
    assert len(set(macs)) == len(macs)
    assert all(mac.startswith("02:") for mac in macs)


def test_a_name_no_host_can_have_is_refused() -> None:
    with pytest.raises(UsageError, match="gb_06"):
        plan(cluster(PAIR.replace("gb06", "gb_06")))


def test_an_unknown_node_or_link_names_those_there_are() -> None:
    laid_out = plan(cluster(PAIR))
    with pytest.raises(UsageError) as unknown:
        laid_out.node("gb08")
    assert "gb06, gb07" in unknown.value.hint
    with pytest.raises(UsageError, match="no link 5"):
        laid_out.node("gb06").interface(5)
