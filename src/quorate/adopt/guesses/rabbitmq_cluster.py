"""rabbitmq-cluster: a clone of the server's unit."""

from collections.abc import Iterator

from quorate.adopt.draft import Section
from quorate.adopt.guesses import _parts as parts


def guess(seen: parts.Seen) -> Iterator[tuple[str, Section]]:
    """Yield each such clone."""
    for clone in seen.clones:
        server = seen.primitive(f"{clone.id}-server", "systemd:rabbitmq-server")
        if server is not None and clone.member == server.id:
            yield clone.id, {"kind": "rabbitmq-cluster", **parts.monitor(server, 10)}
