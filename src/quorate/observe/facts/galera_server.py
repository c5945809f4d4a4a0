"""How a Galera server is, by its own status: its place in the cluster, its position, what all should have alike.

Asked as root by the Unix socket, with the mariadb client (mariadb(1)). The names of variables are Galera's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from quorate.errors import Unknown
from quorate.machines.host import Command, command

STATUS = (
    "wsrep_cluster_size",
    "wsrep_cluster_state_uuid",
    "wsrep_cluster_status",
    "wsrep_flow_control_paused",
    "wsrep_last_committed",
    "wsrep_local_recv_queue",
    "wsrep_local_state_comment",
)
SETTINGS = (
    "binlog_format",
    "innodb_autoinc_lock_mode",
    "innodb_flush_log_at_trx_commit",
    "max_connections",
    "version",
    "wsrep_cluster_name",
)


@dataclass(frozen=True, slots=True)
class GaleraServer:
    """state: Synced, Donor/Desynced, Joiner, Joined, Initialized ...; component: Primary, non-Primary, Disconnected.

    size: members of its component. history: the cluster's UUID; position: the number of the last write that it has, -1
    where it has none. paused: the share of the time since its start in which writes waited for the slowest node.
    queue: writes received and not yet applied. settings: what should be the same on all nodes, by variable; accounts: a
    digest of all accounts and their rights.
    """

    state: str
    component: str
    size: int
    history: str
    position: int
    paused: float
    queue: int
    settings: Mapping[str, str] = field(default_factory=dict)
    accounts: str = ""


def command_for(client: str, socket: str) -> Command:
    """Return the query. client: the path of the mariadb client."""
    sql = (  # of names of our own alone
        f"SHOW GLOBAL STATUS WHERE Variable_name IN {STATUS}; SHOW GLOBAL VARIABLES WHERE Variable_name IN {SETTINGS}; "  # noqa: S608
        "SELECT 'accounts', SHA2(GROUP_CONCAT(User, '@', Host, Priv ORDER BY User, Host), 256) FROM mysql.global_priv;"
    )
    quiet = ("--batch", "--skip-column-names", "--connect-timeout=2")
    return command(client, f"--socket={socket}", *quiet, f"--execute={sql}")


def parse(output: str, status: int) -> GaleraServer:
    """Read name and value of each line; Unknown where the server does not answer, or is none of a cluster."""
    said = dict(line.split("\t", 1) for line in output.splitlines() if "\t" in line)
    if status != 0 and "wsrep_cluster_status" not in said:
        raise Unknown("The database server does not answer.", "Does it run there? systemctl status mariadb")
    if "wsrep_cluster_status" not in said:
        raise Unknown("The database server is none of a Galera cluster.", "Has quorate's configuration been read?")
    return GaleraServer(
        state=said["wsrep_local_state_comment"],
        component=said["wsrep_cluster_status"],
        size=int(said["wsrep_cluster_size"]),
        history=said["wsrep_cluster_state_uuid"],
        position=int(said["wsrep_last_committed"]),
        paused=float(said["wsrep_flow_control_paused"]),
        queue=int(said["wsrep_local_recv_queue"]),
        settings={name: said[name] for name in SETTINGS if name in said},
        accounts=said.get("accounts", ""),
    )
