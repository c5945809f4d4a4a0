"""What is written of a DRBD file that was read and mended is taken by drbdadm."""

import gzip
import shutil
import subprocess
from pathlib import Path

import pytest

from quorate.dialect.drbd.read import read
from quorate.dialect.drbd.vocabulary import KEYWORDS
from quorate.dialect.drbd.write import write

CASES = Path(__file__).parents[1] / "data/dialect/drbd"
TOOLS = ("/usr/sbin/drbdadm", "/usr/lib/drbd/drbdadm-84")
pytestmark = [
    pytest.mark.tools,
    pytest.mark.skipif(
        shutil.which("drbdadm", path="/usr/sbin:/usr/bin:/sbin") is None,
        reason="asks drbdadm (as root, tools/install-cluster-tools installs it)",
    ),
]


def dumped(tool, text, folder):
    (folder / "x.conf").write_text(text)
    done = subprocess.run(
        [tool, "-c", folder / "x.conf", "dump"], capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "tool"),
    [("000_mydata", TOOLS[1]), ("004_mysql", TOOLS[0]), ("004_mysql", TOOLS[1]), ("010_nine", TOOLS[0])],
)
def test_drbdadm_takes_what_was_mended(name, tool, tmp_path):
    configuration = read((CASES / name / "drbd.conf").read_text(), "f").configuration
    status, said = dumped(tool, write(configuration).replace("include drbd.d/global_common.conf;", ""), tmp_path)
    assert status == 0, said


@pytest.mark.parametrize("name", ["000_mydata", "008_eight_three"])
def test_drbdadm_refuses_it_as_it_was(name, tmp_path):
    status, said = dumped(TOOLS[1], (CASES / name / "drbd.conf").read_text(), tmp_path)
    assert status != 0, said


def test_every_word_is_one_of_drbd():
    """Each stands in a manual page of DRBD, or among the words of its tools."""
    known = b"".join(Path(tool).read_bytes() for tool in TOOLS)
    for page in Path("/usr/share/man/man5").glob("drbd.conf*.gz"):
        known += gzip.decompress(page.read_bytes()).replace(b"\\-", b"-")
    assert {word for word in KEYWORDS if word.encode() not in known} == set()
    assert len(KEYWORDS) > 120
