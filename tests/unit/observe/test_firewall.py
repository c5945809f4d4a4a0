"""What a rule set does to a port, judged only where it is plain; the rule sets of tests/data/observe/firewall."""

from pathlib import Path

import pytest

from quorate.observe.facts import firewall

DATA = Path(__file__).parents[2] / "data" / "observe" / "firewall"


@pytest.mark.parametrize(
    ("rules", "active", "verdict"),
    [
        ("empty", set(), "open"),
        ("drop-all-but-ssh", {"nftables"}, "blocked"),
        ("corosync-allowed", {"nftables"}, "open"),
        ("one-network-allowed", {"nftables"}, "unknown"),
        ("port-dropped", {"nftables"}, "blocked"),
        ("jump", {"nftables"}, "unknown"),
        ("reject-at-end", {"nftables"}, "blocked"),
        ("ipv6-only", {"nftables"}, "unknown"),
        ("ufw", {"ufw", "nftables"}, "open"),
        ("ufw-closed", {"ufw", "nftables"}, "blocked"),
        ("ufw-network", {"ufw", "nftables"}, "unknown"),
        ("firewalld", {"firewalld", "nftables"}, "unknown"),
        ("no-root", set(), "unknown"),
    ],
)
def test_verdict_for_corosyncs_port(rules: str, active: set[str], verdict: str) -> None:
    found = firewall.parse((DATA / f"{rules}.in").read_text(), 0)
    assert found.active == active
    assert found.udp(5405) == verdict


def test_another_port_of_the_same_rules() -> None:
    found = firewall.parse((DATA / "corosync-allowed.in").read_text(), 0)
    assert found.udp(5413) == "blocked"
    assert found.udp(623) == "open"


@pytest.mark.parametrize(
    ("rules", "port", "verdict"),
    [
        ("drop-all-but-ssh", 22, "open"),
        ("drop-all-but-ssh", 5403, "blocked"),
        ("corosync-allowed", 5405, "blocked"),  # allowed for UDP alone
        ("empty", 5403, "open"),
        ("ufw", 5405, "blocked"),
        ("ufw-closed", 22, "open"),
        ("ufw-closed", 5403, "blocked"),
        ("jump", 5403, "unknown"),
    ],
)
def test_verdict_for_new_connections(rules: str, port: int, verdict: str) -> None:
    assert firewall.parse((DATA / f"{rules}.in").read_text(), 0).verdict("tcp", port) == verdict
