"""SshHost against a real OpenSSH server."""

import asyncio
import grp
import os
import pwd
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

import pytest
from private_sshd import Server, on

from quorate.errors import CommandFailed, TimedOut
from quorate.machines import shell
from quorate.machines.host import Command, command
from quorate.machines.ssh import SshHost

pytestmark = pytest.mark.sshd

OWNER = pwd.getpwuid(os.getuid()).pw_name
GROUP = grp.getgrgid(os.getgid()).gr_name


# ---- running


def test_what_a_command_leaves_behind(server: Server) -> None:
    done = on(server, lambda h: h.run(command("sh", "-c", "echo out; echo err >&2; exit 7"), check=False))
    assert (done.status, done.stdout, done.stderr) == (7, "out\n", "err\n")
    assert 0 < done.seconds < 5


@pytest.mark.parametrize("word", ["a b", "$HOME", "`id`", "'", '"', "a\nb", "*", "", "\\", "ä€", "-n", "!x"])
def test_words_arrive_as_they_are(server: Server, word: str) -> None:
    done = on(server, lambda h: h.run(command("printf", "<%s>", word)))
    assert done.stdout == f"<{word}>"


def test_input_and_environment(server: Server) -> None:
    done = on(server, lambda h: h.run(command("sh", "-c", 'cat; echo "$A $LC_ALL"', input="hello\n", A="b c")))
    assert done.stdout == "hello\nb c C\n"


def test_megabytes_go_both_ways(server: Server) -> None:
    data = os.urandom(1 << 20).hex()
    assert on(server, lambda h: h.run(command("cat", input=data))).stdout == data


def test_a_command_that_does_not_read_its_input(server: Server) -> None:
    assert on(server, lambda h: h.run(command("true", input=b"x" * 5_000_000))).status == 0


def test_a_failing_command_is_an_error_with_its_words(server: Server) -> None:
    with pytest.raises(CommandFailed, match=r"n1: `cat /nowhere` ended with status 1.*No such file"):
        on(server, lambda h: h.run(command("cat", "/nowhere")))


def test_a_command_that_is_not_there(server: Server) -> None:
    with pytest.raises(CommandFailed, match="no-such-tool is not installed"):
        on(server, lambda h: h.run(command("no-such-tool")))
    assert on(server, lambda h: h.run(command("no-such-tool"), check=False)).status == 127


def test_a_command_ended_by_a_signal(server: Server) -> None:
    assert on(server, lambda h: h.run(command("sh", "-c", "kill -TERM $$"), check=False)).status == 128 + 15


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


def gone(pid: int, within_s: float = 3) -> bool:
    deadline = time.monotonic() + within_s
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not alive(pid)


def test_a_command_that_takes_too_long_is_ended_on_the_node(server: Server, tmp_path: Path) -> None:
    script = command("sh", "-c", 'echo $$ >"$1"; sleep 60 & wait', "sh", tmp_path / "pid")
    with pytest.raises(TimedOut, match=r"not done after 0\.3 s"):
        on(server, lambda h: h.run(script, timeout_s=0.3))
    assert gone(int((tmp_path / "pid").read_text()))


def test_a_command_deaf_to_sigterm_is_killed(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "KILL_AFTER_S", 0.3)
    script = command("sh", "-c", 'trap "" TERM; echo $$ >"$1"; while :; do sleep 1; done', "sh", tmp_path / "pid")
    with pytest.raises(TimedOut):
        on(server, lambda h: h.run(script, timeout_s=0.3))
    assert gone(int((tmp_path / "pid").read_text()))


def test_a_status_of_124_is_not_a_time_out(server: Server) -> None:
    assert on(server, lambda h: h.run(command("sh", "-c", "exit 124"), check=False)).status == 124


def test_forty_commands_at_once_over_one_connection(server: Server) -> None:
    async def many(host: SshHost) -> list[str]:
        done = await asyncio.gather(*(host.run(command("sh", "-c", f"sleep 0.05; echo {i}")) for i in range(40)))
        return [d.stdout for d in done]

    assert on(server, many) == [f"{i}\n" for i in range(40)]


# ---- files


def test_put_and_get(server: Server, tmp_path: Path) -> None:
    path, content = tmp_path / "it's a file", os.urandom(300_000)

    async def work(host: SshHost) -> bytes | None:
        await host.put(str(path), content, mode=0o640, owner=OWNER, group=GROUP)
        return await host.get(str(path))

    assert on(server, work) == content
    assert path.stat().st_mode & 0o7777 == 0o640
    assert [p.name for p in tmp_path.iterdir()] == ["it's a file"]


def test_an_empty_file_and_an_empty_input_have_an_end(server: Server, tmp_path: Path) -> None:
    on(server, put(tmp_path / "empty", b""))
    assert (tmp_path / "empty").read_bytes() == b""
    assert on(server, lambda h: h.run(command("cat"), timeout_s=5)).stdout == ""


def test_get_what_is_not_there(server: Server, tmp_path: Path) -> None:
    assert on(server, lambda h: h.get(str(tmp_path / "nothing"))) is None
    assert on(server, lambda h: h.get(str(tmp_path / "no" / "directory"))) is None
    with pytest.raises(CommandFailed, match="Is a directory"):
        on(server, lambda h: h.get(str(tmp_path)))


def put(path: Path, content: bytes = b"new", **options: object) -> Callable[[SshHost], Awaitable[None]]:
    return lambda host: host.put(str(path), content, owner=OWNER, group=GROUP, **options)


