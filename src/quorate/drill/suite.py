"""Suite: which faults fit a service, in the order in which a drill goes through them. Pure.

What every cluster must stand comes first; what leaves one node alone with the data comes last.
"""

from collections.abc import Sequence

from quorate.drill.fault import Setting
from quorate.drill.faults import faults
from quorate.errors import UsageError

ORDER = (
    *("standby", "link-down"),
    *("kill-server", "kill-server-and-supervisor", "agent-errors", "reboot", "hang-server"),
    *("kill-pacemakerd", "kill-pacemaker-attrd", "kill-pacemaker-fenced", "kill-pacemaker-schedulerd"),
    *("kill-pacemaker-controld", "kill-pacemaker-execd", "kill-pacemaker-based"),
    *("packet-loss", "delay", "address-stolen"),
    *("power-cut", "freeze", "isolated", "isolated-deaf", "isolated-mute", "partition", "kill-corosync"),
    *("bmc-unreachable", "power-cut-two", "power-cut-all", "power-cut-all-wrong-order"),
    *("power-cut-peer-starting", "power-cut-peer-syncing"),
)


def fitting(setting: Setting) -> list[str]:
    """Return the faults that fit."""
    known = [*(one for one in ORDER if one in faults()), *sorted(faults().keys() - set(ORDER))]
    return [one for one in known if not faults()[one].obstacle(setting)]


def chosen(setting: Setting, wanted: Sequence[str]) -> list[str]:
    """Return the faults to go through: those that are wanted, in their order, or all that fit."""
    fit = fitting(setting)
    for one in wanted:
        if one not in fit:
            reason = f"{one} does not fit: {faults()[one].obstacle(setting)}" if one in faults() else ""
            raise UsageError(reason or f"there is no fault {one!r}", f"choose from: {', '.join(fit)}")
    return list(wanted) or fit
