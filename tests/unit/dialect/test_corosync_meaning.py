"""What makes a difference to Corosync between two configurations, and how a running one takes it over."""

import pytest

from quorate.dialect.corosync.cmap import cmap_of
from quorate.dialect.corosync.meaning import differences, same
from quorate.dialect.corosync.read import read
from quorate.dialect.corosync.reloading import SERIES, TABLE, Taken, how, row, taken
from quorate.dialect.corosync.vocabulary import SECTIONS

PLAIN = """
totem {
  version: 2
  cluster_name: web
  crypto_cipher: aes256
  crypto_hash: sha256
}
nodelist {
  node {
    nodeid: 1
    name: a
    ring0_addr: 10.0.0.1
    ring1_addr: 10.1.0.1
  }
  node {
    nodeid: 2
    name: b
    ring0_addr: 10.0.0.2
    ring1_addr: 10.1.0.2
  }
}
quorum {
  provider: corosync_votequorum
  two_node: 1
}
logging {
  to_stderr: no
}
"""

SPELLED_OUT = """
# the same, by another hand
logging {
  to_stderr: off
  debug: off
  to_syslog: on
  logfile: /var/log/never-written.log
}
service {
  ver: 1
  name: pacemaker
}
quorum {
  provider: corosync_votequorum
  expected_votes: 2
  two_node: 1
  wait_for_all: 1
  auto_tie_breaker_node: highest
}
nodelist {
  node {
    ring0_addr: 10.0.0.2
    ring1_addr: 10.1.0.2
    nodeid: 2
    name: b
    quorum_votes: 1
  }
  node {
    ring1_addr: 10.1.0.1
    ring0_addr: 10.0.0.1
    name: a
    nodeid: 01
    note: ours
  }
}
totem {
  version: 2
  transport: knet
  cluster_name: gone
  secauth: on
  token: 3000
  token_coefficient: 9999
  consensus: 3600
  token_retransmit: 714
  hold: 561
  join: 0
  rrp_mode: passive
  interface {
    linknumber: 1
    bindnetaddr: 10.1.0.0
    mcastport: 5406
    ttl: 1
    knet_transport: udp
  }
}
totem {
  cluster_name: web
}
"""


def changed(old, new, text=PLAIN):
    assert old in text
    return text.replace(old, new)


def test_spelled_otherwise_is_the_same():
    one, other = (read(text, "f").configuration for text in (PLAIN, SPELLED_OUT))
    assert differences(cmap_of(PLAIN), cmap_of(SPELLED_OUT)) == {}
    assert same(one, other)
    assert same(other, one)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("cluster_name: web", "cluster_name: shop", {"totem.cluster_name": ("web", "shop")}),
        ("version: 2", "version: 2\n  token: 5000", {"totem.token": (None, "5000")}),
        ("two_node: 1", "two_node: 1\n  wait_for_all: 0", {"quorum.wait_for_all": (None, "0")}),
        ("two_node: 1", "expected_votes: 3\n  two_node: 1", {"quorum.expected_votes": (None, "3")}),
        ("ring1_addr: 10.1.0.2", "ring1_addr: 10.1.0.9", {"nodelist.node.2.ring1_addr": ("10.1.0.2", "10.1.0.9")}),
        ("  crypto_cipher: aes256\n  crypto_hash: sha256\n", "  secauth: on\n", {}),
        (
            "  crypto_cipher: aes256\n  crypto_hash: sha256\n",
            "  secauth: off\n",
            {"totem.crypto_cipher": ("aes256", None), "totem.crypto_hash": ("sha256", None)},
        ),
        ("version: 2", "version: 2\n  secauth: off", {}),
        ("to_stderr: no", "to_stderr: yes", {"logging.to_stderr": ("no", None)}),
        ("version: 2", "version: 2\n  block_unlisted_ips: perhaps", {}),
        ("version: 2", "version: 2\n  of_ours: 1", {"totem.of_ours": (None, "1")}),
        ("to_stderr: no\n}", "to_stderr: no\n}\nours {\n  of: us\n}", {}),
        ("version: 2", "version: 2\n  link_mode: active", {"totem.link_mode": (None, "active")}),
    ],
)
def test_what_makes_a_difference(old, new, expected):
    assert differences(cmap_of(PLAIN), cmap_of(changed(old, new))) == expected


