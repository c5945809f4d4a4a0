"""A service needs another one that the file does not have.

Why: an API keeps its tables in a database, is found at an entrance, and asks an identity service who its clients are.
Without one of them it starts, and answers nobody.
What to do: add a service that offers it (a database: mariadb or galera; an entrance: haproxy, or address for one node
at a time; an identity service: keystone), or correct the option that names one.
Source: OpenStack High Availability Guide, "API services"; the services' installation guides
"""

from collections.abc import Iterator

from quorate.catalog.offers import WORDS
from quorate.catalog.service import Service
from quorate.catalog.services import kinds
from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity

_CODE = "service-missing"


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report what services need and nobody offers, and options that name what does not offer it."""
    offering = {name: service.offers for name, service in cluster.services.items() if isinstance(service, Service)}
    for name, service in cluster.services.items():
        wanted = service.requires if isinstance(service, Service) else {}
        for offer, option in wanted.items():
            named = getattr(service, option)
            fit = [other for other, offered in offering.items() if offered == offer]
            if named in fit or (named is None and fit):
                continue
            able = sorted(kind for kind, one in kinds().items() if one.offers == offer)
            words = WORDS[offer]
            yield Finding(
                code=_CODE,
                severity=Severity.ERROR,
                summary=f"{name} needs {words}, and the file has none"
                if named is None
                else f"{name} names {named} as {words}, and that is none"
                if named in offering
                else f"{name} names {named} as {words}, and the file has no service of that name",
                why="without it the service starts and answers nobody",
                fix=f"write `{option}: {fit[0]}`" if fit else f"add a service of kind {' or '.join(able)}",
                path=("services", name, *([option] if named is not None else [])),
            )
