"""A merged CIB goes through crm_diff and cibadmin unharmed: what is read back needs no second change."""

import os
import subprocess
from pathlib import Path

import pytest
from lxml import etree

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


def run(*argv, cib_file, accept=(0,)):
    environment = os.environ | {"CIB_file": str(cib_file)}
    done = subprocess.run([str(w) for w in argv], capture_output=True, env=environment, timeout=60, check=False)
    assert done.returncode in accept, done.stderr.decode()
    return done.stdout


def write(new, live, folder):
    """Write as apply does: the difference to what is live, as a patch that Pacemaker takes or refuses as a whole."""
    (folder / "new.xml").write_bytes(etree.tostring(new))
    (folder / "old.xml").write_bytes(run("cibadmin", "--query", cib_file=live))
    patch = run(
        "crm_diff",
        "--no-version",
        "--original",
        folder / "old.xml",
        "--new",
        folder / "new.xml",
        cib_file=live,
        accept=(0, 1),
    )
    (folder / "patch.xml").write_bytes(patch)
    run("cibadmin", "--patch", "--xml-file", folder / "patch.xml", cib_file=live)


def test_what_was_written_needs_no_second_write(cluster, live, tmp_path):
    wanted = configuration(cluster, AgentLibrary.shipped(), PLATFORM)
    before = run("cibadmin", "--query", cib_file=live)
    new, _ = merged(before, wanted)
    assert etree.tostring(new) != etree.tostring(etree.fromstring(before))
    write(new, live, tmp_path)
    after = run("cibadmin", "--query", cib_file=live)
    again, leftovers = merged(after, wanted)
    assert leftovers == []
    assert etree.tostring(again) == etree.tostring(etree.fromstring(after))
    assert b"dc-version" in after


def test_a_change_of_one_value_is_written_and_then_at_rest(cluster, live, tmp_path):
    wanted = configuration(cluster, AgentLibrary.shipped(), PLATFORM)
    write(merged(run("cibadmin", "--query", cib_file=live), wanted)[0], live, tmp_path)
    other = configuration(cluster, AgentLibrary.shipped(), PLATFORM)
    other.find(".//op[@name='monitor']").set("timeout", "61s")
    other.find("resources").insert(0, other.find("resources")[-1])
    write(merged(run("cibadmin", "--query", cib_file=live), other)[0], live, tmp_path)
    after = run("cibadmin", "--query", cib_file=live)
    assert etree.tostring(merged(after, other)[0]) == etree.tostring(etree.fromstring(after))
    assert b'timeout="61s"' in after
