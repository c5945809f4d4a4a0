"""Messaging: corosync.conf(5) says what each value means and what Corosync itself would take. Pure."""

import math
from types import MappingProxyType

from quorate.describe.cluster import Corosync, LinkOptions, Node
from quorate.describe.derive.times import milliseconds
from quorate.describe.sections import corosync as written
from quorate.describe.sections.whole import File

TOKEN_S = 3.0  # corosync.conf(5), token (3.1: 3000 ms)
COEFFICIENT_S = 0.65  # token_coefficient
RETRANSMITS = 4  # token_retransmits_before_loss_const
JOIN_S = 0.05  # join
PORT = 5405  # mcastport; link i of knet takes 5405 + i


def corosync(file: File, nodes: tuple[Node, ...]) -> Corosync:
    """Return the messaging section.

    Crypto is on with knet (aes256, sha256: what secauth would switch on); no other transport has any in Corosync 3.
    consensus: at least 1.2 times the effective token, which is what Corosync computes itself.
    """
    section = file.corosync or written.Corosync()
    transport = section.transport or "knet"
    crypto = section.crypto or (written.Crypto() if transport == "knet" else written.Crypto(cipher="none", hash="none"))
    token = milliseconds(TOKEN_S if section.token is None else section.token)
    coefficient = milliseconds(COEFFICIENT_S if section.token_coefficient is None else section.token_coefficient)
    effective = token + max(0, len(nodes) - 2) * coefficient
    return Corosync(
        transport=transport,
        cipher=crypto.cipher,
        hash=crypto.hash,
        link_mode=section.link_mode or "passive",
        token_ms=token,
        token_coefficient_ms=coefficient,
        token_retransmits=section.token_retransmits or RETRANSMITS,
        join_ms=milliseconds(JOIN_S if section.join is None else section.join),
        consensus_ms=math.ceil(effective * 12 / 10) if section.consensus is None else milliseconds(section.consensus),
        nodes=len(nodes),
        links=_links(section, max((len(node.links) for node in nodes), default=0), transport == "knet"),
        key=section.key,
        options=MappingProxyType(section.options),
        logging=MappingProxyType({key: _switch(key, value) for key, value in section.logging.items()}),
    )


def _links(section: written.Corosync, count: int, knet: bool) -> tuple[LinkOptions, ...]:
    """Return the options of each link. Without knet a link also uses its port minus one, hence steps of two."""
    base, step = section.port or PORT, 1 if knet else 2
    tuned = [*section.links, *[written.Link()] * (count - len(section.links))]
    return tuple(_link(number, link, base + step * number) for number, link in enumerate(tuned))


def _link(number: int, link: written.Link, port: int) -> LinkOptions:
    return LinkOptions(
        number=number,
        port=link.port or port,
        multicast=link.multicast,
        ttl=link.ttl,
        protocol=link.protocol,
        priority=link.priority,
        ping_interval_ms=None if link.ping_interval is None else milliseconds(link.ping_interval),
        ping_timeout_ms=None if link.ping_timeout is None else milliseconds(link.ping_timeout),
        ping_precision=link.ping_precision,
        pong_count=link.pong_count,
        bond=link.bond,
    )


def _switch(key: str, value: str) -> str:
    """Return a switch of the section logging in Corosync's words: debug is on or off, all others are yes or no."""
    words = {"true": "on", "false": "off"} if key in {"debug", "blackbox"} else {"true": "yes", "false": "no"}
    return words.get(value, value)
