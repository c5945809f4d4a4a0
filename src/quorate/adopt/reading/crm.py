"""Text of the crm shell: statements, and what stands between them. Pure."""

from collections.abc import Sequence

from quorate.adopt.account import Fate
from quorate.adopt.material import Held, Material
from quorate.adopt.sorting import Piece
from quorate.catalog.agents import AgentLibrary
from quorate.dialect.crm.read import read as read_crm
from quorate.dialect.crm.references import identity
from quorate.findings import Finding, Severity


def read(pieces: Sequence[Piece], material: Material, library: AgentLibrary) -> None:
    """Read all pieces; a name that one of them defines is known to the others."""
    agents = library.names()
    known = {_name(held.statement) for held in material.held}
    for piece in pieces:
        first = read_crm(piece.text, piece.file, agents)
        known |= {identity(statement) or "" for statement in first.configuration.statements}
    for piece in pieces:
        _read(piece, material, agents, known)


def _name(statement: object) -> str:
    return str(getattr(statement, "id", "") or "")


def _read(piece: Piece, material: Material, agents: Sequence[str], known: set[str]) -> None:
    reading = read_crm(piece.text, piece.file, agents, defined=known)
    material.findings += reading.findings
    covered = set[int]()
    for placed in reading.placed:
        lines = {token.line + 1 for token in placed.tokens} | {token.end_line + 1 for token in placed.tokens}
        covered |= lines
        place = material.place(piece.file, min(lines))
        material.held.append(Held(placed.statement, piece.file, tuple(sorted(lines)), place))
    others(piece, material, reading.findings, covered)


def others(piece: Piece, material: Material, findings: Sequence[Finding], covered: set[int]) -> None:
    """Account for lines that are in no statement: comments, the dialogue around them, and what could not be read."""
    said = dict[int, Finding]()
    for each in findings:
        if each.place is not None:
            said.setdefault(each.place.line, each)
    why = "part of a statement that could not be read"
    for number in sorted(piece.lines - covered):
        row, finding = material.row(piece.file, number), said.get(number)
        if row.startswith("#"):
            material.account.add(piece.file, [number], "a comment", Fate.DROPPED, "comments stay with their statements")
        elif finding is not None and finding.severity is Severity.INFO:
            material.account.add(piece.file, [number], _short(row), Fate.PROSE, finding.summary)
        else:
            why = finding.summary if finding is not None else why
            material.account.add(piece.file, [number], _short(row), Fate.DROPPED, f"not read: {why}")


def _short(row: str) -> str:
    words = row.split()
    return " ".join(words[:3])[:60]
