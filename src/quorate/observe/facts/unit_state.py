"""State of given systemd units, by `systemctl show`, whose property names are a stable interface (systemctl(1))."""

from collections.abc import Mapping
from dataclasses import dataclass

from quorate.errors import Unknown
from quorate.machines.host import Command, command

PROPERTIES = "Id,Names,LoadState,ActiveState,SubState,UnitFileState,Result,MainPID,ExecMainStatus"


@dataclass(frozen=True, slots=True)
class Unit:
    """load: loaded, not-found, masked ... active: active, inactive, failed, activating ... sub: running, dead ...

    enabled: UnitFileState (enabled, disabled, static, masked, generated, indirect; "" when there is no unit file).
    result: success, exit-code, signal, timeout ... pid: of the main process, 0 for none.
    """

    name: str
    load: str
    active: str
    sub: str
    enabled: str
    result: str
    pid: int
    exit_status: int

    @property
    def is_there(self) -> bool:
        """Whether systemd knows the unit."""
        return self.load not in {"not-found", ""}

    @property
    def is_active(self) -> bool:
        """Whether it runs (or has done its work and remains, for oneshot units)."""
        return self.active == "active"

    @property
    def starts_at_boot(self) -> bool:
        """Whether a target wants it. "static" and "indirect" units start only when others pull them in."""
        return self.enabled in {"enabled", "enabled-runtime", "linked-runtime", "alias", "generated"}


def command_for(*units: str) -> Command:
    """Return the query; a unit that does not exist is answered too, as not-found."""
    return command("systemctl", "show", f"--property={PROPERTIES}", "--", *units)


def parse(output: str, status: int) -> Mapping[str, Unit]:
    """Return the units by each of their names, with and without ".service"."""
    if status != 0:
        raise Unknown("The state of systemd units is not known: systemctl show failed.", "Is systemd running there?")
    units: dict[str, Unit] = {}
    for block in output.strip().split("\n\n"):
        values = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        if "Id" not in values:
            continue
        unit = Unit(
            values["Id"],
            values.get("LoadState", ""),
            values.get("ActiveState", ""),
            values.get("SubState", ""),
            values.get("UnitFileState", ""),
            values.get("Result", ""),
            int(values.get("MainPID") or 0),
            int(values.get("ExecMainStatus") or 0),
        )
        for name in dict.fromkeys((unit.name, *values.get("Names", "").split())):
            units[name] = unit
            units[name.removesuffix(".service")] = unit
    return units
