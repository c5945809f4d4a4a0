"""Which control groups there are, by /proc/self/mountinfo, in both layouts."""

from quorate.lab import cgroup
from quorate.lab.cgroup import hierarchies

UNIFIED = "31 24 0:27 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
HYBRID = """\
30 23 0:26 / /sys/fs/cgroup rw - tmpfs tmpfs ro,mode=755
31 30 0:27 / /sys/fs/cgroup/unified rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate
32 30 0:28 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd
33 30 0:29 / /nowhere/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
34 30 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
"""
NONE = "30 23 0:26 / / rw - ext4 /dev/vda rw\n"


def test_unified() -> None:
    assert hierarchies(UNIFIED) == ("/sys/fs/cgroup", [])


def test_hybrid_has_a_place_in_every_hierarchy() -> None:
    unified, version1 = hierarchies(HYBRID)
    assert unified == "/sys/fs/cgroup/unified"
    assert version1 == ["/sys/fs/cgroup/systemd", "/nowhere/cpu,cpuacct", "/sys/fs/cgroup/memory"]


def test_where_systemd_owns_the_tree_a_lab_has_a_delegated_unit(tmp_path, monkeypatch) -> None:
    assert cgroup.lab_groups("nova-db")[0].parts[-2:] == ("quorate", "nova-db")
    monkeypatch.setattr(cgroup, "SYSTEMD_RUNS", tmp_path)
    assert cgroup.lab_groups("nova-db")[0].parts[-2:] == ("system.slice", "quorate-lab-nova-db.service")


def test_a_machine_without_any() -> None:
    assert hierarchies(NONE) == (None, [])


def test_a_cpu_hierarchy_that_would_forbid_real_time_is_left_out(tmp_path) -> None:
    (tmp_path / "cpu.rt_runtime_us").write_text("950000")
    _, version1 = hierarchies(f"33 30 0:29 / {tmp_path} rw - cgroup cgroup rw,cpu\n")
    assert version1 == []
