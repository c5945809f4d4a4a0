"""`quorate status` on real nodes: well and quick when all is well, honest while a node dies, well again afterwards."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from labs import cluster, wait

from quorate.catalog.services import kinds
from quorate.lab.lab import Lab

pytestmark = pytest.mark.lab

PATIENCE_S = 60


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory):
    path = tmp_path_factory.mktemp("status") / "cluster.yaml"
    path.write_text(kinds()["web"].example.replace("cluster: web", "cluster: quorate-test-status"))
    assert quorate("status", path, "--lab").returncode == 2, "a lab that is not up: there is nobody to ask"
    for command in (("lab", "up", path), ("apply", path, "--lab")):
        done = quorate(*command)
        assert done.returncode == 0, done.stderr
    yield path
    quorate("lab", "down", path)


@pytest.fixture
def lab(file: Path) -> Lab:
    return Lab(cluster(file.read_text()))


def quorate(*words: object) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-c", "from quorate.ui.main import run; run()", *map(str, words)]
    return subprocess.run(argv, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


def status(file: Path) -> dict[str, Any]:
    done = quorate("status", file, "--lab", "--format", "json")
    assert done.returncode in {0, 1, 3}, done.stderr
    told = json.loads(done.stdout)
    assert told["exit_code"] == done.returncode
    assert told["well"] is (done.returncode == 0)
    return told


def until(file: Path, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE_S
    while not holds(told := status(file)):
        assert time.monotonic() < deadline, told["problems"]
    return told


def served_by(told: dict[str, Any]) -> list[str]:
    return told["services"][0]["nodes"]


def codes(told: dict[str, Any]) -> set[str]:
    return {problem["code"] for problem in told["problems"]}


def test_all_is_well(file: Path) -> None:
    told = status(file)
    assert told["well"], told["problems"]
    assert {node["state"] for node in told["nodes"]} == {"online"}
    assert {fencing["proof"] for fencing in told["fencing"]} == {"proven"}
    assert told["votes"]["votes"] == 3
    assert all(link["a_sees"] and link["b_sees"] for link in told["links"])
    text = quorate("status", file, "--lab")
    assert text.returncode == 0
    assert "quorate-test-status: well" in text.stdout
    assert "\x1b" not in text.stdout


def test_a_power_cut_is_seen_then_fenced_and_moved_then_well_again(file: Path, lab: Lab) -> None:
    (victim,) = served_by(status(file))
    wait(lab.power(victim, "off"))
    seen = status(file)
    if seen["well"]:  # it was asked so late that it had been fenced, and was back
        assert seen["events"][0]["node"] == victim
    else:
        assert seen["exit_code"] == 1, "a node without power answers nobody"
    moved = until(
        file, lambda told: served_by(told) not in ([], [victim]) and told["services"][0]["state"] == "running"
    )
    assert moved["events"][0]["node"] == victim
    assert moved["events"][0]["status"] == "success"
    back = until(file, lambda told: told["well"])
    assert served_by(back) == served_by(moved), "no failback"


def test_a_frozen_node_keeps_nobody_waiting(file: Path, lab: Lab) -> None:
    (victim,) = served_by(status(file))
    wait(lab.freeze(victim))
    started = time.monotonic()
    seen = status(file)
    assert time.monotonic() - started < 30, "TCP itself would wait for minutes"
    answered = next(node for node in seen["nodes"] if node["name"] == victim)["answered"]
    if answered:  # it was asked so late that it had been fenced, and was back
        assert seen["events"][0]["node"] == victim
    else:
        assert seen["exit_code"] == 1
    until(file, lambda told: told["well"])


def test_a_cut_cable_is_named_on_both_sides(file: Path, lab: Lab) -> None:
    wait(lab.link("n2", 1, up=False))
    try:
        told = until(file, lambda told: "link 1 of n2 is down" in " ".join(p["summary"] for p in told["problems"]))
        assert codes(told) == {"link-down"}
    finally:
        wait(lab.link("n2", 1, up=True))
    until(file, lambda told: told["well"])


def test_a_ban_by_hand_is_remembered(file: Path, lab: Lab) -> None:
    (node,) = served_by(status(file))
    ban = ["crm_resource", "--ban", "--resource", "site", "--node", node]
    assert subprocess.run(lab.ssh_argv(node, *ban), capture_output=True, check=False).returncode == 0
    told = until(file, lambda told: served_by(told) not in ([], [node]))
    assert "left-over-constraint" in codes(told)
    clear = ["crm_resource", "--clear", "--resource", "site"]
    assert subprocess.run(lab.ssh_argv(node, *clear), capture_output=True, check=False).returncode == 0
    until(file, lambda told: told["well"])
