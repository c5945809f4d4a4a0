"""What we read in the words of the crm shell is what crmsh reads: crm_diff finds nothing between the two CIBs.

Left out of the comparison: the order of attributes, and the order in which containers and references stand, which
crmsh changes. Same are all ids, for ours are given by its rules.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from lxml import etree
from tests.unit.dialect.cases import AGENTS, CASES
from tests.unit.dialect.generated import configurations

from quorate.catalog.agents import AgentLibrary
from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.services import kinds
from quorate.describe.load import load
from quorate.dialect.cib import read as from_cib
from quorate.dialect.cib.write import write as to_cib
from quorate.dialect.crm.read import read
from quorate.dialect.crm.write import write
from quorate.render.cib import configuration as rendered

pytestmark = [
    pytest.mark.tools,
    pytest.mark.skipif(not shutil.which("crm"), reason="crmsh is not installed: see tools/install-cluster-tools"),
]
CLUSTERS = sorted((Path(__file__).parents[1] / "data/render").glob("*/cluster.yaml"))
EMPTY = """<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" admin_epoch="0" epoch="1" num_updates="0">
<configuration><crm_config/><nodes/><resources/><constraints/></configuration><status/></cib>"""
SCHEMA = Path("/usr/share/pacemaker/pacemaker-3.9.rng")
# acl_user is no longer in this schema
NOT_OF_TODAY = re.compile(r"^user .*\n([ \t].*\n)*", re.MULTILINE)


# crmsh refuses a member that is defined nowhere, and leaves it out when forced
SOUND = [case for case in CASES if "undefined-name" not in (case / "findings.txt").read_text()]


def run(*argv, home, cib):
    environment = os.environ | {"HOME": str(home), "CIB_file": str(cib), "NO_COLOR": "1"}
    return subprocess.run(
        [str(word) for word in argv], capture_output=True, text=True, env=environment, timeout=120, check=False
    )


def loaded_by_crmsh(text, folder):
    """The CIB that crmsh makes of a text. It is forced, for it asks for agents that this machine need not have."""
    script, cib = folder / "text.crm", folder / "theirs.xml"
    script.write_text(text)
    cib.write_text(EMPTY)
    done = run("crm", "--force", "configure", "load", "replace", script, home=folder, cib=cib)
    assert "syntax" not in done.stderr, done.stderr
    assert "Call failed" not in done.stdout + done.stderr, done.stdout
    return etree.fromstring(cib.read_bytes())


def ours(configuration):
    whole = etree.fromstring(EMPTY)
    whole.replace(whole.find("configuration"), to_cib(configuration).configuration)
    return whole


def differences(old, new, folder):
    """What crm_diff finds between two CIBs, but for moves."""
    files = []
    for name, element in (("old.xml", old), ("new.xml", new)):
        copy = etree.fromstring(etree.tostring(element, method="c14n"))  # attributes in one order
        etree.strip_tags(copy, etree.Comment)
        files.append(folder / name)
        files[-1].write_bytes(etree.tostring(copy))
    done = run("crm_diff", "--no-version", "--original", files[0], "--new", files[1], home=folder, cib=files[0])
    assert done.returncode in {0, 1}, done.stderr
    if not done.stdout.strip():
        return []
    found = etree.fromstring(done.stdout)
    return [etree.tostring(change).decode() for change in found.iter("change") if change.get("operation") != "move"]


@pytest.mark.parametrize("case", SOUND, ids=lambda case: case.name)
def test_crmsh_reads_what_we_read(case, tmp_path):
    text = NOT_OF_TODAY.sub("", (case / "expected.crm").read_text())
    reading = read(text, "x.crm", AGENTS)
    found = differences(loaded_by_crmsh(text, tmp_path), ours(reading.configuration), tmp_path)
    assert found == []


def test_crmsh_reads_abbreviations_as_we_do(tmp_path):
    text = NOT_OF_TODAY.sub("", next(case for case in CASES if case.name == "whole").joinpath("text.crm").read_text())
    found = differences(loaded_by_crmsh(text, tmp_path), ours(read(text, "x.crm").configuration), tmp_path)
    assert found == []


@settings(
    max_examples=15, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(configurations)
def test_crmsh_reads_what_we_write(configuration):
    """Of generated configurations those that the schema allows; crmsh turns what is not ASCII into references."""
    text = write(configuration)
    assume(len(configuration.statements) > 1 and text.isascii())
    assume(etree.RelaxNG(etree.parse(SCHEMA)).validate(ours(configuration)))
    with TemporaryDirectory() as folder:
        found = differences(loaded_by_crmsh(text, Path(folder)), ours(configuration), Path(folder))
    assert found == []


@pytest.mark.parametrize("path", CLUSTERS, ids=lambda path: path.parent.name)
def test_what_we_write_of_a_cib_crmsh_makes_into_it_again(path, tmp_path):
    cluster = load(path.read_bytes(), "cluster.yaml", kinds()).cluster
    told = from_cib.read(rendered(cluster, AgentLibrary.shipped(), PLATFORM))
    assert differences(loaded_by_crmsh(write(told), tmp_path), ours(told), tmp_path) == []


@pytest.mark.parametrize("path", CLUSTERS, ids=lambda path: path.parent.name)
def test_what_crmsh_shows_we_read_as_the_cib_has_it(path, tmp_path):
    cluster = load(path.read_bytes(), "cluster.yaml", kinds()).cluster
    told = from_cib.read(rendered(cluster, AgentLibrary.shipped(), PLATFORM))
    cib = tmp_path / "cib.xml"
    cib.write_bytes(etree.tostring(ours(told)))
    settings = tmp_path / ".config/crm/crm.conf"
    settings.parent.mkdir(parents=True)
    settings.write_text("[core]\nobscure_pattern =\n")  # or passwords are shown as asterisks
    shown = run("crm", "configure", "show", home=tmp_path, cib=cib)
    assert shown.returncode == 0, shown.stderr
    assert differences(ours(told), ours(read(shown.stdout, "shown").configuration), tmp_path) == []


@pytest.mark.parametrize("case", SOUND, ids=lambda case: case.name)
def test_the_schema_has_nothing_against_our_cib(case):
    text = NOT_OF_TODAY.sub("", (case / "expected.crm").read_text())
    schema = etree.RelaxNG(etree.parse(SCHEMA))
    schema.assertValid(ours(read(text, "x.crm", AGENTS).configuration))
