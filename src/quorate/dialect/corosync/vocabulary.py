"""The keys of corosync.conf: where each stands, what it takes, and until which Corosync it was read. Pure data.

Sources: corosync.conf(5), votequorum(5), coroparse.c, totemconfig.c, logconfig.c, main.c, votequorum.c of 3.1.7;
corosync.conf(5) of 1.4 and 2.4 for what is gone; corosync-qdevice(8) for `device`. Corosync compares names and values
by case, and keeps keys that it does not know without a word.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

U8, U16, U32, U64 = 2**8 - 1, 2**16 - 1, 2**32 - 1, 2**64 - 1


@dataclass(frozen=True, slots=True)
class Known:
    """What a key takes: one of `words`, or a whole number of `range`, or any text. last: the series that read it last.

    last: "1.4", "2.4", or "" where 3.1 reads it.
    """

    words: tuple[str, ...] = ()
    range: tuple[int, int] | None = None
    last: str = ""

    def takes(self, value: str) -> bool:
        """True if Corosync can read the value."""
        if self.range is not None:
            low, high = self.range
            return value.lstrip("+-").isdecimal() and value.isascii() and low <= int(value) <= high
        return not self.words or value in self.words


Keys = Mapping[str, Known]
TEXT, NUMBER, BYTE = Known(), Known(range=(0, U32)), Known(range=(0, U8))
PORT = Known(range=(0, U16))
YES_NO = Known(("yes", "no"))
ON_OFF = Known(("on", "off"))
SWITCH = Known(("yes", "on", "no", "off"))
PRIORITY = Known(("alert", "crit", "debug", "emerg", "err", "info", "notice", "warning"))
FACILITY = Known(("daemon", *(f"local{number}" for number in range(8))))
NUMBER_1, NUMBER_2, TEXT_1, TEXT_2 = (
    Known(range=(0, U32), last="1.4"), Known(range=(0, U32), last="2.4"), Known(last="1.4"), Known(last="2.4"),
)  # fmt: skip

_LOGGED: Keys = {
    "to_stderr": SWITCH, "to_logfile": SWITCH, "to_syslog": SWITCH, "logfile": TEXT, "logfile_priority": PRIORITY,
    "syslog_facility": FACILITY, "syslog_priority": PRIORITY, "syslog_level": PRIORITY,
    "debug": Known(("on", "off", "trace")), "tags": TEXT_1,
}  # fmt: skip

_TOTEM: Keys = {
    "version": NUMBER, "cluster_name": TEXT, "config_version": Known(range=(0, U64)), "cluster_uuid": TEXT,
    "transport": Known(("knet", "udpu", "udp", "iba")), "link_mode": Known(("passive", "active", "rr")),
    "ip_version": Known(("ipv4", "ipv6", "ipv4-6", "ipv6-4")), "netmtu": NUMBER,
    "nodeid": NUMBER, "clear_node_high_bit": YES_NO,
    "secauth": ON_OFF, "crypto_model": TEXT,
    "crypto_cipher": Known(("none", "aes256", "aes192", "aes128", "3des")),
    "crypto_hash": Known(("none", "md5", "sha1", "sha256", "sha384", "sha512")),
    "crypto_type": TEXT_2, "crypto_compat": TEXT_2, "keyfile": TEXT, "key": TEXT, "threads": NUMBER_2,
    "token": NUMBER, "token_warning": NUMBER, "token_coefficient": NUMBER, "token_retransmit": NUMBER,
    "token_retransmits_before_loss_const": NUMBER, "hold": NUMBER, "join": NUMBER, "send_join": NUMBER,
    "consensus": NUMBER, "merge": NUMBER, "downcheck": NUMBER, "fail_recv_const": NUMBER,
    "seqno_unchanged_const": NUMBER, "heartbeat_failures_allowed": NUMBER, "max_network_delay": NUMBER,
    "window_size": NUMBER, "max_messages": NUMBER, "miss_count_const": NUMBER,
    "knet_pmtud_interval": NUMBER, "knet_mtu": NUMBER, "knet_compression_model": TEXT,
    "knet_compression_threshold": NUMBER, "knet_compression_level": Known(range=(-(2**31), 2**31 - 1)),
    "block_unlisted_ips": YES_NO, "cancel_token_hold_on_retransmit": YES_NO,
    "rrp_mode": Known(("none", "passive", "active"), last="2.4"), "rrp_problem_count_timeout": NUMBER_2,
    "rrp_problem_count_threshold": NUMBER_2, "rrp_problem_count_mcast_threshold": NUMBER_2,
    "rrp_token_expired_timeout": NUMBER_2, "rrp_autorecovery_check_timeout": NUMBER_2,
    "vsftype": TEXT_2,
}  # fmt: skip

_INTERFACE: Keys = {
    "linknumber": BYTE, "ringnumber": NUMBER_2, "bindnetaddr": TEXT, "mcastaddr": TEXT, "broadcast": YES_NO,
    "mcastport": PORT, "ttl": BYTE, "knet_link_priority": BYTE, "knet_ping_interval": NUMBER,
    "knet_ping_timeout": NUMBER, "knet_ping_precision": NUMBER, "knet_pong_count": NUMBER,
    "knet_transport": Known(("udp", "sctp")),
}  # fmt: skip

_QUORUM: Keys = {
    "provider": TEXT, "expected_votes": NUMBER, "votes": NUMBER, "two_node": BYTE, "wait_for_all": BYTE,
    "last_man_standing": BYTE, "last_man_standing_window": NUMBER, "auto_tie_breaker": BYTE,
    "auto_tie_breaker_node": TEXT, "allow_downscale": BYTE, "expected_votes_tracking": BYTE,
    "leaving_timeout": NUMBER_2, "quorumdev_poll": NUMBER_1, "disallowed": NUMBER_1,
}  # fmt: skip

_DEVICE: Keys = {
    "model": TEXT, "timeout": NUMBER, "sync_timeout": NUMBER, "votes": NUMBER, "master_wins": BYTE, "name": TEXT_2,
}  # fmt: skip

_NET: Keys = {
    "host": TEXT, "port": PORT, "tls": Known(("on", "off", "required")),
    "algorithm": Known(("test", "ffsplit", "2nodelms", "lms")), "tie_breaker": TEXT,
    "connect_timeout": NUMBER, "force_ip_version": Known(("0", "4", "6")),
    "keep_active_partition_tie_breaker": ON_OFF,
}  # fmt: skip

_HEURISTICS: Keys = {
    "mode": Known(("on", "sync", "off")), "interval": NUMBER, "timeout": NUMBER, "sync_timeout": NUMBER,
}  # fmt: skip

_WATCHED: Keys = {"max": TEXT, "poll_period": NUMBER, "recovery": TEXT}

SECTIONS: Mapping[tuple[str, ...], Keys] = MappingProxyType(
    {
        (): {"compatibility": TEXT_1},
        ("totem",): _TOTEM,
        ("totem", "interface"): _INTERFACE,
        ("totem", "interface", "member"): {"memberaddr": TEXT},
        ("logging",): {
            "timestamp": Known(("off", "on", "hires")), "fileline": ON_OFF, "function_name": ON_OFF,
            "blackbox": SWITCH, **_LOGGED,
        },
        ("logging", "logger_subsys"): {"subsys": TEXT, **_LOGGED},
        ("logging", "logging_daemon"): {"name": TEXT, "subsys": TEXT, **_LOGGED},
        ("logging", "logger"): {"ident": TEXT_1, "debug": TEXT_1, "tags": TEXT_1},
        ("quorum",): _QUORUM,
        ("quorum", "device"): _DEVICE,
        ("quorum", "device", "net"): _NET,
        ("quorum", "device", "disk"): {},
        ("quorum", "device", "heuristics"): _HEURISTICS,
        ("nodelist",): {},
        ("nodelist", "node"): {"nodeid": NUMBER, "name": TEXT, "quorum_votes": NUMBER},
        ("system",): {
            "qb_ipc_type": Known(("native", "shm", "socket")), "sched_rr": YES_NO, "priority": TEXT,
            "move_to_root_cgroup": Known(("yes", "no", "auto")), "allow_knet_handle_fallback": YES_NO,
            "state_dir": TEXT,
        },
        ("resources",): {"watchdog_device": TEXT, "watchdog_timeout": NUMBER},
        ("resources", "system"): {},
        ("resources", "system", "memory_used"): _WATCHED,
        ("resources", "system", "load_15min"): _WATCHED,
        ("resources", "process"): {},
        ("resources", "process", "memory_used"): _WATCHED,
        ("nozzle",): {"name": TEXT, "ipaddr": TEXT, "ipprefix": TEXT, "macaddr": TEXT},
        ("uidgid",): {"uid": TEXT, "gid": TEXT},
        ("pload",): {"start": TEXT, "count": NUMBER, "size": NUMBER},
        ("qb",): {"ipc_type": TEXT_2},
        ("amf",): {"mode": TEXT_1},
        ("service",): {"name": TEXT_1, "ver": TEXT_1, "use_mgmtd": TEXT_1, "use_logd": TEXT_1, "clustername": TEXT_1},
        ("aisexec",): {"user": TEXT_1, "group": TEXT_1},
        ("event",): {"delivery_queue_size": NUMBER_1, "delivery_queue_resume": NUMBER_1},
    }
)  # fmt: skip
"""The keys of each section, by the path to it. `device` takes further sections of a model's own."""