def test_the_mode_of_one_link_makes_none():
    one_link = "".join(line for line in PLAIN.splitlines(keepends=True) if "ring1" not in line)
    assert differences(cmap_of(one_link), cmap_of(changed("version: 2", "version: 2\n  link_mode: rr", one_link))) == {}


def test_defaults_follow_the_number_of_nodes_and_the_token():
    three = changed("quorum {", "nodelist {\n node {\n nodeid: 3\n ring0_addr: 10.0.0.3\n}\n}\nquorum {")
    joined = three.replace("}\nnodelist {\n node {\n nodeid: 3", "  node {\n nodeid: 3")
    assert differences(cmap_of(joined), cmap_of(joined.replace("version: 2", "version: 2\n consensus: 4380"))) == {}
    assert differences(cmap_of(PLAIN), cmap_of(changed("version: 2", "version: 2\n consensus: 4380")))


def test_a_quorum_device_brings_votes():
    device = changed("two_node: 1", "device {\n model: net\n net {\n host: q\n tls: on\n port: 5403\n}\n}")
    assert differences(cmap_of(device), cmap_of(device.replace("device {", "expected_votes: 3\n device {"))) == {}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("version: 2", "version: 2\n  token: 5000", {"totem.token": Taken.RELOAD}),
        ("version: 2", "version: 2\n  transport: udpu", {"totem.transport": Taken.TOGETHER}),
        ("version: 2", "version: 2\n  link_mode: rr", {"totem.link_mode": Taken.RESTART}),
        ("10.1.0.2", "10.1.0.9", {"nodelist.node.2.ring1_addr": Taken.ANEW}),
        ("    ring1_addr: 10.1.0.2\n", "", {"nodelist.node.2.ring1_addr": Taken.RELOAD}),
        (
            "version: 2",
            "version: 2\n  interface {\n linknumber: 1\n mcastport: 6000\n}",
            {"totem.interface.1.mcastport": Taken.ANEW},
        ),
        (
            "version: 2",
            "version: 2\n  interface {\n linknumber: 2\n mcastport: 6000\n}",
            {"totem.interface.2.mcastport": Taken.RELOAD},
        ),
        ("version: 2", "version: 2\n  of_ours: 1", {"totem.of_ours": Taken.UNKNOWN}),
    ],
)
def test_how_a_difference_is_taken_over(old, new, expected):
    assert how(cmap_of(PLAIN), cmap_of(changed(old, new))) == expected


def test_crypto_is_reloaded_since_3_1():
    assert [taken("totem.crypto_cipher", series) for series in SERIES] == [Taken.TOGETHER, Taken.TOGETHER, Taken.RELOAD]


PLACES = {
    "totem": "totem", "totem.interface": "totem.interface.0", "nodelist.node": "nodelist.node.0", "quorum": "quorum",
    "quorum.device": "quorum.device", "quorum.device.net": "quorum.device.net", "logging": "logging",
    "logging.logger_subsys": "logging.logger_subsys.QB", "system": "system", "resources": "resources",
    "nozzle": "nozzle",
}  # fmt: skip
NO_ROW = {"totem.nodeid", "totem.cluster_uuid", "totem.interface.0.linknumber", "logging.logger_subsys.QB.subsys"}


def test_every_key_that_3_1_reads_has_its_row():
    keys = {
        f"{PLACES[place]}.{name}"
        for path, names in SECTIONS.items()
        if (place := ".".join(path)) in PLACES
        for name, known in names.items()
        if not known.last
    }
    assert {key for key in keys if row(key) is None} == NO_ROW


def test_rows_are_whole_and_none_hides_another():
    keys = [key for entry in TABLE for key in entry.keys]
    assert len(keys) == len(set(keys))
    for entry in TABLE:
        assert entry.source
        assert set(entry.taken) == set(SERIES)
        assert all(row(key.replace("*", "0")) is entry for key in entry.keys)
