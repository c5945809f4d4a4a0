"""A queue on a replicated disk: every message whose publisher had it confirmed is there after its node is gone."""

import json
from pathlib import Path

import pytest
from staging import Stage, is_well

from quorate.catalog.blueprints import blueprints

pytestmark = pytest.mark.lab

# How long it takes is the benchmarks' to say: a busy machine may start Erlang for minutes.
TEXT = blueprints()["rabbitmq-drbd"].called("{name}").replace("outage_s: 120", "outage_s: 600")
FAULTS = ("power-cut", "standby")
LEFT = "rabbitmqctl --quiet list_users; rabbitmqctl --quiet list_vhosts"


@pytest.mark.parametrize("stage", [TEXT], indirect=True)
def test_confirmed_messages_outlive_faults(stage: Stage, tmp_path: Path) -> None:
    stage.apply("--no-test-fencing", check=True)
    for fault in FAULTS:
        done = stage.quorate("drill", "--lab", str(stage.file), "--only", fault, "-o", str(tmp_path / fault))
        assert done.returncode == 0, done.stderr + done.stdout
        run = json.loads(next((tmp_path / fault).rglob("run.json")).read_text())
        (client,) = run["clients"]
        print(f"{fault}: no message confirmed for {client['outage_s']:.1f} s")
        assert (client["probe"], client["verdict"], client["writes"]["lost"]) == ("amqp", "held", []), run
        assert client["writes"]["acknowledged"] > 50
        assert [one["name"] for one in run["beside"]] == ["queue-icmp"]
    (serving,) = stage.status(is_well)["services"][0]["nodes"]
    assert "quorate_drill" not in stage.ssh(serving, LEFT)
