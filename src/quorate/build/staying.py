"""staying: do the nodes that stay have quorum, at each moment while others are removed? And has one that goes? Pure.

In: what Corosync counts now. Out: a finding where there would be none. The arithmetic is explore's (quorum.py).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from quorate.describe.cluster import Cluster, Quorum
from quorate.explore.quorum import Electorate, judge
from quorate.findings import Finding, Severity
from quorate.observe.facts import quorum

VOTES = re.compile(r"nodelist\.node\.(\d+)\.(nodeid|quorum_votes)")


@dataclass(frozen=True, slots=True)
class Votes:
    """What a running Corosync counts. settings: those it goes by. of: votes by node id, of its nodelist.

    members: ids of the nodes in the membership.
    """

    settings: Quorum
    of: Mapping[int, int]
    members: frozenset[int]


def votes(seen: quorum.Quorum, running: Mapping[str, str], cluster: Cluster) -> Votes:
    """Return what is counted, by a node's votequorum and its cmap."""
    nodes: dict[str, dict[str, int]] = {}
    for key, value in running.items():
        if match := VOTES.fullmatch(key):
            nodes.setdefault(match[1], {})[match[2]] = int(value)
    of = {node["nodeid"]: node.get("quorum_votes", 1) for node in nodes.values() if "nodeid" in node}
    breaker = running.get("quorum.auto_tie_breaker_node", "lowest") if "AutoTieBreaker" in seen.flags else None
    settings = replace(
        cluster.quorum,
        expected_votes=seen.expected_votes or sum(of.values()),
        two_node="2Node" in seen.flags,
        wait_for_all="WaitForAll" in seen.flags,
        last_man_standing="LastManStanding" in seen.flags,
        auto_tie_breaker=breaker,
        device=cluster.quorum.device if "Qdevice" in seen.flags else None,
    )
    return Votes(settings, of, frozenset(member.id for member in seen.members))


def loses_quorum(now: Votes, leaving: frozenset[int], cluster: Cluster) -> Finding | None:
    """Return the error where the members that stay have no quorum once the others are stopped, or by the new file."""
    stay = frozenset(str(id_) for id_ in now.members - leaving)
    everyone = {str(id_): count for id_, count in now.of.items()}
    before = judge(_electorate(now.settings, everyone), (stay,), before=frozenset(map(str, now.members)))[0]
    new = {str(node.id): node.votes for node in cluster.nodes}
    after = judge(_electorate(cluster.quorum, new), (stay & new.keys(),))[0]
    if before.quorate and after.quorate:
        return None
    count = before if not before.quorate else after
    several = len(leaving & now.members) > 1
    return Finding(
        "removal-loses-quorum",
        Severity.ERROR,
        f"the nodes that stay have {count.votes} of {count.expected} votes, and need {count.needed}",
        "without quorum they stop every service, and nobody may take a service over",
        "remove one node at a time: keep the others in the file, apply, and go on"
        if several
        else "bring nodes that are down back first, or power up more of them; see `quorate status`",
        path=("nodes",),
    )


def is_quorate_alone(now: Votes, id_: int) -> bool:
    """Say whether a node that boots alone, with the configuration that runs now, has quorum."""
    alone = frozenset({str(id_)})
    everyone = {str(number): count for number, count in now.of.items()}
    if not alone <= everyone.keys():
        return False
    return judge(_electorate(now.settings, everyone), (alone,), before=alone, waits=now.settings.wait_for_all)[
        0
    ].quorate


def _electorate(settings: Quorum, of: Mapping[str, int]) -> Electorate:
    return Electorate(settings, of, {id_: int(id_) for id_ in of})
