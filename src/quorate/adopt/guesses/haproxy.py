"""haproxy: an address that keeps to a clone of proxies. What they pass on, other services of the file say."""

from collections.abc import Iterator

from quorate.adopt.draft import Section
from quorate.adopt.guesses import _parts as parts
from quorate.describe.resources import Primitive


def guess(seen: parts.Seen) -> Iterator[tuple[str, Section]]:
    """Yield each such address."""
    for resource in seen.by_id.values():
        options = parts.address(resource) if isinstance(resource, Primitive) else None
        server = seen.primitive(f"{resource.id}-server", "systemd:haproxy")
        if options is not None and isinstance(resource, Primitive) and server is not None:
            yield resource.id, {"kind": "haproxy", **options, **parts.monitor(resource, 5)}
