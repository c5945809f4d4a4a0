"""A shared volume, and a file system that is there already: what forbids them, what is done, and in which order."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from build.test_storage_replicated import TEXT
from build.wishes import wish
from quorate.build.change import Run, WriteFile
from quorate.build.plan import sorted_out
from quorate.build.steps import storage
from quorate.build.storage import provided, scripts, shared_volume
from quorate.build.storage.look import MARKER, NodeStorage
from quorate.build.storage.phases import stores
from quorate.catalog.storage import Provided, SharedVolume
from quorate.findings import Severity
from quorate.observe.facts.block_devices import BlockDevice, Signature
from quorate.observe.facts.lvm import LogicalVolume, Lvm, PhysicalVolume
from quorate.observe.facts.mounts import Mounted
from quorate.render import lvm

GIB = 1 << 30
WANT = wish(TEXT.replace("{drbd: {disk: /dev/sda3, filesystem: xfs}}", "{lvm: {disk: /dev/sdb}}"))
(STORED,) = stores(WANT)
STORE = STORED.store
assert isinstance(STORE, SharedVolume)
SETTINGS = {lvm.PATH: lvm.merged("", [], owned=True), lvm.MAIN: ""}
EMPTY = BlockDevice("/dev/sdb", "block", size_bytes=GIB, is_zero=True)
MEMBER = BlockDevice("/dev/sdb", "block", size_bytes=GIB, signatures=(Signature("LVM2_member", "u1"),))


def has_group(name: str, owner: str = "n1", group: str = "db", *, active: bool = False, used: bool = False) -> Lvm:
    volume = LogicalVolume(group, "data", owner, f"/dev/{group}/data", GIB, active, used)
    return Lvm(name, (PhysicalVolume("/dev/sdb", "u1", GIB, group, owner),), (volume,))


def node(name: str, disk: BlockDevice = EMPTY, sees: Lvm | None = None, **more: object) -> NodeStorage:
    parts = {"devices": {"/dev/sdb": disk}, "lvm": sees or Lvm(name, (), ()), "texts": SETTINGS} | more
    return NodeStorage(hostname=name, **parts)


def both(disk: BlockDevice = EMPTY, **group: object) -> dict[str, NodeStorage]:
    return {name: node(name, disk, has_group(name, **group) if group else None) for name in ("n1", "n2")}


def codes(facts: Mapping[str, NodeStorage], want=WANT) -> list[str]:
    found = list(storage.findings(facts, want))
    assert all(finding.severity is Severity.ERROR for finding in found)
    if found:
        assert sorted_out(storage.changes(facts, want))[0] == []
    return [finding.code for finding in found]


def test_an_empty_disk_becomes_a_group_on_one_node() -> None:
    (phase,) = shared_volume.phases(STORED, STORE, both(), WANT, frozenset())
    (change,) = phase.changes
    assert change.host == "n1"
    assert "volume group db" in change.words
    (run,) = change.actions
    assert run.command.argv[2:8] == (scripts.INSIDE_VOLUME, "quorate-inside", "db", "data", "/dev/sdb", "")
    assert list(shared_volume.phases(STORED, STORE, both(), WANT, frozenset({"inside"}))) == []


@pytest.mark.parametrize("holder", ["n1", "n2"])
def test_a_group_that_is_there_is_looked_into_where_it_belongs(holder: str) -> None:
    facts = both(MEMBER, owner=holder)
    assert codes(facts) == []
    (phase,) = shared_volume.phases(STORED, STORE, facts, WANT, frozenset())
    assert [change.host for change in phase.changes] == [holder]
    assert "volume group" not in phase.changes[0].words


def test_a_group_that_nobody_owns_gets_an_owner_first_where_it_is_active() -> None:
    facts = both(MEMBER, owner="") | {"n2": node("n2", MEMBER, has_group("n2", "", active=True))}
    first, then = shared_volume.phases(STORED, STORE, facts, WANT, frozenset())
    assert [(p.title, [c.host for c in p.changes]) for p in (first, then)] == [("own", ["n2"]), ("inside", ["n2"])]


ELSEWHERE = replace(MEMBER, signatures=(Signature("LVM2_member", "u2"),))


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"n1": node("n1"), "n2": node("n2", BlockDevice("/dev/sdb", "missing"))}, "disk-missing"),
        ({"n1": node("n1"), "n2": node("n2", replace(EMPTY, size_bytes=2 * GIB))}, "disk-not-shared"),
        (
            {"n1": node("n1", replace(EMPTY, wwn="0x1")), "n2": node("n2", replace(EMPTY, wwn="0x2"))},
            "disk-not-shared",
        ),
        ({"n1": node("n1", MEMBER), "n2": node("n2", ELSEWHERE)}, "disk-not-shared"),
        (both(replace(EMPTY, is_zero=False, signatures=(Signature("ext4"),))), "disk-not-empty"),
        ({"n1": node("n1"), "n2": node("n2", replace(EMPTY, is_zero=False))}, "disk-not-empty"),
        (both(replace(EMPTY, users=("/dev/sdb1",))), "disk-not-empty"),
        (both(MEMBER, owner="n1", group="payroll"), "disk-in-another-group"),
        (both(EMPTY, owner="n1"), "group-elsewhere"),
        (both(MEMBER, owner="old-server"), "group-belongs-to-another-host"),
        (
            both(MEMBER, owner="n1") | {"n1": node("n1", MEMBER, has_group("n1", active=True, used=True))},
            "store-in-use",
        ),
        (
            both(MEMBER, owner="n1") | {"n1": node("n1", replace(MEMBER, users_mounted_on=("/mnt",)), has_group("n1"))},
            "store-in-use",
        ),
        ({n: node(n, managed=frozenset({"db-volume"})) for n in ("n1", "n2")}, "store-lost"),
    ],
)
def test_what_is_somebody_s_is_not_touched(facts: dict, code: str) -> None:
    assert codes(facts) == [code]


def test_what_the_operator_gives_up_is_overwritten() -> None:
    facts = both(replace(EMPTY, is_zero=False, signatures=(Signature("ext4"),)))
    want = replace(WANT, overwrite=frozenset({"n2:/dev/sdb"}))
    assert codes(facts, want) == []
    (phase,) = shared_volume.phases(STORED, STORE, facts, want, frozenset())
    assert "destroying" in phase.changes[0].words
    assert phase.changes[0].actions[0].command.argv[7] == "overwrite"
    assert codes(both(MEMBER, owner="n1", group="payroll"), want) == ["disk-in-another-group"]


def test_what_pacemaker_has_is_left_alone() -> None:
    managed = frozenset({"db-volume", "db-filesystem"})
    mounts = (Mounted("/srv/db", "/dev/mapper/db-data", "ext4", ("rw",)),)
    used = replace(MEMBER, users=("/dev/mapper/db-data",), users_mounted_on=("/srv/db",))
    facts = {
        "n1": node("n1", MEMBER, has_group("n1", "n2"), managed=managed),
        "n2": node("n2", used, has_group("n2", "n2", active=True, used=True), managed=managed, mounts=mounts),
    }
    assert list(storage.changes(facts, WANT)) == []
    assert list(shared_volume.left(STORED, STORE, facts)) == []


def test_lvm_is_told_whose_a_group_is_before_anything_else() -> None:
    facts = {name: node(name, texts={lvm.MAIN: ""}) for name in ("n1", "n2")}
    several = storage.phases(facts, WANT, {})
    assert list(several) == [storage.MACHINE, "db"]
    write = several[storage.MACHINE][0].changes[0].actions[0]
    assert isinstance(write, WriteFile)
    assert b'system_id_source = "uname"' in write.content


def test_something_else_on_the_mount_point_is_found() -> None:
    facts = both(MEMBER, owner="n1")
    facts["n2"] = replace(facts["n2"], mounts=(Mounted("/srv/db", "/dev/sdc1", "xfs", ("rw",)),))
    assert codes(facts) == ["mount-point-taken"]


# ---- provided

SHARED = wish(TEXT.replace("{drbd: {disk: /dev/sda3, filesystem: xfs}}", "{filesystem: {device: /srv/shared}}"))
NFS = wish(TEXT.replace("{drbd: {disk: /dev/sda3, filesystem: xfs}}", "{filesystem: {device: 'nas:/db', type: nfs}}"))


def sharing(**texts: str) -> dict[str, NodeStorage]:
    there = frozenset({"/srv/shared"})
    return {
        name: NodeStorage(name, directories=there, texts={f"/srv/shared/{MARKER}": texts.get(name)})
        for name in ("n1", "n2")
    }


def through(facts: Mapping[str, NodeStorage], want, *done: str) -> dict[str, list[str]]:
    (stored,) = stores(want)
    assert isinstance(stored.store, Provided)
    several = provided.phases(stored, stored.store, facts, want, frozenset(done))
    return {phase.title: [change.host for change in phase.changes] for phase in several}


def test_that_a_directory_is_the_same_is_seen_before_anything_is_made_in_it() -> None:
    assert through(sharing(), SHARED) == {"mark": ["n1"], "same": ["n2"], "inside": ["n1"]}
    assert through(sharing(n1="word"), SHARED, "mark") == {"same": ["n2"], "inside": ["n1"]}
    assert through(sharing(n1="word", n2="word"), SHARED, "mark", "same") == {"inside": ["n1"]}
    assert through(sharing(), SHARED, "mark", "same", "inside") == {}


def test_the_mark_that_is_looked_for_is_the_one_that_was_made() -> None:
    (stored,) = stores(SHARED)
    mark, same, inside = provided.phases(stored, stored.store, sharing(), SHARED, frozenset())
    assert same.changes[0].actions[0].command.argv[-1].encode() == mark.changes[0].actions[0].content
    (again, _) = provided.phases(stored, stored.store, sharing(n1="left"), SHARED, frozenset())
    assert again.changes[0].actions[0].command.argv[-1] == "left", "an interrupted run's mark serves as well"
    rm = inside.changes[0].actions[-1]
    assert isinstance(rm, Run)
    assert rm.command.argv == ("rm", "-f", "--", f"/srv/shared/{MARKER}")
    assert list(provided.left(stored, stored.store, sharing(n1="left"))) != []


def test_a_directory_that_one_node_lacks_is_found() -> None:
    facts = sharing()
    facts["n2"] = NodeStorage("n2")
    assert codes(facts, SHARED) == ["shared-directory-missing"]


def test_a_network_file_system_is_mounted_for_a_look_and_never_made() -> None:
    (stored,) = stores(NFS)
    facts = {name: NodeStorage(name) for name in ("n1", "n2")}
    (phase,) = provided.phases(stored, stored.store, facts, NFS, frozenset())
    argv = phase.changes[0].actions[0].command.argv
    assert argv[2:9] == (scripts.SEED, "quorate-inside", "nas:/db", "nfs", "", "/srv/db", "")
    assert argv[9] == scripts.FILL
    assert argv[10:15] == ("/srv/db/mysql", "mysql", "mysql", "750", "/srv/db/mysql/mysql")


def test_a_file_system_that_pacemaker_has_is_left_alone() -> None:
    facts = {name: NodeStorage(name, managed=frozenset({"db-filesystem"})) for name in ("n1", "n2")}
    assert list(storage.changes(facts, NFS)) == []
