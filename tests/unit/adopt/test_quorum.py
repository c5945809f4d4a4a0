"""The quorum section of a corosync.conf: what the file carries is accounted for as such, and the rest by its name."""

from tests.unit.adopt.adopting import adopted, cluster

from quorate.adopt.account import Fate

CONF = """totem {
  version: 2
  cluster_name: c
}
nodelist {
  node {
    ring0_addr: 10.0.0.1
    name: n1
    nodeid: 1
  }
  node {
    ring0_addr: 10.0.0.2
    name: n2
    nodeid: 2
  }
}
quorum {
  provider: corosync_votequorum
  allow_downscale: 1
  device {
    model: net
    votes: 1
    net {
      HOST
      algorithm: lms
      connect_timeout: 4000
      force_ip_version: 0
      keep_active_partition_tie_breaker: off
    }
    heuristics {
      mode: on
      exec_ping: /usr/bin/ping -q -c 1 10.0.0.254
    }
  }
}
"""


def fates(result):
    return {entry.what: entry.fate for entry in result.account.entries if entry.what.startswith("quorum.")}


def lost(result):
    return [f.place.text.strip() for f in result.findings if f.code == "quorum-setting-lost"]


def test_only_what_the_file_carries_became_part_of_it():
    result = adopted(("corosync.conf", CONF.replace("HOST", "host: q")))
    device = "quorum.device"
    assert fates(result) == {
        "quorum.provider": Fate.SAME,
        "quorum.allow_downscale": Fate.DROPPED,
        f"{device}.model": Fate.SAME,
        f"{device}.votes": Fate.BECAME,
        f"{device}.net.host": Fate.BECAME,
        f"{device}.net.algorithm": Fate.BECAME,
        f"{device}.net.connect_timeout": Fate.DROPPED,
        f"{device}.net.force_ip_version": Fate.SAME,
        f"{device}.net.keep_active_partition_tie_breaker": Fate.DROPPED,
        f"{device}.heuristics.mode": Fate.DROPPED,
        f"{device}.heuristics.exec_ping": Fate.DROPPED,
    }
    assert lost(result) == ["allow_downscale: 1", "keep_active_partition_tie_breaker: off", "mode: on"]
    assert cluster(result.text).quorum.device.algorithm == "lms"


def test_an_algorithm_that_the_file_does_not_have_is_named():
    result = adopted(("corosync.conf", CONF.replace("HOST", "host: q").replace("lms", "2nodelms")))
    assert fates(result)["quorum.device.net.algorithm"] is Fate.DROPPED
    assert "algorithm: 2nodelms" in lost(result)


def test_a_device_without_a_host_is_none():
    result = adopted(("corosync.conf", CONF.replace("HOST", "")))
    assert {fate for what, fate in fates(result).items() if ".device." in what} == {Fate.DROPPED}
    assert "model: net" in lost(result)
    assert cluster(result.text).quorum.device is None
