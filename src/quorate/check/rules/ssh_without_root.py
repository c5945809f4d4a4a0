"""quorate would log in as a user who may not change the system.

Why: building a cluster writes below /etc, installs packages and starts units. Without root or sudo the first of these
fails.
What to do: add `sudo: true` (the user needs sudo without a password), or log in as root.
Source: sudo(8), -n
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report, once for each place in the file, users other than root without sudo."""
    said: set[tuple[str | int, ...]] = set()
    for node in cluster.nodes:
        own = ("nodes", node.name, "ssh", "user")
        path = own if own in cluster.given or ("ssh", "user") not in cluster.given else ("ssh", "user")
        if node.ssh.user != "root" and not node.ssh.sudo and path not in said:
            said.add(path)
            yield Finding(
                code="ssh-without-root",
                severity=Severity.ERROR,
                summary=f"{node.ssh.user} may not change {node.name} without sudo",
                why="packages, files below /etc and units need root",
                fix="add `sudo: true` beside the user, or log in as root",
                path=path,
            )
