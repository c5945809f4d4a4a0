"""The distribution, by os-release(5)."""

import shlex
from dataclasses import dataclass

from quorate.errors import Unknown
from quorate.machines.host import command

COMMAND = command("cat", "/etc/os-release")


@dataclass(frozen=True, slots=True)
class OsRelease:
    """id: "debian"; id_like: ("debian",) on Ubuntu; version: VERSION_ID, "" on rolling releases; name: for people."""

    id: str
    id_like: tuple[str, ...]
    version: str
    codename: str
    name: str

    @property
    def ids(self) -> tuple[str, ...]:
        """The id and what it is like, nearest first."""
        return (self.id, *self.id_like)


def parse(output: str, status: int) -> OsRelease:
    """Read the file; what it does not say has the defaults of os-release(5)."""
    if status != 0:
        raise Unknown("The distribution is not known: /etc/os-release cannot be read.")
    values: dict[str, str] = {}
    for line in output.splitlines():
        key, equals, value = line.strip().partition("=")
        if equals and not key.startswith("#"):
            values[key] = " ".join(shlex.split(value))
    return OsRelease(
        id=values.get("ID", "linux"),
        id_like=tuple(values.get("ID_LIKE", "").split()),
        version=values.get("VERSION_ID", ""),
        codename=values.get("VERSION_CODENAME", ""),
        name=values.get("PRETTY_NAME", "Linux"),
    )
