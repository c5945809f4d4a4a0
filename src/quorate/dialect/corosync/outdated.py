"""What Corosync 3.1 no longer reads in a configuration, and what it becomes; unsafe.py says what is unsafe. Pure.

Sources: corosync.conf(5), coroparse.c and totemconfig.c of 3.1.7, and what they were in 1.4 and 2.4.
"""

from collections.abc import Iterator
from typing import TypeAlias

from quorate.dialect.corosync import age, unsafe
from quorate.dialect.corosync.model import Configuration, Section
from quorate.dialect.corosync.vocabulary import known
from quorate.findings import Severity
from quorate.lines import Span

Remark: TypeAlias = tuple[Severity, Span | None, str, str, str, str]
"""Severity, where (None: nowhere in particular), code, summary, why, fix."""

W, INFO = Severity.WARNING, Severity.INFO

# What is said of these is said elsewhere, in words of their own.
_APART = frozenset(("rrp_mode", "threads", "ringnumber", "crypto_type", "crypto_compat"))


def found(configuration: Configuration) -> Iterator[Remark]:
    """Yield what is outdated and what is unsafe in a configuration; nothing for an empty one."""
    if not configuration.items:
        return
    yield from _plugin(configuration)
    yield from _old_sections(configuration)
    yield from _old_keys(configuration)
    yield from _transport(configuration)
    yield from _rings(configuration)
    yield from _crypto(configuration)
    yield from _members(configuration)
    yield from unsafe.found(configuration)


def _plugin(configuration: Configuration) -> Iterator[Remark]:
    for service in configuration.sections("service"):
        if (service.value("name") or "").lower() != "pacemaker":
            continue
        version = service.value("ver") or "0"
        if version == "0":
            yield (W, service.span, "pacemaker-plugin", "Corosync is to start Pacemaker as its plugin (ver: 0)",
                   "Corosync has had no plugins since 2.0; with this section alone Pacemaker does not start",
                   "leave the section out, and have systemd start Pacemaker: systemctl enable pacemaker")  # fmt: skip
        else:
            yield (INFO, service.span, "pacemaker-plugin",
                   f"the section tells Corosync 1 that Pacemaker starts by itself (ver: {version})",
                   "Corosync has not read it since 2.0", "leave the section out")  # fmt: skip


def _old_sections(configuration: Configuration) -> Iterator[Remark]:
    whys = {
        "amf": "the Availability Management Framework is gone since 2.0",
        "aisexec": "Corosync 3.1 does not look at it, and runs as root",
        "event": "the event service is gone since 2.0",
    }
    for name, why in whys.items():
        for section in configuration.sections(name):
            yield (INFO, section.span, f"section-{name}", f'Corosync 3.1 does not read "{name}"', why,
                   "leave the section out")  # fmt: skip
    for section in configuration.sections("qb"):
        yield (W, section.span, "section-qb", "Corosync 3.1 does not read what stands in \"qb\"",
               "ipc_type is called qb_ipc_type since 3.0 and stands in system",
               f"write system {{ qb_ipc_type: {section.value('ipc_type') or 'native'} }}")  # fmt: skip
    compatibility = configuration.key("compatibility")
    if compatibility:
        yield (INFO, compatibility.span, "compatibility", "Corosync 3.1 does not read \"compatibility\"",
               "it was for clusters with OpenAIS 0.8 nodes among them", "leave it out")  # fmt: skip


def _old_keys(configuration: Configuration) -> Iterator[Remark]:
    """Yield keys of sections that live on."""
    for path in (("totem",), ("totem", "interface"), ("logging",), ("logging", "logger_subsys"), ("quorum",)):
        for holder in configuration.all(*path):
            for key in holder.entries():
                takes = known(path, key.name)
                if takes is not None and takes.last and key.name not in _APART:
                    yield (INFO, key.span, "key-gone", f'Corosync 3.1 does not read "{key.name}"',
                           f"{takes.last} was the last series that did", "leave it out")  # fmt: skip
    votes = configuration.at("quorum", "votes")
    if votes:
        yield (W, votes.span, "votes-in-quorum", "the votes of this node stand in quorum",
               "votequorum(5) calls this deprecated: the file then differs between nodes",
               f"write quorum_votes: {votes.value} at the node in nodelist")  # fmt: skip


