"""galera: a clone of MariaDB's unit. Its sizes stand in files of the hosts, and here for the default."""

from collections.abc import Iterator

from quorate.adopt.draft import Section
from quorate.adopt.guesses import _parts as parts


def guess(seen: parts.Seen) -> Iterator[tuple[str, Section]]:
    """Yield each such clone."""
    for clone in seen.clones:
        server = seen.primitive(f"{clone.id}-server", "systemd:mariadb")
        if server is not None and clone.member == server.id:
            yield clone.id, {"kind": "galera", **parts.monitor(server, 10)}