def test_missing_directories_are_made_only_when_asked(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "file"
    with pytest.raises(CommandFailed, match="No such file or directory"):
        on(server, put(path))
    assert not (tmp_path / "a").exists()
    on(server, put(path, make_parents=True))
    assert path.read_bytes() == b"new"
    assert path.parent.stat().st_mode & 0o777 == 0o755


def test_put_keeps_a_link_and_writes_where_it_points(server: Server, tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    on(server, put(tmp_path / "link"))
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_a_failed_put_leaves_the_old_file_and_no_other(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    with pytest.raises(CommandFailed, match=r"writing .*file.*invalid user"):
        on(server, lambda h: h.put(str(tmp_path / "file"), b"new", owner="no-such-user"))
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("file", b"old")]


def test_a_put_that_was_cut_off_is_not_renamed_into_place(server: Server, tmp_path: Path) -> None:
    whole = shell.put_command(str(tmp_path / "f"), b"whole", mode=0o600, owner=OWNER, group=GROUP, parents=False)
    cut = command(*whole.argv, input=b"who")
    with pytest.raises(CommandFailed, match="cut off") as caught:
        on(server, lambda h: h.run(cut))
    assert "Try again" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_named(server: Server) -> None:
    with pytest.raises(CommandFailed, match="No space left on device") as caught:
        on(server, lambda h: h.run(command("dd", "if=/dev/zero", "of=/dev/full", "count=1")))
    assert "df -h" in caught.value.hint


def test_a_secret_is_in_no_process_list(server: Server, tmp_path: Path) -> None:
    """The command text that sshd hands to the shell must not hold the content."""
    put_it = shell.put_command(str(tmp_path / "f"), b"hunter2", mode=0o600, owner="a", group="b", parents=False)
    assert "hunter2" not in shell.command_text(put_it, sudo=True, timeout_s=1)


# ---- streams


def test_a_stream_gives_lines_as_they_come_and_ends_its_command_when_closed(server: Server, tmp_path: Path) -> None:
    script = command("sh", "-c", 'echo $$ >"$1"; echo one; echo two; sleep 60', "sh", tmp_path / "pid")

    async def work(host: SshHost) -> list[str]:
        lines = []
        async with aclosing(host.stream(script)) as stream:
            async for line in stream:
                lines.append(line)
                if len(lines) == 2:
                    break
        return lines

    assert on(server, work) == ["one", "two"]
    assert gone(int((tmp_path / "pid").read_text()))


def test_a_stream_that_ends_by_itself(server: Server) -> None:
    async def work(host: SshHost) -> list[str]:
        return [line async for line in host.stream(command("seq", "200000"))]

    assert on(server, work) == [str(n) for n in range(1, 200001)]


def test_a_stream_that_fails_says_why(server: Server) -> None:
    async def work(host: SshHost) -> list[str]:
        return [line async for line in host.stream(command("sh", "-c", "echo a; echo b >&2; exit 3"))]

    with pytest.raises(CommandFailed, match="status 3: b"):
        on(server, work)


# ---- sudo: a stand-in that behaves as sudo -n does, since tests have no second account


def test_sudo_runs_commands_and_files(server: Server, tmp_path: Path) -> None:
    sudo = server.bin / "sudo"
    sudo.write_text('#!/bin/sh\n[ "$1 $2" = "-n --" ] || exit 99\nshift 2\nSUDO_UID=7 exec "$@"\n')
    sudo.chmod(0o755)
    done = on(server, lambda h: h.run(command("sh", "-c", "echo $SUDO_UID")), sudo=True)
    assert done.stdout == "7\n"
    on(server, put(tmp_path / "file"), sudo=True)
    assert on(server, lambda h: h.get(str(tmp_path / "file")), sudo=True) == b"new"


def test_a_file_that_is_missing_is_missing_though_sudo_grumbles(server: Server, tmp_path: Path) -> None:
    sudo = server.bin / "sudo"
    sudo.write_text('#!/bin/sh\necho "sudo: unable to resolve host n1: Temporary failure" >&2\nshift 2\nexec "$@"\n')
    sudo.chmod(0o755)
    assert on(server, lambda h: h.get(str(tmp_path / "missing")), sudo=True) is None


@pytest.mark.parametrize("check", [True, False])
def test_sudo_that_wants_a_password(server: Server, check: bool) -> None:
    sudo = server.bin / "sudo"
    sudo.write_text('#!/bin/sh\necho "sudo: a password is required" >&2\nexit 1\n')
    sudo.chmod(0o755)
    with pytest.raises(CommandFailed, match="without a password") as caught:
        on(server, lambda h: h.run(command("true"), check=check), sudo=True)
    assert "NOPASSWD" in caught.value.hint
    with pytest.raises(CommandFailed, match="without a password"):
        on(server, lambda h: h.get("/etc/hostname"), sudo=True)


def test_a_failing_command_under_sudo_is_not_taken_for_sudos_refusal(server: Server) -> None:
    sudo = server.bin / "sudo"
    sudo.write_text('#!/bin/sh\nshift 2\nexec "$@"\n')
    sudo.chmod(0o755)
    done = on(server, lambda h: h.run(command("sh", "-c", "echo not allowed to >&2; exit 1"), check=False), sudo=True)
    assert done.status == 1


def test_sudo_that_is_not_there(server: Server) -> None:
    (server.bin / "sudo").unlink(missing_ok=True)
    with pytest.raises(CommandFailed, match="sudo is not installed"):
        on(server, lambda h: h.run(command("true"), check=False), sudo=True)


# ---- what a command is called


def test_a_purpose_stands_for_a_script_in_messages(server: Server) -> None:
    script = Command(("sh", "-c", "# a script\nexit 3"), purpose="making the key")
    with pytest.raises(CommandFailed, match="n1: making the key ended with status"):
        on(server, lambda h: h.run(script))
    assert command("sh", "-c", "one\ntwo " * 50).shown.count("\n") == 0
    assert len(command("sh", "-c", "one\ntwo " * 50).shown) < 130
