"""data: what the operator writes becomes a store, and a store becomes resources that start in the right order."""

import pytest

from quorate.catalog.data import Data
from quorate.catalog.service import Disk
from quorate.catalog.storage import Mount, Provided, Replicated, SharedVolume, carried
from quorate.describe.cluster import Node, Ssh
from quorate.describe.resources import AgentName, Clone, Colocation, Group, Order, Primitive

NODES = tuple(Node(name, number, (), 1, Ssh(name)) for number, name in enumerate(("n1", "n2"), 1))
SERVER = Primitive("db-server", AgentName("systemd", None, "x"))


def store(minor=0, **way):
    return Data.model_validate(way).store("db", minor)


def test_drbd_by_default_is_protocol_c_over_the_last_link():
    assert store(drbd={"disk": "/dev/sda3"}) == Replicated(
        "db", "/dev/sda3", 0, 7700, Mount("/dev/drbd0", "/srv/db", "xfs"), "C", -1, 100, "sha1"
    )


def test_the_port_follows_the_minor_and_both_may_be_given():
    assert (store(1, drbd={"disk": "/dev/sda3"}).minor, store(1, drbd={"disk": "/dev/sda3"}).port) == (1, 7701)
    given = store(1, drbd={"disk": "/dev/sda3", "minor": 0, "mount": "/data", "link": 0})
    assert (given.minor, given.port, given.link) == (0, 7700, 0)
    assert given.mount == Mount("/dev/drbd0", "/data", "xfs")
    assert store(drbd={"disk": "/dev/sda3", "minor": 4, "port": 7788}).port == 7788


def test_lvm_takes_the_services_name():
    assert store(lvm={"disk": "/dev/sdb"}) == SharedVolume(
        "db", "data", "/dev/sdb", Mount("/dev/db/data", "/srv/db", "ext4")
    )
    assert store(lvm={"disk": "/dev/sdb", "group": "vg1", "volume": "v"}).mount.device == "/dev/vg1/v"


@pytest.mark.parametrize(
    ("written", "mount"),
    [
        ({"device": "/srv/s"}, Mount("/srv/s", "/srv/db", "none", "bind")),
        ({"device": "/srv/s", "options": "bind,noatime"}, Mount("/srv/s", "/srv/db", "none", "bind,noatime")),
        ({"device": "h:/x", "type": "nfs"}, Mount("h:/x", "/srv/db", "nfs", "")),
        ({"device": "h:/x", "type": "nfs", "options": "hard"}, Mount("h:/x", "/srv/db", "nfs", "hard")),
    ],
)
def test_a_directory_is_bound_and_everything_else_is_mounted(written, mount):
    assert store(filesystem=written) == Provided(mount)


def test_what_a_host_needs_for_it():
    drbd, lvm, bind, nfs = (
        Data.model_validate(way)
        for way in (
            {"drbd": {"disk": "/dev/sda3"}},
            {"lvm": {"disk": "/dev/sdb"}},
            {"filesystem": {"device": "/srv/s"}},
            {"filesystem": {"device": "h:/x", "type": "nfs"}},
        )
    )
    assert drbd.disks() == (Disk("/dev/sda3"),)
    assert lvm.disks() == (Disk("/dev/sdb", shared=True),)
    assert bind.disks() == nfs.disks() == ()
    assert (bind.shared_directories(), nfs.shared_directories()) == (("/srv/s",), ())
    assert (drbd.modules(), lvm.modules(), bind.modules()) == (("drbd",), ("dm_mod",), ())
    assert (drbd.packages(), lvm.packages(), nfs.packages()) == (("drbd", "xfs"), ("lvm", "ext4"), ("mount",))


def test_a_replicated_device_is_a_promotable_clone_below_the_group():
    made = carried("db", store(drbd={"disk": "/dev/sda3"}), NODES, (SERVER,), Group("db", (), {"priority": "1"}))
    found = {resource.id: resource for resource in made.resources}
    assert found["db"] == Group("db", ("db-filesystem", "db-server"), {"priority": "1"})
    clone = found["db-replicas"]
    assert isinstance(clone, Clone)
    assert clone.promotable
    assert dict(clone.meta) == {
        "promoted-max": "1",
        "promoted-node-max": "1",
        "clone-max": "2",
        "clone-node-max": "1",
        "notify": "true",
    }
    assert made.constraints == (
        Colocation("db-with-promoted", "db", "db-replicas", with_role="Promoted"),
        Order("db-after-promotion", "db-replicas", "db", first_action="promote", then_action="start"),
    )
    monitors = {op.role: op.interval_s for op in found["db-drbd"].operations if op.name == "monitor"}
    assert monitors.keys() == {"Promoted", "Unpromoted"}
    assert len(set(monitors.values())) == 2


def test_a_shared_volume_is_activated_before_it_is_mounted():
    made = carried("db", store(lvm={"disk": "/dev/sdb"}), NODES, (SERVER,), Group("db", ()))
    assert made.resources[-1] == Group("db", ("db-volume", "db-filesystem", "db-server"))
    assert made.constraints == ()
    assert dict(made.resources[0].parameters) == {
        "vgname": "db",
        "lvname": "data",
        "vg_access_mode": "system_id",
        "activation_mode": "exclusive",
    }


def test_options_are_written_only_where_there_are_some():
    nfs, bind = (
        carried("db", store(filesystem=way), NODES, (SERVER,), Group("db", ())).resources[0].parameters
        for way in ({"device": "h:/x", "type": "nfs"}, {"device": "/srv/s"})
    )
    assert "options" not in nfs
    assert bind["options"] == "bind"
