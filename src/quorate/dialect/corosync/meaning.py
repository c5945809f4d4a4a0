"""Two configurations compared by what Corosync 3.1 makes of them. Pure.

Defaults written out or left out, the order of keys and nodes, comments, yes and on where Corosync takes them alike,
secauth and the ciphers that it stands for: no difference. What Corosync does not look at is none either, but for
totem, logging and quorum, where a cluster file can set keys of its own.
"""

import re
from collections.abc import Mapping

from quorate.dialect.corosync.cmap import cmap
from quorate.dialect.corosync.defaults import FIXED, INTERFACE, ZERO_IS_DEFAULT, derived, port
from quorate.dialect.corosync.model import Configuration
from quorate.dialect.corosync.vocabulary import ON_OFF, SWITCH, YES_NO, Known, known

_NODE = re.compile(r"nodelist\.node\.(\d+)\.(.+)")
_INTERFACE = re.compile(r"totem\.interface\.(\d+)\.(\w+)")
_UNREAD = re.compile(
    r"nodelist\.local_node_pos|totem\.(nodeid|threads|secauth|rrp_\w+|vsftype|crypto_type|crypto_compat"
    r"|interface\.ringnumber|interface\.\d+\.member\.\d+)|quorum\.cancel_wait_for_all"
)
_FLAGS = frozenset(
    f"quorum.{name}"
    for name in ("two_node", "wait_for_all", "last_man_standing", "auto_tie_breaker", "allow_downscale",
                 "expected_votes_tracking")
)  # fmt: skip
_KEPT = ("totem.", "logging.", "quorum.", "nozzle.", "uidgid.")


def same(one: Configuration, other: Configuration) -> bool:
    """True if Corosync does the same by both."""
    return not differences(cmap(one), cmap(other))


def differences(old: Mapping[str, str], new: Mapping[str, str]) -> Mapping[str, tuple[str | None, str | None]]:
    """Return each key of the cmap that makes a difference, with its old and its new value.

    None: left to its default. Nodes are called by their ids, "nodelist.node.1.ring0_addr"; without an id by the name.
    """
    before, after = meaning(old), meaning(new)
    keys = sorted({*before, *after})
    return {key: (before.get(key), after.get(key)) for key in keys if before.get(key) != after.get(key)}


def meaning(keys: Mapping[str, str]) -> Mapping[str, str]:
    """Return what keys of the cmap say, each thing in one way only; defaults are left out."""
    kept = {key: _spelled(key, value) for key, value in _by_node(keys).items() if _counts(key)}
    kept = {key: value for key, value in kept.items() if value != ""}
    kept |= _crypto(keys)
    nodes = {match[1] for key in keys if (match := _NODE.fullmatch(key))}
    for key, value in {**FIXED, **derived(kept, len(nodes))}.items():
        if kept.get(key) == value or (key in ZERO_IS_DEFAULT and kept.get(key) == "0"):
            del kept[key]
    for key in _interfaces(kept, has_nodes=bool(nodes)) | _pointless(kept, len(nodes)):
        kept.pop(key, None)
    if kept.get("quorum.expected_votes") in {"0", str(_votes(kept, nodes))} and nodes:
        del kept["quorum.expected_votes"]
    return {key: value for key, value in kept.items() if not (key.endswith(".quorum_votes") and value == "1")}


def _by_node(keys: Mapping[str, str]) -> Mapping[str, str]:
    """Return the keys with each node under its id, or what else it is known by, instead of its place in the list."""

    def called(number: str) -> str:
        node = f"nodelist.node.{number}."
        return (
            keys.get(node + "nodeid", "").lstrip("0")
            or keys.get(node + "name")
            or keys.get(node + "ring0_addr")
            or number
        )

    return {
        f"nodelist.node.{called(match[1])}.{match[2]}" if (match := _NODE.fullmatch(key)) else key: value
        for key, value in keys.items()
    }


