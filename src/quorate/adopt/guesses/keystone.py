"""keystone: a clone of its unit, or a group with nothing else."""

from collections.abc import Iterator

from quorate.adopt.draft import Section
from quorate.adopt.guesses import _parts as parts


def guess(seen: parts.Seen) -> Iterator[tuple[str, Section]]:
    """Yield each such clone, or group."""
    for name, server in parts.carried_servers(seen, "systemd:keystone"):
        yield name, {"kind": "keystone", **parts.monitor(server, 10)}
