"""Suite: which faults fit a service, in the order in which a drill goes through them, with which seeds. Pure.

What every cluster must stand comes first; what leaves one node alone with the data comes last.
"""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from random import Random
from statistics import fmean

from quorate.drill.fault import Setting, unfit
from quorate.drill.faults import faults
from quorate.errors import UsageError

ORDER = (
    *("standby", "link-down", "clock-step", "drbd-cut", "disk-failing"),
    *("kill-server", "kill-server-and-supervisor", "agent-errors", "reboot", "rolling-restart"),
    *("hang-server", "disk-full"),
    *("kill-pacemakerd", "kill-pacemaker-attrd", "kill-pacemaker-fenced", "kill-pacemaker-schedulerd"),
    *("kill-pacemaker-controld", "kill-pacemaker-execd", "kill-pacemaker-based"),
    *("packet-loss", "delay", "address-stolen"),
    *("power-cut", "freeze", "isolated", "isolated-deaf", "isolated-mute", "partition", "kill-corosync"),
    *("bmc-unreachable", "power-cut-two", "power-cut-all", "power-cut-all-wrong-order"),
    *("power-cut-peer-starting", "power-cut-peer-syncing"),
)
SEEDS = 1_000_000  # a seed that is chosen by chance is easily typed again
KNOWN_RUNS = 2  # so many have to be done before anything is said about the time that is left


def fitting(*settings: Setting) -> list[str]:
    """Return the faults that fit one of the services at least."""
    known = [*(one for one in ORDER if one in faults()), *sorted(faults().keys() - set(ORDER))]
    return [one for one in known if any(not unfit(faults()[one], setting) for setting in settings)]


def chosen(settings: Sequence[Setting], wanted: Sequence[str]) -> list[str]:
    """Return the faults to go through: those that are wanted, in their order, or all that fit.

    settings: one for each service that may be hit. A wanted one may be a pattern (`power-*`, fnmatch(3)): it stands for
    those that fit, in their usual order.
    """
    fit = fitting(*settings)
    found: list[str] = []
    for one in wanted:
        matching = [name for name in fit if fnmatchcase(name, one)]
        if not matching:
            reason = f"{one} does not fit: {unfit(faults()[one], settings[0])}" if one in faults() else ""
            raise UsageError(reason or f"there is no fault {one!r}", f"choose from: {', '.join(fit)}")
        found += matching
    return found or fit


def hit(settings: Sequence[Setting], fault: str, seed: int) -> str:
    """Return the service that a fault hits, one of those that it fits; the same seed draws the same."""
    fit = [setting.service for setting in settings if not unfit(faults()[fault], setting)]
    return Random(seed).choice(fit)  # noqa: S311 - a drill


def drawn(order: Sequence[str], number: int, seed: int) -> list[str]:
    """Return so many of these faults, each drawn from all of them; the same seed draws the same."""
    return Random(seed).choices(order, k=number)  # noqa: S311 - a drill


def seed_of(seed: int, run: int) -> int:
    """Return the seed of a series' run; that of its first run (1) is its own, so that any run can be the first."""
    return seed + run - 1


def remaining_s(took: Sequence[tuple[str, float]], left: Sequence[str]) -> float | None:
    """Return how long the runs that are left may take, by those done: (fault, s). None while too few are done."""
    if len(took) < KNOWN_RUNS or not left:
        return None
    by_fault: Mapping[str, list[float]] = {fault: [s for one, s in took if one == fault] for fault, _ in took}
    usual = fmean(s for _, s in took)
    return sum(fmean(by_fault.get(fault) or [usual]) for fault in left)
