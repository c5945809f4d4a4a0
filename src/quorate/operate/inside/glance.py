"""glance: whether its database knows it."""

from collections.abc import Iterator, Mapping

from quorate.catalog.site import Site
from quorate.findings import Finding
from quorate.machines.host import Host
from quorate.operate import logins
from quorate.operate.insight import Line
from quorate.operate.logins import Logins

KIND = "glance"


async def look(hosts: Mapping[str, Host], site: Site) -> Logins:
    """Have every node log in to the database."""
    return await logins.look(hosts, site)


def judged(facts: Logins, site: Site, running: frozenset[str]) -> Iterator[Finding | Line]:  # noqa: ARG001 - the protocol
    """Say what came of it."""
    yield from logins.judged(facts, site)
