"""The lock: the shell text that holds it is really run here, on a file of the test's own; the hosts are simulated."""

import asyncio
import subprocess
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from quorate.build import lock
from quorate.errors import CommandFailed, HostUnreachable, Locked
from quorate.machines.fake import FakeHost
from quorate.machines.host import Command
from quorate.machines.waiting import until


@contextmanager
def holding(path: Path, who: str = "ann on desk3") -> Iterator[subprocess.Popen[str]]:
    """Hold the lock with the real shell text."""
    process = subprocess.Popen(lock.hold(str(path), who).argv, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.terminate()
        process.wait(5)
        process.stdout.close()


def second(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(lock.hold(str(path), "bob").argv, capture_output=True, text=True, timeout=5, check=False)


def test_the_second_ends_at_once_and_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "quorate" / "apply.lock"
    with holding(path):
        done = second(path)
        assert (done.returncode, done.stdout) == (lock.BUSY, "busy ann on desk3\n")
        assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_release_takes_the_name_away_and_lets_the_next_one_in(tmp_path: Path) -> None:
    path = tmp_path / "quorate" / "apply.lock"
    with holding(path):
        assert Path(f"{path}.holder").exists()
    assert not Path(f"{path}.holder").exists()
    with holding(path, "bob"):
        pass


def test_a_killed_holder_frees_the_lock_and_is_never_named(tmp_path: Path) -> None:
    path = tmp_path / "quorate" / "apply.lock"
    with holding(path) as process:
        process.kill()
        process.wait(5)
        left = Path(f"{path}.holder").read_text()
        with holding(path, "bob"):
            Path(f"{path}.holder").write_text(left)  # as in the moment before bob has written his name
            assert second(path).stdout == "busy \n"


class Node(FakeHost):
    """A node whose lock says what it is told to, try by try; "held" is kept until it is cut off."""

    def __init__(self, name: str, log: list[str], *tries: str | Exception) -> None:
        super().__init__(name)
        self.log, self.tries, self.cut = log, list(tries), asyncio.Event()

    async def stream(self, command: Command) -> AsyncGenerator[str, None]:
        said = self.tries.pop(0) if self.tries else "held"
        if isinstance(said, Exception):
            raise said
        self.log.append(f"{said.partition(' ')[0]} {self.name}")
        try:
            yield said
            if said == "held":
                await self.cut.wait()
                raise HostUnreachable("it reboots")
        finally:
            self.log.append(f"over {self.name}")


def hold(nodes: dict[str, Node]) -> None:
    async def main() -> None:
        async with lock.held(nodes, "apply"):
            pass

    asyncio.run(main())


@pytest.mark.parametrize(("said", "who"), [("busy ann on desk3", "ann on desk3"), ("busy ", "somebody")])
def test_somebody_else_s_lock_is_told_and_ours_are_given_back(said: str, who: str) -> None:
    log: list[str] = []
    with pytest.raises(Locked, match=f"^{who} is changing this cluster"):
        hold({"n1": Node("n1", log), "n2": Node("n2", log, said)})
    assert log == ["held n1", "busy n2", "over n2", "over n1"]


def test_a_lock_that_cannot_be_made_is_the_command_s_own_error() -> None:
    with pytest.raises(CommandFailed, match="no space"):
        hold({"n1": Node("n1", [], CommandFailed("no space"))})


def test_a_node_that_was_rebooted_is_locked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "AGAIN_S", 0.001)
    log: list[str] = []
    node = Node("n1", log, "held", HostUnreachable("boots"), "busy bob", "held")

    async def again() -> bool | None:
        return log.count("held n1") == 2 or None

    async def main() -> None:
        async with lock.held({"n1": node}, "apply"):
            node.cut.set()
            await asyncio.sleep(0)
            node.cut = asyncio.Event()
            await until("locked again", again, timeout_s=2, every_s=0.001)

    asyncio.run(main())
    assert log == ["held n1", "over n1", "busy n1", "over n1", "held n1", "over n1"]
