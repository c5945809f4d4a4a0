"""Commands of pcs: what they make of an empty cluster; `pcs cluster setup` is the corosync.conf it writes. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from quorate.adopt.account import Fate
from quorate.adopt.material import Held, Material
from quorate.adopt.reading.crm import others
from quorate.adopt.sorting import Piece
from quorate.catalog.agents import AgentLibrary
from quorate.dialect.corosync.model import Configuration, Key, Section
from quorate.dialect.crm.references import identity
from quorate.dialect.pcs.read import read as read_pcs
from quorate.dialect.pcs.state import Setup
from quorate.lines import Span

_PLAIN = ("bindnetaddr", "broadcast", "linknumber", "mcastaddr", "mcastport", "ttl")
_CRYPTO = {"cipher": "aes256", "hash": "sha256"}  # pcs 0.10 on, for knet


def read(pieces: Sequence[Piece], material: Material, library: AgentLibrary) -> None:
    """Read all pieces; a name that one of them defines is known to the others."""
    known = {identity(held.statement) or "" for held in material.held}
    for piece in pieces:
        reading = read_pcs(piece.text, piece.file, library.names(), defined=known, library=library)
        known |= {identity(statement) or "" for statement in reading.configuration.statements}
        material.findings += reading.findings
        covered = set[int]()
        for placed in reading.placed:
            lines = {number + 1 for token in placed.tokens for number in (token.line, token.end_line)}
            covered |= lines
            place = material.place(piece.file, min(lines))
            material.held.append(Held(placed.statement, piece.file, tuple(sorted(lines)), place))
        if reading.setup is not None:
            material.corosync.append((_conf(reading.setup), piece.file))
            covered |= {reading.setup.line + 1}
            material.account.add(piece.file, [reading.setup.line + 1], "pcs cluster setup", Fate.BECAME, "the nodes")
        undone = sorted(reading.run - covered)
        if undone:
            material.account.add(piece.file, undone, "pcs", Fate.DROPPED, "a later command took away what it made")
        others(piece, material, reading.findings, covered | reading.run)


def _conf(setup: Setup) -> Configuration:
    """Return the corosync.conf that pcs writes for a cluster. Source: pcs/lib/corosync/config_facade.py of 0.11.5."""
    span = Span(setup.line, 0, setup.line, 3)

    def keys(given: Mapping[str, str]) -> tuple[Key, ...]:
        return tuple(Key(name, value, span=span) for name, value in given.items())

    interfaces = tuple(Section("interface", keys(_link(link, number))) for number, link in enumerate(setup.links))
    nodes = []
    for number, node in enumerate(setup.nodes, 1):
        addresses = {f"ring{at}_addr": address for at, address in enumerate(node.addresses or (node.name,))}
        nodes.append(Section("node", keys({**addresses, "name": node.name, "nodeid": str(number)})))
    quorum = {"provider": "corosync_votequorum", **dict(_options(setup, "quorum"))}
    if len(nodes) == 2 and quorum.get("auto_tie_breaker") != "1":
        quorum["two_node"] = "1"
    totem = {"version": "2", "cluster_name": setup.name, "transport": setup.transport, **dict(_totem(setup))}
    return Configuration((Section("totem", (*keys(totem), *interfaces)), Section("nodelist", tuple(nodes)),
                          Section("quorum", keys(quorum))))  # fmt: skip


def _options(setup: Setup, part: str) -> Iterator[tuple[str, str]]:
    for name, given in setup.options:
        if name == part:
            yield from given


def _totem(setup: Setup) -> Iterator[tuple[str, str]]:
    """Yield the keys of totem that pcs writes besides the cluster's name and its transport."""
    if setup.transport == "knet":
        for name, value in {**_CRYPTO, **dict(_options(setup, "crypto"))}.items():
            yield f"crypto_{name}", value
    for name, value in _options(setup, "compression"):
        yield f"knet_compression_{name}", value
    yield from _options(setup, "transport")
    yield from _options(setup, "totem")


def _link(given: Sequence[tuple[str, str]], number: int) -> dict[str, str]:
    names = {name: name if name in _PLAIN or name.startswith("knet_") else f"knet_{name}" for name, _ in given}
    return {"linknumber": str(number)} | {names[name]: value for name, value in given}
