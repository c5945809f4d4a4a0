"""A replicated store: what is found to forbid it, what is done in which order, and that it always comes to its end."""

from collections import defaultdict
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from build.disks import PATH, Died, Disk, World, twisted
from build.wishes import wish
from quorate.build.change import Change, Deed, Thing, WriteFile
from quorate.build.plan import sorted_out
from quorate.build.saved import acts_of
from quorate.build.steps import storage
from quorate.build.storage import replicated, scripts
from quorate.build.storage.phases import stores
from quorate.catalog.storage import Replicated
from quorate.findings import Severity
from quorate.render import drbd

TEXT = """
cluster: database
nodes:
  n1: {links: [10.20.0.11, 172.20.0.11], fencing: {ipmi: 10.20.9.11}}
  n2: {links: [10.20.0.12, 172.20.0.12], fencing: {ipmi: 10.20.9.12}}
fencing:
  ipmi: {user: admin, password: {env: IPMI_PASSWORD}}
services:
  db:
    kind: mariadb
    data: {drbd: {disk: /dev/sda3, filesystem: xfs}}
    address: 10.20.0.100/24
"""
WANT = wish(TEXT)
(STORED,) = stores(WANT)
STORE = STORED.store
assert isinstance(STORE, Replicated)


def ahead(world: World, want=WANT, done: frozenset[str] = frozenset()) -> list[str]:
    return [phase.title for phase in replicated.phases(STORED, STORE, world.facts(), want, done)]


def codes(world: World, want=WANT) -> list[tuple[str, Severity]]:
    return [(f.code, f.severity) for f in storage.findings(world.facts(), want)]


def go(world: World, want=WANT) -> None:
    """Do what `perform` does, without hosts."""
    done: dict[str, set[str]] = defaultdict(set)
    last = ""
    for _ in range(storage.ROUNDS):
        assert [f for f in storage.findings(world.facts(), want) if f.severity is Severity.ERROR] == []
        several = storage.phases(world.facts(), want, done)["db"]
        if not several:
            return
        phase = several[0]
        assert phase.title != last, f"{phase.title} has no effect"
        for change in phase.changes:
            world.do(change)
        done["db"].add(phase.title)
        last = phase.title
    raise AssertionError("no end")


def test_two_empty_disks_go_through_every_phase() -> None:
    world = World()
    assert codes(world) == []
    assert ahead(world) == ["files", "metadata", "connect", "first", "inside", "rest"]
    go(world)
    assert world.filled
    assert not any(disk.up for disk in world.disks.values())
    assert list(replicated.left(STORED, STORE, world.facts(), WANT)) == []


def test_the_plan_names_everything_and_no_secret() -> None:
    changes, findings = sorted_out(storage.changes(World().facts(), WANT))
    assert findings == []
    written = [a for change in changes for a in change.actions if isinstance(a, WriteFile) and a.path == PATH]
    assert len(written) == 2
    assert len({a.content for a in written}) == 1, "both nodes get one secret"
    secret = drbd.secret_of(written[0].content.decode())
    assert secret
    assert len(secret) <= 64, "DRBD takes no longer one"
    said = " ".join(change.words + change.difference for change in changes)
    assert secret not in said
    assert "xfs" in said
    for change in changes:
        assert all(secret not in str(getattr(action, "command", "")) for action in change.actions)
    other, _ = sorted_out(storage.changes(World().facts(), WANT))
    assert other[0].actions[0].content != changes[0].actions[0].content, "a secret is never the same twice"


def test_the_secret_that_a_node_has_is_the_other_s_too() -> None:
    world = World()
    (files, *_) = replicated.phases(STORED, STORE, world.facts(), WANT, frozenset())
    world.do(files.changes[0])
    (again, *_) = replicated.phases(STORED, STORE, world.facts(), WANT, frozenset())
    (change,) = again.changes
    assert change.host == "n2"
    assert change.actions[-1].content.decode() == world.disks["n1"].file


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 22), max_size=6), st.booleans())
def test_however_often_it_is_interrupted_it_comes_to_its_end_and_destroys_nothing(
    deaths: list[int], n2_boots: bool
) -> None:
    world = World()
    for death in deaths:
        world.actions.clear()
        world.dies_before = death
        try:
            go(world)
        except Died:
            if n2_boots:  # a power cut takes the device down, with whatever the disk has by then
                world.disks["n2"].up = False
    world.dies_before = -1
    go(world)
    assert world.filled
    assert not any(disk.up for disk in world.disks.values())
    assert world.disks["n1"].whole


