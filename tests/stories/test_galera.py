"""A database and a broker on every node: after a full stop they wait for who is missing, or do without, as told.

Before that: why the database refuses an account is told as it is, whatever somebody has done to it.
"""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from messages import client
from staging import Stage

from quorate.catalog.accounts import MAKE as ACCOUNT
from quorate.observe.facts import sql_login

pytestmark = pytest.mark.lab

FILE = """\
cluster: {name}
nodes:
  n1: {links: [10.71.0.11, 172.71.0.11], fencing: {ipmi: 10.71.9.11}}
  n2: {links: [10.71.0.12, 172.71.0.12], fencing: {ipmi: 10.71.9.12}}
  n3: {links: [10.71.0.13, 172.71.0.13], fencing: {ipmi: 10.71.9.13}}
fencing:
  ipmi: {user: admin, password: {env: IPMI_PASSWORD}, power_wait: 0s}
services:
  database: {kind: galera}
  broker: {kind: rabbitmq-cluster}
"""
NODES = ("n1", "n2", "n3")
MAKE = 'mariadb -e "CREATE DATABASE kept; CREATE TABLE kept.one (n INT PRIMARY KEY)"'
WRITE = 'for n in $(seq {} {}); do mariadb -e "INSERT INTO kept.one VALUES ($n)" && echo $n; done'
READ = 'mariadb -BNe "SELECT n FROM kept.one ORDER BY n"'
HISTORY = "mariadb -BNe \"SHOW STATUS LIKE 'wsrep_cluster_state_uuid'\" | cut -f 2"
BROKER = "10.71.0.11:5672"
QUEUES = {"quorum": range(1, 41), "classic": range(41, 81)}
LEAVE, RETURN = "systemctl disable corosync pacemaker", "systemctl enable --now corosync pacemaker"

KEYSTONE = "'keystone'@'%'"
SPOILED = {
    "": "",
    f"ALTER USER {KEYSTONE} IDENTIFIED BY 'other'": "wrong password, or no such account",
    f"ALTER USER {KEYSTONE} ACCOUNT LOCK": sql_login.LOCKED,
    f"ALTER USER {KEYSTONE} PASSWORD EXPIRE": sql_login.EXPIRED,
    f"REVOKE ALL PRIVILEGES ON keystone.* FROM {KEYSTONE}": "it has no right to its database",
    "DROP DATABASE keystone": "its database is not there",
    f"DROP USER {KEYSTONE}": "wrong password, or no such account",
}


def refusals(stage: Stage, secret: Path) -> dict[str, str]:
    """Spoil an account in each way, made anew each time; return what it is then said to be refused for."""
    secret.write_text("right\n")
    anew = f"DROP USER IF EXISTS {KEYSTONE}; {ACCOUNT.format(name='keystone', password='right')}".replace("`", "\\`")
    ask = sql_login.command_for("keystone", "10.71.0.11", 3306, str(secret)).argv[1:]
    found = {}
    for spoil in SPOILED:
        stage.ssh("n1", f'mariadb -e "{anew} {spoil}"')
        argv = ["ip", "netns", "exec", f"quorate-{stage.name}", sys.executable, *ask]
        said = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
        found[spoil] = sql_login.parse(said.stdout, said.returncode)
    stage.ssh("n1", f'mariadb -e "DROP USER IF EXISTS {KEYSTONE}; DROP DATABASE IF EXISTS keystone"')
    return found


def serving(stage: Stage, *nodes: str) -> None:
    """Wait until the servers of these nodes serve, of both services, and no other does."""

    def so(status: dict) -> bool:
        said = [{line["node"] for line in one["inside"] if line["serves"]} for one in status["services"]]
        return said == [{*nodes}, {*nodes}]

    stage.status(so)


def stopped_without(stage: Stage, missing: str) -> None:
    """Cut the power of all; have all return in an odd order, but one that does not come into the cluster by itself."""
    stage.ssh(missing, LEAVE)
    for node in NODES:
        stage.quorate("lab", "power", "off", str(stage.file), node, check=True)
    for node in ("n3", "n2", "n1"):
        stage.quorate("lab", "power", "on", str(stage.file), node, check=True)

    def waits(status: dict) -> bool:
        told = [one["summary"] for one in status["problems"] if one["code"] in {"galera-stopped", "broker-waits"}]
        database = any(f"waits for {missing}" in one and "n1 holds" in one and "n2 holds" in one for one in told)
        return database and sum(one.endswith(f"waits for {missing}") for one in told) == 2

    stage.status(waits)


def rejoin(stage: Stage, node: str) -> None:
    """Bring a node back into the cluster; one that is just being fenced has to boot first."""
    deadline = time.monotonic() + 60
    while stage.quorate("lab", "ssh", str(stage.file), node, RETURN).returncode != 0:
        assert time.monotonic() < deadline
        time.sleep(1)
    serving(stage, *NODES)


@pytest.mark.parametrize("stage", [FILE], indirect=True)
def test_they_go_on_without_one_that_is_gone(stage: Stage, tmp_path: Path) -> None:
    stage.apply("--no-test-fencing", check=True)
    serving(stage, *NODES)
    assert refusals(stage, tmp_path / "secret") == SPOILED
    stage.ssh("n1", MAKE)
    rows = stage.ssh("n1", WRITE.format(1, 60)).split()
    assert len(rows) == 60
    for kind, numbers in QUEUES.items():
        assert client(stage, "publish", BROKER, kind, kind, numbers[0], numbers[-1]) == [*numbers]

    history = stage.ssh("n1", HISTORY)
    stopped_without(stage, "n3")
    refused = stage.quorate("recover", "--lab", str(stage.file), "database", "--yes")
    assert refused.returncode == 4
    assert "n3 does not say what it holds" in refused.stderr
    told = stage.quorate("recover", "--lab", str(stage.file), "database", "--without", "n3", "--yes", check=True)
    assert "may be lost: whatever n3 holds" in told.stderr
    rows += stage.ssh("n1", WRITE.format(61, 70)).split()
    refused = stage.quorate("recover", "--lab", str(stage.file), "broker", "--yes")
    assert refused.returncode == 4
    assert "n3 may have stopped last" in refused.stderr
    stage.quorate("recover", "--lab", str(stage.file), "broker", "--without", "n3", "--yes", check=True)
    serving(stage, "n1", "n2")
    assert {kind: client(stage, "take", BROKER, kind) for kind in QUEUES} == {k: [*all_] for k, all_ in QUEUES.items()}
    assert "recover database without n3" in stage.quorate("history", "--lab", str(stage.file)).stdout

    rejoin(stage, "n3")
    assert [stage.ssh(node, READ).split() for node in NODES] == [rows, rows, rows]
    after = {stage.ssh(node, HISTORY) for node in NODES}
    assert len(after) == 1
    assert history not in after
