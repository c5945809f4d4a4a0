"""A cluster that crmsh built, and one that pcs built: adopted, the plan is empty, apply does nothing, all runs on."""

import asyncio
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from staging import Stage, left_over

from quorate.catalog.services import kinds
from quorate.describe.load import load
from quorate.lab.lab import Lab

pytestmark = pytest.mark.lab

PASSWORD = "the-guide-s"
NODES = ("n1", "n2", "n3")
# The machines: where their links and BMCs are. How they are a cluster, the guides below say.
HARDWARE = """\
cluster: {name}
nodes:
  n1: {links: [10.72.0.11, 10.72.1.11], fencing: {ipmi: 10.72.9.11}}
  n2: {links: [10.72.0.12, 10.72.1.12], fencing: {ipmi: 10.72.9.12}}
  n3: {links: [10.72.0.13, 10.72.1.13], fencing: {ipmi: 10.72.9.13}}
fencing: {ipmi: {user: admin, password: {env: QUORATE_TEST_BMC_PASSWORD}}}
services:
  site: {kind: web, address: 10.72.0.100/24}
"""
HOSTS = "".join(f"10.72.0.1{n[1]} {n}\\n" for n in NODES)
NODELIST = "".join(
    f"    node {{\n        ring0_addr: 10.72.0.1{n[1]}\n        ring1_addr: 10.72.1.1{n[1]}\n"
    f"        name: {n}\n        nodeid: {n[1]}\n    }}\n"
    for n in NODES
)
CONF = f"""\
# as the guide has it
totem {{
    version: 2
    cluster_name: adopted-crm
    transport: knet
    crypto_cipher: aes256
    crypto_hash: sha256
}}
nodelist {{
{NODELIST}}}
quorum {{
    provider: corosync_votequorum
}}
logging {{
    to_logfile: yes
    logfile: /var/log/corosync/corosync.log
    to_syslog: yes
    timestamp: on
}}
"""
FENCE = f"username=admin password={PASSWORD} lanplus=1 cipher=3"
CRM = (
    "".join(
        f"primitive fence-{n} stonith:fence_ipmilan params ip=10.72.9.1{n[1]} {FENCE} pcmk_host_list={n}"
        f" op monitor interval=60s\n"
        f"location l-fence-{n} fence-{n} -inf: {n}\n"
        for n in NODES
    )
    + """\
primitive vip ocf:heartbeat:IPaddr2 params ip=10.72.0.100 cidr_netmask=24 op monitor interval=10s
primitive web ocf:heartbeat:apache params configfile=/etc/apache2/apache2.conf op monitor interval=10s
group site vip web
primitive ping ocf:pacemaker:ping params host_list=10.72.0.11 dampen=5s op monitor interval=15s
clone pings ping meta interleave=true
location site-connected site rule -inf: not_defined pingd or pingd lt 1
property stonith-enabled=true no-quorum-policy=stop
rsc_defaults resource-stickiness=100
"""
)
PCS = (
    f"host auth {' '.join(f'{n} addr=10.72.0.1{n[1]}' for n in NODES)} -u hacluster -p {PASSWORD}",
    f"cluster setup adopted-pcs {' '.join(f'{n} addr=10.72.0.1{n[1]} addr=10.72.1.1{n[1]}' for n in NODES)}"
    " --enable --start --wait",
    *(f"stonith create fence-{n} fence_ipmilan ip=10.72.9.1{n[1]} {FENCE} pcmk_host_list={n}" for n in NODES),
    *(f"constraint location fence-{n} avoids {n}" for n in NODES),
    "resource create vip IPaddr2 ip=10.72.0.100 cidr_netmask=24 op monitor interval=10s --group site",
    "resource create web apache configfile=/etc/apache2/apache2.conf --group site",
    "resource create ping ocf:pacemaker:ping host_list=10.72.0.11 dampen=5s clone interleave=true",
    "constraint location site rule score=-INFINITY not_defined pingd or pingd lt 1",
    "resource defaults update resource-stickiness=100",
)
# What each operation came to and when, which processes serve, how often the configuration was changed.
SEEN = r"""cibadmin --query --xpath //lrm_rsc_op | tr ' ' '\n' | grep -E '^(operation_key|call-id|last-rc-change)='
pidof corosync pacemakerd; cat /run/apache2/apache2.pid 2>/dev/null || echo no server here
cibadmin --query | grep -o '<cib .* epoch="[0-9]*"' | grep -o ' epoch=.*'; cat /proc/sys/kernel/random/boot_id
sha256sum /etc/hosts /etc/corosync/corosync.conf"""


