"""glance: a clone or a group of its unit, on the file system below it; other images are where the package has them."""

from collections.abc import Iterator

from quorate.adopt.draft import Section
from quorate.adopt.guesses import _parts as parts
from quorate.catalog.services.glance import Glance


def guess(seen: parts.Seen) -> Iterator[tuple[str, Section]]:
    """Yield each such clone, or group."""
    for name, server in parts.carried_servers(seen, "systemd:glance-api"):
        data = parts.data(name, seen, Glance.minor) or {"local": "/var/lib/glance/images"}
        yield name, {"kind": "glance", "data": data, **parts.monitor(server, 10)}
