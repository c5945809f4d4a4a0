"""Under which keys a running Corosync keeps a corosync.conf (cmap_keys(7), coroparse.c of 3.1.7). Pure.

"totem.token": "3000", "nodelist.node.0.ring0_addr": "10.0.0.1". Nodes are counted in the order of the file, interfaces
by their linknumber, subsystems by their name. Of a key that stands twice the last value is kept.
"""

from collections.abc import Iterator, Mapping

from quorate.dialect.corosync.model import Configuration, Section
from quorate.dialect.corosync.read import read


def cmap(configuration: Configuration) -> Mapping[str, str]:
    """Return the keys of a configuration, as the text that they are printed as."""
    kept = {key.name: key.value for key in configuration.entries()}
    nodes = 0
    for section in configuration.sections():
        if section.name != "nodelist":
            kept |= dict(_keys(section, section.name))
            continue
        nodes = 0  # a second nodelist is counted anew, and takes the place of the first
        for part in section.sections():
            kept |= dict(_keys(part, f"nodelist.node.{nodes}" if part.name == "node" else f"nodelist.{part.name}"))
            nodes += part.name == "node"
    return kept


def cmap_of(text: str) -> Mapping[str, str]:
    """Return the keys of a text that quorate wrote."""
    return cmap(read(text, "corosync.conf").configuration)


def _keys(section: Section, path: str) -> Iterator[tuple[str, str]]:
    named, path = _path(section, path)
    for key in section.entries():
        if key.name not in named:
            yield f"{path}.{key.name}", key.value
    members = 0
    for part in section.sections():
        if path.startswith("totem.interface.") and part.name == "member":
            yield f"{path}.member.{members}", part.value("memberaddr") or ""
            members += 1
        else:
            yield from _keys(part, f"{path}.{part.name}")


def _path(section: Section, path: str) -> tuple[tuple[str, ...], str]:
    """Return the keys that name a section rather than say something, and its path in the cmap."""
    if path == "totem.interface":
        return ("linknumber",), f"{path}.{section.value('linknumber') or '0'}"
    if path == "logging.logger_subsys":
        return (), f"{path}.{section.value('subsys') or ''}"
    if path == "logging.logging_daemon":
        name, subsystem = section.value("name") or "", section.value("subsys")
        if name == "corosync":
            return ("name",), f"logging.logger_subsys.{subsystem}" if subsystem else "logging"
        return (), f"{path}.{name}" + (f".{subsystem}" if subsystem else "")
    if path == "uidgid":
        return (), "uidgid.config"
    return (), path
