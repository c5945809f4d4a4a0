"""A merged CIB goes through crm_diff and cibadmin unharmed: what is read back needs no second change."""

import os
import subprocess
from pathlib import Path

import pytest
from lxml import etree

from quorate.build.steps.cib import WRITE, at_rest
from quorate.build.want import Want
from quorate.catalog.agents import AgentLibrary
from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.services import kinds
from quorate.describe.load import load
from quorate.render.cib import cib, configuration
from quorate.render.merge import merged

pytestmark = pytest.mark.tools
CASES = sorted((Path(__file__).parents[1] / "data/render").glob("*/cluster.yaml"))


@pytest.fixture(params=CASES, ids=lambda path: path.parent.name)
def cluster(request):
    return load(request.param.read_bytes(), "cluster.yaml", kinds()).cluster


@pytest.fixture
def live(cluster, tmp_path):
    """A CIB in a file, as on a cluster that was just started: nodes, Pacemaker's own properties, nothing else."""
    whole = cib(cluster, AgentLibrary.shipped(), PLATFORM)
    for tag in ("resources", "constraints", "rsc_defaults", "op_defaults", "fencing-topology"):
        section = whole.find(f"configuration/{tag}")
        if section is not None:
            section.clear() if tag in {"resources", "constraints"} else section.getparent().remove(section)
    properties = whole.find("configuration/crm_config/cluster_property_set")
    properties.clear()
    properties.set("id", "cib-bootstrap-options")
    etree.SubElement(properties, "nvpair", id="dc", name="dc-version", value="2.1.5")
    file = tmp_path / "live.xml"
    file.write_bytes(etree.tostring(whole))
    return file


def run(*argv, cib_file, accept=(0,), text=b""):
    environment = os.environ | {"CIB_file": str(cib_file)}
    done = subprocess.run(
        [str(w) for w in argv], input=text, capture_output=True, env=environment, timeout=60, check=False
    )
    assert done.returncode in accept, done.stderr.decode()
    return done.stdout


def write(new, live, cluster, *, epoch=None, accept=(0,)):
    """Write as apply does, with the very script that it runs on a node."""
    seen = etree.fromstring(run("cibadmin", "--query", cib_file=live)).get("epoch")
    want = Want(cluster, {node.name: PLATFORM for node in cluster.nodes}, AgentLibrary.shipped(), str)
    argv = ("sh", "-c", WRITE, "sh", "verify", epoch or seen)
    return run(*argv, cib_file=live, accept=accept, text=at_rest(new, want))


def test_what_was_written_needs_no_second_write(cluster, live):
    wanted = configuration(cluster, AgentLibrary.shipped(), PLATFORM)
    before = run("cibadmin", "--query", cib_file=live)
    new, _ = merged(before, wanted)
    assert etree.tostring(new) != etree.tostring(etree.fromstring(before))
    write(new, live, cluster)
    after = run("cibadmin", "--query", cib_file=live)
    again, leftovers = merged(after, wanted)
    assert leftovers == []
    assert etree.tostring(again) == etree.tostring(etree.fromstring(after))
    assert b"dc-version" in after


def test_a_change_of_one_value_is_written_and_then_at_rest(cluster, live):
    wanted = configuration(cluster, AgentLibrary.shipped(), PLATFORM)
    write(merged(run("cibadmin", "--query", cib_file=live), wanted)[0], live, cluster)
    other = configuration(cluster, AgentLibrary.shipped(), PLATFORM)
    other.find(".//op[@name='monitor']").set("timeout", "61s")
    other.find("resources").insert(0, other.find("resources")[-1])
    write(merged(run("cibadmin", "--query", cib_file=live), other)[0], live, cluster)
    after = run("cibadmin", "--query", cib_file=live)
    assert etree.tostring(merged(after, other)[0]) == etree.tostring(etree.fromstring(after))
    assert b'timeout="61s"' in after


def test_a_configuration_that_changed_meanwhile_is_left_alone(cluster, live):
    wanted = configuration(cluster, AgentLibrary.shipped(), PLATFORM)
    before = run("cibadmin", "--query", cib_file=live)
    write(merged(before, wanted)[0], live, cluster, epoch="0", accept=(75,))
    assert run("cibadmin", "--query", cib_file=live) == before


def test_what_crm_verify_refuses_is_not_written(cluster, live):
    before = run("cibadmin", "--query", cib_file=live)
    broken, _ = merged(before, configuration(cluster, AgentLibrary.shipped(), PLATFORM))
    etree.SubElement(broken.find("configuration/constraints"), "rsc_order", id="o", first="nobody", then="nothing")
    write(broken, live, cluster, accept=(78,))
    assert run("cibadmin", "--query", cib_file=live) == before
