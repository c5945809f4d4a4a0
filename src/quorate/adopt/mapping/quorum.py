"""The quorum section of corosync.conf -> `quorum`: what differs from what quorate derives. Pure (votequorum(5))."""

from quorate.adopt.draft import Draft, Section
from quorate.adopt.material import Material
from quorate.dialect.corosync.model import Configuration, Items

_TRUE = {"1", "yes", "on"}


def quorum(material: Material, draft: Draft) -> None:
    """Fill in the section. two_node and wait_for_all are derived for two nodes, and written where they differ."""
    for configuration, _ in material.corosync:
        if any(configuration.all("quorum")):
            _fill(configuration, draft)


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


def _device(device: Items, configuration: Configuration) -> Section:
    net = next(configuration.all("quorum", "device", "net"), None)
    host = net.value("host") if net is not None else None
    if host is None or net is None:
        return {}
    entry: Section = {"host": host}
    if (port := net.value("port")) and port.isdecimal() and port != "5403":
        entry["port"] = int(port)
    if (algorithm := net.value("algorithm")) in {"ffsplit", "lms"} and algorithm != "ffsplit":
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
