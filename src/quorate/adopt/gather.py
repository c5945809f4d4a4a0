"""Inputs -> Material: every input is sorted into pieces, and each kind of piece is read. Pure."""

from collections.abc import Sequence

from quorate.adopt.material import Material
from quorate.adopt.reading import cib, corosync, crm, others, pcs, prose
from quorate.adopt.sorting import Input, Surroundings, pieces
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


def gather(inputs: Sequence[Input], agents: Sequence[str], around: Surroundings) -> Material:
    """Read all inputs. UsageError: nothing of a cluster was found.

    agents: names by which one of the wrong case is recognised. around: what the host knows that the inputs are from.
    """
    material = Material(sources={given.name: Lines(given.name, given.text) for given in inputs}, around=around)
    found = [piece for given in inputs for piece in pieces(given)]
    for kind, reader in _READERS.items():
        reader([piece for piece in found if piece.kind == kind], material, agents)
    if not material.held and not material.corosync:
        names = ", ".join(given.name for given in inputs)
        raise UsageError(
            f"no configuration of a cluster stands in {names}",
            "give text of the crm shell, commands of pcs, a CIB, corosync.conf or a guide with these; --as says which",
        )
    return material
