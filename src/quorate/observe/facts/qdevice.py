"""What the node's corosync-qdevice runs with, by `corosync-qdevice-tool -s -v` (corosync-qdevice-tool(8)).

The daemon reads its settings when it starts; corosync.conf may say something else since. The votes are Corosync's.
"""

import re
from dataclasses import dataclass

from quorate.errors import Unknown
from quorate.machines.host import command

COMMAND = command("corosync-qdevice-tool", "-s", "-v")

ALGORITHMS = {"Fifty-Fifty split": "ffsplit", "LMS": "lms"}
TLS = {"Unsupported": "off", "Supported": "on", "Required": "required"}


@dataclass(frozen=True, slots=True)
class Qdevice:
    """The settings in the words of corosync.conf(5). state: "Connected", "Connecting", "Connect failed" ..."""

    cluster: str
    host: str
    port: int
    algorithm: str
    tie_breaker: str
    tls: str
    timeout_ms: int
    sync_timeout_ms: int
    state: str


def parse(output: str, status: int) -> Qdevice:
    """Read the text; Unknown when the daemon does not run."""
    if status != 0:
        hint = "Is it running there? systemctl status corosync-qdevice"
        raise Unknown(f"corosync-qdevice does not answer: corosync-qdevice-tool ended with status {status}.", hint)
    values: dict[str, str] = {}
    for key, value in re.findall(r"^([A-Z][\w -]*):[ \t]*(.*?)[ \t]*$", output, re.MULTILINE):
        values.setdefault(key, value)  # "HB interval" comes twice: the first is the device's, the second the network's
    host, _, port = values["QNetd host"].rpartition(":")
    return Qdevice(
        cluster=values["Cluster name"],
        host=host.strip("[]"),
        port=int(port),
        algorithm=ALGORITHMS.get(values["Algorithm"], values["Algorithm"]),
        tie_breaker=_tie_breaker(values["Tie-breaker"]),
        tls=TLS.get(values["TLS"], values["TLS"]),
        timeout_ms=_milliseconds(values["HB interval"]),
        sync_timeout_ms=_milliseconds(values["Sync HB interval"]),
        state=values["State"],
    )


def _tie_breaker(words: str) -> str:
    """Return lowest, highest or a node id for "Node with lowest node ID", "Node with node ID 2"."""
    found = re.search(r"(lowest|highest)|(\d+)$", words)
    return found[0] if found else words


def _milliseconds(text: str) -> int:
    return int(text.removesuffix("ms"))
