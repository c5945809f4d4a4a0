"""/etc/hosts: every node by name, without asking DNS. A file's text and a Cluster in, the file's new text out. Pure.

Only the block between the two markers is quorate's. Outside of it a line is changed in one case: it gives a node's
name another address. Debian's installer writes `127.0.1.1 NODE`, and a daemon that looks up its own name then
binds to loopback, where no other node can reach it.
"""

import re
from collections.abc import Iterable

from quorate.describe.cluster import Cluster, Node

BEGIN = "# quorate begin: the cluster's nodes"
END = "# quorate end"
_LINE = re.compile(r"(?P<before>\s*(?P<address>[0-9A-Fa-f:.%\w]+)\s+)(?P<names>[^#]*?)(?P<after>\s*(#.*)?)")


def merged(existing: str, cluster: Cluster) -> str:
    """Return `existing` with the cluster's block in it: replaced where it stood, else at the end.

    A file in which lines of somebody else's say all of it stays as it is. Idempotent. Foreign lines are kept. A node's
    qualified name that stood on a conflicting line (`127.0.1.1 n1.example.org n1`) moves into the block, so that
    `hostname -f` still knows it.
    """
    before, old_block, after = _split(existing)
    if BEGIN not in existing and _is_said(before, cluster):
        return existing
    aliases = _aliases(cluster, [*before, *old_block, *after])
    addresses = {node.name: str(node.links[0].ip) for node in cluster.nodes}
    moved = {alias: addresses[node] for node, names in aliases.items() for alias in names}
    kept_before = _without_conflicts(before, addresses | moved)
    kept_after = _without_conflicts(after, addresses | moved)
    return "".join(f"{line}\n" for line in (*kept_before, *_block(cluster.nodes, aliases), *kept_after))


def _is_said(lines: list[str], cluster: Cluster) -> bool:
    """True if lines of somebody else's give every node's name its address, and no other."""
    given = {(name, address) for address, names in map(_names, lines) for name in names}
    wanted = {(node.name, str(node.links[0].ip)) for node in cluster.nodes}
    return wanted <= given and _without_conflicts(lines, dict(wanted)) == lines


def _block(nodes: Iterable[Node], aliases: dict[str, list[str]]) -> list[str]:
    entries = [f"{node.links[0].ip}\t{' '.join((*aliases[node.name], node.name))}" for node in nodes]
    return [BEGIN, *entries, END]


def _split(existing: str) -> tuple[list[str], list[str], list[str]]:
    """Return the lines before, inside and after the block. A block without its end is only its first line."""
    lines = existing.removesuffix("\n").split("\n") if existing else []
    if BEGIN not in lines:
        return lines, [], []
    start = lines.index(BEGIN)
    if END not in lines[start:]:
        return lines[:start], [], lines[start + 1 :]
    end = lines.index(END, start)
    return lines[:start], lines[start + 1 : end], lines[end + 1 :]


def _names(line: str) -> tuple[str, list[str]]:
    match = _LINE.fullmatch(line)
    return (match["address"], match["names"].split()) if match else ("", [])


def _aliases(cluster: Cluster, lines: list[str]) -> dict[str, list[str]]:
    """Return the qualified names that lines give to each node beside its name, in order, each once."""
    found: dict[str, list[str]] = {node.name: [] for node in cluster.nodes}
    for line in lines:
        _, names = _names(line)
        for node, known in found.items():
            if node in names:
                known += [name for name in names if name.startswith(f"{node}.") and name not in {*known, *found}]
    return found


def _without_conflicts(lines: list[str], addresses: dict[str, str]) -> list[str]:
    """Return the lines without names that they would give a wrong address; a line left without names is dropped."""
    kept = []
    for line in lines:
        address, names = _names(line)
        good = [name for name in names if addresses.get(name, address) == address]
        if good == names:
            kept.append(line)
        elif good:
            match = _LINE.fullmatch(line)
            assert match is not None
            kept.append(f"{match['before']}{' '.join(good)}{match['after']}")
    return kept
