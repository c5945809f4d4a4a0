"""address: an IPaddr2 that stands alone."""

from collections.abc import Iterator

from quorate.adopt.draft import Section
from quorate.adopt.guesses import _parts as parts
from quorate.describe.resources import Primitive


def guess(seen: parts.Seen) -> Iterator[tuple[str, Section]]:
    """Yield each address that is in no group."""
    for resource in seen.by_id.values():
        options = parts.address(resource) if isinstance(resource, Primitive) else None
        if options is not None and isinstance(resource, Primitive) and resource.id not in seen.inner:
            yield resource.id, {"kind": "address", **options, **parts.monitor(resource, 5)}
