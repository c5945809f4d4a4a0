"""A link that changes is taken out of use first, and only where the nodes have another one."""

import re
from types import MappingProxyType

import pytest

from build.wishes import THREE, wish
from quorate.build.change import Effect
from quorate.build.plan import sorted_out
from quorate.build.restarts.way import needs
from quorate.build.steps import relink
from quorate.build.steps.relink import Facts
from quorate.dialect.corosync.cmap import cmap_of
from quorate.findings import Severity
from quorate.observe.facts.corosync_links import CorosyncLinks, Link
from quorate.render.corosync import corosync_conf

NAMES = ("n1", "n2", "n3")


def links(here: int, *, down: tuple[int, int] = (0, 9)) -> CorosyncLinks:
    """Return a node's two links, up to all others but for one (link, node)."""
    others = [id_ for id_ in (1, 2, 3) if id_ != here]
    made = tuple(
        Link(number, "", MappingProxyType({id_: (number, id_) != down for id_ in others})) for number in (0, 1)
    )
    return CorosyncLinks(here, "knet", made, ())


def facts(text: str, *, down: tuple[int, int] = (0, 9), more: dict[str, str] | None = None) -> Facts:
    """Return what is seen where THREE runs and the file is `text`."""
    running = dict.fromkeys(NAMES, cmap_of(corosync_conf(wish().cluster)) | (more or {}))
    found = needs(running, {}, frozenset(), wish(text).cluster)
    return Facts(found, {name: links(int(name[1]), down=down) for name in NAMES})


def said(found: Facts, text: str):
    return sorted_out(relink.changes(found, wish(text)))


MOVED = THREE.replace("172.20.0.11", "172.20.0.99")
FIRST_MOVED = THREE.replace("10.20.0.11]", "10.20.0.99]").replace("[10.20.0.11,", "[10.20.0.99,")
BOTH_MOVED = MOVED.replace("[10.20.0.11,", "[10.20.0.99,")
FIRST_GONE = "\n".join(re.sub(r"10\.20\.0\.1\d, ", "", line) for line in THREE.splitlines())


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (MOVED, 1),
        (FIRST_MOVED, 0),
        (THREE + "corosync: {links: [{}, {port: 5500}]}\n", 1),
        (THREE + "corosync: {links: [{}, {protocol: sctp}]}\n", 1),
    ],
)
def test_what_corosync_cannot_change_is_taken_out_of_use(text: str, number: int) -> None:
    found = facts(text)
    (change,), findings = said(found, text)
    assert findings == []
    assert (change.host, change.effect) == ("n1", Effect.RELOAD)
    assert change.words == f"take link {number} out of use"
    interim = corosync_conf(wish(text).cluster, without=found.numbers)
    assert f"ring{number}_addr" not in interim
    assert f"linknumber: {number}" not in interim
    assert interim.count(f"ring{1 - number}_addr") == 3


def test_what_is_as_wanted_stays_in_use() -> None:
    assert said(facts(THREE), THREE) == ([], [])


@pytest.mark.parametrize(
    ("text", "down", "words"),
    [
        (BOTH_MOVED, (0, 9), "there is no other link"),
        (FIRST_GONE, (0, 9), "there is no other link"),
        (MOVED, (0, 2), "no other link is up between n1 and n2"),
    ],
)
def test_a_link_that_is_needed_stays(text: str, down: tuple[int, int], words: str) -> None:
    changes, (finding,) = said(facts(text, down=down), text)
    assert changes == []
    assert (finding.code, finding.severity) == ("link-still-needed", Severity.ERROR)
    assert words in finding.summary


def test_nodes_and_addresses_are_not_changed_at_once() -> None:
    more = {"nodelist.node.9.name": "n9", "nodelist.node.9.nodeid": "9", "nodelist.node.9.ring0_addr": "10.20.0.19"}
    changes, (finding,) = said(facts(MOVED, more=more), MOVED)
    assert changes == []
    assert finding.code == "links-and-nodes-at-once"
