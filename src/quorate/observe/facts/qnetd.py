"""Which clusters a quorum device's host serves, by `corosync-qnetd-tool` (corosync-qnetd-tool(8))."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from quorate.errors import Unknown
from quorate.machines.host import command

COMMAND = command("sh", "-c", "corosync-qnetd-tool -s -v && corosync-qnetd-tool -l -v")

CLUSTER = re.compile(r'Cluster "(.*)":')
NODE = re.compile(r"\s+Node ID (\d+):")
KEY = re.compile(r"\s+([A-Z][\w -]*):\s+(.*)")


@dataclass(frozen=True, slots=True)
class Client:
    """One node that is connected. address: its end of the connection, without the port. vote: as sent last, "ACK"."""

    id: int
    address: str
    tls: bool
    vote: str


@dataclass(frozen=True, slots=True)
class Qnetd:
    """The daemon. port: where it listens. tls: whether it can. clusters: name -> connected nodes."""

    port: int
    tls: bool
    clusters: Mapping[str, tuple[Client, ...]]


def parse(output: str, status: int) -> Qnetd:
    """Read both outputs; Unknown when the daemon does not run."""
    if status != 0:
        hint = "Is it running there? systemctl status corosync-qnetd"
        raise Unknown(f"corosync-qnetd does not answer: corosync-qnetd-tool ended with status {status}.", hint)
    listens = re.search(r"^QNetd address:\s+\S*:(\d+)$", output, re.MULTILINE)
    able = re.search(r"^TLS:\s+(\w+)", output, re.MULTILINE)
    if listens is None or able is None:
        raise ValueError(output)
    return Qnetd(int(listens[1]), able[1] in {"Supported", "Required"}, MappingProxyType(_clusters(output)))


def _clusters(output: str) -> dict[str, tuple[Client, ...]]:
    nodes: dict[str, dict[int, dict[str, str]]] = {}
    values: dict[str, str] = {}  # of the node, or of a cluster's head
    cluster = ""
    for line in output.splitlines():
        if match := CLUSTER.fullmatch(line):
            cluster, values = match[1], {}
            nodes[cluster] = {}
        elif cluster and (match := NODE.fullmatch(line)):
            values = nodes[cluster].setdefault(int(match[1]), {})
        elif match := KEY.fullmatch(line):
            values[match[1]] = match[2]
    return {
        name: tuple(_client(id_, values) for id_, values in sorted(members.items())) for name, members in nodes.items()
    }


def _client(id_: int, values: Mapping[str, str]) -> Client:
    address = values.get("Client address", "").rpartition(":")[0].strip("[]").removeprefix("::ffff:")
    return Client(id_, address, values.get("TLS active", "").startswith("Yes"), values.get("Vote", ""))
