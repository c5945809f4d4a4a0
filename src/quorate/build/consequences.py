"""Consequences: what a plan does to each service, as Pacemaker's own scheduler says. Values only, pure.

foretell.py makes them, from the live CIB and the one that will be written; apply and plan show them and hold them
against what an operator allows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from quorate.explore.result import Figure, Stretch


class Fate(StrEnum):
    """What a plan does to a service, mildest first.

    UNAFFECTED: nothing of it is touched. RELOADED: it goes on serving. DEGRADED: it goes on serving, while a copy of it
    is started anew or moved; clients of that copy go on to another. WAITING: nothing of it is touched, and a service
    that it uses is away for a while. STARTED: it did not run before. RESTARTED: on the nodes where it was. MOVED: to
    others. STOPPED: it does not run afterwards, or a service that it uses does not.
    """

    UNAFFECTED = "unaffected"
    RELOADED = "reloaded"
    DEGRADED = "degraded"
    WAITING = "waiting"
    STARTED = "started"
    RESTARTED = "restarted"
    MOVED = "moved"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Act:
    """Something that Pacemaker does. at_s: after it learned of it. task: start, stop, reload-agent, migrate_to ...

    occasion: about what, "" for the configuration that was written; else as a Moment words it ("emptying n1").
    """

    at_s: float
    seconds: float
    task: str
    resource: str
    node: str
    occasion: str = ""


@dataclass(frozen=True, slots=True)
class Consequence:
    """What the plan does to one service of the file, or to a resource that belongs to none.

    interruption: how long clients are without it, the longest where several come one after the other; None where they
    are not, or where it does not come back. before, after: nodes that run it. path: what the interruption consists of.
    why: what interrupts it, as a Moment words it ("" where the CIB alone is the reason). until: with what it comes
    back, where that is another thing than what interrupts it: nobody can say how long that takes. through: the service
    that it uses, where that one is to blame.
    """

    service: str
    fate: Fate
    interruption: Figure | None = None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    path: tuple[Stretch, ...] = ()
    why: str = ""
    until: str = ""
    through: str = ""

    @property
    def outage_s(self) -> float:
        """How long clients are without it; infinite where it does not come back, or nobody can say when."""
        if self.fate is Fate.STOPPED or self.until:
            return float("inf")
        return self.interruption.seconds if self.interruption else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """What a plan does to all services.

    services: one for each, in the order of the file, then resources that belong to none. acts: all that Pacemaker does.
    unknown: why nothing is foretold, a sentence; "" where it is. remarks: what is not exact. scheduler: who was asked.
    """

    services: tuple[Consequence, ...] = ()
    acts: tuple[Act, ...] = ()
    unknown: str = ""
    remarks: tuple[str, ...] = ()
    scheduler: str = ""

    @property
    def longest_s(self) -> float:
        """The longest interruption of any service, in seconds; 0 where nothing is interrupted."""
        return max((one.outage_s for one in self.services), default=0.0)

    def longer_than(self, allowed_s: float) -> Iterator[Consequence]:
        """Yield the services that are interrupted for longer."""
        return (one for one in self.services if one.outage_s > allowed_s)
