"""What to change, by the cause and by what has failed."""

from dataclasses import replace

import pytest

from quorate.describe.cluster import Shared
from quorate.explore.advice import advice
from quorate.explore.result import Impact
from quorate.explore.subject import Disk, Fence, Service, Subject

from .answers.made import down, subject, twice

WEB = subject("web")
PDU = Fence("pdu", "fence_apc", ("n1", "n2", "n3"))
FEED = Shared("feed-a", "power", frozenset({"n1"}), devices=frozenset({"ipmi-n1", "pdu"}))
SWITCH = Shared("switch-1", "switch", links=frozenset({("n1", 0), ("n1", 1), ("n2", 0)}))
RACK = Shared("rack-a", "rack", frozenset({"n1", "n2", "n3"}))
HALF = Shared("rack-b", "rack", frozenset({"n1", "n2"}))
ONE_LINK = replace(WEB, links=dict.fromkeys(WEB.nodes, (0,)))
REACHED = replace(ONE_LINK, services=(Service("web", ("web",), nodes=WEB.nodes, links=(0,)),))
DISK = Disk("/dev/sda3", "web", "n1", ("web",))
ON_ONE = replace(WEB, services=(Service("web", ("web",), nodes=("n1",)),))


@pytest.mark.parametrize(
    ("failures", "impact", "cluster", "fix"),
    [
        ("link-lost:0", down("web", "no-quorum"), ONE_LINK, "add a second link to every node, through another switch"),
        ("link-cut:n1/0", down("web", "unheard"), REACHED, "lay link 0 on two network cards of every node"),
        ("partition:n1/n2+n3", twice("web", "two-sides"), ONE_LINK, "add a second link to every node"),
        (
            "switch-lost:switch-1",
            down("web"),
            replace(WEB, shared=(SWITCH,)),
            "lead a link of n1 past the switch switch-1",
        ),
        ("node-lost:n1", down("web", "not-fenced"), replace(WEB, fencing=False), "turn fencing on: without it"),
        (
            "node-lost:n1",
            down("web", "not-fenced"),
            replace(WEB, fences=(PDU,), shared=()),
            "let a second fencing level",
        ),
        (
            "node-lost:n2",
            down("web", "not-fenced"),
            replace(WEB, fences=WEB.fences[:1]),
            "give each of n2 and n3 a fenc",
        ),
        (
            "node-and-board-lost:n2",
            twice("web"),
            WEB,
            "give each of n1, n2 and n3 a fencing device that does not share its power, as a second level",
        ),
        (
            "power-lost:feed-a",
            twice("web"),
            replace(WEB, fences=(*WEB.fences, PDU), shared=(FEED,)),
            "give n1 a second fencing level that does not fail with feed-a, besides ipmi-n1 and pdu",
        ),
        (
            "fencing-silent:pdu then node-lost:n3",
            down("web", "not-fenced"),
            replace(WEB, fences=(PDU,)),
            "give n3 a second fencing level, besides pdu",
        ),
        (
            "node-lost:n1",
            down("web", "no-quorum"),
            subject("web", nodes=("n1", "n2")),
            "a quorum device, or one node more",
        ),
        (
            "node-lost:n1 then node-lost:n2",
            down("web", "no-quorum"),
            WEB,
            "a quorum device with algorithm lms, or two nodes more",
        ),
        (
            "rack-lost:rack-b",
            down("web", "no-quorum"),
            replace(WEB, shared=(HALF,)),
            "spread the nodes so that rack-b holds less than half of the votes, or add a quorum device outside rack-b",
        ),
        (
            "rack-lost:rack-a",
            down("web", "all-lost"),
            replace(WEB, shared=(RACK,)),
            "put a node where rack-a does not take it down: at another rack",
        ),
        ("node-lost:n1", down("web", "no-node"), ON_ONE, "let web run on n2 and n3 as well"),
        (
            "stop-failed:web",
            down("web", "blocked"),
            replace(WEB, fencing=False),
            "turn fencing on: a node on which web",
        ),
        ("stop-failed:web", down("web", "blocked"), WEB, "let Pacemaker fence the node when web fails to stop"),
        ("disk-failed:/dev/sda3@n1", down("web"), replace(WEB, disks=(DISK,)), "keep a copy of /dev/sda3 on another"),
        (
            "disk-failed:/dev/sda3",
            down("web"),
            replace(WEB, disks=(replace(DISK, node=""),)),
            "keep /dev/sda3 on storage that survives the loss of a disk (RAID), or replicate it",
        ),
        ("node-returned:n1", down("web", "restless"), WEB, "look at the constraints"),
        ("start-failed:web@n1", down("web", "failing"), WEB, "mend web, then clean it up"),
        ("resource-failed-everywhere:web", down("web", "failing"), WEB, "nothing that a cluster can do"),
    ],
)
def test_change(failures: str, impact: Impact, cluster: Subject, fix: str) -> None:
    assert advice(failures.split(" then "), impact, cluster).fix.startswith(fix)


def test_the_place_in_the_file() -> None:
    assert advice(["node-and-board-lost:n2"], twice("web"), WEB).path == ("nodes", "n1", "fencing")
    assert advice(["link-lost:0"], down("web"), ONE_LINK).path == ("nodes", "n1", "links")
    assert advice(["node-lost:n1"], down("web", "no-node"), ON_ONE).path == ("services", "web", "nodes")
    alone = replace(WEB, services=(Service("mine", ("mine",), nodes=("n1",)),))
    assert advice(["node-lost:n1"], down("other", "no-node"), alone).path == ("nodes",)
