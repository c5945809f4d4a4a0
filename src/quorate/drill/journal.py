"""Journal: the survivors' logs: the command that fetches them, and the pure parser of what it prints."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from quorate.drill.record import amount, words
from quorate.machines.host import Command, command

PROGRAMS = (
    "corosync",
    "pacemakerd",
    "pacemaker-attrd",
    "pacemaker-based",
    "pacemaker-controld",
    "pacemaker-execd",
    "pacemaker-fenced",
    "pacemaker-schedulerd",
)
FIELDS = ("MESSAGE", "SYSLOG_IDENTIFIER", "_COMM", "_SOURCE_REALTIME_TIMESTAMP")


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One line of a node's journal. time_s: wall clock, seconds since the epoch. program: the syslog identifier."""

    time_s: float
    node: str
    program: str
    message: str


def fetch(since_s: float) -> Command:
    """Return the command that prints what the cluster logged since `since_s` (wall clock, seconds since the epoch).

    Its status is 1 where nothing was logged (journalctl(1)): run it with check=False.
    """
    words = ["journalctl", "--no-pager", "--quiet", "--output=json", f"--output-fields={','.join(FIELDS)}"]
    return command(*words, f"--since=@{int(since_s)}", *(f"--identifier={program}" for program in PROGRAMS))


def parse_journal(text: str, node: str) -> list[JournalLine]:
    """Read `journalctl -o json` output. Lines that are no journal entries are left out (a cut last line, "-- Boot").

    The time is that of the sender where the journal has it (_SOURCE_REALTIME_TIMESTAMP), else that of journald;
    MESSAGE is a list of bytes where it is not clean UTF-8 (systemd.journal-fields(7), journalctl(1)).
    """
    lines = []
    for raw in text.splitlines():
        try:
            entry = json.loads(raw)
            time_us = amount(entry.get("_SOURCE_REALTIME_TIMESTAMP") or entry["__REALTIME_TIMESTAMP"])
            program = entry.get("SYSLOG_IDENTIFIER") or entry.get("_COMM") or ""
            lines.append(JournalLine(time_us / 1e6, node, words(program), words(_message(entry))))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            continue
    return lines


def _message(entry: Mapping[str, Any]) -> str:
    message = entry.get("MESSAGE")
    if isinstance(message, list):
        return bytes(int(byte) & 0xFF for byte in message).decode("utf-8", "replace").strip()
    return str(message or "").strip()
