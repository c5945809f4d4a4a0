"""A stage for stories: a lab of three nodes, driven by the command line as a user would."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

QUORATE = str(Path(sys.executable).parent / "quorate")

# What runs in this process's mount namespace sees the unified layout alone, as on a host that boots with it.
MOUNT = "umount --recursive /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && echo ready && exec sleep 900"
UNIFIED = ["unshare", "--mount", "sh", "-c", MOUNT]

FILE = """\
cluster: {name}
nodes:
  n1: {links: [10.31.0.11, 172.31.0.11], fencing: {ipmi: 10.31.9.11}}
  n2: {links: [10.31.0.12, 172.31.0.12], fencing: {ipmi: 10.31.9.12}}
  n3: {links: [10.31.0.13, 172.31.0.13], fencing: {ipmi: 10.31.9.13}}
corosync: {token: 1s}
fencing:
  ipmi: {user: admin, password: {env: IPMI_PASSWORD}, power_wait: 0s}
services:
  site: {kind: web, address: 10.31.0.100/24}
"""


@dataclass
class Stage:
    """One lab, driven by the command line as a user would."""

    name: str
    file: Path
    prefix: list[str] = field(default_factory=list)
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    def write(self, text: str) -> None:
        """Write another cluster file; the lab's name is filled in."""
        self.file.write_text(text.replace("{name}", self.name))

    def quorate(self, *words: str, check: bool = False, timeout_s: float = 300) -> subprocess.CompletedProcess[str]:
        """Run quorate to its end."""
        done = subprocess.run(
            [*self.argv, *words], capture_output=True, text=True, timeout=timeout_s, check=False, env=self.environment
        )
        if check:
            assert done.returncode == 0, done.stderr + done.stdout
        return done

    def begin(self, *words: str) -> subprocess.Popen[str]:
        """Start quorate; it is killed at the end of the story if it still runs."""
        process = subprocess.Popen(
            [*self.argv, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=self.environment
        )
        self.running.append(process)
        return process

    def popen(self, argv: list[str], out: IO[str]) -> subprocess.Popen[str]:
        """Start another program; it is killed at the end of the story if it still runs."""
        process = subprocess.Popen(argv, stdout=out, text=True)
        self.running.append(process)
        return process

    @contextmanager
    def as_real_hosts(self) -> Iterator[None]:
        """Run quorate where the nodes' networks are, as an operator would; without --lab it reaches the nodes."""
        self.prefix, before = ["ip", "netns", "exec", f"quorate-{self.name}"], self.prefix
        try:
            yield
        finally:
            self.prefix = before

    def kill(self) -> None:
        """End what was begun and still runs."""
        while self.running:
            process = self.running.pop()
            process.kill()
            process.communicate()

    def apply(self, *options: str, check: bool = False) -> subprocess.CompletedProcess[str]:
        """Apply the file in the lab."""
        return self.quorate("apply", "--lab", str(self.file), *options, check=check)

    def ssh(self, node: str, command: str, *, check: bool = True) -> str:
        """Run a shell command on a node."""
        return self.quorate("lab", "ssh", str(self.file), node, command, check=check, timeout_s=60).stdout

    def status(self, until: Callable[[dict[str, Any]], bool], timeout_s: float = 180) -> dict[str, Any]:
        """Wait until `quorate status` is as it should be, and return it as JSON has it. Asking keeps the nodes busy."""
        deadline = time.monotonic() + timeout_s
        while not until(
            found := json.loads(self.quorate("status", "--lab", "--format", "json", str(self.file)).stdout)
        ):
            assert time.monotonic() < deadline, found["problems"]
            time.sleep(3)
        return found

    @property
    def argv(self) -> list[str]:
        """How quorate is called."""
        return [*self.prefix, QUORATE]

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "NO_COLOR": "1"}


def is_well(status: dict[str, Any]) -> bool:
    """Tell whether nothing is wrong: a replicated disk that is behind, say, cannot be taken over yet.

    That nobody has tried fencing does not count: a story that cuts the power tries it itself.
    """
    wrong = {problem["code"] for problem in status["problems"] if problem["severity"] != "info"}
    return bool(status["known"]) and wrong <= {"fencing-proof-missing"}


def wait_for_line(process: subprocess.Popen[str], text: str, timeout_s: float = 120) -> str:
    """Read a process's stderr until a line holds `text`; return that line."""
    assert process.stderr is not None
    deadline = time.monotonic() + timeout_s
    seen = []
    for line in process.stderr:
        seen.append(line)
        if text in line:
            return line
        assert time.monotonic() < deadline, "".join(seen)
    raise AssertionError(f"{text!r} never came:\n{''.join(seen)}")


def left_over(name: str) -> list[str]:
    """Return what a lab of that name left on this machine."""
    found = [path.name for path in Path("/run/netns").glob("*") if path.name.partition(":")[0] == f"quorate-{name}"]
    found += [line for line in Path("/proc/self/mountinfo").read_text().splitlines() if f"/labs/{name}/" in line]
    found += [str(path) for path in Path("/sys/fs/cgroup").glob(f"**/quorate/{name}")]
    return found


@contextmanager
def up(made: Stage, text: str) -> Iterator[Stage]:
    """Bring a lab up for a story, and look afterwards whether anything is left."""
    made.write(text)
    try:
        made.quorate("lab", "up", str(made.file), check=True)
        yield made
    finally:
        made.kill()
        made.quorate("lab", "down", str(made.file), check=True)
    assert left_over(made.name) == []
