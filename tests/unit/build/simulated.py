"""A host that does what it is told: packages, units, files, a firewall in dictionaries; the protocol is host.Host.

It answers the questions of the facts and obeys the commands that the host steps give; any other command is a failure.
"""

import hashlib
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from quorate.build import history
from quorate.build.steps import boot, corosync_conf
from quorate.build.steps import packages as packages_step
from quorate.catalog.services import web
from quorate.errors import CommandFailed, HostUnreachable
from quorate.machines.host import Command, Completed
from quorate.observe.facts import change_records, file_state, firewall, packages, times

RECORD = re.compile(rf"{change_records.FOLDER}/[0-9-]+[.]json")


@dataclass
class SimulatedHost:
    name: str
    installed: set[str] = field(default_factory=set)
    enabled: set[str] = field(default_factory=set)
    masked: set[str] = field(default_factory=set)
    active: set[str] = field(default_factory=set)
    files: dict[str, tuple[bytes, int, str, str]] = field(default_factory=dict)  # content, mode, owner, group
    ufw: bool = False
    opened: set[int] = field(default_factory=set)
    deaf_to: str = ""  # commands that begin so are said to have worked, and have no effect
    broken: str = ""  # commands that begin so fail
    gone: bool = False
    ran: list[str] = field(default_factory=list)

    async def run(self, command: Command, *, timeout_s: float = 60, check: bool = True) -> Completed:
        if self.gone:
            raise HostUnreachable(f"{self.name} is gone")
        text = str(command)
        self.ran.append(text)
        if self.broken and text.startswith(self.broken):
            raise CommandFailed(f"{self.name}: {text} failed")
        answer = "" if self.deaf_to and text.startswith(self.deaf_to) else self._do(*command.argv)
        return Completed(command, 0, answer, "", 0.0)

    def _do(self, *argv: str) -> str:
        match argv:
            case ("uname", "-n"):
                return f"{self.name}\n"
            case ("sh", "-c", packages.SCRIPT, _, *names):
                return "".join(f"{name}\tinstalled\t1.0\n" for name in names if name in self.installed)
            case ("sh", "-c", times.SCRIPT, _, *words):
                return "2000\t\n" + "".join(f"1000\t{word}\n" for word in words)
            case ("sh", "-c", file_state.SCRIPT, _, *paths):
                return "".join(self._file(path) for path in paths)
            case ("corosync", "-v"):
                return "Corosync Cluster Engine, version '3.1.7'\n"
            case ("corosync-cmapctl", *_):
                assert "corosync.service" not in self.active, "what a running Corosync says is not simulated"
            case ("sh", "-c", firewall.SCRIPT):
                return self._firewall()
            case ("sh", "-c", change_records.SCRIPT, _, limit):
                names = sorted(path for path in self.files if RECORD.fullmatch(path))
                return "".join(self.files[path][0].decode() for path in names[-int(limit) :])
            case ("sh", "-c", history.TIDY, _, _, _) | ("cibadmin", "--query"):
                pass
            case ("systemctl", "show", _, "--", *units):
                return "\n".join(self._unit(unit) for unit in units)
            case ("sh", "-c", packages_step.MASK, _, *units):
                self.masked |= set(units) - self.active
            case ("sh", "-c", boot.UNMASK, _, masked, off):
                self.masked -= set(masked.split())
                self.enabled -= set(off.split()) - self.masked
            case ("systemctl", "enable", *units):
                assert not self.masked & set(units), "systemd does not enable a masked unit"
                self.enabled |= set(units)
            case ("systemctl", "disable", *units):
                self.enabled -= set(units) - self.masked  # systemd ignores it for masked units, with status 0
            case ("systemctl", "start", unit) | ("systemctl", "restart", unit):
                self.active.add(unit)
            case ("sh", "-c", web.GRACEFUL, *_):
                pass
            case ("systemctl", "daemon-reload") | ("systemctl", "try-restart", _):
                pass
            case ("install", "-D", _, "/dev/null", path):
                self.files[path] = (b"", 0o600, "root", "root")
            case ("rm", "-f", "--", *paths):
                for path in paths:
                    self.files.pop(path, None)
            case ("apt-get", "update") | ("install", "--directory", *_):
                pass
            case ("apt-get", "install", *words):
                new = {word for word in words if not word.startswith("-")}
                daemons = {f"{name}.service" for name in new & {"corosync", "pacemaker", "apache2"}}
                assert daemons <= self.masked | self.active, "daemons would start now"
                self.installed |= new
                self.enabled |= {f"{name}.service" for name in new & {"apache2"}}
            case ("sh", "-c", corosync_conf.TEST, _, trial):
                self.files.pop(trial, None)
            case ("cp", "--no-clobber", source, target):
                self.files.setdefault(target, self.files[source])
            case ("chmod", mode, path):
                content, _, owner, group = self.files[path]
                self.files[path] = (content, int(mode, 8), owner, group)
            case ("ufw", "allow", rule):
                self.opened.add(int(rule.partition("/")[0]))
            case _:
                raise AssertionError(f"not expected: {argv}")
        return ""

    def _file(self, path: str) -> str:
        if path not in self.files:
            return f"missing|-|-|-|-|-|{path}\t\n"
        content, mode, owner, group = self.files[path]
        digest = hashlib.sha256(content).hexdigest()
        return f"regular file|{mode:o}|{owner}|{group}|{len(content)}|{digest}|{path}\t\n"

    def _unit(self, unit: str) -> str:
        state = "masked-runtime" if unit in self.masked else "enabled" if unit in self.enabled else "disabled"
        running = "active" if unit in self.active else "inactive"
        return f"Id={unit}\nNames={unit}\nLoadState=loaded\nActiveState={running}\nUnitFileState={state}\n"

    def _firewall(self) -> str:
        mark = firewall.MARK
        rules = "".join(f"{port}/udp  ALLOW IN  Anywhere\n" for port in sorted(self.opened))
        told = f"{mark}ufw 0\nStatus: active\nDefault: deny (incoming), allow (outgoing)\n\n{rules}"
        return f"{mark}nft 0\n\n{mark}iptables missing\n{mark}firewalld missing\n" + (
            told if self.ufw else f"{mark}ufw missing\n"
        )

    async def put(
        self,
        path: str,
        content: bytes,
        *,
        mode: int = 0o644,
        owner: str = "root",
        group: str = "root",
        make_parents: bool = False,
    ) -> None:
        self.ran.append(f"put {path}")
        if not (self.deaf_to and f"put {path}".startswith(self.deaf_to)):
            self.files[path] = (content, mode, owner, group)

    async def get(self, path: str) -> bytes | None:
        return self.files[path][0] if path in self.files else None

    async def stream(self, command: Command) -> AsyncGenerator[str, None]:
        raise AssertionError(f"not expected: {command}")
        yield ""

    async def reconnect(self, *, timeout_s: float = 10) -> None:
        pass

    async def close(self) -> None:
        pass
