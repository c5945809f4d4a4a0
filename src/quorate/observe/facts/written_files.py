"""Files of services that quorate wrote on a host, whatever the cluster file says now; and what is owed for files.

They are known by their names and by their first lines, which say who wrote them. Programs in /usr/lib/quorate are left
out: they do nothing by themselves; and so is what takes the place of a file of a package's (rabbitmq-env.conf).
"""

from collections.abc import Sequence

from quorate.errors import Unknown
from quorate.machines.host import Command, command

NAMES = (
    "-path '/etc/quorate/*.conf'",
    "-path '/etc/systemd/system/*.service'",  # a unit of ours in the place of a package's has its name
    "-name '*quorate.c*'",  # quorate.conf, quorate.cfg, 90-quorate.cnf: beside a package's own files
    "-name 'quorate-*.socket'",
    "-name quorate-uwsgi.ini",
    "-name quorate-openrc",
)
SCRIPT = f"""find /etc /root -xdev -maxdepth 4 -type f \\( {" -o ".join(NAMES)} \\) \\
  -exec grep -l -i '^# written by quorate' -- {{}} + 2>/dev/null
if [ -d "$1" ]; then find "$1" -type f; fi"""


def command_for(owed: str) -> Command:
    """Return the query. owed: the folder of marks (build/owed.py)."""
    return command("sh", "-c", SCRIPT, "quorate-written", owed)


def parse(output: str, status: int) -> Sequence[str]:
    """Return their paths, sorted."""
    if status != 0:
        raise Unknown("Which files quorate has written is not known: looking for them failed.", "log in as root")
    return sorted(output.splitlines())
