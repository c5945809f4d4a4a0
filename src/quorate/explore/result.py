"""What an exploration says: values that reports are made of, and that go to JSON as they are. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class State(StrEnum):
    """What a scenario means for a service, from the best to the worst.

    DEGRADED: it was not interrupted, but has no other place to go any more, or fewer copies. DOWN: until something
    returns or somebody acts. TWO_COPIES: two sides would run it, or a node that may still run it was not fenced.
    """

    UNAFFECTED = "unaffected"
    DEGRADED = "degraded"
    INTERRUPTED = "interrupted"
    DOWN = "down"
    TWO_COPIES = "two copies"


Basis = Literal["measured", "default", "bound"]
"""What a duration rests on: measured in this cluster; the catalog's default, measured in the lab; the time-out of the
operation, or of a proxy's check, which is an upper bound. Put together, the weakest of them (the last) counts."""


Cause = Literal[
    "",
    "no-quorum",
    "not-fenced",
    "two-sides",
    "blocked",
    "failing",
    "no-node",
    "too-few",
    "unheard",
    "all-lost",
    "restless",
]
"""What keeps a service down or lets two run it, so that it can be said what to change. not-fenced: a node that may
still run it is not off. two-sides: both live. blocked: it failed, and Pacemaker leaves it alone. failing: wherever it
may run. no-node: all that may run it are away. too-few: servers run, and not enough for any of them to serve. unheard:
it runs where a link is cut by which it is reached. all-lost: nobody is left. restless: Pacemaker never comes to
rest."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A duration in seconds, and what it rests on."""

    seconds: float
    basis: Basis


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of the longest path, in seconds after the failure. action: "start", "detect" ..."""

    begin_s: float
    end_s: float
    action: str
    subject: str
    node: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class Impact:
    """What a scenario does to one service.

    interruption: None where it is not interrupted or does not come back. before, after: nodes that run it. why: a
    sentence. until: what has to happen for it to return, or for two copies to be ruled out ("" where nothing must).
    redundancy_gone: no other node could take it over now. path: what the interruption consists of. cause: of DOWN and
    TWO_COPIES, "" where it is none of these. through: the service that it uses, where that one is to blame.
    """

    service: str
    state: State
    interruption: Figure | None = None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    why: str = ""
    until: str = ""
    redundancy_gone: bool = False
    path: tuple[Stretch, ...] = ()
    cause: Cause = ""
    through: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """An action on a scenario's time axis, s after the last failure. transition: which of them it is part of.

    after: ids of what it waited for, in the same transition. serves_s: when clients have their answers from what it
    starts, where that is before the agent's end.
    """

    begin_s: float
    end_s: float
    action: str
    subject: str
    node: str
    transition: int
    id: int
    after: tuple[int, ...]
    basis: Basis
    serves_s: float | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """One failure, or one after another (each comes when the cluster has settled after the one before).

    id: the failures' ids, joined by " then ". impacts: of the last failure, in the order of the services.
    events: everything that Pacemaker does after it, where that was asked for. quiet: it came to rest. same_as: the id
    of a scenario that leaves the very same state and did the same, "" if this one was asked itself. replay: a command
    line that asks crm_simulate the same. approximate: what of it is not exact ("" where all is). per_year, repair_s: of
    a single failure, as in Failure; None for others.
    """

    id: str
    failures: tuple[str, ...]
    words: str
    impacts: tuple[Impact, ...]
    events: tuple[Event, ...] = ()
    quiet: bool = True
    same_as: str = ""
    replay: str = ""
    approximate: str = ""
    per_year: float | None = None
    repair_s: float | None = None

    @property
    def worst(self) -> State:
        """The worst of what services meet."""
        order = list(State)
        return max((impact.state for impact in self.impacts), key=order.index, default=State.UNAFFECTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exploration:
    """All that was found.

    depth: 1, or 2 with pairs. total: scenarios there are; fewer are in `scenarios` where it was interrupted or
    narrowed. not_covered: what was not asked. scheduler: who was asked. took_s: wall clock.
    """

    subject: str
    nodes: tuple[str, ...]
    services: tuple[str, ...]
    depth: int
    scheduler: str
    scenarios: tuple[Scenario, ...]
    total: int
    not_covered: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    took_s: float = 0
    outage_target_s: float | None = None
    availability_target: float | None = None
