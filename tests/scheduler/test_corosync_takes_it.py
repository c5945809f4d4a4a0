"""What is written of a corosync.conf that was read, and brought up to date, is taken by the real Corosync."""

import platform
import re
import subprocess
from pathlib import Path

import pytest

from quorate.dialect.corosync.model import Key
from quorate.dialect.corosync.modern import modernized
from quorate.dialect.corosync.read import read
from quorate.dialect.corosync.vocabulary import SECTIONS
from quorate.dialect.corosync.write import write

CASES = Path(__file__).parents[1] / "data/dialect/corosync"
pytestmark = pytest.mark.tools


def checked(conf, folder):
    """Ask Corosync about a configuration as if this machine were its first node."""
    key = folder / "key"
    key.write_bytes(b"k" * 256)
    named = conf if "name: " in conf else conf.replace("ring0_addr", "name: first\n        ring0_addr", 1)
    here = re.sub(r"(?m)^(        name: ).*$", rf"\g<1>{platform.node()}", named, count=1)
    here = re.sub(r"(?m)^(    logfile: ).*$", rf"\g<1>{folder}/log", here)
    file = folder / "corosync.conf"
    file.write_text(here.replace("totem {\n", f"totem {{\n    keyfile: {key}\n", 1))
    done = subprocess.run(["corosync", "-t", "-c", file], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


def text(name):
    return (CASES / name / "corosync.conf").read_text()


@pytest.mark.parametrize("name", ["006_udpu", "007_current"])
def test_corosync_takes_what_became_of_it(name, tmp_path):
    configuration, findings = modernized(read(text(name), "f").configuration)
    assert not [finding for finding in findings if finding.severity == "error"]
    status, said = checked(write(configuration), tmp_path)
    assert status == 0, said


@pytest.mark.parametrize("name", ["000_plugin", "001_multicast", "005_rings"])
def test_corosync_does_not_start_with_what_is_called_an_error(name, tmp_path):
    configuration, findings = modernized(read(text(name), "f").configuration)
    assert [finding for finding in findings if finding.severity == "error"]
    status, said = checked(write(configuration), tmp_path)
    assert status != 0, said


@pytest.mark.parametrize(
    ("right", "wrong", "code"),
    [
        ("    token: 5000", "    token: 5000 # ms", "trailing-comment"),
        ("totem {", "totem { # first", "trailing-comment"),
        ("    token: 5000", "    token 5000", "missing-colon"),
        ("    token: 5000", "    token = 5000", "equals-sign"),
        ("    token: 5000", "    token: 5000 join: 60", "missing-line-break"),
        ("    token: 5000", "    token：5000", "wide-character"),
        ("\nnodelist {", "\nnodelist\n{", "brace-on-next-line"),
        ("    # the second", "\u00a0   # the second", "odd-blank"),
        ("totem {", "\ufefftotem {", "odd-blank"),
        ("    transport: knet", "    transport: “knet”", "quotes"),
        ("}\n\nnodelist {", "nodelist {", "missing-brace"),
        ("    token: 5000", "    #" + "x" * 600, "line-too-long"),
        ("crypto_cipher: aes256", "crypto_cipher: 3des", "cipher-gone"),
        ("crypto_cipher: aes256", "crypto_cipher: AES256", "wrong-case"),
        ("ours {", "}\nours {", "unexpected-brace"),
        ("    transport: knet", "    transport: iba", "transport-gone"),
    ],
)
def test_corosync_refuses_what_is_found(right, wrong, code, tmp_path):
    conf = text("007_current")
    assert checked(conf, tmp_path)[0] == 0
    broken = conf.replace(right, wrong, 1)
    assert broken != conf
    status, said = checked(broken, tmp_path)
    assert status != 0, said
    reading = read(broken, "f")
    assert code in {finding.code for finding in reading.findings}
    if not [finding for finding in reading.findings if finding.severity == "error"] and not code.endswith("-gone"):
        assert checked(write(reading.configuration), tmp_path)[0] == 0, "what was mended is taken"


def test_corosync_knows_every_key_that_3_1_is_said_to_read():
    """`corosync -t` passes over keys it does not know, so each is looked for among the words of the programs."""
    folders = [path for path in Path("/usr/lib").glob("*/") if list(path.glob("libcorosync_common.so.*"))]
    program = Path("/usr/sbin/corosync").read_bytes() + b"".join(
        library.read_bytes() for folder in folders for library in folder.glob("libcorosync_common.so.*")
    )
    apart = {"cluster_uuid", "exec_*", "uid", "gid"}
    words = [
        Key(name, "") for path, keys in SECTIONS.items() if path[:2] != ("quorum", "device")
        for name, known in keys.items() if not known.last and name not in apart
    ]  # fmt: skip
    assert len(words) > 80
    unknown = {key.name for key in words if key.name.encode() not in program}
    assert unknown == set()
