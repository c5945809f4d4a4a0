"""Hosts that refuse, are full, cannot install: a sentence that says what and where, and nothing half done elsewhere."""

import pytest

pytestmark = pytest.mark.lab


def test_a_host_without_power(stage):
    stage.quorate("lab", "power", "off", str(stage.file), "n2", check=True)
    done = stage.apply()
    assert done.returncode == 3
    assert "n2" in done.stderr
    assert "Traceback" not in done.stderr
    assert stage.ssh("n1", "test -e /etc/corosync/authkey && echo yes || echo no").strip() == "no"


def test_a_full_disk(stage):
    stage.ssh("n3", "mount -t tmpfs -o size=16k none /etc/corosync; dd if=/dev/zero of=/etc/corosync/fill || true")
    done = stage.apply()
    assert done.returncode == 1
    assert "n3" in done.stderr
    assert "o space left" in done.stderr
    assert stage.ssh("n1", "systemctl is-active corosync || true").strip() == "inactive"
    stage.ssh("n3", "umount /etc/corosync")
    assert stage.apply().returncode == 0


def test_a_broken_apt(stage):
    stage.ssh("n1", "dpkg --purge --force-all wget >/dev/null 2>&1; echo nonsense > /etc/apt/sources.list")
    done = stage.apply()
    assert done.returncode == 1
    assert "n1" in done.stderr
    assert "apt-get" in done.stderr
    assert stage.ssh("n2", "systemctl is-active corosync || true").strip() == "inactive"


def test_a_changed_host_key(stage):
    stage.ssh("n2", "rm /etc/ssh/ssh_host_*; ssh-keygen -A >/dev/null; systemctl restart ssh")
    done = stage.apply()
    assert done.returncode == 3
    assert "n2" in done.stderr
    assert "key" in done.stderr


def test_a_host_of_another_cluster(stage):
    stage.ssh("n2", "printf 'totem {\\n  version: 2\\n  cluster_name: billing\\n}\\n' > /etc/corosync/corosync.conf")
    done = stage.apply()
    assert done.returncode == 4
    assert "billing" in done.stderr
    assert stage.ssh("n1", "test -e /etc/corosync/authkey && echo yes || echo no").strip() == "no"


def test_a_node_that_does_not_come_back_from_its_fencing_test(stage):
    """Its init is gone: the BMC switches it on and it dies at once. The others must run on, and apply must say so."""
    stage.ssh("n1", "mv /usr/lib/systemd/systemd /usr/lib/systemd/systemd.away; rm /sbin/init")
    done = stage.apply("--return-within", "20")
    assert done.returncode == 1
    assert "n1 was fenced and is not back" in done.stderr
    status = stage.ssh("n2", "crm_mon -1")
    assert "site-apache" in status
    assert "Online: [ n2 n3 ]" in status
