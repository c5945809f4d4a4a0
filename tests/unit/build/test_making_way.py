"""Whoever listens where others are to listen goes first, when an entrance becomes one of another kind; nobody else."""

import asyncio

import pytest

from build.wishes import THREE, wish
from quorate.build.change import Change, Run
from quorate.build.in_hand import InHand
from quorate.build.kept import Kept, KeptFile
from quorate.build.making_way import making_way, without
from quorate.build.restoring import configuration_of
from quorate.build.steps import cib, corosync_conf
from quorate.build.want import Want
from quorate.machines.fake import FakeHost
from quorate.observe.facts.cib import Cib, parse, parse_xml
from quorate.render.cib import cib as offline_cib
from quorate.render.merge import canonical

SERVICES = """  entrance: {kind: haproxy, address: 10.20.0.100/24}
  database: {kind: galera}
  identity: {kind: keystone}
  images: {kind: glance, data: {filesystem: {device: /srv/shared/images}}}
"""
TEXT = THREE.partition("  site:")[0] + SERVICES
PROXY = wish(TEXT)
ALONE = wish(TEXT.replace("kind: haproxy", "kind: address"))
GONE = {
    "to an address": (PROXY, ALONE, ["entrance-servers", "identity", "images"]),
    "to a proxy": (ALONE, PROXY, ["identity", "images"]),
    "nothing of the kind": (PROXY, wish(TEXT.replace("/24}", "/24, monitor: 7s}")), []),
    "another service": (PROXY, wish(TEXT + "  cache: {kind: memcached}\n"), []),
}


def live(want: Want) -> Cib:
    root = offline_cib(want.cluster, want.agents, want.platform)
    root.set("epoch", "7")
    return parse(canonical(root), 0)


def planned(was: Want, want: Want) -> Change:
    (change,) = (one for one in cib.writes(cib.Facts("n1", live(was)), want))
    return change


@pytest.mark.parametrize(("was", "want", "gone"), GONE.values(), ids=GONE)
def test_who_goes(was: Want, want: Want, gone: list[str]) -> None:
    new, _ = cib.target(live(was).root, want)
    assert sorted(making_way(live(was).root, new, want)) == gone
    assert len(planned(was, want).actions) == (3 if gone else 1)


def test_what_is_left_meanwhile_is_whole() -> None:
    root = live(PROXY).root
    left = without(root, ("entrance-servers", "identity", "images"))
    ids = {one.get("id") for one in left.iterfind("configuration/resources//*")}
    assert "entrance" in ids, "the address stays where it is"
    assert not {"entrance-server", "identity-server", "images-filesystem"} & ids
    named = {one.get(name) for one in left.iterfind("configuration/constraints/*") for name in ("rsc", "first", "then")}
    assert named - {None} <= ids
    assert root.find(".//primitive[@id='entrance-server']") is not None, "what was given is not changed"


def test_the_second_write_is_over_the_first_and_leads_to_what_is_wanted() -> None:
    change = planned(PROXY, ALONE)
    first, stopped, second = change.actions
    assert isinstance(first, Run)
    assert isinstance(stopped, Run)
    assert isinstance(second, Run)
    assert (first.command.argv[-1], second.command.argv[-1]) == ("7", "8")
    assert "crm_resource --wait" in stopped.command.argv[-1]
    assert "entrance-server" not in str(first.command.input)
    intended = parse_xml(cib.intended(change))
    assert intended.find(".//group[@id='identity']") is not None
    assert "after a stop of" in change.words


@pytest.mark.parametrize(("was", "want", "back"), [(PROXY, ALONE, True), (PROXY, PROXY, False)])
def test_files_of_before_come_back_where_servers_would_listen_elsewhere(was: Want, want: Want, *, back: bool) -> None:
    one = FakeHost("n1")
    asyncio.run(one.put("/etc/unit", b"new"))
    files = {"n1": {"/etc/unit": KeptFile(b"old"), corosync_conf.PATH: KeptFile(b"old")}}
    kept = Kept(configuration_of(live(was).root), configuration_of(live(want).root), files)
    said: list[str] = []
    asyncio.run(InHand({"n1": one, "n2": FakeHost("n2")}, want, said.append, None, kept).files_back())
    assert one.files["/etc/unit"].content == (b"old" if back else b"new")
    assert corosync_conf.PATH not in one.files, "that takes a reload, and makes nothing worse"
    assert said == []