def _transport(configuration: Configuration) -> Iterator[Remark]:
    said = configuration.at("totem", "transport")
    at = said.span if said else next((one.span for one in configuration.interfaces), _totem(configuration))
    used = age.transport(configuration)
    addresses = "" if configuration.nodes else ", and write the addresses of the nodes as ring0_addr into nodelist"
    if used == "iba":
        yield (W, at, "transport-gone", "Corosync 3.1 knows no transport iba", "it was taken out in 3.0",
               f"write transport: knet{addresses}")  # fmt: skip
    elif used == "udpu":
        yield (W, at, "transport-unicast", "the transport udpu has one link and no encryption in Corosync 3",
               "what it sends can be read and forged, and one switch takes the cluster apart",
               f"write transport: knet{addresses}")  # fmt: skip
    elif used == "udp":
        default = "" if said else " (the default until 2.4; since 3.0 it is knet)"
        broadcast = any(one.value("broadcast") == "yes" for one in configuration.interfaces)
        how = "broadcast" if broadcast else "multicast"
        yield (W, at, "transport-multicast", f"the nodes find each other by {how}{default}",
               "in Corosync 3 udp has one link and no encryption, and switches are known to lose multicast",
               f"write transport: knet{addresses}")  # fmt: skip
    for one in configuration.interfaces:
        bind = one.key("bindnetaddr")
        if bind and configuration.nodes:
            yield (INFO, bind.span, "bindnetaddr-ignored", "bindnetaddr says nothing beside a nodelist",
                   "Corosync takes the addresses of the nodelist", "leave it out")  # fmt: skip
        for name in ("mcastaddr", "ttl"):
            key = one.key(name)
            if key and used not in {"udp", "iba"}:
                yield (W if name == "ttl" and key.value != "1" else INFO, key.span, f"{name}-ignored",
                       f"{name} says nothing with the transport {used}",
                       "there is no multicast with it", "leave it out")  # fmt: skip


def _rings(configuration: Configuration) -> Iterator[Remark]:
    mode = configuration.at("totem", "rrp_mode")
    if mode:
        fix = "leave it out" if mode.value == "none" else f"write link_mode: {mode.value}"
        yield (INFO if mode.value == "none" else W, mode.span, "rrp-mode",
               "the redundant ring protocol is gone; knet has links",
               "Corosync 3.1 does not read rrp_mode, and uses the link of highest priority (passive)", fix)  # fmt: skip
    for one in configuration.interfaces:
        ring = one.key("ringnumber")
        if ring:
            becomes = "leave it out" if ring.value == "0" else f"write linknumber: {ring.value}"
            yield (INFO if ring.value == "0" else W, ring.span, "ringnumber", "rings are called links since 3.0",
                   "Corosync 3 does not read ringnumber, and takes every such interface for that of link 0",
                   becomes)  # fmt: skip


def _crypto(configuration: Configuration) -> Iterator[Remark]:
    series = age.series(configuration)
    secauth, threads = configuration.at("totem", "secauth"), configuration.at("totem", "threads")
    own = any(configuration.at("totem", name) for name in ("crypto_cipher", "crypto_hash"))
    if secauth and secauth.value == "on" and not own:
        yield (INFO, secauth.span, "secauth", "what secauth encrypts with depends on the version of Corosync",
               "1.4: sober128 and sha1; 2.4: aes256 and sha1; 3.1: aes256 and sha256, so nodes of different "
               "versions do not understand each other",
               "write crypto_cipher: aes256 and crypto_hash: sha256")  # fmt: skip
    if secauth is None and not own and series < 3:
        yield (W, _totem(configuration), "secauth-default", "secauth is not set, and was on until Corosync 2.4",
               "since 3.0 it is off by default: with this file Corosync 3.1 encrypts nothing",
               "write crypto_cipher: aes256 and crypto_hash: sha256")  # fmt: skip
    if threads:
        yield (INFO, threads.span, "threads", "Corosync 3.1 encrypts without threads of its own",
               "it reads the number and does nothing with it", "leave it out")  # fmt: skip
    for name in ("crypto_type", "crypto_compat"):
        key = configuration.at("totem", name)
        if key:
            yield (INFO, key.span, "crypto-type", f'Corosync 3.1 does not read "{name}"',
                   "it was for nodes of older versions in one cluster", "leave it out")  # fmt: skip
    cipher = configuration.at("totem", "crypto_cipher")
    if cipher and cipher.value == "3des":
        yield (W, cipher.span, "cipher-gone", "Corosync 3.1 refuses the cipher 3des", "it is not safe any more",
               "write crypto_cipher: aes256")  # fmt: skip


def _members(configuration: Configuration) -> Iterator[Remark]:
    members = [
        member for holder in configuration.all("totem", "interface") for member in _named(holder.sections("member"))
    ]
    for member in members:
        used = (
            "Corosync does not look at it beside a nodelist"
            if configuration.nodes
            else "nodelist took its place in 2.0"
        )
        yield (W, member.span, "member-list", "a member is listed in the interface", used,
               f"write node {{ ring0_addr: {member.value('memberaddr') or '...'} }} in nodelist")  # fmt: skip
    nodeid = configuration.at("totem", "nodeid")
    if nodeid:
        yield (W, nodeid.span, "nodeid-in-totem", "the id of this node stands in totem",
               "Corosync 3 warns of it and takes the id from nodelist; the file then differs between nodes",
               f"write nodeid: {nodeid.value} at the node in nodelist")  # fmt: skip


def _named(sections: Iterator[Section]) -> Iterator[Section]:
    return (section for section in sections if section.value("memberaddr") is not None)


def _totem(configuration: Configuration) -> Span | None:
    return next((section.span for section in configuration.sections("totem")), None)
