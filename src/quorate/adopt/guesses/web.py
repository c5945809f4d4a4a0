"""web: a group of an address and an Apache."""

import re
from collections.abc import Iterator

from quorate.adopt.draft import Section
from quorate.adopt.guesses import _parts as parts


def guess(seen: parts.Seen) -> Iterator[tuple[str, Section]]:
    """Yield each such group; its port stands in the address of the status page."""
    for group in seen.groups:
        server = seen.primitive(f"{group.id}-apache", "ocf:heartbeat:apache")
        options = parts.address(seen.primitive(f"{group.id}-address"))
        port = re.search(r":(\d+)/", parts.parameter(server, "statusurl")) if server else None
        if server is not None and options is not None and port:
            own = {} if port[1] == "80" else {"port": int(port[1])}
            yield group.id, {"kind": "web", **options, **own, **parts.monitor(server, 5)}
