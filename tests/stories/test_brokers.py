"""A RabbitMQ on every node: what was confirmed outlives any power cut; a wrong cookie is found, and mended."""

import json
from pathlib import Path
from typing import Any

import pytest
from staging import Stage, is_well

from quorate.catalog.blueprints import blueprints

pytestmark = pytest.mark.lab

# How long it takes is the benchmarks' to say: a busy machine may start Erlang for minutes.
TEXT = blueprints()["rabbitmq"].called("{name}").replace("outage_s: 30", "outage_s: 600")
FAULTS = ("power-cut", "power-cut-all-wrong-order")
COOKIE = "/var/lib/rabbitmq/.erlang.cookie"
SPOIL = f"printf SPOILT > {COOKIE}; systemctl kill --signal=KILL rabbitmq-server"


def inside(status: dict[str, Any]) -> dict[str, str]:
    """Return what the brokers say of themselves."""
    return {line["node"]: line["words"] for line in status["services"][0]["inside"]}


def codes(status: dict[str, Any]) -> set[str]:
    """Return the codes of what is wrong."""
    return {problem["code"] for problem in status["problems"]}


@pytest.mark.parametrize("stage", [TEXT], indirect=True)
def test_confirmed_messages_outlive_any_node_and_all(stage: Stage, tmp_path: Path) -> None:
    stage.apply("--no-test-fencing", check=True)
    done = stage.quorate("drill", "--lab", str(stage.file), "--only", ",".join(FAULTS), "-o", str(tmp_path))
    assert done.returncode == 0, done.stderr + done.stdout
    runs = [json.loads(path.read_text()) for path in sorted(tmp_path.rglob("run.json"))]
    assert len(runs) == len(FAULTS)
    for run in runs:
        (client,) = run["clients"]
        print(f"{run['fault']}: no message confirmed for {client['outage_s']:.1f} s")
        assert (client["verdict"], client["writes"]["lost"]) == ("held", []), run
        assert client["writes"]["acknowledged"] > 50
    assert inside(stage.status(is_well)) == dict.fromkeys(("n1", "n2", "n3"), "serves, sees 3 of 3 members")

    stage.ssh("n3", SPOIL)
    found = stage.status(lambda status: "broker-cookie" in codes(status))
    assert "n3 has another Erlang cookie" in " ".join(problem["summary"] for problem in found["problems"])
    stage.apply("--no-test-fencing", check=True)
    stage.ssh("n3", "systemctl kill --signal=KILL rabbitmq-server")
    assert inside(stage.status(is_well))["n3"] == "serves, sees 3 of 3 members"
