"""Failure: something that can go wrong, as data. Made by the files of failures/, applied by strike.py. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from quorate.explore.scheduler.step import Result
from quorate.explore.scheduler.transition import Placement
from quorate.explore.subject import Subject

HERE = ""
"""As a Result's node: wherever the resource is active when the failure comes. strike.py puts the node in its place,
and for interval_ms 0 of a monitor the interval of the one that serves there."""

Notice = Literal["membership", "monitor", "announced", "none"]
"""How Pacemaker comes to know: Corosync misses the node; a monitor finds the resource failed; it is told at once
(standby, an orderly leave); it does not, until it needs what has failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One failure. id: stable, "node-lost:n1"; its first part is the kind. words: a sentence without its end.

    lost, left, standby, returned: nodes; active: taken out of standby; runs_on: lost ones that go on with what they
    ran, for all that the others know. apart: sides that no longer hear each other, each a set of nodes. links: (node,
    link number) that are cut; a node that has none left is apart from all others. devices: fencing devices that do not
    answer. quorum_device: the quorum device does not. results, failing: of operations; failing ones stay so until the
    failure is taken back; results are what a monitor finds, or would, if one asked. scores: transient node attributes,
    as in Step. notice: how Pacemaker learns; resource: whose monitor finds it. serves: what failed, or was lost, goes
    on serving clients until Pacemaker stops or fences it (a monitor that errs, a node without Corosync). hangs: what
    failed answers neither clients nor its monitor, and is stopped by force only.
    per_year: how often it happens to this one part, and repair_s how long until it is mended: None where the kind has
    no rate of its own (a part of another failure, a choice of the operator).
    """

    id: str
    words: str
    lost: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()
    standby: frozenset[str] = frozenset()
    returned: frozenset[str] = frozenset()
    active: frozenset[str] = frozenset()
    runs_on: frozenset[str] = frozenset()
    apart: tuple[frozenset[str], ...] = ()
    links: frozenset[tuple[str, int]] = frozenset()
    devices: frozenset[str] = frozenset()
    quorum_device: bool = False
    results: tuple[Result, ...] = ()
    failing: tuple[Result, ...] = ()
    scores: tuple[tuple[str, str, str], ...] = ()
    notice: Notice = "none"
    resource: str = ""
    serves: bool = False
    hangs: bool = False
    per_year: float | None = None
    repair_s: float | None = None

    @property
    def kind(self) -> str:
        """Which file of failures/ made it."""
        return self.id.partition(":")[0]


def beginning(failure: Failure) -> object:
    """Return what is equal for failures that begin alike: the same operations fail, or the same nodes go."""
    return failure.results or failure.lost or failure.standby | failure.left or failure.id


def side_by_side(failures: Iterable[Failure]) -> tuple[Failure, ...]:
    """Return failures in an order in which those that begin alike stand together, and as they stood otherwise.

    A resource fails, and then its start, too, or its stop, or every start; a node is lost, with its fencing board or
    not: the scheduler begins with the same, and whoever asks it for one after the other is told at once
    (native/seen.c, answered.py).
    """
    kept = tuple(failures)
    place: dict[object, int] = {}
    for failure in kept:
        place.setdefault(beginning(failure), len(place))
    return tuple(sorted(kept, key=lambda failure: place[beginning(failure)]))


def node_by_node(failures: Iterable[Failure], placement: Placement) -> tuple[Failure, ...]:
    """Return failures in an order in which those of resources on one node stand together, and as they stood otherwise.

    What cannot be stopped has its node fenced; whatever it was, what comes then is the same (native/seen.c). Those of
    no resource (nodes, links, sides) come first: they are few, do most, and are known when somebody ends it early.
    """
    homes: dict[str, str] = {}
    for one in sorted(placement.instances):
        homes.setdefault(one.resource, one.node)

    def home(failure: Failure) -> tuple[bool, str]:
        first = next(iter(failure.results), None)
        return (False, "") if first is None else (True, first.node or homes.get(first.resource, ""))

    return tuple(sorted(failures, key=home))


def rated(failure: Failure, subject: Subject) -> Failure:
    """Return the failure with the rate of its kind, where it has one of its own."""
    rate = subject.rates.get(failure.kind)
    return failure if rate is None else replace(failure, per_year=rate.per_year, repair_s=rate.repair_s)


class Kind(Protocol):
    """A kind of failure: a module in failures/, named like its failures' ids."""

    @property
    def TITLE(self) -> str:  # noqa: N802 - modules keep this protocol, and theirs is a constant
        """What it is, for a heading: "A node loses its power or crashes"."""

    @property
    def NOT_COVERED(self) -> tuple[str, ...]:  # noqa: N802
        """What of this kind is not explored; printed with every result."""

    def find(self, subject: Subject) -> Iterator[Failure]:
        """Yield every failure of this kind that the subject can have."""
