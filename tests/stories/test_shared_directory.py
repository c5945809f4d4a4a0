"""MariaDB on a directory that the nodes share: no row that was acknowledged is missing, whatever happened to a node."""

import json
import time

import pytest

pytestmark = pytest.mark.lab

FILE = """\
cluster: {name}
nodes:
  n1: {links: [10.31.0.11, 172.31.0.11], fencing: {ipmi: 10.31.9.11}}
  n2: {links: [10.31.0.12, 172.31.0.12], fencing: {ipmi: 10.31.9.12}}
  n3: {links: [10.31.0.13, 172.31.0.13], fencing: {ipmi: 10.31.9.13}}
corosync: {token: 1s}
fencing:
  ipmi: {user: admin, password: {env: IPMI_PASSWORD}, power_wait: 0s}
services:
  database:
    kind: mariadb
    address: 10.31.0.100/24
    data: {filesystem: {device: /srv/shared/database}}
"""
# Rows are written through the floating address, each with a number of its own; what was acknowledged is printed.
SETUP = """CREATE DATABASE t; CREATE TABLE t.p (n INT PRIMARY KEY);
GRANT ALL ON t.* TO t@'%' IDENTIFIED BY 't';"""
WRITE = """for n in $(seq $1 $2); do
  timeout 2 mariadb --host=10.31.0.100 --user=t --password=t --connect-timeout=1 -e "INSERT INTO t.p VALUES ($n)" \
    2>/dev/null && echo $n
done; true"""
READ = "mariadb --host=10.31.0.100 --user=t --password=t -Ne 'SELECT n FROM t.p ORDER BY n'"


def server(stage) -> str:
    """Return the node that serves, as soon as one does."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        told = json.loads(stage.quorate("status", "--lab", str(stage.file), "--format", "json").stdout or "{}")
        for service in told.get("services", ()):
            if service["name"] == "database" and service["state"] == "running" and len(service["nodes"]) == 1:
                return service["nodes"][0]
        time.sleep(0.5)
    raise AssertionError(f"nobody serves: {told}")


def written(stage, node: str, first: int, last: int) -> set[int]:
    """Write rows from a node; return the acknowledged ones."""
    return {int(n) for n in stage.ssh(node, f"set -- {first} {last}; {WRITE}").split()}


def read(stage, node: str) -> set[int]:
    return {int(n) for n in stage.ssh(node, READ).split()}


@pytest.mark.parametrize("stage", [FILE], indirect=True)
def test_every_acknowledged_row_outlives_power_cut_and_standby(stage) -> None:
    stage.apply(check=True)
    assert "nothing to do" in (again := stage.apply(check=True)).stdout + again.stderr
    first = server(stage)
    client = next(node for node in ("n1", "n2", "n3") if node != first)
    stage.ssh(first, f'mariadb -e "{SETUP}"')
    acknowledged = written(stage, client, 1, 30)
    assert len(acknowledged) == 30

    stage.quorate("lab", "power", "off", str(stage.file), first, check=True)
    acknowledged |= written(stage, client, 31, 60)
    second = server(stage)
    assert second != first
    acknowledged |= written(stage, client, 61, 80)
    assert acknowledged >= set(range(61, 81))
    assert acknowledged <= read(stage, client)

    stage.ssh(second, f"crm_standby --node {second} --update on")
    acknowledged |= written(stage, client, 81, 110)
    third = server(stage)
    assert third != second
    assert acknowledged <= read(stage, client)
