"""What is said of HAProxy is what the real one says: what it refuses, what it takes of what was written."""

import shutil
import subprocess
from pathlib import Path

import pytest

from quorate.catalog.proxied import Proxied
from quorate.catalog.proxy_conf import Proxy, configuration
from quorate.dialect.haproxy.model import Configuration, Keyword, Section
from quorate.dialect.haproxy.read import read
from quorate.dialect.haproxy.vocabulary import REFUSED, SECTIONS, WARNED
from quorate.dialect.haproxy.write import write

HAPROXY = shutil.which("haproxy", path="/usr/sbin:/usr/bin")
pytestmark = [
    pytest.mark.tools,
    pytest.mark.skipif(HAPROXY is None, reason="asks haproxy (as root, tools/install-cluster-tools installs it)"),
]

SOUND = """
global
defaults
    mode http
    timeout connect 5s
    timeout client 5s
    timeout server 5s
listen x
    bind 127.0.0.1:18080
    server a 127.0.0.1:80 check
"""
ARGUMENTS = {"option": "", "mode": "", "monitor-net": "10.0.0.0/8", "block": "if TRUE", "reqrep": "^a b", "debug": ""}


def checked(text, folder):
    (folder / "haproxy.cfg").write_text(text)
    argv = [HAPROXY, "-c", "-f", folder / "haproxy.cfg"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


def with_keyword(name, text):
    sections = list(read(SOUND, "f").configuration.sections)
    at = 0 if name in {"nbproc", "debug", "tune.chksize"} else 2
    old = sections[at]
    sections[at] = Section(old.kind, old.text, (*old.keywords, Keyword(*f"{name} {text}".strip().partition(" ")[::2])))
    return write(Configuration(tuple(sections)))


def test_a_sound_one_is_taken(tmp_path):
    assert read(SOUND, "f").findings == ()
    assert checked(write(read(SOUND, "f").configuration), tmp_path)[0] == 0


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused(name, tmp_path):
    text = with_keyword(name, ARGUMENTS.get(name.split()[0], "5"))
    status, said = checked(text, tmp_path)
    assert status != 0, said
    since, _ = REFUSED[name]
    assert f"since HAProxy {since}" in said or f"since HAProxy version {since}" in said or not since
    assert "keyword-refused" in {finding.code for finding in read(text, "f").findings}


@pytest.mark.parametrize("name", WARNED)
def test_it_is_warned_of(name, tmp_path):
    status, said = checked(with_keyword(name, "1"), tmp_path)
    assert status == 0
    assert f"'{name}' has no effect" in said


@pytest.mark.parametrize(
    ("right", "wrong", "code"),
    [
        ("listen x", "listen x 127.0.0.1:18081", "address-behind-name"),
        ("    bind 127", '    bind "127', "unclosed-quote"),
        ("\nglobal", "\nmaxconn 5\nglobal", "outside-section"),
        ("listen x", "Listen x", "wrong-case"),
        ("    bind 127", "    Bind 127", "wrong-case"),
    ],
)
def test_it_is_refused_as_it_was(right, wrong, code, tmp_path):
    text = SOUND.replace(right, wrong, 1)
    status, said = checked(text, tmp_path)
    assert status != 0, said
    assert code in {finding.code for finding in read(text, "f").findings}


def test_it_knows_every_section(tmp_path):
    for kind in SECTIONS:
        name = "" if kind in {"global", "defaults"} else " some"
        _, said = checked(f"{kind}{name}\n", tmp_path)
        assert "unknown keyword" not in said, said


def test_missing_time_outs_are_warned_of(tmp_path):
    text = "".join(line for line in SOUND.splitlines(keepends=True) if "timeout" not in line)
    assert "missing timeouts" in checked(text, tmp_path)[1]
    assert "timeout-missing" in {finding.code for finding in read(text, "f").findings}


def test_what_guides_wrote_is_refused(tmp_path):
    case = Path(__file__).parents[1] / "data/dialect/haproxy/010_old/haproxy.cfg"
    assert checked(case.read_text(), tmp_path)[0] != 0


BEHIND = (
    Proxied("database", 3306, {"n1": "10.20.0.11", "n2": "10.20.0.12"}, mode="tcp", single=True, check="/"),
    Proxied("broker", 5672, {"n1": "10.20.0.11", "n2": "10.20.0.12"}, mode="tcp"),
    Proxied("identity", 5000, {"n1": "10.20.0.11", "n2": "fd00::2"}, check="/v3", statuses="(2|3).."),
)


def test_what_is_rendered_is_taken_without_a_word(tmp_path):
    """But for the state that no proxy has left behind yet."""
    (tmp_path / "state").write_text("1\n")
    proxies = {"n1": "10.20.0.11", "n2": "10.20.0.12"}
    proxy = Proxy(
        "n1", "10.20.0.100", proxies, 8405, 8404, "word", "/run/q.sock", str(tmp_path / "state"), 2, 4000, 600
    )
    status, said = checked(write(configuration(proxy, BEHIND)), tmp_path)
    assert status == 0, said
    assert "[WARNING]" not in said
    assert "[ALERT]" not in said
