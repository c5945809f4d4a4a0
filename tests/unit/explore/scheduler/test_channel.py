import sys
from pathlib import Path

import pytest

from quorate.explore.scheduler.channel import Channel, Died

ECHO = """
    count = int(stdin.readline())
    text = stdin.read(count)
    answer(b"[" + text + b"]")
"""


@pytest.fixture
def program(tmp_path):
    """Make a program that does this for each request, as the worker would; its standard input and output are bytes."""

    def make(body):
        path = tmp_path / "program"
        path.write_text(
            f"#!{sys.executable}\nimport os, signal, sys, time\nstdin = sys.stdin.buffer\n"
            "def answer(text):\n"
            "    sys.stdout.buffer.write(b'%d\\n' % len(text) + text)\n    sys.stdout.buffer.flush()\n"
            f"while True:\n{body}"
        )
        path.chmod(0o755)
        return path

    return make


def is_running(pid):
    return Path(f"/proc/{pid}").exists()


def test_questions_are_answered_one_by_one_whatever_is_in_them(program):
    channel = Channel(program(ECHO), timeout_s=20)
    large = bytes(range(256)) * 4000
    for text in (b"one", b"2\n3\n", large):
        assert channel.ask(text) == b"[" + text + b"]"
    channel.close()
    assert not is_running(channel.pid)


def test_a_process_that_is_killed_says_by_what(program):
    channel = Channel(program("    os.kill(os.getpid(), signal.SIGABRT)\n"), timeout_s=20)
    with pytest.raises(Died, match="SIGABRT"):
        channel.ask(b"x")
    assert not is_running(channel.pid)


def test_a_process_that_ends_in_the_middle_of_an_answer_is_dead(program):
    channel = Channel(program("    print(100); print('half', flush=True); sys.exit(3)\n"), timeout_s=20)
    with pytest.raises(Died, match="ended with 3"):
        channel.ask(b"x")


def test_silence_has_an_end(program):
    channel = Channel(program("    time.sleep(60)\n"), timeout_s=0.3)
    with pytest.raises(Died, match=r"said nothing for 0\.3 s"):
        channel.ask(b"x" * 1_000_000)  # more than a pipe holds: it does not even listen
    assert not is_running(channel.pid)


@pytest.mark.parametrize("said", ["nonsense", "-5", "99999999999", "1234567890123456789"])
def test_what_is_no_answer_is_the_end(program, said):
    channel = Channel(program(f"    print('{said}', flush=True); time.sleep(60)\n"), timeout_s=20)
    with pytest.raises(Died, match="no answer"):
        channel.ask(b"x")
    assert not is_running(channel.pid)


def test_it_is_told_of_no_cluster(program, monkeypatch):
    monkeypatch.setenv("CIB_file", "/var/lib/pacemaker/cib/cib.xml")
    monkeypatch.setenv("TZ", "Europe/Berlin")
    channel = Channel(
        program(ECHO.replace('b"[" + text', "' '.join(sorted(os.environ)).encode() + text")), timeout_s=20
    )
    names = set(channel.ask(b"").decode().rstrip("]").split())
    channel.close()
    assert {"PATH", "TZ"} <= names
    assert not [name for name in names if name.startswith(("CIB", "PCMK", "HOME", "SSH"))]


def test_a_program_that_is_not_there_is_dead(tmp_path):
    with pytest.raises(Died, match="cannot be started"):
        Channel(tmp_path / "none", timeout_s=1)
