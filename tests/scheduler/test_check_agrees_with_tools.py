"""Where Pacemaker's or Corosync's own tools refuse a file of the corpus, quorate's check has said so before."""

import platform
import re
import subprocess
from pathlib import Path

import pytest

from quorate.catalog.agents import AgentLibrary
from quorate.catalog.platforms import platform_for
from quorate.catalog.services import kinds
from quorate.check.run import check
from quorate.describe.load import load
from quorate.findings import Severity
from quorate.render.cib import cib, text
from quorate.render.corosync import corosync_conf

pytestmark = pytest.mark.tools
CORPUS = Path(__file__).parents[1] / "data" / "corpus"
GOOD = sorted((CORPUS / "good").glob("*.yaml"))
BAD = sorted((CORPUS / "bad").glob("*.yaml"))


def cluster(file):
    loaded = load(file.read_bytes(), file.name, kinds())
    assert loaded.cluster is not None
    return loaded.cluster


def refused(file, folder):
    """Return which of crm_verify and corosync -t refuse the files that quorate would render, and what they say."""
    described = cluster(file)
    (folder / "cib.xml").write_text(text(cib(described, AgentLibrary.shipped(), platform_for(["debian"]))))
    verified = subprocess.run(
        ["crm_verify", "-V", "--xml-file", folder / "cib.xml"], capture_output=True, text=True, timeout=60, check=False
    )
    (folder / "key").write_bytes(b"k" * 256)
    conf = re.sub(r"(?m)^(        name: ).*$", rf"\g<1>{platform.node()}", corosync_conf(described), count=1)
    (folder / "corosync.conf").write_text(conf.replace("totem {\n", f"totem {{\n    keyfile: {folder}/key\n", 1))
    tested = subprocess.run(
        ["corosync", "-t", "-c", folder / "corosync.conf"], capture_output=True, text=True, timeout=60, check=False
    )
    return {done.args[0]: done.stdout + done.stderr for done in (verified, tested) if done.returncode != 0}


@pytest.mark.parametrize("file", GOOD, ids=lambda file: file.stem)
def test_sound_files_are_taken(file, tmp_path):
    assert refused(file, tmp_path) == {}


@pytest.mark.parametrize("file", BAD, ids=lambda file: file.stem)
def test_what_the_tools_refuse_is_an_error(file, tmp_path):
    said = refused(file, tmp_path)
    errors = [finding.code for finding in check(cluster(file)) if finding.severity is Severity.ERROR]
    assert errors or not said, said


def test_the_tools_do_refuse_some(tmp_path):
    wanted = {
        "links-uneven",
        "link-family-mixed",
        "consensus-below-join",
        "monitor-intervals-equal",
        "crypto-without-hash",
    }
    assert {file.stem for file in BAD if file.stem in wanted and refused(file, tmp_path)} == wanted
