"""Votes and membership as Corosync counts them, by `corosync-quorumtool -s` (corosync-quorumtool(8))."""

import re
from dataclasses import dataclass

from quorate.errors import Unknown
from quorate.machines.host import command

COMMAND = command("corosync-quorumtool", "-s")


@dataclass(frozen=True, slots=True)
class Member:
    """A node that is in the membership. device: what it says of the quorum device ("A,V,NMW", "NR", "" for none)."""

    id: int
    name: str
    votes: int
    local: bool
    device: str = ""


@dataclass(frozen=True, slots=True)
class Quorum:
    """Votes are counted by node; `device_votes` is None without a quorum device, 0 when it gives none at present.

    quorate: whether this partition may run services. flags: 2Node, WaitForAll, LastManStanding, AutoTieBreaker,
    Qdevice ... ring: the membership's id, which changes with every change of membership.
    """

    quorate: bool
    provider: str
    node_id: int
    ring: str
    members: tuple[Member, ...]
    expected_votes: int | None
    highest_expected: int | None
    total_votes: int | None
    needed_votes: int | None
    flags: frozenset[str]
    device_votes: int | None = None

    @property
    def member_names(self) -> frozenset[str]:
        """The names of the nodes in this membership."""
        return frozenset(member.name for member in self.members)


def parse(output: str, status: int) -> Quorum:
    """Read the text. The status is 2 when there is no quorum, which is an answer; Unknown if Corosync does not run."""
    values = dict(re.findall(r"^([A-Z][\w ]*):[ \t]*(.*?)[ \t]*$", output, re.MULTILINE))
    if "Quorate" not in values:
        hint = "Is Corosync running there? systemctl status corosync"
        raise Unknown(f"Quorum is not known: corosync-quorumtool ended with status {status}.", hint)
    needed = values.get("Quorum", "").split()
    members, device_votes = _membership(output)
    return Quorum(
        quorate=values["Quorate"] == "Yes",
        provider=values.get("Quorum provider", ""),
        node_id=int(values.get("Node ID", "0")),
        ring=values.get("Ring ID", ""),
        members=members,
        expected_votes=_number(values.get("Expected votes")),
        highest_expected=_number(values.get("Highest expected")),
        total_votes=_number(values.get("Total votes")),
        needed_votes=int(needed[0]) if needed else None,
        flags=frozenset(values.get("Flags", "").split()),
        device_votes=device_votes,
    )


def _number(text: str | None) -> int | None:
    return int(text) if text else None


def _membership(output: str) -> tuple[tuple[Member, ...], int | None]:
    """Read the table; its columns depend on whether votes are counted and a quorum device is registered."""
    _, _, table = output.partition("Membership information")
    lines = table.splitlines()
    header = next((line.split() for line in lines if line.split()[:1] == ["Nodeid"]), [])
    members = []
    device_votes = None
    for line in lines:
        words = line.split()
        if not words or not words[0].isdigit():
            continue
        id_ = int(words.pop(0))
        votes = int(words.pop(0)) if "Votes" in header else 0
        if id_ == 0:  # corosync numbers nodes from 1; the quorum device is listed as node 0
            device_votes = votes
            continue
        device = words.pop(0) if "Qdevice" in header else ""
        local = words[-1:] == ["(local)"]
        members.append(Member(id_, words[0] if words else "", votes, local, device))
    return tuple(members), device_votes
