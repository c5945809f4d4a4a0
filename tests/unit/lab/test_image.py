"""An image's name is what went into it."""

from pathlib import Path

from quorate.lab import image

from .clusters import PAIR, cluster


def test_the_same_packages_make_the_same_image_in_any_order() -> None:
    assert image.digest(["crmsh", "haproxy"]) == image.digest(["haproxy", "crmsh", "corosync"])


def test_another_package_or_recipe_makes_another(monkeypatch) -> None:
    before = image.digest([])
    assert image.digest(["haproxy"]) != before
    monkeypatch.setattr(image, "SSHD", image.SSHD + "# changed\n")
    assert image.digest([]) != before


def test_services_bring_their_packages() -> None:
    assert "apache2" in image.packages_of(cluster(PAIR))
    assert image.digest(image.packages_of(cluster(PAIR))) == image.digest([])


def test_an_installer_that_asks_is_answered_before() -> None:
    target, archives = Path("TARGET"), Path("ARCHIVES")
    (answer,) = [word for word in image.build_command(target, archives, ["keystone"]) if word.startswith("--essential")]
    assert "keystone/configure_db boolean false\n" in answer
    assert answer.endswith('| chroot "$1" debconf-set-selections')
    assert not [word for word in image.build_command(target, archives, ["nftables"]) if word.startswith("--essential")]


def test_nothing_of_the_cluster_starts_at_boot(tmp_path: Path) -> None:
    wants = tmp_path / "etc/systemd/system/multi-user.target.wants"
    for directory in (wants, tmp_path / "etc/ssh/sshd_config.d", tmp_path / image.KEYS):
        directory.mkdir(parents=True)
    for unit in ("corosync.service", "pacemaker.service", "apache2.service", "ssh.service"):
        (wants / unit).symlink_to(f"/lib/systemd/system/{unit}")
    (tmp_path / "etc/ssh/ssh_host_rsa_key").write_text("shared by all nodes")
    (tmp_path / "etc/corosync/corosync.conf").write_text("ring0_addr: 127.0.0.1")
    (tmp_path / image.KEYS / "key4.db").write_text("every quorum device's")
    image.prepare(tmp_path)
    assert [link.name for link in wants.iterdir()] == ["ssh.service"]
    assert not (tmp_path / "etc/ssh/ssh_host_rsa_key").exists()
    assert not (tmp_path / "etc/corosync/corosync.conf").exists()
    assert not (tmp_path / image.KEYS).exists()
    assert (tmp_path / "etc/machine-id").read_text() == ""
