"""Suite: which faults fit a service, in the order in which a drill goes through them. Pure.

What every cluster must stand comes first; what leaves one node alone with the data comes last.
"""

from collections.abc import Sequence

from quorate.catalog.service import Service
from quorate.catalog.storage import Replicated
from quorate.drill.faults import faults
from quorate.errors import UsageError

ORDER = ("standby", "kill-server", "power-cut", "power-cut-peer-starting", "power-cut-peer-syncing")
PEER = "power-cut-peer-"  # these ask what becomes of a replicated store whose one good copy is gone


def fitting(name: str, service: Service) -> list[str]:
    """Return the faults that fit the service called `name`."""
    replicated = isinstance(service.store(name), Replicated)
    known = [*(one for one in ORDER if one in faults()), *sorted(faults().keys() - set(ORDER))]
    return [one for one in known if replicated or not one.startswith(PEER)]


def chosen(name: str, service: Service, wanted: Sequence[str]) -> list[str]:
    """Return the faults to go through: those that are wanted, in their order, or all that fit."""
    fit = fitting(name, service)
    for one in wanted:
        if one not in fit:
            known = one in faults()
            reason = f"{one} needs replicated data, which {name} has not" if known else f"there is no fault {one!r}"
            raise UsageError(reason, f"choose from: {', '.join(fit)}")
    return list(wanted) or fit
