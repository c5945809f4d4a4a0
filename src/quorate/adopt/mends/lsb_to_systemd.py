"""A resource of the class lsb runs a script of /etc/init.d.

Why: today's servers come with systemd units; many have no script any more, and what is left of them calls systemctl,
which does not say truly whether the server runs.
What it becomes: `systemd:UNIT`, or the server's own OCF agent. Which unit it is depends on the distribution, so it
stays as it is written.
Source: Pacemaker Explained, "Resource Classes"
"""

from collections.abc import Iterator

from quorate.adopt.mending import Context, Mended
from quorate.dialect.model import Primitive, Statement
from quorate.findings import Severity

_OWN = {"mysqld": "ocf:heartbeat:mysql", "mysql": "ocf:heartbeat:mysql", "mariadb": "ocf:heartbeat:mysql",
        "httpd": "ocf:heartbeat:apache", "apache2": "ocf:heartbeat:apache", "named": "ocf:heartbeat:named",
        "postgresql": "ocf:heartbeat:pgsql"}  # fmt: skip


def mend(statement: Statement, _context: Context) -> Iterator[Mended]:
    """Name what could take its place."""
    if not isinstance(statement, Primitive) or statement.agent is None or statement.agent.standard != "lsb":
        return
    script = statement.agent.type
    own = f", or {_OWN[script]}" if script in _OWN else ""
    yield Mended(Severity.WARNING, f"{statement.id} runs the script /etc/init.d/{script}",
                 "hosts of today have units of systemd; without the script the resource is not installed",
                 f"write systemd:{script} if that is the unit's name{own}")  # fmt: skip
