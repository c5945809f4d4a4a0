"""mariadb: a group of a file system, an address and the server, on whatever storage."""

from collections.abc import Iterator

from quorate.adopt.draft import Section
from quorate.adopt.guesses import _parts as parts
from quorate.catalog.services.mariadb import Mariadb


def guess(seen: parts.Seen) -> Iterator[tuple[str, Section]]:
    """Yield each such group."""
    for group in seen.groups:
        server = seen.primitive(f"{group.id}-server", "ocf:heartbeat:mysql")
        options = parts.address(seen.primitive(f"{group.id}-address"))
        data = parts.data(group.id, seen, Mariadb.minor)
        if server is not None and options is not None and data is not None:
            yield group.id, {"kind": "mariadb", "data": data, **options, **parts.monitor(server, 5)}
