"""A RabbitMQ on every node: what was confirmed outlives a power cut of all; a wrong cookie is found, and mended."""

import json
from pathlib import Path
from typing import Any

import pytest
from staging import Stage, is_well

from quorate.catalog.blueprints import blueprints

pytestmark = pytest.mark.lab

# How long it takes is the benchmarks' to say: a busy machine may start Erlang for minutes.
TEXT = blueprints()["rabbitmq"].called("{name}").replace("outage_s: 30", "outage_s: 600")
NODES = ("n1", "n2", "n3")
WHOLE = dict.fromkeys(NODES, "serves, sees 3 of 3 members")
COOKIE = "/var/lib/rabbitmq/.erlang.cookie"
# As one that was copied by hand: another's, and open to others, with which Erlang does not start.
SPOIL = f"printf SPOILT >{COOKIE}; chmod 644 {COOKIE}; systemctl kill --signal=KILL rabbitmq-server"


def inside(status: dict[str, Any]) -> dict[str, str]:
    """Return what the brokers say of themselves."""
    return {line["node"]: line["words"] for line in status["services"][0]["inside"]}


def told(status: dict[str, Any]) -> str:
    """Return what is wrong."""
    return "\n".join(f"{problem['code']}: {problem['summary']}" for problem in status["problems"])


def is_spoilt(status: dict[str, Any]) -> bool:
    """Tell whether the wrong cookie is found, and its broker has failed to start with it."""
    return "broker-cookie: n3 has another Erlang cookie" in told(status) and "not on n3: start: " in told(status)


@pytest.mark.parametrize("stage", [TEXT], indirect=True)
def test_confirmed_messages_outlive_all_nodes(stage: Stage, tmp_path: Path) -> None:
    stage.apply("--no-test-fencing", check=True)
    fault = "power-cut-all-wrong-order"
    done = stage.quorate("drill", "--lab", str(stage.file), "--only", fault, "-o", str(tmp_path))
    assert done.returncode == 0, done.stderr + done.stdout
    (run,) = (json.loads(path.read_text()) for path in tmp_path.rglob("run.json"))
    (client,) = run["clients"]
    print(f"no message confirmed for {client['outage_s']:.1f} s")
    assert (client["verdict"], client["writes"]["lost"]) == ("held", []), run
    assert client["writes"]["acknowledged"] > 50
    assert inside(stage.status(is_well)) == WHOLE

    stage.ssh("n3", SPOIL)
    stage.status(is_spoilt)
    planned = stage.quorate("plan", "--lab", str(stage.file))
    assert "n3: try broker-server again" in planned.stdout
    applied = stage.apply("--no-test-fencing", check=True)
    assert "broker-server on n3: tried again" in applied.stderr
    assert inside(stage.status(is_well)) == WHOLE
