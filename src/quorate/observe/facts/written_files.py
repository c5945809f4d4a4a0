"""Files of services that quorate wrote on a host, whatever the cluster file says now; and what is owed for files.

They are known by their paths and by their first line, which says who wrote them: a copy that somebody has made beside
them, or a file that has that line somewhere else, is theirs. Programs in /usr/lib/quorate are left out: they do nothing
by themselves; and so is what takes the place of a file of a package's (rabbitmq-env.conf).
"""

from collections.abc import Sequence

from quorate.errors import Unknown
from quorate.machines.host import Command, command

UNITS = "/etc/systemd/system"
PATHS = (
    "/etc/apache2/conf-enabled/quorate.conf",
    "/etc/glance/glance-api.conf.d/quorate.conf",
    "/etc/haproxy/quorate.cfg",
    "/etc/keystone/keystone.conf.d/quorate.conf",
    "/etc/keystone/quorate-uwsgi.ini",
    "/etc/mysql/mariadb.conf.d/90-quorate.cnf",
    "/etc/quorate/memcached.conf",
    "/etc/rabbitmq/conf.d/90-quorate.conf",
    "/root/quorate-openrc",
    f"{UNITS}/*.d/quorate.conf",
    f"{UNITS}/glance-api.service",  # in the place of a package's
    f"{UNITS}/keystone.service",
    f"{UNITS}/quorate-galera-answers.service",
    f"{UNITS}/quorate-galera-answers.socket",
    f"{UNITS}/quorate-watch-*.service",
)
"""Where files of services are written, as the shell's patterns."""

SCRIPT = f"""for path in {" ".join(PATHS)}; do
  [ -f "$path" ] && [ ! -h "$path" ] && head -n 1 -- "$path" | grep -q '^# Written by quorate' && printf '%s\\n' "$path"
done
if [ -d "$1" ]; then find "$1" -type f; fi"""


def command_for(owed: str) -> Command:
    """Return the query. owed: the folder of marks (build/owed.py)."""
    return command("sh", "-c", SCRIPT, "quorate-written", owed)


def parse(output: str, status: int) -> Sequence[str]:
    """Return their paths, sorted."""
    if status != 0:
        raise Unknown("Which files quorate has written is not known: looking for them failed.", "log in as root")
    return sorted(output.splitlines())
