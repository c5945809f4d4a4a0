"""The power button of a lab node: what its BMC (ipmi_sim), or `quorate lab power`, presses.

    python -S -c 'from quorate.lab.chassis import main; main()' NODE-DIRECTORY get power | set power 0 | set power 1 |
                                                               set reset 1 | set shutdown 1 | dark

The words are those with which OpenIPMI's simulator calls its `chassis_control` program. Runs inside the lab's network
namespace; everything else it needs is in NODE-DIRECTORY/chassis.json. Only the standard library is imported, without
site-packages: a BMC answers in 30 ms.

Requests for one node are served one after the other. ipmitool repeats a request that was not answered within a second,
and two peers may fence the same victim, so every request is harmless when repeated; and a power-off that was issued
before the last power-on was complete is not obeyed after it: it would kill a node that came back.
"""

import fcntl
import json
import os
import signal
import socket
import struct
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quorate.lab import cgroup

if TYPE_CHECKING:
    from collections.abc import Iterator

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1  # netdevice(7)
POWER_OFF_SIGNAL = signal.SIGRTMIN + 4  # systemd(1): starts poweroff.target
KILL_TIMEOUT_S = 15.0


class Chassis:
    """One node's power, by its directory. issued_s: when the request was made, on the monotonic clock."""

    def __init__(self, directory: Path, issued_s: float) -> None:
        self.directory = directory
        self.issued_s = issued_s
        given: dict[str, Any] = json.loads((directory / "chassis.json").read_text())
        self.groups = [Path(group) for group in given["groups"]]
        self.ports: list[str] = given["ports"]
        self.boot: list[str] = given["boot"]
        self.line: str | None = given.get("line")  # a kernel node's serial line; a container's init gets a signal

    @property
    def is_on(self) -> bool:
        """True from the moment the power is on, before anything has booted."""
        return cgroup.is_populated(self.groups[0])

    def off(self) -> bool:
        """Cut the power: every cable dark, then every process killed, frozen or not. False: something would not die."""
        with self._locked():
            if self._last_on_s() > self.issued_s:
                return True
            return self._cut()

    def on(self) -> bool:
        """Give power: the boot runs on by itself, in the node's groups. Nothing happens if the node is on."""
        with self._locked():
            if not self.is_on:
                self._start()
            return True

    def reset(self) -> bool:
        """Cut the power and give it again."""
        with self._locked():
            if self._last_on_s() > self.issued_s:
                return True
            if not self._cut():
                return False
            self._start()
            return True

    def press(self) -> bool:
        """Press the button shortly: the node is asked to shut down, and may take its time or not listen."""
        if self.line:
            try:
                say(self.directory / self.line, "0", "poweroff")
            except OSError:
                return True  # it is off
        for process in cgroup.processes(self.groups[0] / "payload" / "init.scope"):
            os.kill(process, POWER_OFF_SIGNAL)
        return True

    def dark(self) -> bool:
        """Take every port of the node's cables down: nothing answers at its addresses any more."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
            for port in self.ports:
                request = struct.pack("16sH14s", port.encode(), 0, b"")
                try:
                    answer = fcntl.ioctl(control, SIOCGIFFLAGS, request)
                    flags = struct.unpack("16sH14s", answer)[1] & ~IFF_UP
                    fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH14s", port.encode(), flags, b""))
                except OSError:
                    continue  # unplugged already
        return True

    def _cut(self) -> bool:
        if self.is_on:
            (self.directory / "last_off").write_text(repr(time.monotonic()))
        self.dark()  # first: for processes that are killed the kernel says farewell (FIN, RST); a power cut says none
        return cgroup.kill(self.groups[0], KILL_TIMEOUT_S)

    def _start(self) -> None:
        cgroup.remove(self.groups)
        cgroup.make(self.groups)
        detach(self.boot, self.groups, self.directory / "console.log")
        (self.directory / "last_on").write_text(repr(time.monotonic()))

    def _last_on_s(self) -> float:
        try:
            return float((self.directory / "last_on").read_text() or 0)
        except (FileNotFoundError, ValueError):
            return 0.0

    @contextmanager
    def _locked(self) -> "Iterator[None]":
        with (self.directory / "power.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def say(line: Path, *words: str) -> None:
    """Write one line to a kernel node; OSError (ENXIO, ENOENT) when it is off."""
    pipe = os.open(line, os.O_WRONLY | os.O_NONBLOCK)
    with os.fdopen(pipe, "w") as file:
        file.write(" ".join(words) + "\n")


def detach(argv: list[str], groups: list[Path], log: Path) -> None:
    """Start a program that outlives this one: own session, own groups, output to `log`. Returns when it is in them."""
    middle = os.fork()
    if middle:
        _, status = os.waitpid(middle, 0)
        if status:
            raise OSError(f"could not start {argv[0]}")
        return
    os.setsid()
    entered, enter = os.pipe()
    if os.fork():
        os.close(enter)
        os._exit(0 if os.read(entered, 1) else 1)
    try:
        cgroup.enter(groups)
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.write(enter, b"1")
        os.closerange(3, 256)
        os.execvp(argv[0], argv)  # noqa: S606 - an argument vector of ours
    except OSError as error:
        os.write(2, f"{argv[0]}: {error}\n".encode())
    finally:
        os._exit(127)


def main() -> None:
    """Serve one request from the command line; status 0 when it was done."""
    issued_s = time.monotonic()
    directory, *words = sys.argv[1:]
    if words[0] == "detach":
        log, groups, argv = words[1], words[2].split(":"), words[3:]
        cgroup.make([Path(group) for group in groups])
        detach(argv, [Path(group) for group in groups], Path(log))
        sys.exit(0)
    chassis = Chassis(Path(directory), issued_s)
    if words == ["get", "power"]:
        print(f"power:{int(chassis.is_on)}")  # noqa: T201 - the answer ipmi_sim reads
        sys.exit(0)
    actions = {
        "set power 0": chassis.off,
        "set power 1": chassis.on,
        "set reset 1": chassis.reset,
        "set shutdown 1": chassis.press,
        "dark": chassis.dark,
    }
    action = actions.get(" ".join(words))
    sys.exit(0 if action is not None and action() else 1)
