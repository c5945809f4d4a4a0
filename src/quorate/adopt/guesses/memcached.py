"""memcached: a clone of its unit. Its size stands in files of the hosts, and here for the default."""

from collections.abc import Iterator

from quorate.adopt.draft import Section
from quorate.adopt.guesses import _parts as parts
from quorate.describe.resources import Clone


def guess(seen: parts.Seen) -> Iterator[tuple[str, Section]]:
    """Yield each such clone."""
    for resource in seen.by_id.values():
        server = seen.primitive(f"{resource.id}-server", "systemd:memcached")
        if isinstance(resource, Clone) and server is not None and resource.member == server.id:
            yield resource.id, {"kind": "memcached", **parts.monitor(server, 10)}