def running() -> World:
    world = World()
    go(world)
    for disk in world.disks.values():
        disk.up = True
    world.managed = frozenset({"db-drbd", "db-filesystem", "db-server"})
    return world


def test_a_plan_that_is_kept_knows_the_stores_and_not_their_random_secret() -> None:
    once, again = (sorted_out(storage.changes(World().facts(), WANT))[0] for _ in range(2))
    assert {thing for change in once for thing in change.things} == {(Thing("store", "db"), Deed.CREATED)}
    assert list(map(acts_of, once)) == list(map(acts_of, again))
    assert set(storage.things(World().facts(), WANT).values()) == {""}
    assert set(storage.things(running().facts(), WANT).values()) == {"ready"}


def test_what_pacemaker_runs_is_left_alone() -> None:
    assert list(storage.changes(running().facts(), WANT)) == []


def test_what_pacemaker_has_and_does_not_run_is_left_alone_too() -> None:
    world = running()
    for disk in world.disks.values():
        disk.up = False
    assert list(storage.changes(world.facts(), WANT)) == []


def test_a_replaced_node_gets_its_file_and_metadata_and_nothing_more() -> None:
    world = running()
    world.disks["n2"] = Disk()
    assert ahead(world) == ["files", "metadata"]
    go(world)
    assert world.disks["n2"].metadata
    assert not world.disks["n2"].written


def test_a_setting_of_a_running_device_is_changed_by_adjust() -> None:
    world = running()
    faster = wish(TEXT, **{"filesystem: xfs": "filesystem: xfs, resync_rate: 500"})
    (change, _) = sorted_out(storage.changes(world.facts(), faster))[0]
    assert str(change.actions[-1].command) == "drbdadm adjust db"
    assert change.effect == "reload"


@pytest.mark.parametrize("change", ["disk: /dev/sdb", "disk: /dev/sda3, minor: 3", "disk: /dev/sda3, port: 7999"])
def test_what_pacemaker_has_is_not_moved_to_another_place(change: str) -> None:
    facts = running().facts()
    facts = {n: replace(f, devices={**f.devices, "/dev/sdb": f.devices["/dev/sda3"]}) for n, f in facts.items()}
    moved = wish(TEXT, **{"disk: /dev/sda3": change})
    assert "drbd-place-changed" in [finding.code for finding in storage.findings(facts, moved)]
    assert sorted_out(storage.changes(facts, moved))[0] == []


@pytest.mark.parametrize(
    ("disk", "code"),
    [
        (Disk(data="ext4"), "disk-not-empty"),
        (Disk(data="gpt"), "disk-not-empty"),
        (Disk(metadata=True, written=True, data="ext4"), "file-system-differs"),
        (Disk(file="resource db { on n1 { } }\n"), "drbd-resource-foreign"),
    ],
)
def test_what_is_somebody_s_is_not_touched(disk: Disk, code: str) -> None:
    world = World({"n1": Disk(), "n2": disk})
    assert codes(world) == [(code, Severity.ERROR)]
    changes, _ = sorted_out(storage.changes(world.facts(), WANT))
    assert changes == []


def test_what_the_operator_gives_up_is_overwritten_and_the_plan_says_so() -> None:
    world = World({"n1": Disk(), "n2": Disk(data="ext4")})
    want = replace(WANT, overwrite=frozenset({"n2:/dev/sda3"}))
    changes, findings = sorted_out(storage.changes(world.facts(), want))
    assert findings == []
    assert [c.host for c in changes if "destroying" in c.words] == ["n2"]
    go(world, want)
    assert world.filled
    assert codes(World({"n1": Disk(data="xfs"), "n2": Disk()}), want) == [("disk-not-empty", Severity.ERROR)]


def test_metadata_is_kept_even_when_the_operator_gives_the_disk_up() -> None:
    world = World({"n1": Disk(metadata=True, written=True, whole=True), "n2": Disk()}, filesystem="xfs", filled=True)
    want = replace(WANT, overwrite=frozenset({"n1:/dev/sda3"}))
    go(world, want)
    assert "n1 quorate-metadata" not in world.actions
    assert world.disks["n2"].whole


