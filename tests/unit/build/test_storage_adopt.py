"""Data that nodes have already: when apply stops for them, what makes them unfit, and who copies them."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from build.disks import World
from build.test_storage_replicated import TEXT
from build.wishes import wish
from quorate.build.change import Effect, Run
from quorate.build.prepare import adoptions
from quorate.build.steps import storage
from quorate.build.storage import scripts
from quorate.build.storage.look import NodeStorage
from quorate.build.want import Want
from quorate.errors import UsageError
from quorate.findings import Finding
from quorate.observe.facts.block_devices import BlockDevice, Signature
from quorate.observe.facts.data_directory import DataDirectory, Holder
from quorate.observe.facts.disk_space import Space
from quorate.observe.facts.lvm import LogicalVolume, Lvm, PhysicalVolume
from quorate.render import lvm

GIB = 1 << 30
PLACE = "/var/lib/mysql"
DRBD = "{drbd: {disk: /dev/sda3, filesystem: xfs}}"
SHARED = wish(TEXT.replace(DRBD, "{filesystem: {device: /srv/shared}}"))
ONE = replace(SHARED, adopt={"db": "n2"})
NOTHING = DataDirectory("")
PACKAGE_S = DataDirectory(PLACE, 90 << 20, ("#innodb_x", "mysql", "performance_schema", "sys"), ("ibdata1",))
SHOP = replace(PACKAGE_S, size_bytes=GIB, directories=("crm", "mysql", "performance_schema", "shop", "sys"))
SERVER = Holder(812, "mariadb.service", "mariadbd")
RUNNING = replace(SHOP, files=("ddl_recovery.log", "ibdata1", "ibtmp1"), holders=(SERVER,))
SPACE = Space("/srv/shared", "nas:/", "nfs", 4 * GIB, 2 * GIB, None)


def facts(n1: DataDirectory | None, n2: DataDirectory | None, **parts: object) -> dict[str, NodeStorage]:
    more = {"directories": frozenset({"/srv/shared"}), "space": {"/srv/shared": (SPACE,)}} | parts
    return {name: NodeStorage(name, data={PLACE: data}, **more) for name, data in (("n1", n1), ("n2", n2))}


def found(want: Want, n1: DataDirectory | None, n2: DataDirectory | None, **parts: object) -> list[Finding]:
    return list(storage.findings(facts(n1, n2, **parts), want))


def codes(want: Want, n1: DataDirectory | None, n2: DataDirectory | None, **parts: object) -> list[str]:
    return [finding.code for finding in found(want, n1, n2, **parts)]


# ---- nobody has decided


@pytest.mark.parametrize(
    ("n1", "n2", "said"),
    [
        (NOTHING, NOTHING, []),
        (PACKAGE_S, NOTHING, []),
        (PACKAGE_S, PACKAGE_S, []),
        (replace(PACKAGE_S, links=("big", "mysql/x.isl")), NOTHING, ["n1 has big in /var/lib/mysql"]),
        (SHOP, PACKAGE_S, ["n1 has crm, shop in /var/lib/mysql"]),
        (SHOP, RUNNING, ["n1 has crm, shop in /var/lib/mysql; n2 has crm, shop in /var/lib/mysql"]),
    ],
)
def test_a_cluster_does_not_begin_silently_without_an_operator_s_data(n1, n2, said: list[str]) -> None:
    errors = found(SHARED, n1, n2)
    assert [finding.summary.partition("there already: ")[2] for finding in errors] == said
    if errors:
        assert list(storage.changes(facts(n1, n2), SHARED)) == errors
        assert ("`--adopt-data db=n2`" in errors[0].fix) is (n2 is RUNNING)
        assert "`--adopt-data db=none`" in errors[0].fix


def test_many_databases_are_counted() -> None:
    many = replace(SHOP, directories=tuple(f"d{number}" for number in range(8)))
    (finding,) = found(SHARED, many, NOTHING)
    assert "d0, d1, d2, d3, d4 and 3 more in" in finding.summary


def test_what_could_not_be_seen_is_not_taken_for_nothing() -> None:
    assert codes(SHARED, None, NOTHING) == ["data-unknown"]
    assert codes(ONE, NOTHING, None) == ["data-unknown"]


def test_who_begins_without_is_not_asked_again_and_nothing_is_copied() -> None:
    want = replace(SHARED, adopt={"db": "none"})
    assert codes(want, SHOP, None) == []
    inside = storage.phases(facts(SHOP, None), want, {})["db"][-1].changes[0]
    assert (inside.host, inside.effect) == ("n1", Effect.NOTHING)
    assert scripts.FILL in inside.actions[0].command.argv


@pytest.mark.parametrize("want", [SHARED, ONE])
def test_what_pacemaker_has_is_asked_nothing_any_more(want: Want) -> None:
    managed = facts(SHOP, NOTHING, managed=frozenset({"db-filesystem"}))
    assert list(storage.changes(managed, want)) == []


# ---- a node's data are to be the data


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (SHOP, []),
        (RUNNING, []),
        (PACKAGE_S, []),  # there may be accounts in it
        (NOTHING, ["data-not-there"]),
        (replace(SHOP, directories=("shop",)), ["data-not-there"]),
        (replace(SHOP, files=("ibdata1", "ibtmp1")), ["data-not-closed"]),
        (replace(RUNNING, holders=(SERVER, Holder(9, "", "mysqld"))), ["data-in-use"]),
        (replace(RUNNING, holders=(Holder(9, "pacemaker.service", "mariadbd"),)), ["data-in-use"]),
        (replace(SHOP, files=("grastate.dat", "ibdata1")), ["data-foreign"]),
        (replace(SHOP, links=("shop",)), ["data-linked"]),
        (replace(SHOP, place="/srv/db"), ["data-hidden"]),
        (replace(SHOP, place="/srv/shared/old"), ["data-hidden"]),
        (replace(SHOP, place="/srv"), ["data-hidden"]),
        (replace(SHOP, size_bytes=2 * GIB), ["store-too-small"]),
    ],
)
def test_what_makes_data_unfit(data: DataDirectory, code: list[str]) -> None:
    assert codes(ONE, SHOP, data) == code


@pytest.mark.parametrize("file", [scripts.FILLING, scripts.ADOPTED])
def test_room_that_a_copy_has_taken_already_is_not_asked_for_again(file: str) -> None:
    texts = {f"/srv/shared/{file}": ""}
    assert codes(ONE, NOTHING, replace(SHOP, size_bytes=3 * GIB), texts=texts) == []


def test_the_node_that_has_the_data_copies_them() -> None:
    several = storage.phases(facts(NOTHING, RUNNING), ONE, {})["db"]
    (inside,) = several[-1].changes
    assert (inside.host, inside.effect) == ("n2", Effect.RESTART)
    assert "stop mariadb.service, copy /var/lib/mysql there" in inside.words
    run = inside.actions[0]
    assert isinstance(run, Run)
    assert run.timeout_s > GIB / 10_000_000
    argv = run.command.argv
    assert argv[9] == scripts.ADOPT
    assert argv[10:] == (
        *("/srv/db/mysql", "mysql", "mysql", "750", "/srv/db/mysql/mysql"),
        *(PLACE, f"n2:{PLACE}", "mariadb.service", "ibtmp1", "ddl_recovery.log"),
    )
    assert storage.phases(facts(NOTHING, SHOP), ONE, {"db": {"same", "inside"}})["db"] == []


def test_on_a_replicated_disk_the_first_side_is_the_one_with_the_data() -> None:
    want = replace(wish(TEXT), adopt={"db": "n2"})
    seen = {name: replace(node, data={PLACE: SHOP}) for name, node in World().facts().items()}
    hosts = {p.title: [c.host for c in p.changes] for p in storage.phases(seen, want, {})["db"]}
    assert (hosts["first"], hosts["inside"]) == (["n2"], ["n2"])
    assert [finding.code for finding in storage.findings(seen, want)] == ["store-too-small"]


LVM = replace(wish(TEXT.replace(DRBD, "{lvm: {disk: /dev/sdb}}")), adopt={"db": "n2"})


def with_group(owner: str, active: Sequence[str] = ()) -> dict[str, NodeStorage]:
    signatures = (Signature("LVM2_member", "u1"),) if owner != "none" else ()
    disk = BlockDevice("/dev/sdb", "block", size_bytes=4 * GIB, signatures=signatures, is_zero=not signatures)

    def sees(name: str) -> Lvm:
        if not signatures:
            return Lvm(name, (), ())
        volume = LogicalVolume("db", "data", owner, "/dev/db/data", GIB, name in active, False)
        return Lvm(name, (PhysicalVolume("/dev/sdb", "u1", GIB, "db", owner),), (volume,))

    texts = {lvm.PATH: lvm.merged("", [], owned=True), lvm.MAIN: ""}
    return {
        name: NodeStorage(name, devices={"/dev/sdb": disk}, lvm=sees(name), texts=texts, data={PLACE: SHOP})
        for name in ("n1", "n2")
    }


@pytest.mark.parametrize(
    ("owner", "active", "code"),
    [
        ("none", (), []),
        ("n2", (), []),
        ("n1", (), ["group-of-another-node"]),
        ("", (), []),
        ("", ("n1",), ["group-of-another-node"]),
    ],
)
def test_a_shared_volume_is_filled_where_the_data_are_or_not_at_all(owner: str, active: tuple, code: list[str]) -> None:
    seen = with_group(owner, active)
    assert [finding.code for finding in storage.findings(seen, LVM)] == code
    if not code:
        phases = storage.phases(seen, LVM, {})["db"]
        assert {change.host for phase in phases for change in phase.changes} == {"n2"}


# ---- how the operator says it


def test_what_the_operator_names_is_in_the_file() -> None:
    assert adoptions(SHARED.cluster, SHARED.platforms, ["db=n2", "db=n2"]) == {"db": "n2"}
    assert adoptions(SHARED.cluster, SHARED.platforms, ["db=none"]) == {"db": "none"}
    for strange in ("db=n3", "site=n1", "db", "n2", "db="):
        with pytest.raises(UsageError, match=f"there is no {strange}"):
            adoptions(SHARED.cluster, SHARED.platforms, [strange])
    with pytest.raises(UsageError, match="two nodes"):
        adoptions(SHARED.cluster, SHARED.platforms, ["db=n1", "db=n2"])
