"""What the running Corosync uses, by `corosync-cmapctl` (corosync-cmapctl(8), cmap_keys(7)).

The file may say something else until it is reloaded; `runtime.config.totem` is what counts.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from quorate.errors import Unknown
from quorate.machines.host import command

PREFIXES = ("totem.", "nodelist.", "quorum.", "runtime.config.", "runtime.members.", "runtime.votequorum.", "config.")

COMMAND = command("corosync-cmapctl", *PREFIXES)

LINE = re.compile(r"(\S+) \((\w+)\) = (.*)")
MEMBER = re.compile(r"runtime\.members\.(\d+)\.status")
LINK_ADDRESS = re.compile(r"r\((\d+)\) ip\(([^)]*)\)")


@dataclass(frozen=True, slots=True)
class Member:
    """A node Corosync has seen since it started. status: "joined" or "left". links: link number -> address."""

    id: int
    status: str
    links: Mapping[int, str]
    join_count: int


@dataclass(frozen=True, slots=True)
class CorosyncRuntime:
    """values: every key asked for, as text. Times in ms; None where Corosync does not tell.

    token_ms is the effective one. reload_error: why the last reload was refused, "" if it was not.
    """

    cluster_name: str
    token_ms: int | None
    consensus_ms: int | None
    members: tuple[Member, ...]
    reload_in_progress: bool
    reload_error: str
    values: Mapping[str, str]


def parse(output: str, status: int) -> CorosyncRuntime:
    """Read `key (type) = value` lines; Unknown when Corosync does not run."""
    values = {match[1]: match[3].strip() for line in output.splitlines() if (match := LINE.match(line))}
    if not values:
        hint = "Is Corosync running there? systemctl status corosync"
        raise Unknown(f"Corosync's settings are not known: corosync-cmapctl ended with status {status}.", hint)
    ids = sorted(int(match[1]) for key in values if (match := MEMBER.fullmatch(key)))
    return CorosyncRuntime(
        cluster_name=values.get("totem.cluster_name", ""),
        token_ms=_number(values, "runtime.config.totem.token"),
        consensus_ms=_number(values, "runtime.config.totem.consensus"),
        members=tuple(_member(values, id_) for id_ in ids),
        reload_in_progress=values.get("config.totemconfig_reload_in_progress", "0") != "0"
        or values.get("config.reload_in_progress", "0") != "0",
        reload_error=values.get("config.reload_error_message", ""),
        values=MappingProxyType(values),
    )


def _number(values: Mapping[str, str], key: str) -> int | None:
    return int(values[key]) if key in values else None


def _member(values: Mapping[str, str], id_: int) -> Member:
    prefix = f"runtime.members.{id_}"
    links = {int(link): address for link, address in LINK_ADDRESS.findall(values.get(f"{prefix}.ip", ""))}
    count = int(values.get(f"{prefix}.join_count", "0"))
    return Member(id_, values[f"{prefix}.status"], MappingProxyType(links), count)
