"""A service needs another one, and the file has several that would do.

Why: the first of them is taken. Which one that is depends on nothing but the order of the file, and whoever adds a
service above moves a running API to another database.
What to do: name one with the option.
Source: docs/reference/services.md, the options proxy, database and identity
"""

from collections.abc import Iterator

from quorate.catalog.offers import WORDS
from quorate.catalog.service import Service
from quorate.check.context import Context
from quorate.check.words import listed
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report needs that several services of the file meet, where no option names one."""
    for name, service in cluster.services.items():
        if not isinstance(service, Service):
            continue
        for offer, option in service.requires.items():
            fit = [other for other, one in cluster.services.items() if isinstance(one, Service) and one.offers == offer]
            if getattr(service, option) is None and len(fit) > 1:
                yield Finding(
                    code="service-ambiguous",
                    severity=Severity.ERROR,
                    summary=f"{name} needs {WORDS[offer]}, and {listed(fit)} are such",
                    why="which of them it gets would depend on the order of the file",
                    fix=f"write `{option}: {fit[0]}` in {name}",
                    path=("services", name),
                )
