"""`quorate import` from the command line, and what it asks of a node of a running cluster."""

import asyncio
import json

import pytest
from click.testing import CliRunner
from tests.unit.adopt.adopting import TOOLS, cluster

from quorate.adopt.run import adopt
from quorate.errors import CommandFailed
from quorate.machines.fake import Answer, FakeHost
from quorate.ui.adopting import CIB, DRBD, gather
from quorate.ui.main import quorate

TEXT = "node n1\nprimitive a ocf:heartbeat:Dummy params admin_password=hunter2 op monitor interval=10s\n"
CONF = """totem {
    version: 2
    cluster_name: shop
    transport: udpu
    interface {
        ringnumber: 0
        bindnetaddr: 10.1.0.0
    }
}
nodelist {
    node {
        ring0_addr: db1
        nodeid: 1
    }
    node {
        ring0_addr: db2
        nodeid: 2
    }
}
quorum {
    provider: corosync_votequorum
    two_node: 1
}
"""
LIVE = """<cib><configuration><crm_config/><nodes><node id="1" uname="db1"/><node id="2" uname="db2"/></nodes>
<resources/><constraints/></configuration><status/></cib>"""


def run(*words, text=TEXT):
    return CliRunner().invoke(quorate, ["import", *words], input=text)


def test_the_file_goes_to_stdout_and_the_rest_to_stderr():
    done = run("-")
    assert done.exit_code == 0
    assert cluster(done.stdout).text.statements[0].id == "a"
    assert "warning[secret-in-clear]" in done.stderr
    assert "Became part of the file" in done.stderr
    assert "hunter2" not in done.output


def test_json_is_one_document():
    done = run("-", "--format", "json")
    said = json.loads(done.stdout)
    assert said["file"].startswith("cluster: ")
    assert {"secret-in-clear", "cluster-unnamed"} <= {finding["code"] for finding in said["findings"]}
    assert {entry["fate"] for entry in said["account"]} <= set(said["counts"])
    assert "hunter2" not in done.output


def test_errors_end_with_1():
    done = run("-", text="node n1\nprimitive a Dummy params config=/etc/https://example.org/f op monitor interval=1\n")
    assert done.exit_code == 1
    assert "address-in-path" in done.stderr


@pytest.mark.parametrize("words", [(), ("--as", "crm")])
def test_nothing_to_import(words):
    done = run(*words)
    assert "nothing to import" in str(done.exception)


def test_what_it_is_can_be_said(tmp_path):
    path = tmp_path / "odd"
    path.write_text("property no-such-thing\n")
    assert run(str(path), "--as", "crm").exit_code == 0
    assert "no configuration of a cluster" in str(run(str(path), "--as", "haproxy").exception)


def host(**answers):
    scripts = {
        "sh -c 'cat /etc/corosync/corosync.conf'": CONF,
        f"sh -c {_quoted(CIB)}": LIVE,
        f"sh -c {_quoted(DRBD)}": "",
        "getent ahosts db1": "10.1.0.11 STREAM db1\n",
        "getent ahosts db2": "10.1.0.12 STREAM db2\n",
        "ip -json address": json.dumps([{"addr_info": [{"local": "10.1.0.11", "prefixlen": 16, "scope": "global"}]}]),
    }
    return FakeHost("db1", scripts | answers)


def _quoted(script):
    return "'" + script.replace("'", "'\"'\"'") + "'"


def test_a_running_cluster_keeps_its_transport_and_names_mean_what_they_mean_there():
    inputs, around = asyncio.run(gather(host()))
    found = cluster(adopt(inputs, TOOLS, around=around).text)
    assert found.name == "shop"
    assert found.corosync.transport == "udpu"
    assert [(node.name, node.id, str(node.links[0])) for node in found.nodes] == [
        ("db1", 1, "10.1.0.11/16"),
        ("db2", 2, "10.1.0.12/16"),
    ]


def test_a_host_that_is_no_node_says_so():
    nothing = Answer("", 1)
    none = {"sh -c 'cat /etc/corosync/corosync.conf'": nothing, f"sh -c {_quoted(CIB)}": nothing}
    with pytest.raises(CommandFailed, match="neither a corosync"):
        asyncio.run(gather(host(**none)))
