"""Two services write one file on a node, each with other content.

Why: the file is what the last one wrote: the other service runs with settings that are not its own, on the other one's
data, port or address. And every `apply` would write it again.
What to do: keep the services on different nodes (`nodes:`). Two servers of one kind on one node can be
described in `resources`, by hand.
Source: quorate's catalog: each kind's files
"""

from collections.abc import Iterator

from quorate.catalog.service import Service
from quorate.catalog.site import Site, nodes_of
from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report each service that writes a file of another one on a common node."""
    written: dict[tuple[str, str], tuple[str, str]] = {}
    told: set[tuple[str, str]] = set()
    for name, service in cluster.services.items():
        if not isinstance(service, Service):
            continue
        for node in nodes_of(cluster, service):
            for file in service.files(Site(name, context.platform, cluster), node):
                first, content = written.setdefault((node.name, file.path), (name, file.content))
                if first == name or content == file.content or not file.replace or (first, name) in told:
                    continue
                told.add((first, name))
                yield Finding(
                    code="host-file-taken",
                    severity=Severity.ERROR,
                    summary=f"{name} and {first} both write {file.path} on {node.name}",
                    why="the file is what the last one wrote, and the other service runs with it",
                    fix=f"give {name} other nodes than {first}",
                    path=("services", name),
                )
