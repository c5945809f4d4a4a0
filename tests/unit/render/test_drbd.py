"""DRBD's resource file and LVM's settings, where the golden cases do not show it."""

from dataclasses import replace
from ipaddress import ip_address

import pytest

from quorate.catalog.storage import Mount, Replicated
from quorate.render import drbd, lvm

STORE = Replicated("db", "/dev/sda3", 0, 7700, Mount("/dev/drbd0", "/srv/db", "xfs"))
ENDS = (drbd.End("n1", ip_address("fd00::1"), 0), drbd.End("n2", ip_address("fd00::2"), 1))


def text(**changes):
    options = {"generation": 8, "fenced": True} | changes
    return drbd.resource_file(STORE, ENDS, "s3cret", **options)


def test_an_address_of_ipv6_stands_in_brackets():
    assert "address ipv6 [fd00::1]:7700;" in text()


def test_without_fencing_a_lost_peer_stops_no_writes():
    assert "fencing resource-and-stonith;" in text()
    assert "fencing resource-only;" in text(fenced=False)


@pytest.mark.parametrize("generation", [8, 9])
def test_nothing_discards_data_by_itself_and_no_two_write(generation):
    said = text(generation=generation)
    assert said.count("pri disconnect;") == 3
    assert "discard" not in said
    assert "allow-two-primaries" not in said


def test_the_secret_is_found_again():
    assert drbd.secret_of(text()) == "s3cret"
    assert drbd.secret_of("resource db { }") is None


def test_places_are_what_says_where_data_lies():
    there = drbd.places(text())
    assert "disk /dev/sda3;" in there
    assert there == drbd.places(text(generation=8, fenced=False))
    moved = drbd.resource_file(replace(STORE, disk="/dev/sdb"), ENDS, "s3cret", generation=8, fenced=True)
    assert there != drbd.places(moved)


OURS = lvm.merged("", ["/dev/sda3"], owned=True)


@pytest.mark.parametrize("before", ["", "local {\n}\n", "local {\n}"])
def test_lvm_s_block_is_at_the_end_and_once(before):
    once = lvm.merged(before, ["/dev/sda3"], owned=True)
    assert once.startswith(before)
    assert lvm.merged(once, ["/dev/sda3"], owned=True) == once
    changed = lvm.merged(once, ["/dev/sdb", "/dev/disk/by-id/a.b"], owned=False)
    assert changed.count(lvm.BEGIN) == 1
    assert 'global_filter = [ "r|^/dev/disk/by-id/a[.]b$|", "r|^/dev/sdb$|" ]' in changed
    assert "system_id_source" not in changed


@pytest.mark.parametrize(
    ("local", "main", "found"),
    [
        (OURS, "", []),
        ("", '# system_id_source = "none"\n', []),
        ("", '\tsystem_id_source = "none"\n', []),
        ("", '\tsystem_id_source = "machineid"\n', [(lvm.MAIN, "system_id_source")]),
        ('global {\n  system_id_source = "lvmlocal"\n}\n', "", [(lvm.PATH, "system_id_source")]),
        ('devices/global_filter = [ "r|x|" ]\n', "", [(lvm.PATH, "global_filter")]),
    ],
)
def test_what_others_have_set_is_reported(local, main, found):
    conflicts = list(lvm.conflicts(local, main, ["/dev/sda3"], owned=True))
    assert [(file, setting) for file, setting, _ in conflicts] == found
    assert not [c for c in lvm.conflicts(local, main, [], owned=False) if c[1] == "system_id_source"]
