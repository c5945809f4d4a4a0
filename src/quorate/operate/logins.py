"""logins: whether the database lets a service's account in, asked from every node as the service reaches it.

Somebody may have changed the password by hand, or taken rights away. Servers keep connections that are open for some
minutes, so that clients notice it late, and then all at once.
"""

from collections.abc import Iterator, Mapping, Sequence

from quorate.catalog.accounts import sql_secret
from quorate.catalog.api import ApiService
from quorate.catalog.site import Site
from quorate.errors import QuorateError
from quorate.findings import Finding, Severity
from quorate.machines.host import Host
from quorate.observe.facts import sql_login
from quorate.observe.facts.sql_login import EXPIRED, LOCKED
from quorate.observe.gathering import gather_about
from quorate.operate.insight import TIMEOUT_S, Line, each

Logins = Mapping[str, str | QuorateError]
"""By node, why it is refused, "" where it is let in; or why that is not known."""


async def look(hosts: Mapping[str, Host], site: Site) -> Logins:
    """Have every node log in; nothing where the file has no database for the service."""
    database = _database(site)
    if database is None:
        return {}
    host, _, port = database.service.reached(database)[0].rpartition(":")
    words = (site.service.kind, host.strip("[]"), port, sql_secret(site).path)
    return await each(hosts, lambda node: gather_about(node, sql_login, *words, timeout_s=TIMEOUT_S))


def judged(logins: Logins, site: Site) -> Iterator[Finding | Line]:
    """Say that the account is refused, or that nobody could tell; nothing where it is let in."""
    database = _database(site)
    refused = sorted({one for one in logins.values() if isinstance(one, str) and one})
    if database is None:
        return
    if logins and all(isinstance(one, QuorateError) for one in logins.values()):
        yield Line(f"not known whether {database.name} lets its account in", "unknown")
    if not refused:
        return
    why = " and ".join(refused)
    yield Line(f"{database.name} refuses its account: {why}", "bad")
    yield Finding(
        "database-account-refused",
        Severity.ERROR,
        f"{database.name} refuses the account {site.service.kind} of {site.name}: {why}",
        "somebody has changed it; what is connected goes on for some minutes, then no request is answered",
        "; ".join(_fixes(refused, database, site)),
    )


def _fixes(refused: Sequence[str], database: Site, site: Site) -> Iterator[str]:
    """Yield what mends it. Apply looks at password, rights and database (catalog/accounts.py), at nothing else."""
    by_hand = {
        LOCKED: "ACCOUNT UNLOCK",
        EXPIRED: f"IDENTIFIED BY what stands in {sql_secret(site).path}, PASSWORD EXPIRE NEVER",
    }
    if not by_hand.keys() >= set(refused):
        yield "quorate apply FILE puts account, rights and database right; nothing has to be restarted"
    for why in refused:
        if why in by_hand:
            yield f"as root of {database.name}: ALTER USER '{site.service.kind}'@'%' {by_hand[why]}"


def _database(site: Site) -> Site | None:
    assert isinstance(site.service, ApiService)
    return site.chosen(site.service.database, "sql")
