"""A host without the cluster's packages: apply installs them with the real apt, and installing starts nothing."""

import subprocess
import tarfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.lab

ARCHIVES = Path("/var/lib/quorate/lab/archives")

# A flat repository of the packages that were purged, made with dpkg's own words (deb(5), sources.list(5)).
REPOSITORY = r"""set -e
mkdir -p /srv/repository; cd /srv/repository; tar -xf -
for deb in *.deb; do
  sum=$(sha256sum < "$deb")
  dpkg-deb -f "$deb"
  printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$deb" "$(stat -c %s "$deb")" "${sum%% *}"
done > Packages
rm -f /etc/apt/sources.list.d/*
echo 'deb [trusted=yes] file:/srv/repository ./' > /etc/apt/sources.list
"""


def versions(stage, node: str) -> set[str]:
    lines = stage.ssh(node, r"dpkg-query -W -f '${Package}_${Version}_${Architecture}.deb\n'").splitlines()
    return {line.replace(":", "%3a") for line in lines}


def test_packages_are_installed_and_start_nothing(stage, tmp_path):
    before = versions(stage, "n1")
    stage.ssh("n1", "DEBIAN_FRONTEND=noninteractive apt-get purge -qqy corosync wget apache2 >/dev/null 2>&1")
    purged = before - versions(stage, "n1")
    assert {name.partition("_")[0] for name in purged} >= {"corosync", "pacemaker", "wget", "apache2"}
    bundle = tmp_path / "debs.tar"
    with tarfile.open(bundle, "w") as tar:
        for name in purged:
            tar.add(ARCHIVES / name, arcname=name)
    with bundle.open("rb") as data:
        argv = [*stage.argv, "lab", "ssh", str(stage.file), "n1", REPOSITORY]
        subprocess.run(argv, stdin=data, check=True, timeout=60)

    done = stage.apply("--no-test-fencing")

    assert done.returncode == 0, done.stderr
    assert "n1: install apache2, corosync, pacemaker" in done.stderr
    started = stage.ssh("n1", "journalctl -q -u corosync -u apache2 -o cat | grep -cE '^Start(ing|ed) (coro|apache)'")
    assert int(started) == 2, "Corosync was started once, by us, and Apache never by systemd"
    assert "debian" not in stage.ssh("n1", "cat /etc/corosync/corosync.conf")
    assert "cluster_name: debian" in stage.ssh("n1", "cat /etc/corosync/corosync.conf.before-quorate")
    again = stage.apply("--no-test-fencing")
    assert "nothing to do" in again.stdout, again.stderr
