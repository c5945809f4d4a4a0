"""Every transport that the cluster file offers forms a membership on the real Corosync."""

import pytest

pytestmark = pytest.mark.lab

NODES = """\
cluster: {name}
nodes:
  n1: {links: [10.32.0.11], fencing: {ipmi: 10.32.9.11}}
  n2: {links: [10.32.0.12], fencing: {ipmi: 10.32.9.12}}
  n3: {links: [10.32.0.13], fencing: {ipmi: 10.32.9.13}}
fencing:
  ipmi: {user: admin, password: {env: IPMI_PASSWORD}, power_wait: 0s}
"""

TRANSPORTS = {
    "udpu": "corosync: {transport: udpu, token: 1s}\n",
    "udp": "corosync: {transport: udp, token: 1s, links: [{multicast: 239.192.42.1}]}\n",
    "broadcast": "corosync: {transport: broadcast, token: 1s}\n",
    "knet-plain": "corosync: {crypto: false, token: 1s}\n",
}


@pytest.mark.parametrize("stage", [NODES + text for text in TRANSPORTS.values()], ids=TRANSPORTS, indirect=True)
def test_transport(stage):
    done = stage.apply("--no-test-fencing", check=True)
    assert "membership complete: 3 nodes, quorate" in done.stderr
    again = stage.apply("--no-test-fencing", check=True)
    assert "nothing to do" in again.stdout, again.stderr
