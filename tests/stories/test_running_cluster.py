"""A running cluster is changed: what would get a node fenced is refused, the rest is taken over without a restart."""

import pytest
from staging import FILE

pytestmark = pytest.mark.lab

NODES = ("n1", "n2", "n3")
N3 = "  n3: {links: [10.31.0.13, 172.31.0.13], fencing: {ipmi: 10.31.9.13}}\n"
STATE = "pidof corosync pacemakerd; sha256sum /etc/corosync/corosync.conf"
KEYED = FILE.replace("{token: 1s}", "{token: 2s, key: {env: QUORATE_TEST_COROSYNC_KEY}}")


def seen(stage, command):
    return [stage.ssh(node, command) for node in NODES]


def test_a_running_cluster_is_changed(stage, monkeypatch):
    stage.write(FILE + "quorum: {expected_votes: 5}\n")
    stage.apply("--no-test-fencing", check=True)
    before = seen(stage, STATE)

    stage.write(FILE.replace(N3, "") + "quorum: {expected_votes: 5}\n")
    done = stage.apply("--no-test-fencing")
    assert done.returncode == 4, done.stderr + done.stdout
    assert "n3 (id 3) is in the running cluster and is not in the file" in done.stderr

    swapped = FILE.replace("10.31.9.11}}", "10.31.9.11}, id: 2}").replace("10.31.9.12}}", "10.31.9.12}, id: 1}")
    stage.write(swapped + "quorum: {expected_votes: 5}\n")
    done = stage.apply("--no-test-fencing")
    assert done.returncode == 4, done.stderr + done.stdout
    assert "set `id: 1` for n1" in done.stderr
    assert seen(stage, STATE) == before, "refused, and yet something was written, restarted or fenced"

    # Another token, and an option that the file no longer has.
    stage.write(FILE.replace("token: 1s", "token: 2s"))
    stage.apply("--no-test-fencing", check=True)
    pids = "pidof corosync pacemakerd"
    started = [state.splitlines()[0] for state in before]
    assert [said.strip() for said in seen(stage, pids)] == started
    assert all("= 2000" in said for said in seen(stage, "corosync-cmapctl -g totem.token"))
    assert all(" 3" in said for said in seen(stage, "corosync-quorumtool -s | grep ^Expected"))

    # Another key: every daemon goes on.
    monkeypatch.setenv("QUORATE_TEST_COROSYNC_KEY", "k" * 256)
    stage.write(KEYED)
    stage.apply("--no-test-fencing", check=True)
    assert [said.strip() for said in seen(stage, pids)] == started
