"""Freed: a server that is started waits until whoever listened at its address before has let go of it. Pure."""

from collections.abc import Iterable

from quorate.catalog.service import HostFile
from quorate.catalog.watched import program

PROGRAM = "/usr/lib/quorate/free"


def freed(address: str, ports: Iterable[int]) -> str:
    """Return the line of a unit's section [Service] that waits until nobody listens at these ports of the address."""
    return f"ExecStartPre=-{PROGRAM} {' '.join((address, *map(str, ports)))}"


def freed_by(conf: str) -> str:
    """Return the same for a proxy, at what it is to listen at by its configuration: other ports are no other unit."""
    return f"ExecStartPre=-{PROGRAM} --bound-by {conf}"


def free() -> HostFile:
    """Return the program that it calls."""
    return HostFile(PROGRAM, program("free"), mode=0o755, make_parents=True)
