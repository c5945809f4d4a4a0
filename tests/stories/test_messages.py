"""A queue on a replicated disk: every message whose publisher had it confirmed is there after its node is gone."""

import json
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import messages
import pytest
from staging import Stage, is_well

from quorate.catalog.blueprints import blueprints

pytestmark = pytest.mark.lab

TEXT = blueprints()["rabbitmq-drbd"].called("{name}")
ADDRESS, PORT = "10.10.102.97", "5672"
NODES = ("gb06", "gb07")
ACCOUNT = "rabbitmqctl --quiet add_user {user} {password} && rabbitmqctl --quiet set_permissions {user} '.*' '.*' '.*'"
STANDBY = "crm_attribute --node {} --name standby --lifetime reboot --update on"
SERVED_S = 240  # a start of Erlang and RabbitMQ takes over a minute on a kernel node


def lines(file: Path, word: str) -> list[int]:
    """Return the numbers that a client has written after a word."""
    return [said[word] for said in map(json.loads, file.read_text().splitlines()) if word in said]


@contextmanager
def client(stage: Stage, verb: str, login: dict[str, str], file: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a client in the lab's network; it is told to stop at the end of the block."""
    argv = ["nsenter", f"--net=/run/netns/quorate-{stage.name}", sys.executable, messages.__file__, verb, ADDRESS, PORT]
    with file.open("w") as out, subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=out, text=True) as process:
        try:
            assert process.stdin is not None
            json.dump(login, process.stdin)
            process.stdin.close()
            yield process
        finally:
            process.terminate()
            process.wait(timeout=30)


def runs_on(node: str) -> Callable[[dict[str, Any]], bool]:
    """Return the condition that the queue runs on a node, as `quorate status` has it."""
    return lambda status: [(one["state"], one["nodes"]) for one in status["services"]] == [("running", [node])]


def more(process: subprocess.Popen[str], file: Path, word: str, count: int) -> float:
    """Wait until a client has written a word so many times more; return how long that took, in s."""
    begun = time.monotonic()
    before = len(lines(file, word))
    while (found := len(lines(file, word)) - before) < count:
        assert process.poll() is None, "the client has ended"
        assert time.monotonic() < begun + SERVED_S, f"{word}: only {found} of {count}"
        time.sleep(0.2)
    return time.monotonic() - begun


@pytest.mark.parametrize("stage", [TEXT], indirect=True)
def test_confirmed_messages_outlive_faults(stage: Stage, tmp_path: Path) -> None:
    stage.apply("--no-test-fencing", check=True)
    (first,) = stage.status(is_well)["services"][0]["nodes"]
    (second,) = set(NODES) - {first}
    login = {"user": "story", "password": secrets.token_hex(16)}
    stage.ssh(first, ACCOUNT.format(**login))
    published, fetched = tmp_path / "published", tmp_path / "fetched"
    with client(stage, "publish", login, published) as publisher:
        more(publisher, published, "confirmed", 100)
        stage.quorate("lab", "power", "off", str(stage.file), first, check=True)
        print(f"served again {more(publisher, published, 'confirmed', 1):.1f} s after the power cut")
        stage.status(runs_on(second))
        stage.status(is_well)
        stage.ssh(second, STANDBY.format(second))
        print(f"connected again {more(publisher, published, 'connected', 1):.1f} s after the standby")
        more(publisher, published, "confirmed", 100)
        stage.status(runs_on(first))
    with client(stage, "fetch", login, fetched) as reader:
        assert reader.wait(timeout=120) == 0
    promised, found = lines(published, "confirmed"), lines(fetched, "fetched")
    assert len(promised) > 200
    assert set(promised) - set(found) == set()
    assert set(found) <= set(lines(published, "sent"))
    assert len(found) == len(set(found))