@pytest.mark.parametrize(
    ("n1", "n2", "found"),
    [
        (Disk(size=2 << 30), Disk(), [("disk-sizes-differ", Severity.WARNING)]),
        (Disk(), Disk(size=2 << 30), [("disk-sizes-differ", Severity.WARNING)]),
        (Disk(size=2 << 30, metadata=True, written=True), Disk(), [("disk-too-small", Severity.ERROR)]),
        (Disk(metadata=True, written=True), Disk(size=2 << 30), []),
        (Disk(size=2 << 30, metadata=True), Disk(metadata=True), []),
    ],
)
def test_disks_of_different_sizes(n1: Disk, n2: Disk, found: list) -> None:
    assert codes(World({"n1": n1, "n2": n2})) == found


def device(world: World, name: str, path: str, **changes: object) -> dict:
    facts = world.facts()
    node = facts[name]
    devices = {**node.devices, path: replace(node.devices[path], **changes)}
    return facts | {name: replace(node, devices=devices)}


@pytest.mark.parametrize(
    ("path", "changes", "code"),
    [
        ("/dev/sda3", {"kind": "missing"}, "disk-missing"),
        ("/dev/sda3", {"kind": "other"}, "disk-missing"),
        ("/dev/sda3", {"users": ("/dev/mapper/vg-root",)}, "disk-in-use"),
        ("/dev/sda3", {"users": ("/dev/drbd7",)}, "disk-in-use"),
        ("/dev/sda3", {"mounted_on": ("/home",)}, "disk-in-use"),
        ("/dev/sda3", {"is_zero": False}, "disk-not-empty"),
        ("/dev/drbd0", {"mounted_on": ("/mnt",)}, "store-in-use"),
    ],
)
def test_a_disk_that_cannot_be_had(path: str, changes: dict, code: str) -> None:
    facts = device(World(), "n2", path, **changes)
    assert [f.code for f in storage.findings(facts, WANT)] == [code]
    assert sorted_out(storage.changes(facts, WANT))[0] == []


def test_two_torn_copies_are_nobody_s_to_choose_between() -> None:
    world = World()
    (files, *_) = replicated.phases(STORED, STORE, world.facts(), WANT, frozenset())
    for change in files.changes:
        world.do(change)
    torn = twisted(world.disks["n1"], metadata=True, written=True, up=True)
    fresh = twisted(world.disks["n2"], metadata=True, up=True)
    world.disks = {"n1": torn, "n2": fresh}
    assert codes(world) == [("drbd-no-good-side", Severity.ERROR)]


def test_a_store_that_the_cluster_has_and_no_disk_is_not_made_anew() -> None:
    world = World(managed=frozenset({"db-drbd"}))
    assert codes(world) == [("store-lost", Severity.ERROR)]


def test_the_node_with_all_data_is_looked_into() -> None:
    world = World()
    go(world)
    world.disks["n1"].whole = False
    for disk in world.disks.values():
        disk.up = True
    (inside, _) = replicated.phases(STORED, STORE, world.facts(), WANT, frozenset())
    assert inside.title == "inside"
    assert [change.host for change in inside.changes] == ["n2"]


def rests(world: World, want=WANT) -> list[Change]:
    stored = stores(want)[0]
    return list(list(replicated.phases(stored, stored.store, world.facts(), want, frozenset()))[-1].changes)


def test_a_short_synchronisation_is_waited_for_and_a_long_one_goes_on() -> None:
    short, long = World(), World({"n1": Disk(size=8 << 40), "n2": Disk(size=8 << 40)})
    assert [change.actions[0].command.argv[2:] for change in rests(short)] == [
        (scripts.REST, "quorate-rest", "db", "600")
    ] * 2
    assert all("goes on" in change.words for change in rests(long))
    assert rests(long)[0].actions[0].command.argv[-1] == "0"


def test_addresses_are_those_of_the_link() -> None:
    world = World()
    go(world)
    assert "address ipv4 172.20.0.11:7700;" in (world.disks["n1"].file or "")
    first = wish(TEXT, **{"filesystem: xfs": "filesystem: xfs, link: 0"})
    world = World()
    go(world, first)
    assert "address ipv4 10.20.0.12:7700;" in (world.disks["n1"].file or "")


def test_the_host_s_own_name_stands_in_the_file() -> None:
    facts = World().facts()
    facts["n1"] = replace(facts["n1"], hostname="db-old")
    (files, *_) = replicated.phases(STORED, STORE, facts, WANT, frozenset())
    assert b"    on db-old {\n" in files.changes[0].actions[0].content
