"""Words around a configuration: nothing is read, every stretch of lines is accounted for. Pure."""

from collections.abc import Sequence

from quorate.adopt.account import Fate
from quorate.adopt.material import Material
from quorate.adopt.reading.others import stretches
from quorate.adopt.sorting import Piece
from quorate.catalog.agents import AgentLibrary


def read(pieces: Sequence[Piece], material: Material, _library: AgentLibrary) -> None:
    """Account for the lines."""
    for piece in pieces:
        for first, last in stretches(piece, material):
            material.account.add(piece.file, [first, last], "words", Fate.PROSE, "no configuration")
