"""Where a rule begins and where it ends: the value that is still right, and the next one that is not."""

import pytest

from quorate.catalog.services import kinds
from quorate.check.run import check
from quorate.describe.load import load

NODES = {
    count: "nodes:\n"
    + "".join(
        f"  n{i}: {{links: [10.0.0.{i}, 10.1.0.{i}], fencing: {{ipmi: 10.9.0.{i}}}}}\n" for i in range(1, count + 1)
    )
    for count in range(1, 8)
}
FENCING = "fencing:\n  ipmi: {user: a, password: {env: P}}\n"
DEVICE = FENCING + "quorum: {device: {host: witness}}\n"
TWO_DELAYS = FENCING + "  delay: {favour: n1, by: 4s}\n"
DUMMY = 'resources:\n  one: {primitive: "ocf:pacemaker:Dummy"'


def codes(text: str) -> set[str]:
    loaded = load(text, "edge.yaml", kinds())
    assert loaded.cluster is not None, loaded.findings
    return {finding.code for finding in check(loaded.cluster)}


EDGES = [
    ("token-short", 2, "corosync: {token: 1s}\n" + FENCING, "corosync: {token: 999ms}\n" + FENCING),
    ("token-short", 3, "corosync: {token: 350ms}\n" + FENCING, "corosync: {token: 349ms}\n" + FENCING),
    ("token-long", 3, "corosync: {token: 30s}\n" + FENCING, "corosync: {token: 31s}\n" + FENCING),
    (
        "consensus-short",
        3,
        "corosync: {token: 1s, consensus: 1980ms}\n" + FENCING,
        "corosync: {token: 1s, consensus: 1979ms}\n" + FENCING,
    ),
    (
        "token-retransmits-many",
        2,
        "corosync: {token: 1s, token_retransmits: 33}\n" + FENCING,
        "corosync: {token: 1s, token_retransmits: 34}\n" + FENCING,
    ),
    ("priority-fencing-delay-short", 2, TWO_DELAYS + "  priority_delay: 8s\n", TWO_DELAYS + "  priority_delay: 7s\n"),
    ("fencing-timeout-short", 3, FENCING + "  timeout: 22s\n", FENCING + "  timeout: 21s\n"),
    ("even-votes", 5, FENCING, FENCING),
    (
        "expected-votes-mismatch",
        5,
        "quorum: {expected_votes: 5}\n" + FENCING,
        "quorum: {expected_votes: 6}\n" + FENCING,
    ),
    (
        "failure-timeout-short",
        3,
        "pacemaker: {resource_defaults: {failure-timeout: 60s}}\n" + FENCING,
        "pacemaker: {resource_defaults: {failure-timeout: 59s}}\n" + FENCING,
    ),
    (
        "stop-timeout-short",
        3,
        FENCING + DUMMY + ", operations: {stop: {timeout: 20s}}}\n",
        FENCING + DUMMY + ", operations: {stop: {timeout: 19s}}}\n",
    ),
    ("target-below-detection", 3, FENCING + "targets: {outage_s: 9}\n", FENCING + "targets: {outage_s: 8}\n"),
    ("target-below-detection", 4, DEVICE + "targets: {outage_s: 13}\n", DEVICE + "targets: {outage_s: 12}\n"),
    (
        "last-man-standing-window-short",
        5,
        "quorum: {last_man_standing: true, wait_for_all: true, last_man_standing_window: 4950ms}\n" + FENCING,
        "quorum: {last_man_standing: true, wait_for_all: true, last_man_standing_window: 4900ms}\n" + FENCING,
    ),
]


@pytest.mark.parametrize(("code", "nodes", "right", "wrong"), EDGES, ids=[f"{e[0]}-{e[1]}" for e in EDGES])
def test_the_edge(code: str, nodes: int, right: str, wrong: str) -> None:
    more = nodes + 1 if code == "even-votes" else nodes
    assert code not in codes(f"cluster: edge\n{NODES[nodes]}{right}")
    assert code in codes(f"cluster: edge\n{NODES[more]}{wrong}")


@pytest.mark.parametrize("nodes", range(2, 8))
def test_defaults_draw_no_complaint_with_any_number_of_nodes(nodes: int) -> None:
    quorum = "quorum: {device: {host: witness}}\n" if nodes % 2 == 0 and nodes > 2 else ""
    loaded = load(f"cluster: defaults\n{NODES[nodes]}{quorum}{FENCING}", "defaults.yaml", kinds())
    assert loaded.cluster is not None
    assert [finding.code for finding in check(loaded.cluster)] == ["fencing-onboard-only"]


def test_a_shared_power_strip_is_no_duplicate_address() -> None:
    strip = "{agent: fence_apc, parameters: {ip: 10.9.0.50, username: a, password: {env: P}}, nodes: "
    text = f'cluster: strip\n{NODES[3]}{FENCING}  devices:\n    a: {strip}{{n1: "1"}}}}\n    b: {strip}{{n2: "2"}}}}\n'
    assert "duplicate-address" not in codes(text)


def test_a_device_for_one_node_delays_only_that_node() -> None:
    device = "{agent: fence_apc, parameters: {ip: 10.9.0.50, username: a, password: {env: P}, pcmk_delay_base: '%s'}"
    text = (
        "cluster: strip\nnodes:\n  n1: {links: [10.0.0.1, 10.1.0.1]}\n  n2: {links: [10.0.0.2, 10.1.0.2]}\n"
        f"fencing:\n  priority_delay: 0s\n  devices:\n    strip: {device}, nodes: {{n1: '1', n2: '2'}}}}\n"
    )
    assert "fencing-race" not in codes(text % "n1:3s;n2:0s")
    assert "fencing-race" in codes(text % "3s")
