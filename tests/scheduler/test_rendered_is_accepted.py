"""Every golden case is taken by the real tools: crm_verify without a word, crm_simulate at rest, corosync -t."""

import platform
import re
import subprocess
from pathlib import Path

import pytest
from lxml import etree

CASES = sorted((Path(__file__).parents[1] / "data/render").glob("*/cluster.yaml"))
pytestmark = pytest.mark.tools


@pytest.fixture(params=[path.parent for path in CASES], ids=lambda path: path.name)
def case(request):
    return request.param


def ran(*argv):
    done = subprocess.run([str(word) for word in argv], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


def complaints(cib):
    """Return crm_verify's status and its warnings and errors."""
    status, said = ran("crm_verify", "-VV", "--xml-file", cib)
    return status, re.findall(r".*(?:warning|error|crit)\s*:.*", said)


def test_crm_verify_has_nothing_to_say(case):
    assert complaints(case / "cib.xml") == (0, [])


def test_crm_verify_would_say_it(case, tmp_path):
    text = (case / "cib.xml").read_text()
    for wrong in (
        text.replace('class="stonith"', 'class="stonit"', 1),
        text.replace('name="stonith-action" value="', 'name="stonith-action" value="x', 1),
        text.replace(' rsc="ipmi-', ' rsc="nonesuch-', 1),
        text.replace("</resources>", '<primitive id="n1x"/></resources>'),
    ):
        assert wrong != text
        (tmp_path / "cib.xml").write_text(wrong)
        status, said = complaints(tmp_path / "cib.xml")
        assert status != 0 or said


def simulated(source, result):
    status, said = ran("crm_simulate", "--simulate", "--xml-file", source, "--save-output", result)
    assert status == 0, said
    actions = said.partition("Transition Summary:")[2].partition("Executing Cluster Transition:")[0]
    return [line.strip() for line in actions.splitlines() if line.strip()]


def promotable(cib):
    return cib.findall(".//clone/meta_attributes/nvpair[@name='promotable']/../../primitive")


def scored(source, result):
    """Copy a CIB and give each promotable clone the promotion score that its agent would set on the first node."""
    cib = etree.parse(source)
    node = cib.find("configuration/nodes/node")
    group = etree.SubElement(node, "instance_attributes", id="scores")
    for primitive in promotable(cib):
        name = f"master-{primitive.get('id')}"
        etree.SubElement(group, "nvpair", id=name, name=name, value="10")
    cib.write(result)
    return result


def test_the_cluster_starts_and_is_then_at_rest(case, tmp_path):
    source = scored(case / "cib.xml", tmp_path / "zero.xml")
    assert any("Start" in action for action in simulated(source, tmp_path / "one.xml"))
    assert simulated(tmp_path / "one.xml", tmp_path / "two.xml") == []


def test_every_resource_runs_and_is_monitored(case, tmp_path):
    if etree.parse(case / "cib.xml").find(".//bundle") is not None:
        pytest.skip("a text of the operator's, not all of which can run: what is in a bundle runs under other names")
    simulated(scored(case / "cib.xml", tmp_path / "zero.xml"), tmp_path / "one.xml")
    states = etree.parse(tmp_path / "one.xml").findall(".//lrm_resource")
    monitored = {s.get("id").partition(":")[0] for s in states for op in s if int(op.get("interval", "0")) > 0}
    assert monitored == {p.get("id") for p in etree.parse(case / "cib.xml").findall(".//primitive")}


PROMOTABLE = [path.parent for path in CASES if 'name="promotable"' in (path.parent / "cib.xml").read_text()]


@pytest.mark.parametrize("case", PROMOTABLE, ids=lambda path: path.name)
def test_a_promoted_instance_has_a_monitor_of_its_own(case, tmp_path):
    [primitive] = promotable(etree.parse(case / "cib.xml"))
    monitors = primitive.findall("operations/op[@name='monitor']")
    by_role = {op.get("role"): f"{op.get('interval').removesuffix('s')}000" for op in monitors}
    simulated(scored(case / "cib.xml", tmp_path / "zero.xml"), tmp_path / "one.xml")
    history = f".//lrm_resource[@id='{primitive.get('id')}']/lrm_rsc_op"
    first, *others = (
        {op.get("interval") for op in state.iterfind(history)}
        for state in sorted(
            etree.parse(tmp_path / "one.xml").findall(".//node_state"), key=lambda state: state.get("uname")
        )
    )
    assert by_role["Promoted"] in first
    assert any(by_role["Unpromoted"] in other for other in others)


def test_no_device_runs_on_the_node_it_fences_alone(case, tmp_path):
    simulated(case / "cib.xml", tmp_path / "one.xml")
    after = etree.parse(tmp_path / "one.xml")
    for device in after.findall(".//primitive[@class='stonith']"):
        hosts = device.find("instance_attributes/nvpair[@name='pcmk_host_list']")
        if hosts is not None and " " not in hosts.get("value"):
            state = after.find(f".//node_state[@uname='{hosts.get('value')}']//lrm_resource[@id='{device.get('id')}']")
            started = [] if state is None else [op for op in state if op.get("operation") == "start"]
            assert started == []


def checked(conf: str, folder: Path):
    """Ask corosync about a configuration as if this machine were its first node."""
    key = folder / "key"
    key.write_bytes(b"k" * 256)
    here = re.sub(r"(?m)^(        name: ).*$", rf"\g<1>{platform.node()}", conf, count=1)
    here = here.replace("totem {\n", f"totem {{\n    keyfile: {key}\n", 1)
    file = folder / "corosync.conf"
    file.write_text(here)
    return ran("corosync", "-t", "-c", file)


def test_corosync_accepts_its_configuration(case, tmp_path):
    status, said = checked((case / "corosync.conf").read_text(), tmp_path)
    assert status == 0, said
    assert "warning" not in said.lower()


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("version: 2", "version: 3"),
        ("token: ", "token: x"),
        ("nodeid: ", "nodeid: -"),
        ("ring0_addr: ", "ring0_addr: no.such.host.invalid"),
        ("transport: ", "transport: carrier-"),
    ],
)
def test_corosync_would_refuse_it(case, tmp_path, right, wrong):
    conf = (case / "corosync.conf").read_text()
    assert right in conf
    status, said = checked(conf.replace(right, wrong, 1), tmp_path)
    assert status != 0, said


def test_corosync_knows_every_key(case):
    """`corosync -t` passes over keys it does not know, so each is looked for among the words of the program."""
    program = Path("/usr/sbin/corosync").read_bytes() + b"".join(
        path.read_bytes() for path in Path("/usr/lib").glob("*/libcorosync_common.so.*")
    )
    qdevice = {"model", "host", "port", "tls", "algorithm", "tie_breaker", "timeout", "sync_timeout", "votes"}
    for line in (case / "corosync.conf").read_text().splitlines():
        if ":" in line and not line.startswith("#"):
            key = line.split(":")[0].strip()
            generic = re.sub(r"^ring\d_", "ring%u_", key)
            assert key in qdevice or generic.encode() in program, key
