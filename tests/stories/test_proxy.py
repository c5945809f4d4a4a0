"""Two proxies before a database: the operator's own section stays, reloads lose nothing, a killed proxy comes back.

With another kind of entrance they are gone, and with a rollback there again. What is asked over HTTP is the operator's
own section, which answers by itself: a server behind it may have reasons of its own not to.
"""

from pathlib import Path

import pytest
from load import load
from staging import Stage, is_well

pytestmark = pytest.mark.lab

TEXT = """\
cluster: {name}
nodes:
  p1: {links: [10.73.0.11, 172.73.0.11], fencing: {ipmi: 10.73.9.11}}
  p2: {links: [10.73.0.12, 172.73.0.12], fencing: {ipmi: 10.73.9.12}}
  p3: {links: [10.73.0.13, 172.73.0.13], fencing: {ipmi: 10.73.9.13}}
corosync: {token: 1s, token_coefficient: 300ms}
fencing:
  ipmi: {user: admin, password: {env: IPMI_PASSWORD}, power_wait: 0s}
services:
  proxy: {kind: haproxy, address: 10.73.0.100/24}
  database: {kind: galera}
  cache: {kind: memcached, memory: 16}
"""
CFG = "/etc/haproxy/haproxy.cfg"
OWN = """
listen own
    mode http
    bind 10.73.0.100:8080 transparent
    option idle-close-on-response
    http-request return status 200 content-type text/plain string "own"
"""
CLASH = "\nlisten clash\n    mode tcp\n    bind *:3306\n"
RELOADS = "for i in 1 2 3 4 5 6; do systemctl reload haproxy && sleep 1 || exit 1; done"
LEFT = (
    "find /etc -name '*quorate.cfg' -o -name 'quorate-watch-proxy*'; pgrep -a haproxy; systemctl --failed --no-legend"
)
GREETING = "exec 3<>/dev/tcp/10.73.0.100/3306; timeout 5 head -c 60 <&3 | tr -cd '[:print:]'"


def append(stage: Stage, node: str, text: str) -> None:
    stage.ssh(node, f"printf %s '{text}' >>{CFG}")


@pytest.mark.parametrize("stage", [TEXT], indirect=True)
def test_clients_come_in_through_a_proxy(stage: Stage, tmp_path: Path) -> None:
    nodes = ("p1", "p2", "p3")
    for node in nodes:
        append(stage, node, OWN)
    stage.apply("--no-test-fencing", check=True)
    assert [stage.ssh(node, f"grep -c '^listen own' {CFG}").strip() for node in nodes] == ["1", "1", "1"]
    found = stage.status(is_well)
    (holder,) = next(one for one in found["services"] if one["name"] == "proxy")["nodes"]
    assert "is not allowed to connect" in stage.ssh(next(node for node in nodes if node != holder), GREETING)

    with load(stage.name, "http://10.73.0.100:8080/", tmp_path / "load") as clients:
        reloading = [stage.begin("lab", "ssh", str(stage.file), node, RELOADS) for node in nodes]
        assert [one.wait(120) for one in reloading] == [0, 0, 0]
        answered, outage_s = clients.since_last()
        assert answered > 50
        assert clients.failures == [], "a request failed while the proxies read their configuration anew"
        stage.ssh(holder, "killall -KILL haproxy")
        stage.status(is_well)
        clients.since_last()
        stage.ssh(holder, "true")
        answered, outage_s = clients.since_last()
        assert answered
        assert outage_s == 0

    before = stage.ssh("p1", "cat /etc/haproxy/quorate.cfg")
    append(stage, "p1", CLASH)
    stage.write(TEXT.replace("/24}\n  database", "/24, log_all: true}\n  database"))
    refused = stage.apply("--no-test-fencing")
    assert refused.returncode != 0
    assert "listens on 10.73.0.100:3306 too, which is for listen database" in refused.stderr
    assert stage.ssh("p1", "cat /etc/haproxy/quorate.cfg; ls /etc/haproxy/quorate.cfg*") == (
        f"{before}/etc/haproxy/quorate.cfg\n"
    )
    stage.ssh("p1", f"sed -i '/^listen clash/,$d' {CFG}")
    stage.apply("--no-test-fencing", check=True)
    assert "dontlog-normal" not in stage.ssh("p1", "cat /etc/haproxy/quorate.cfg")

    stage.write(TEXT.replace("kind: haproxy", "kind: address"))
    stage.apply("--no-test-fencing", check=True)
    stage.status(is_well)
    assert [stage.ssh(node, LEFT) for node in nodes] == ["", "", ""], "the address alone needs none of it"
    stage.quorate("rollback", "--lab", str(stage.file), check=True)
    assert all("watch-proxy-server.service" in stage.ssh(node, LEFT) for node in nodes)
    assert "is not allowed to connect" in stage.ssh("p1", GREETING)
