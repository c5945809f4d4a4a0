"""The quorum section of corosync.conf -> `quorum`: what differs from what quorate derives, and what has no place there.

Pure. Sources: votequorum(5), corosync-qdevice(8).
"""

from collections.abc import Mapping

from quorate.adopt.account import Fate
from quorate.adopt.draft import Draft, Section
from quorate.adopt.material import Material
from quorate.adopt.reading.corosync import flat
from quorate.dialect.corosync.defaults import FIXED
from quorate.dialect.corosync.model import Configuration, Items, Key
from quorate.findings import Severity

_TRUE = {"1", "yes", "on"}
_ALGORITHMS = {"ffsplit", "lms"}
_CARRIED: Mapping[tuple[str, ...], frozenset[str]] = {
    ("quorum",): frozenset(("two_node", "wait_for_all", "last_man_standing", "last_man_standing_window",
                            "auto_tie_breaker", "auto_tie_breaker_node", "expected_votes")),
    ("quorum", "device"): frozenset(("votes", "timeout", "sync_timeout")),
    ("quorum", "device", "net"): frozenset(("host", "port", "algorithm", "tls", "tie_breaker")),
}  # fmt: skip
"""What `_fill` and `_device` carry over."""
_MATTERS: Mapping[str, str] = {
    "quorum.device.model": "the cluster has no quorum device",
    "quorum.allow_downscale": "the votes that are expected no longer sink when a node leaves in an orderly way",
    "quorum.device.net.algorithm": "the device gives its votes by ffsplit, which may choose other nodes after a split",
    "quorum.device.net.keep_active_partition_tie_breaker": "of two equal halves another one may go on than now",
    "quorum.device.heuristics.mode": "what a node sees of the world no longer counts when the device chooses",
}
"""Of what is left out: that which changes who goes on after a split, and how."""


def quorum(material: Material, draft: Draft) -> None:
    """Fill in the section. two_node and wait_for_all are derived for two nodes, and written where they differ."""
    for configuration, file in material.corosync:
        if any(configuration.all("quorum")):
            _fill(configuration, draft)
            _say_lost(configuration, file, material)


def fate(path: tuple[str, ...], key: Key, configuration: Configuration) -> tuple[Fate, str]:
    """Return what becomes of a key of the section at `path`, and where or why."""
    name, is_of_device = ".".join((*path, key.name)), path[1:2] == ("device",)
    if is_of_device and _host(configuration) is None:
        return Fate.DROPPED, "the device has no host that could be asked"
    if name in {"quorum.provider", "quorum.device.model"}:
        return Fate.SAME, "quorate writes it"
    is_odd = name == "quorum.device.net.algorithm" and key.value not in _ALGORITHMS
    if key.name in _CARRIED.get(path, ()) and not is_odd:
        return Fate.BECAME, "quorum.device" if is_of_device else f"quorum ({key.name})"
    if FIXED.get(name) == key.value:
        return Fate.SAME, "it is Corosync's default"
    return Fate.DROPPED, "the cluster file has no place for it"


def _say_lost(configuration: Configuration, file: str, material: Material) -> None:
    """Warn of what is left out and changes who goes on after a split."""
    for path, key in flat(configuration):
        why = _MATTERS.get(".".join((*path, key.name)))
        what, reason = fate(path, key, configuration)
        if why and what is Fate.DROPPED:
            place = material.place(file, key.span.line + 1 if key.span else 1)
            material.say(Severity.WARNING, place, "quorum-setting-lost",
                         f"{'.'.join((*path[1:], key.name))} is left out: {reason}",
                         f"after an apply {why}",
                         "see what a split does without it (quorate drill) before the first apply")  # fmt: skip


def _fill(configuration: Configuration, draft: Draft) -> None:
    section, said = draft.quorum, {key.name: key.value for one in configuration.all("quorum") for key in one.entries()}
    device = next(configuration.all("quorum", "device"), None)
    if device is not None and (entry := _device(device, configuration)):
        breaker = str(entry.get("tie_breaker", ""))
        if breaker.isdecimal():  # a node's id there, its name in the cluster file
            entry["tie_breaker"] = _names(breaker, draft)[0] if _names(breaker, draft) else "lowest"
        section["device"] = entry
    two = len(draft.nodes) == 2 and "device" not in section
    two_node = said.get("two_node", "0") in _TRUE
    if two_node != two:
        section["two_node"] = two_node
    waits = said["wait_for_all"] in _TRUE if "wait_for_all" in said else two_node
    if waits != two_node:
        section["wait_for_all"] = waits
    if said.get("last_man_standing", "0") in _TRUE:
        section["last_man_standing"] = True
        if window := said.get("last_man_standing_window"):
            section["last_man_standing_window"] = f"{window}ms"
    if said.get("auto_tie_breaker", "0") in _TRUE:
        section["auto_tie_breaker"] = _tie_breaker(said.get("auto_tie_breaker_node", "lowest"), draft)
    votes = sum(node.get("votes", 1) for node in draft.nodes.values())
    expected = said.get("expected_votes", "")
    if expected.isdecimal() and int(expected) > 0 and device is None and int(expected) != votes:
        section["expected_votes"] = int(expected)


def _tie_breaker(said: str, draft: Draft) -> object:
    return _names(said, draft) or ("highest" if said == "highest" else True)


def _names(said: str, draft: Draft) -> list[str]:
    """Return the nodes that ids stand for."""
    ids = {str(entry.get("id", number)): name for number, (name, entry) in enumerate(draft.nodes.items(), 1)}
    return [ids[word] for word in said.split() if word in ids]


def _host(configuration: Configuration) -> str | None:
    net = next(configuration.all("quorum", "device", "net"), None)
    return net.value("host") if net is not None else None


def _device(device: Items, configuration: Configuration) -> Section:
    net, host = next(configuration.all("quorum", "device", "net"), None), _host(configuration)
    if host is None or net is None:
        return {}
    entry: Section = {"host": host}
    if (port := net.value("port")) and port.isdecimal() and port != "5403":
        entry["port"] = int(port)
    if (algorithm := net.value("algorithm")) in _ALGORITHMS and algorithm != "ffsplit":
        entry["algorithm"] = algorithm
    if (tls := net.value("tls")) in {"off", "required"}:
        entry["tls"] = tls
    breaker = net.value("tie_breaker")
    if breaker and breaker != "lowest":
        entry["tie_breaker"] = breaker
    if (votes := device.value("votes")) and votes.isdecimal():
        entry["votes"] = int(votes)
    for key, default in (("timeout", "10000"), ("sync_timeout", "30000")):
        value = device.value(key)
        if value and value.isdecimal() and value != default:
            entry[key] = f"{value}ms"
    return entry