KEYS = frozenset(key for keys in SECTIONS.values() for key in keys)
NAMES = frozenset(path[-1] for path in SECTIONS if path)
"""All names of keys, and all names of sections, wherever they stand."""

FREE = frozenset(((), ("resources", "process"), ("resources", "system"), ("quorum", "device", "disk")))
"""Where names of the user's own may stand."""

OLD_SECTIONS = MappingProxyType({"amf": "1.4", "service": "1.4", "aisexec": "1.4", "event": "1.4", "qb": "2.4"})
"""Sections that 3.1 does not read, and the series that read them last."""

GONE_WORDS = MappingProxyType({("transport", "iba"): "2.4", ("crypto_cipher", "3des"): "3.0"})
"""Values that 3.1 refuses, and the series that took them last."""


def is_link_address(name: str) -> bool:
    """True for ring0_addr to ring7_addr."""
    return len(name) == len("ring0_addr") and name.startswith("ring") and name.endswith("_addr") and name[4].isdecimal()


def known(path: tuple[str, ...], name: str) -> Known | None:
    """Return what a key of a section takes, None if Corosync never knew it there."""
    if (path == ("nodelist", "node") and is_link_address(name)) or (
        path == ("quorum", "device", "heuristics") and name.startswith("exec_")
    ):
        return TEXT
    return SECTIONS.get(path, {}).get(name)


def spelled(path: tuple[str, ...], name: str) -> str:
    """Return a key's name as Corosync spells it, whatever its case; the name itself if there is no such key."""
    lower = name.lower()
    return lower if known(path, lower) else name


def section_spelled(path: tuple[str, ...], name: str) -> str:
    """Return the name of a section below `path` as Corosync spells it; the name itself if there is none."""
    return name.lower() if (*path, name.lower()) in SECTIONS else name
