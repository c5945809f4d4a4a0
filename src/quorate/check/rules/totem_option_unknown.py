"""A key under `corosync.options` is none that Corosync knows.

Why: Corosync takes unknown keys without a word, so a misspelt one has no effect and nobody notices.
What to do: correct the name.
Source: corosync.conf(5), totem
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.words import nearest, perhaps
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity

_KNOWN = frozenset(
    {
        "block_unlisted_ips",
        "cancel_token_hold_on_retransmit",
        "clear_node_high_bit",
        "crypto_model",
        "downcheck",
        "fail_recv_const",
        "heartbeat_failures_allowed",
        "hold",
        "ip_version",
        "knet_compression_level",
        "knet_compression_model",
        "knet_compression_threshold",
        "knet_mtu",
        "knet_pmtud_interval",
        "max_messages",
        "max_network_delay",
        "merge",
        "miss_count_const",
        "netmtu",
        "send_join",
        "seqno_unchanged_const",
        "threads",
        "token_retransmit",
        "token_warning",
        "vsftype",
        "window_size",
    }
)


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report keys that corosync.conf(5) does not have; those with a field of their own are refused by describe."""
    for name in cluster.corosync.options:
        if name not in _KNOWN:
            like = nearest(name, _KNOWN)
            yield Finding(
                code="totem-option-unknown",
                severity=Severity.WARNING,
                summary=f"{name} is no key of totem{perhaps(name, _KNOWN)}",
                why="Corosync passes over keys it does not know, so it has no effect",
                fix=f"write `{like}`" if like else "remove it",
                path=("corosync", "options", name),
            )
