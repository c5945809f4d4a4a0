"""Which keys of corosync.conf a running Corosync takes over by a reload (corosync-cfgtool -R), and which only later.

Pure data, by series: 2.4, 3.0, 3.1. Sources: cfg.c, totemconfig.c, totemknet.c, votequorum.c, logconfig.c, main.c,
ipc_glue.c and wd.c of Corosync 2.4, 3.0 and 3.1.7 (3.1.9 does the same); each row names its own. A key of which nothing
is said here is none that Corosync reads.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from quorate.dialect.corosync.meaning import differences

SERIES = ("2.4", "3.0", "3.1")


class Taken(StrEnum):
    """How a changed key comes into effect.

    RELOAD: at once. RESTART: when Corosync starts again, node after node; nodes with the old value and nodes with the
    new one are one cluster. TOGETHER: when it starts again, on all nodes at once, for nodes with different values do
    not hear each other. ANEW: what has it is taken away by one reload and comes back by another; Corosync refuses a
    reload that changes it, or goes on with the old value. UNKNOWN: this series does not know the key.
    """

    RELOAD = "reload"
    RESTART = "restart"
    TOGETHER = "restart together"
    ANEW = "anew"
    UNKNOWN = "unknown"


R, S, T, A, U = Taken.RELOAD, Taken.RESTART, Taken.TOGETHER, Taken.ANEW, Taken.UNKNOWN


@dataclass(frozen=True, slots=True)
class Row:
    """Keys of the cmap (* for a number, or for a name) that are taken over in the same way.

    taken: by series. source: file and function. measured: the clusters on which it was seen, "" if it was only read in
    the source. note: what else must be known.
    """

    keys: tuple[str, ...]
    taken: Mapping[str, Taken]
    source: str
    measured: str = ""
    note: str = ""


def _row(keys: str, taken: str, source: str, measured: str = "", note: str = "") -> Row:
    """Return a row; keys: words below one prefix, "totem. token join"; taken: a letter for each series."""
    prefix, *names = keys.split()
    letters = {"R": R, "S": S, "T": T, "A": A, "-": U}
    by_series = dict(zip(SERIES, (letters[letter] for letter in taken), strict=True))
    return Row(tuple(prefix + name for name in names) if names else (prefix,), by_series, source, measured, note)


_RO = "cfg.c remove_ro_entries"
_VOLATILE = "totemconfig.c totem_volatile_config_read"
_AT_START = "votequorum.c votequorum_readconfig, only when it starts"

TABLE: tuple[Row, ...] = (
    _row("totem. token token_coefficient token_retransmit token_retransmits_before_loss_const hold join send_join "
         "consensus merge downcheck fail_recv_const seqno_unchanged_const heartbeat_failures_allowed max_network_delay "
         "window_size max_messages miss_count_const", "RRR", _VOLATILE, "yes"),
    _row("totem. token_warning", "-RR", _VOLATILE, "yes"),
    _row("totem. block_unlisted_ips", "-RR", f"{_VOLATILE}; totemknet.c knet_set_access_list_config",
         "yes", "since 3.0.2"),
    _row("totem. cancel_token_hold_on_retransmit", "--R", _VOLATILE, "yes", "since 3.1.6"),
    _row("totem. knet_pmtud_interval", "-RR", f"{_VOLATILE}; totemknet.c totemknet_refresh_config",
         "yes", "before 3.1.7 a reload does not see that the key was left out"),
    _row("totem. knet_mtu", "--R", f"{_VOLATILE}; totemknet.c totemknet_refresh_config", "yes",
         "since 3.1.7"),
    _row("totem. knet_compression_model knet_compression_threshold knet_compression_level", "-RR",
         f"{_VOLATILE}; totemknet.c totemknet_reconfigure", "yes"),
    _row("totem. crypto_cipher crypto_hash secauth key", "TTR",
         f"{_RO} (2.4, 3.0); totemconfig.c totem_reread_crypto_config (3.1)",
         "cipher, hash",
         "a key replaced in its file is loaded (measured); 3.1 built for a knet older than 1.18 refuses the reload"),
    _row("totem. keyfile", "TTT", f"{_RO} (2.4, 3.0); totemconfig.c totem_config_keyread (3.1)", "yes",
         "3.1.7 shows the new name in the cmap and logs no change of its key: replace the key in its file instead"),
    _row("totem. crypto_model", "-SR", "totemconfig.c totem_get_crypto", "yes",
         "3.1 built for a knet older than 1.18 refuses the reload"),
    _row("totem. transport", "TTT", _RO, "yes"),
    _row("totem. cluster_name", "SSS", _RO, "yes",
         "with udp and no mcastaddr the multicast address is made of it: then together"),
    _row("totem. version", "SSS", _RO),
    _row("totem. ip_version", "SSS", _RO, "yes"),
    _row("totem. netmtu", "SSS", _RO, "with knet", "with udp and udpu what is larger than another node's is lost"),
    _row("totem. link_mode", "-SS", "totemconfig.c totem_config_read, totemknet.c totemknet_initialize", "yes",
         "a reload puts the new value into the cmap, and Corosync goes on with the old one"),
    _row("totem. clear_node_high_bit", "TTT", "totemconfig.c totem_config_read",
         note="says nothing where every node has its nodeid"),
    _row("totem. threads rrp_mode", "SSS", _RO, "yes", "3.0 and 3.1 do nothing with it"),
    _row("totem. config_version", "RRR", "cmap.c cmap_exec_init_fn", "yes"),
    _row("totem.interface.*. knet_link_priority knet_ping_interval knet_ping_timeout knet_ping_precision "
         "knet_pong_count", "-RR", "totemconfig.c get_interface_params; totemknet.c totemknet_refresh_config",
         "priority, ping_interval"),
    _row("totem.interface.*. knet_transport", "-AA", "totemconfig.c check_things_have_not_changed", "yes",
         "the whole reload is refused: take the link away, reload, and add it again"),
    _row("totem.interface.*. mcastport", "TAA", "totemconfig.c get_interface_params; totemknet.c totemknet_member_add",
         "yes",
         "links that exist keep their port, and nodes added later use the new one; with udp and udpu together"),
    _row("totem.interface.*. bindnetaddr ttl", "SSS", "totemconfig.c get_interface_params; cfg.c"),
    _row("totem.interface.*. mcastaddr broadcast", "TTT", "totemconfig.c get_interface_params", "mcastaddr",
         "the cmap shows the new value after a reload, and Corosync goes on with the old one"),
    _row("nodelist.node.*. ring*_addr", "RAA", "totemconfig.c check_things_have_not_changed, "
         "compute_and_set_totempg_interfaces", "yes",
         "a node or a link that is new or gone is taken over; an address that changes has the whole reload "
              "refused: take the link away, reload, and add it again; 2.4 takes over nodes of udpu only"),
    _row("nodelist.node.*. nodeid", "AAA", "totemconfig.c put_nodelist_members_to_config",
         note="a running node that gets another id is cut off: take it away, reload, and add it again"),
    _row("nodelist.node.*. name", "-RR", "totemconfig.c nodelist_byname", "yes", "Pacemaker reads it when it starts"),
    _row("nodelist.node.*. quorum_votes", "RRR", "votequorum.c votequorum_read_nodelist_configuration", "yes"),
    _row("quorum. expected_votes two_node", "RRR", "votequorum.c votequorum_readconfig", "yes"),
    _row("quorum. votes", "RRR", "votequorum.c votequorum_readconfig"),
    _row("quorum. wait_for_all", "SSS", _AT_START, "yes", "where it is not set it follows two_node, at a reload too"),
    _row("quorum. last_man_standing last_man_standing_window auto_tie_breaker auto_tie_breaker_node allow_downscale "
         "expected_votes_tracking", "SSS", _AT_START, "yes"),
    _row("quorum. provider", "TTT", _RO, "yes",
         "nodes with and without one are one membership, but a node without counts no votes and is always quorate"),
    _row("quorum.device. model votes timeout sync_timeout master_wins", "RRR",
         "votequorum.c votequorum_qdevice_is_configured", note="corosync-qdevice itself reads it when it starts"),
    _row("quorum.device.*. host port tls algorithm tie_breaker connect_timeout force_ip_version mode interval timeout "
         "sync_timeout keep_active_partition_tie_breaker", "SSS", "corosync-qdevice(8)",
         note="corosync-qdevice reads it when it starts; Corosync does not look at it"),
    _row("logging. to_stderr to_syslog to_logfile logfile logfile_priority syslog_facility syslog_priority "
         "syslog_level debug timestamp fileline function_name", "RRR", "logconfig.c main_logging_notify", "debug"),
    _row("logging.logger_subsys.*. to_stderr to_syslog to_logfile logfile logfile_priority syslog_facility "
         "syslog_priority syslog_level debug", "RRR", "logconfig.c main_logging_notify"),
    _row("logging. blackbox", "--R", "logconfig.c corosync_main_config_blackbox_set"),
    _row("system. sched_rr priority move_to_root_cgroup state_dir qb_ipc_type", "-SS", f"{_RO}; main.c main", "yes"),
    _row("system. allow_knet_handle_fallback", "--S", f"{_RO}; totemknet.c totemknet_initialize", "yes", "since 3.1.1"),
    _row("qb. ipc_type", "S--", _RO),
    _row("resources. watchdog_device", "SSS", "wd.c wd_exec_init_fn"),
    _row("resources. watchdog_timeout", "RRR", "wd.c watchdog_timeout_apply"),
    _row("uidgid.config. uid.* gid.*", "RRR", "ipc_glue.c cs_ipcs_connection_accept"),
    _row("nozzle. name ipaddr ipprefix macaddr", "--R", "totemknet.c setup_nozzle"),
)  # fmt: skip


def row(key: str) -> Row | None:
    """Return the row of a key of the cmap, "totem.interface.1.mcastport"; None if no Corosync reads it."""
    return next((entry for entry in TABLE for pattern in entry.keys if _pattern(pattern).fullmatch(key)), None)


def taken(key: str, series: str = "3.1") -> Taken:
    """Return how a running Corosync takes over a change of a key."""
    entry = row(key)
    return entry.taken[series] if entry else Taken.UNKNOWN


def how(old: Mapping[str, str], new: Mapping[str, str], series: str = "3.1") -> Mapping[str, Taken]:
    """Return how a running Corosync takes over each difference between two cmaps.

    A link or a node that is new or gone is taken over by a reload with all that is said of it.
    """
    found = differences(old, new)
    transport = new.get("totem.transport", "knet")
    links = _links(old) & _links(new)
    return {key: _how(key, found[key], taken(key, series), transport, links) for key in found}


def _how(key: str, values: tuple[str | None, str | None], by_table: Taken, transport: str, links: set[str]) -> Taken:
    if by_table is not Taken.ANEW:
        is_named = key == "totem.cluster_name" and transport == "udp"
        return Taken.TOGETHER if is_named and by_table is Taken.RESTART else by_table
    if key.startswith("nodelist."):
        return Taken.RELOAD if None in values else by_table
    if transport != "knet":
        return Taken.TOGETHER
    return by_table if key.split(".")[2] in links else Taken.RELOAD


def _links(keys: Mapping[str, str]) -> set[str]:
    """Return the numbers of the links that nodes have an address on."""
    return {match[1] for key in keys if (match := re.fullmatch(r"nodelist\.node\.\d+\.ring(\d)_addr", key))}


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", r"[^.]+"))
