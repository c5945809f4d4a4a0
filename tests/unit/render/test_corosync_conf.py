from dataclasses import replace
from ipaddress import ip_address

import pytest

from quorate.describe.cluster import LinkOptions, QuorumDevice
from quorate.dialect.corosync.cmap import cmap_of
from quorate.render.corosync import corosync_conf


def keys(cluster):
    return cmap_of(corosync_conf(cluster))


def test_every_timing_stands_in_the_file(cluster):
    found = keys(cluster())
    assert found["totem.token"] == "3000"
    assert found["totem.consensus"] == "4380"
    assert found["totem.token_coefficient"] == "650"
    assert found["totem.token_retransmits_before_loss_const"] == "4"
    assert found["totem.join"] == "50"


def test_only_knet_has_crypto(cluster):
    knet = cluster()
    assert keys(knet)["totem.crypto_cipher"] == "aes256"
    for transport in ("udpu", "udp", "broadcast"):
        other = replace(knet, corosync=replace(knet.corosync, transport=transport))
        assert not [key for key in keys(other) if "crypto" in key]


@pytest.mark.parametrize(
    ("transport", "link", "expected"),
    [
        ("knet", LinkOptions(0, 5405), {}),
        ("knet", LinkOptions(1, 5406), {}),
        ("knet", LinkOptions(1, 5405), {"totem.interface.1.mcastport": "5405"}),
        ("knet", LinkOptions(0, 5405, ping_timeout_ms=700), {"totem.interface.0.knet_ping_timeout": "700"}),
        ("udp", LinkOptions(0, 5405, ip_address("239.1.2.3"), 2), {"totem.interface.0.mcastaddr": "239.1.2.3",
                                                                     "totem.interface.0.ttl": "2"}),
        ("udpu", LinkOptions(0, 5407), {"totem.interface.0.mcastport": "5407"}),
        ("broadcast", LinkOptions(0, 5405), {"totem.interface.0.broadcast": "yes"}),
    ],
)  # fmt: skip
def test_a_link_has_a_section_only_for_what_is_not_default(cluster, transport, link, expected):
    base = cluster()
    found = keys(replace(base, corosync=replace(base.corosync, transport=transport, links=(link,))))
    assert {key: value for key, value in found.items() if key.startswith("totem.interface")} == expected
    assert found["totem.transport"] == ("udp" if transport == "broadcast" else transport)


def test_further_totem_keys_win_over_derived_ones(cluster):
    base = cluster()
    found = keys(replace(base, corosync=replace(base.corosync, options={"token": "9000", "netmtu": "1400"})))
    assert found["totem.token"] == "9000"
    assert found["totem.netmtu"] == "1400"
    assert corosync_conf(base).count("token: ") == 1


def test_expected_votes_stand_there_only_where_they_are_not_the_sum(cluster):
    base = cluster()
    assert "quorum.expected_votes" not in keys(base)
    assert keys(replace(base, quorum=replace(base.quorum, expected_votes=5)))["quorum.expected_votes"] == "5"


def test_two_nodes_may_be_told_not_to_wait(cluster):
    base = cluster()
    lone = keys(replace(base, quorum=replace(base.quorum, two_node=True, wait_for_all=False)))
    assert (lone["quorum.two_node"], lone["quorum.wait_for_all"]) == ("1", "0")
    assert "quorum.wait_for_all" not in keys(base)


def test_a_quorum_device_knows_its_tie_breaker_by_id(cluster):
    base = cluster()
    device = QuorumDevice("q", base.nodes[0].ssh, 5403, "lms", "n2", 2, "on", 10_000, 30_000)
    found = keys(replace(base, quorum=replace(base.quorum, expected_votes=5, device=device)))
    assert found["quorum.device.net.tie_breaker"] == "2"
    assert found["quorum.device.model"] == "net"
    assert found["quorum.device.votes"] == "2"
    assert "quorum.expected_votes" not in found
    lowest = replace(base.quorum, device=replace(device, tie_breaker="lowest"))
    assert keys(replace(base, quorum=lowest))["quorum.device.net.tie_breaker"] == "lowest"


def test_the_file_s_keys_are_those_of_cmap():
    conf = """# totem { token: 1 }
totem {
    token: 5
    interface {
        linknumber: 1
        mcastport: 7
    }
}
nodelist {
    node {
        ring0_addr: fd00::1
    }
    node {
        ring0_addr: fd00::2
    }
}
"""
    assert cmap_of(conf) == {
        "totem.token": "5",
        "totem.interface.1.mcastport": "7",
        "nodelist.node.0.ring0_addr": "fd00::1",
        "nodelist.node.1.ring0_addr": "fd00::2",
    }
