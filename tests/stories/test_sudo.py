"""Nodes reached as an ordinary user with sudo, as most hardened hosts are."""

import pytest

pytestmark = pytest.mark.lab

NODES = """\
cluster: {name}
ssh: {user: operator, sudo: true}
nodes:
  n1: {links: [10.33.0.11], fencing: {ipmi: 10.33.9.11}}
  n2: {links: [10.33.0.12], fencing: {ipmi: 10.33.9.12}}
fencing:
  ipmi: {user: admin, password: {env: IPMI_PASSWORD}, power_wait: 0s}
services:
  vip: {kind: address, address: 10.33.0.100/24}
"""


@pytest.mark.parametrize("stage", [NODES], indirect=True)
def test_build_through_sudo(stage):
    assert stage.ssh("n1", "id -un").strip() == "operator"
    done = stage.apply(check=True)
    assert "fencing proven on every node" in done.stderr
    again = stage.apply(check=True)
    assert "nothing to do" in again.stdout, again.stderr
