"""What Corosync 3.1 does where a key is not set. Pure data and arithmetic.

Sources: totemconfig.c, logconfig.c, votequorum.c, main.c and ipc_glue.c of 3.1.7, corosync-qdevice(8) of 3.0.
"""

from collections.abc import Mapping
from types import MappingProxyType

FIXED: Mapping[str, str] = MappingProxyType(
    {
        "totem.transport": "knet", "totem.link_mode": "passive", "totem.config_version": "0",
        "totem.crypto_model": "nss", "totem.crypto_cipher": "none", "totem.crypto_hash": "none",
        "totem.keyfile": "/etc/corosync/authkey", "totem.clear_node_high_bit": "no",
        "totem.token": "3000", "totem.token_warning": "75", "totem.token_coefficient": "650",
        "totem.token_retransmits_before_loss_const": "4", "totem.join": "50", "totem.send_join": "0",
        "totem.merge": "200", "totem.downcheck": "1000", "totem.fail_recv_const": "2500",
        "totem.seqno_unchanged_const": "30", "totem.heartbeat_failures_allowed": "0", "totem.max_network_delay": "50",
        "totem.window_size": "50", "totem.max_messages": "17", "totem.miss_count_const": "5",
        "totem.knet_pmtud_interval": "30", "totem.knet_mtu": "0", "totem.knet_compression_model": "none",
        "totem.knet_compression_threshold": "0", "totem.knet_compression_level": "0",
        "totem.block_unlisted_ips": "yes", "totem.cancel_token_hold_on_retransmit": "no",
        "quorum.two_node": "0", "quorum.last_man_standing": "0", "quorum.last_man_standing_window": "10000",
        "quorum.auto_tie_breaker": "0", "quorum.auto_tie_breaker_node": "lowest", "quorum.allow_downscale": "0",
        "quorum.expected_votes_tracking": "0",
        "quorum.device.timeout": "10000", "quorum.device.sync_timeout": "30000", "quorum.device.net.tls": "on",
        "quorum.device.net.port": "5403", "quorum.device.net.algorithm": "ffsplit",
        "quorum.device.net.tie_breaker": "lowest", "quorum.device.net.force_ip_version": "0",
        "quorum.device.net.keep_active_partition_tie_breaker": "on", "quorum.device.heuristics.mode": "off",
        "logging.to_stderr": "yes", "logging.to_syslog": "yes", "logging.to_logfile": "no", "logging.debug": "off",
        "logging.timestamp": "hires", "logging.fileline": "off", "logging.function_name": "off",
        "logging.blackbox": "yes", "logging.syslog_facility": "daemon", "logging.syslog_priority": "info",
        "logging.logfile_priority": "info",
        "system.qb_ipc_type": "native", "system.sched_rr": "yes", "system.move_to_root_cgroup": "auto",
        "system.allow_knet_handle_fallback": "no", "system.state_dir": "/var/lib/corosync",
        "resources.watchdog_device": "off",
    }
)  # fmt: skip

INTERFACE: Mapping[str, str] = MappingProxyType(
    {
        "broadcast": "no", "ttl": "1", "knet_transport": "udp", "knet_link_priority": "1",
        "knet_ping_precision": "2048", "knet_pong_count": "2",
    }
)  # fmt: skip

ZERO_IS_DEFAULT = frozenset(
    f"totem.{name}"
    for name in (
        "token", "token_retransmits_before_loss_const", "token_retransmit", "hold", "join", "consensus", "merge",
        "downcheck", "fail_recv_const", "seqno_unchanged_const", "max_network_delay", "window_size", "max_messages",
        "miss_count_const", "knet_pmtud_interval", "netmtu",
    )
)  # fmt: skip
"""Of these Corosync takes a 0 for not set."""

_TICK_MS = 10  # 1000 / HZ of totemconfig.c


def port(link: int, *, is_broadcast: bool) -> str:
    """Return the port of a link."""
    return str(5405 + link * (2 if is_broadcast else 1))


def derived(keys: Mapping[str, str], node_count: int) -> Mapping[str, str]:
    """Return the defaults that depend on other settings. keys: without what is left to a default."""

    def number(name: str) -> int:
        text = keys.get(name) or FIXED[name]
        return int(text) if text.isdecimal() else int(FIXED[name])

    token = number("totem.token") + max(0, node_count - 2) * number("totem.token_coefficient")
    retransmit = int(token / (number("totem.token_retransmits_before_loss_const") + 0.2))
    said = keys.get("totem.token_retransmit", "")
    used = int(said) if said.isdecimal() else retransmit
    transport = keys.get("totem.transport", "knet")
    return {
        "totem.token_retransmit": str(retransmit),
        "totem.hold": str(int(used * 0.8 - _TICK_MS)),
        "totem.consensus": str(int(1.2 * token)),
        "totem.netmtu": "65536" if transport == "knet" else "1500",
        "totem.ip_version": "ipv4" if transport == "udp" else "ipv6-4",
        "quorum.wait_for_all": keys.get("quorum.two_node", "0"),
    }