def _takes(key: str) -> Known | None:
    """Return what a key of the cmap takes, None if no Corosync knows it."""
    *path, name = re.sub(r"\.(interface|node|logger_subsys|logging_daemon)\.[^.]+(?=\.)", r".\1", key).split(".")
    if path == ["uidgid", "config"]:
        path = ["uidgid"]
    return known(tuple(path), name)


def _counts(key: str) -> bool:
    if _UNREAD.fullmatch(key):
        return False
    takes = _takes(key)
    return (takes is not None and not takes.last) or key.startswith(_KEPT)


def _spelled(key: str, value: str) -> str:
    """Return a value in the one way it is compared in; "" if Corosync takes it for its default."""
    takes = _takes(key)
    if key in _FLAGS:
        return "0" if value.strip("0") == "" else "1"
    if takes is None:
        return value
    if takes.range is not None:
        return str(int(value)) if takes.takes(value) else value
    if takes is SWITCH:
        return {"on": "yes", "off": "no"}.get(value, value)
    if takes in {YES_NO, ON_OFF} and key.startswith("totem.") and value not in takes.words:
        return ""
    return value


def _crypto(keys: Mapping[str, str]) -> Mapping[str, str]:
    """Return cipher and hash as they are used: secauth stands for those that are not set."""
    is_on = keys.get("totem.secauth") == "on"
    return {
        "totem.crypto_cipher": keys.get("totem.crypto_cipher", "aes256" if is_on else "none"),
        "totem.crypto_hash": keys.get("totem.crypto_hash", "sha256" if is_on else "none"),
    }


def _interfaces(kept: Mapping[str, str], *, has_nodes: bool) -> set[str]:
    """Return the keys of interfaces that say the default, or what the transport has no use for."""
    transport = kept.get("totem.transport", "knet")
    is_broadcast = transport == "udp" and kept.get("totem.interface.0.broadcast") == "yes"
    gone = set()
    for key, value in kept.items():
        match = _INTERFACE.fullmatch(key)
        if not match:
            continue
        link, name = int(match[1]), match[2]
        default = port(link, is_broadcast=is_broadcast) if name == "mcastport" else INTERFACE.get(name)
        unused = (
            (name == "bindnetaddr" and has_nodes)
            or (name in {"mcastaddr", "broadcast"} and (transport != "udp" or (is_broadcast and name == "mcastaddr")))
            or (name.startswith("knet_") and transport != "knet")
        )
        if unused or value == default:
            gone.add(key)
    return gone


def _pointless(kept: Mapping[str, str], node_count: int) -> set[str]:
    """Return the keys that others make meaningless."""
    gone = set()
    links = {key.rpartition(".")[2] for key in kept if re.fullmatch(r"nodelist\.node\..+\.ring\d+_addr", key)}
    if len(links) == 1 or kept.get("totem.transport", "knet") != "knet":
        gone.add("totem.link_mode")
    if node_count and node_count < 3:
        gone.add("totem.token_coefficient")
    if node_count:
        gone.add("quorum.votes")
    if "logging.to_logfile" not in kept:
        gone |= {"logging.logfile", "logging.logfile_priority"}
    if "quorum.last_man_standing" not in kept:
        gone.add("quorum.last_man_standing_window")
    if "quorum.auto_tie_breaker" not in kept:
        gone.add("quorum.auto_tie_breaker_node")
    ids = [key for key in kept if re.fullmatch(r"nodelist\.node\..+\.nodeid", key)]
    if len(ids) == node_count:
        gone.add("totem.clear_node_high_bit")
    return gone


def _votes(kept: Mapping[str, str], nodes: set[str]) -> int:
    """Return the votes that Corosync counts by itself: those of the nodes and of the quorum device."""
    said = [int(value) for key, value in kept.items() if key.endswith(".quorum_votes") and value.isdecimal()]
    count = len(nodes) - len(said) + sum(said)
    device = kept.get("quorum.device.votes", "")
    if "quorum.device.model" in kept:
        return count + (int(device) if device.isdecimal() else count - 1)
    return count
