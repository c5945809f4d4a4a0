"""Inputs -> Material: every input is sorted into pieces, and each kind of piece is read. Pure."""

from collections.abc import Sequence

from quorate.adopt.hiding import hide
from quorate.adopt.material import Material
from quorate.adopt.reading import cib, corosync, crm, others, pcs, prose
from quorate.adopt.sorting import Input, Surroundings, pieces
from quorate.catalog.agents import AgentLibrary
from quorate.errors import UsageError
from quorate.lines import Lines

_READERS = {
    "cib": cib.read,
    "corosync": corosync.read,
    "drbd": others.read,
    "haproxy": others.read,
    "crm": crm.read,
    "pcs": pcs.read,
    "prose": prose.read,
}


def gather(inputs: Sequence[Input], library: AgentLibrary, around: Surroundings) -> Material:
    """Read all inputs. UsageError: nothing of a cluster was found.

    library: what agents say of themselves. around: what the host knows that the inputs are from.
    """
    material = Material(sources={given.name: Lines(given.name, given.text) for given in inputs}, around=around)
    for lines in material.sources.values():
        hide(lines)
    found = [piece for given in inputs for piece in pieces(given)]
    for kind, reader in _READERS.items():
        reader([piece for piece in found if piece.kind == kind], material, library)
    if not material.held and not material.corosync:
        names = ", ".join(given.name for given in inputs)
        raise UsageError(
            f"no configuration of a cluster stands in {names}",
            "give text of the crm shell, commands of pcs, a CIB, a corosync.conf, or a guide that has these",
        )
    return material