@pytest.fixture
def machines(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Three nodes with crmsh and pcs on them, and no cluster."""
    monkeypatch.setenv("QUORATE_TEST_BMC_PASSWORD", PASSWORD)
    stage = Stage(request.param, tmp_path / "hardware.yaml")
    stage.write(HARDWARE)
    cluster = load(stage.file.read_bytes(), "hardware.yaml", kinds()).cluster
    assert cluster is not None
    try:
        asyncio.run(Lab(cluster, packages=("crmsh", "pcs")).up())
        for node in NODES:
            stage.ssh(node, f"printf '{HOSTS}' >>/etc/hosts")
        yield stage
    finally:
        stage.quorate("lab", "down", str(stage.file), check=True)
    assert left_over(stage.name) == []


def with_crmsh(stage: Stage) -> None:
    """Build as a guide has it: corosync.conf and a key on every node, then `crm configure load`."""
    key = "head --bytes=256 /dev/zero | tr '\\0' k >/etc/corosync/authkey && chmod 400 /etc/corosync/authkey"
    for node in NODES:
        stage.ssh(node, f"cat >/etc/corosync/corosync.conf <<'END'\n{CONF}END\n{key}")
    for node in NODES:
        stage.ssh(node, "systemctl enable --now corosync pacemaker")
    stage.ssh("n1", "until crm_mon --one-shot --output-as=text | grep -q 'Online: \\[ n1 n2 n3 \\]'; do sleep 1; done")
    stage.ssh("n1", f"cat >guide.crm <<'END'\n{CRM}END\ncrm configure load update guide.crm")


def with_pcs(stage: Stage) -> None:
    """Build as a guide has it: pcsd on every node, `pcs cluster setup`, then a command for each resource."""
    for node in NODES:
        stage.ssh(node, f"echo hacluster:{PASSWORD} | chpasswd && systemctl start pcsd")
    for node in NODES:
        stage.ssh(node, "until curl --silent --insecure https://localhost:2224/ >/dev/null; do sleep 0.5; done")
    for command in PCS:
        stage.ssh("n1", f"pcs {command}")


def at_rest(stage: Stage) -> dict[str, str]:
    """Return what is seen once it stays so: what ping finds moves a service once more, after all was started."""
    seen: dict[str, str] = {}
    for _ in range(12):
        before, seen = seen, {node: stage.ssh(node, SEEN) for node in NODES}
        if seen == before and sum("no server here" in one for one in seen.values()) == len(NODES) - 1:
            break
        time.sleep(8)
    return seen


@pytest.mark.parametrize(
    ("machines", "build"),
    [("adopted-crm", with_crmsh), ("adopted-pcs", with_pcs)],
    ids=["crmsh", "pcs"],
    indirect=["machines"],
)
def test_a_cluster_that_others_built_is_adopted(machines, build, tmp_path, monkeypatch):
    build(machines)
    before = at_rest(machines)

    imported = machines.quorate("import", "--lab", str(machines.file))
    assert imported.returncode == 0, imported.stderr
    assert PASSWORD not in imported.stdout + imported.stderr
    file = tmp_path / "adopted.yaml"
    file.write_text(imported.stdout)
    for variable in re.findall(r"env: (\w+)", imported.stdout):
        monkeypatch.setenv(variable, PASSWORD)

    planned = machines.quorate("plan", "--lab", "--no-test-fencing", str(file))
    assert planned.returncode == 0, planned.stdout + planned.stderr
    assert planned.stdout.splitlines()[-1] == "Nothing to do."
    applied = machines.quorate("apply", "--lab", "--no-test-fencing", str(file), check=True)
    assert "nothing to do" in applied.stdout.splitlines()[-1]

    assert sum("no server here" in seen for seen in before.values()) == len(NODES) - 1, before
    assert {node: machines.ssh(node, SEEN) for node in NODES} == before
