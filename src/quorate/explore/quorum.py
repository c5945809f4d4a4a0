"""Quorum: which partition goes on, by our own arithmetic of votequorum(5) and corosync-qdevice(8). Pure.

Pacemaker's scheduler is told whether a partition has quorum; Corosync decides it, and nothing of that is in a CIB. In:
who votes and by which settings, the nodes of each side, what was before. Out: a Count for each side.

Sources: votequorum(5); corosync-qdevice(8), "Model net algorithms"; for what these leave open (which settings switch
others off, how a tie is recognised) Corosync's own votequorum.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from quorate.describe.cluster import Quorum, QuorumDevice


@dataclass(frozen=True, slots=True)
class Electorate:
    """Who votes. votes, ids (Corosync's node ids): by node, of all nodes of the configuration."""

    quorum: Quorum
    votes: Mapping[str, int]
    ids: Mapping[str, int]

    @property
    def nodes(self) -> frozenset[str]:
        """All nodes."""
        return frozenset(self.votes)


@dataclass(frozen=True, slots=True)
class Count:
    """What a partition's Corosync comes to. expected: expected_votes from now on, as far as it is counted with."""

    quorate: bool
    votes: int
    needed: int
    expected: int


def judge(
    who: Electorate,
    sides: Sequence[frozenset[str]],
    *,
    before: frozenset[str] | None = None,
    expected: int | None = None,
    connected: frozenset[str] | None = None,
    waits: bool = False,
) -> tuple[Count, ...]:
    """Return a Count for each side, in their order.

    before: the members of the partition that they were until now (None: all nodes). expected: expected_votes until now
    (None: as configured). connected: nodes that reach the quorum device (None: all; empty: it is lost). waits: quorum
    was lost under wait_for_all, and takes all nodes to come back.
    """
    who = replace(who, quorum=in_force(who.quorum, who.votes))
    reach = who.nodes if connected is None else connected
    chosen = device_votes_for(who, sides, reach)
    members = who.nodes if before is None else before
    now = who.quorum.expected_votes if expected is None else expected
    return tuple(
        _count(who, side, members, now, device=index == chosen, waits=waits) for index, side in enumerate(sides)
    )


def in_force(quorum: Quorum, votes: Mapping[str, int]) -> Quorum:
    """Return the settings that Corosync goes by, where some exclude each other.

    A device excludes two_node, last_man_standing and auto_tie_breaker (Corosync does not start with both; the device is
    kept here). The tie breaker switches two_node off, and is itself switched off where the votes are odd and
    wait_for_all is not on. last_man_standing needs one vote from each node.
    """
    if quorum.device is not None:
        return replace(quorum, two_node=False, last_man_standing=False, auto_tie_breaker=None)
    odd = sum(votes.values()) % 2 == 1
    if quorum.auto_tie_breaker is not None and odd and not quorum.wait_for_all:
        quorum = replace(quorum, auto_tie_breaker=None)
    if quorum.auto_tie_breaker is not None and quorum.two_node:
        quorum = replace(quorum, two_node=False)
    if quorum.last_man_standing and set(votes.values()) != {1}:
        quorum = replace(quorum, last_man_standing=False)
    return quorum


def after_window(who: Electorate, side: frozenset[str], count: Count, before: frozenset[str]) -> int:
    """Return expected_votes once last_man_standing_window has passed after nodes were lost: those that are left.

    Only a partition with quorum counts anew, and none does without last_man_standing.
    """
    settings = in_force(who.quorum, who.votes)
    lost = bool(before - side)
    return len(side) if settings.last_man_standing and count.quorate and lost else count.expected


def device_votes_for(who: Electorate, sides: Sequence[frozenset[str]], connected: frozenset[str]) -> int | None:
    """Return the index of the side that the quorum device gives its vote, None where it gives it to none.

    Sides none of whose nodes reach it cannot have it.
    """
    device = who.quorum.device
    if device is None:
        return None
    candidates = [index for index, side in enumerate(sides) if side & connected]
    if device.algorithm == "ffsplit":
        half = len(who.votes) / 2
        larger = [index for index in candidates if len(sides[index]) > half]
        candidates = larger or [index for index in candidates if len(sides[index]) == half]
    if not candidates:
        return None
    first = _tie_breaker(device, who.ids, connected if device.algorithm == "lms" else who.nodes)

    def merit(index: int) -> tuple[int, int, bool]:
        return len(sides[index] & connected), len(sides[index]), first in sides[index]

    return max(candidates, key=merit)


def _count(
    who: Electorate, side: frozenset[str], before: frozenset[str], expected: int, *, device: bool, waits: bool
) -> Count:
    quorum = who.quorum
    voters = len(side) + device
    votes = sum(who.votes[node] for node in side)
    if device and quorum.device is not None:
        votes += quorum.device.votes
    expected = max(expected, votes)  # more votes than expected raise the expectation
    needed = expected // 2 + 1
    if quorum.two_node and voters <= 2:
        needed = 1
    if not side:
        quorate = False
    elif waits and quorum.wait_for_all:
        quorate = votes == expected
    else:
        quorate = votes >= needed or (
            # half of the votes, rounded down; not where those that are gone could be enough among themselves, for which
            # Corosync counts nodes, not votes
            votes == expected // 2 and len(before - side) < needed and _holds_tie_breaker(who, side, before)
        )
    return Count(quorate, votes, needed, expected)


def _holds_tie_breaker(who: Electorate, side: frozenset[str], before: frozenset[str]) -> bool:
    """Say whether the side has the node that breaks a tie (auto_tie_breaker_node) among those that were there."""
    breaker = who.quorum.auto_tie_breaker
    if breaker is None:
        return False
    if breaker in {"lowest", "highest"}:
        return _extreme(breaker, who.ids, before | side) in side
    by_id = {who.ids[node]: node for node in who.ids}
    listed = [by_id[int(word)] for word in breaker.split() if int(word) in by_id]
    here = next((node for node in listed if node in side), None)
    if here is None:
        return False
    return not before & set(listed[: listed.index(here)])


def _tie_breaker(device: QuorumDevice, ids: Mapping[str, int], among: Collection[str]) -> str | None:
    if device.tie_breaker in {"lowest", "highest"}:
        return _extreme(device.tie_breaker, ids, among)
    return next((node for node, number in ids.items() if str(number) == device.tie_breaker), None)


def _extreme(which: str, ids: Mapping[str, int], among: Collection[str]) -> str | None:
    pick = min if which == "lowest" else max
    return pick(among, key=lambda node: ids[node], default=None)
