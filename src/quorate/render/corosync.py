"""corosync.conf for Corosync 3.1: Cluster in, text out. Pure.

Source: corosync.conf(5), votequorum(5) and corosync-qdevice(8) of 3.1.7. What equals Corosync's own default is
left out only where writing it would forbid a later change at run time; timings are always written, so that the
file says what the cluster does.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from quorate.describe.cluster import Cluster, LinkOptions, Node, QuorumDevice

HEADER = "# Written by quorate from the cluster file; the next apply overwrites what is changed here.\n"
LOGFILE = "/var/log/corosync/corosync.log"
DEFAULT_PORT = 5405


@dataclass(frozen=True, slots=True)
class Section:
    """One braced section: keys in order, then the sections inside it."""

    name: str
    keys: Mapping[str, object]
    sections: tuple["Section", ...] = field(default=())

    def lines(self, depth: int = 0) -> Iterator[str]:
        """Yield its lines; keys that are None are left out."""
        indent = "    " * depth
        yield f"{indent}{self.name} {{"
        for key, value in self.keys.items():
            if value is not None:
                yield f"{indent}    {key}: {_word(value)}"
        for section in self.sections:
            yield from section.lines(depth + 1)
        yield f"{indent}}}"


def corosync_conf(cluster: Cluster, logfile: str = LOGFILE, *, without: Collection[int] = ()) -> str:
    """Return the whole file, the same for every node.

    logfile: where this platform keeps Corosync's log. without: numbers of links that are left out, the others keep
    theirs.
    """
    sections = (_totem(cluster, without), _nodelist(cluster, without), _quorum(cluster), _logging(cluster, logfile))
    return HEADER + "".join("\n" + "\n".join(section.lines()) + "\n" for section in sections)


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _totem(cluster: Cluster, without: Collection[int]) -> Section:
    corosync = cluster.corosync
    keys: dict[str, object] = {
        "version": 2,
        "cluster_name": cluster.name,
        "transport": "udp" if corosync.transport == "broadcast" else corosync.transport,
    }
    if corosync.transport == "knet":  # the only transport that can encrypt, and the only one with several links
        keys |= {"crypto_cipher": corosync.cipher, "crypto_hash": corosync.hash}
        keys["link_mode"] = corosync.link_mode if _link_count(cluster) - len(without) > 1 else None
    keys |= {
        "token": corosync.token_ms,
        "token_coefficient": corosync.token_coefficient_ms,
        "token_retransmits_before_loss_const": corosync.token_retransmits,
        "join": corosync.join_ms,
        "consensus": corosync.consensus_ms,
    }
    keys |= corosync.options
    return Section("totem", keys, tuple(_interfaces(cluster, without)))


def _link_count(cluster: Cluster) -> int:
    return max((len(node.links) for node in cluster.nodes), default=1)


def _interfaces(cluster: Cluster, without: Collection[int]) -> Iterator[Section]:
    for link in cluster.corosync.links:
        if link.number in without:
            continue
        keys = _knet_link(link) if cluster.corosync.transport == "knet" else _udp_link(cluster, link)
        if any(value is not None for value in keys.values()):
            yield Section("interface", {"linknumber": link.number} | keys)


def _knet_link(link: LinkOptions) -> dict[str, object]:
    return {
        "mcastport": link.port if link.port != DEFAULT_PORT + link.number else None,
        "knet_transport": link.protocol,
        "knet_link_priority": link.priority,
        "knet_ping_interval": link.ping_interval_ms,
        "knet_ping_timeout": link.ping_timeout_ms,
        "knet_ping_precision": link.ping_precision,
        "knet_pong_count": link.pong_count,
    }


def _udp_link(cluster: Cluster, link: LinkOptions) -> dict[str, object]:
    """Return the interface of udp, udpu and broadcast; the address to bind to is taken from the nodelist."""
    transport = cluster.corosync.transport
    return {
        "broadcast": "yes" if transport == "broadcast" else None,
        "mcastaddr": link.multicast if transport == "udp" else None,
        "mcastport": link.port if link.port != DEFAULT_PORT else None,
        "ttl": link.ttl if transport == "udp" else None,
    }


def _nodelist(cluster: Cluster, without: Collection[int]) -> Section:
    return Section("nodelist", {}, tuple(_node(node, without) for node in cluster.nodes))


def _node(node: Node, without: Collection[int]) -> Section:
    keys: dict[str, object] = {
        "name": node.name,
        "nodeid": node.id,
        "quorum_votes": node.votes if node.votes != 1 else None,
    }
    keys |= {f"ring{number}_addr": link.ip for number, link in enumerate(node.links) if number not in without}
    return Section("node", keys)


def _quorum(cluster: Cluster) -> Section:
    quorum = cluster.quorum
    counted = sum(node.votes for node in cluster.nodes) + (quorum.device.votes if quorum.device else 0)
    tie_breaker = quorum.auto_tie_breaker
    keys: dict[str, object] = {
        "provider": "corosync_votequorum",
        # Corosync counts the votes of the nodelist itself, and counts anew when a node is added at run time.
        "expected_votes": quorum.expected_votes if quorum.expected_votes != counted else None,
        "two_node": 1 if quorum.two_node else None,
        # two_node switches wait_for_all on unless it is told not to (votequorum(5)).
        "wait_for_all": int(quorum.wait_for_all) if quorum.wait_for_all or quorum.two_node else None,
        "last_man_standing": 1 if quorum.last_man_standing else None,
        "last_man_standing_window": quorum.last_man_standing_window_ms if quorum.last_man_standing else None,
        "auto_tie_breaker": 1 if tie_breaker else None,
        "auto_tie_breaker_node": tie_breaker,
    }
    device = quorum.device
    return Section("quorum", keys, (_device(cluster, device),) if device else ())


def _device(cluster: Cluster, device: QuorumDevice) -> Section:
    ids = {node.name: str(node.id) for node in cluster.nodes}
    net = Section(
        "net",
        {
            "host": device.host,
            "port": device.port,
            "tls": device.tls,
            "algorithm": device.algorithm,
            "tie_breaker": ids.get(device.tie_breaker, device.tie_breaker),
        },
    )
    keys = {
        "model": "net",
        "votes": device.votes,
        "timeout": device.timeout_ms,
        "sync_timeout": device.sync_timeout_ms,
    }
    return Section("device", keys, (net,))


def _logging(cluster: Cluster, logfile: str) -> Section:
    keys: dict[str, object] = {
        "to_stderr": "no",
        "to_syslog": "yes",
        "to_logfile": "yes",
        "logfile": logfile,
        "timestamp": "hires",  # milliseconds: the order of events between nodes is told from these
        "debug": "off",
    }
    return Section("logging", keys | dict(cluster.corosync.logging))
