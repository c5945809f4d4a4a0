"""Which Corosync a configuration was written for, and what it leaves to defaults that have changed since. Pure.

Sources: corosync.conf(5) and totemconfig.c of 1.4, 2.4 and 3.1.7.
"""

from quorate.dialect.corosync.model import Configuration

_OLDEST = ("service", "amf", "aisexec", "event")
_OLD = ("rrp_mode", "threads", "vsftype", "crypto_type", "crypto_compat")
_NEW = ("link_mode", "crypto_model", "knet_pmtud_interval", "knet_mtu", "knet_compression_model", "block_unlisted_ips")


def series(configuration: Configuration) -> int:
    """Return 1, 2 or 3: the newest series of Corosync that the configuration looks written for.

    1: Pacemaker as a plugin, amf, aisexec. 2: rings, or votequorum and multicast as the unnamed default. Else 3.
    """
    if configuration.value("compatibility") or any(list(configuration.sections(name)) for name in _OLDEST):
        return 1
    if any(configuration.at("totem", name) for name in _NEW) or transport_said(configuration) == "knet":
        return 3
    if list(configuration.sections("qb")) or any(configuration.at("totem", name) for name in _OLD):
        return 2
    udp = transport_said(configuration) is None
    if any(one.key("ringnumber") or (udp and one.key("mcastaddr")) for one in configuration.interfaces):
        return 2
    return 3


def transport_said(configuration: Configuration) -> str | None:
    """Return totem.transport, None where it is not set."""
    key = configuration.at("totem", "transport")
    return key.value if key else None


def transport(configuration: Configuration) -> str:
    """Return the transport that is used: before Corosync 3 the default was udp, since then knet."""
    return transport_said(configuration) or ("knet" if series(configuration) == 3 else "udp")


def crypto(configuration: Configuration) -> tuple[str, str]:
    """Return (cipher, hash) that are used, "none" for none.

    secauth was on by default until 2.4 and is off since 3.0; on means sober128 and sha1 in 1.4, aes256 and sha1 in 2.4,
    aes256 and sha256 in 3.1.
    """
    age = series(configuration)
    secauth = configuration.at("totem", "secauth")
    is_on = secauth.value == "on" if age == 3 and secauth else secauth.value != "off" if secauth else age < 3
    cipher, hash_ = ("none", "none")
    if is_on:
        cipher, hash_ = {1: ("sober128", "sha1"), 2: ("aes256", "sha1"), 3: ("aes256", "sha256")}[age]
    if age == 1:
        return cipher, hash_
    said = [configuration.at("totem", name) for name in ("crypto_cipher", "crypto_hash")]
    return said[0].value if said[0] else cipher, said[1].value if said[1] else hash_


def link_count(configuration: Configuration) -> int:
    """Return how many links the nodes have by their addresses; without a nodelist, how many rings are set up."""
    counts = [sum(key.name.startswith("ring") for key in node.entries()) for node in configuration.nodes]
    return max(counts) if counts else len(configuration.interfaces)
