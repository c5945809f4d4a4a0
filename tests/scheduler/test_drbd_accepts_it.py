"""drbdadm takes every resource file of the golden cases, of either generation, and would not take a wrong one."""

import shutil
import subprocess
from pathlib import Path

import pytest

CASES = sorted((Path(__file__).parents[1] / "data/render").glob("*/*.res"))
EIGHT = Path("/usr/lib/drbd/drbdadm-84")
pytestmark = [
    pytest.mark.tools,
    pytest.mark.skipif(
        shutil.which("drbdadm", path="/usr/sbin:/usr/bin:/sbin") is None,
        reason="asks drbdadm (as root, tools/install-cluster-tools installs it)",
    ),
]


def dumped(file: Path, generation: str):
    """Ask the tool that drives a module of this generation; without a module here drbdadm itself takes 9 for given."""
    tool = EIGHT if generation == "8" else "/usr/sbin/drbdadm"
    return subprocess.run(
        [tool, "--config-file", file, "dump"], capture_output=True, text=True, timeout=60, check=False
    )


def test_there_are_cases():
    assert {path.name[-5] for path in CASES} == {"8", "9"}


@pytest.mark.parametrize("file", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_drbdadm_accepts_it(file):
    done = dumped(file, file.name[-5])
    assert done.returncode == 0, done.stderr
    complaints = [line for line in done.stderr.splitlines() if "modinfo" not in line]
    assert complaints == []


@pytest.mark.parametrize("file", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("protocol C;", "protocol D;"),
        ("fencing resource", "fence resource"),
        ("after-sb-1pri", "after-sb-one"),
        ("c-max-rate", "max-rate"),
        ("address ipv4 ", "address ipv4 300."),
        ("meta-disk internal;", "meta-disk somewhere"),
    ],
)
def test_drbdadm_would_refuse_it(file, right, wrong, tmp_path):
    text = file.read_text()
    assert right in text
    (tmp_path / "wrong.res").write_text(text.replace(right, wrong, 1))
    assert dumped(tmp_path / "wrong.res", file.name[-5]).returncode != 0


def test_each_generation_refuses_the_other_s_fencing():
    for eight in (path for path in CASES if path.name.endswith("drbd8.res")):
        assert dumped(eight, "9").returncode != 0
