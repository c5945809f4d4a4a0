"""Economy: which pairs need not be put to the scheduler, for their outcome is known from what was asked before. Pure.

Exact are two of the rules. TWIN: two first failures left the same state of the same situation; what comes next has the
same outcome. ALONE: the first failure left everything as it was but for a count of failures that is below the
migration-threshold, which matters to the resource that failed and to nothing else. The third, APART, is approximate and
labelled so: two failures of resources that no constraint ties together are taken to be independent, though Pacemaker
counts the resources on a node when it chooses among equal ones. `Options.exact` does without it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from quorate.explore.failure import Failure
from quorate.explore.result import Impact, Scenario, State
from quorate.explore.scheduler.transition import Placement
from quorate.explore.situation import Situation
from quorate.explore.standing import Stood

ALREADY = "it was down before; "
INDEPENDENT = "no constraint ties what fails second to what failed first: taken to be as by itself"


@dataclass(frozen=True, slots=True)
class Trace:
    """What a single failure did, as far as it matters to what comes next.

    tied: the components of the resources that it names. local: nothing but resources changed: no node, no vote, no
    promotion score, and it came to rest. harmed: the services to which it made a difference.
    """

    tied: frozenset[str]
    local: bool
    harmed: frozenset[str]


def names(failure: Failure) -> frozenset[str]:
    """Return the resources that a failure names."""
    return frozenset(one.resource for one in (*failure.results, *failure.failing)) | {failure.resource} - {""}


def is_nothing(impact: Impact) -> bool:
    """Whether an impact says that nothing changed for the service: it runs as before, or was down before."""
    if not impact.before:
        return not impact.after
    return impact.state is State.UNAFFECTED and impact.before == impact.after and not impact.why


def settled_situation(situation: Situation) -> Situation:
    """Return a situation without what cannot matter: operations that would fail on nodes that are gone."""
    gone = situation.down | situation.left
    return replace(situation, failing=tuple(one for one in situation.failing if one.node not in gone))


@dataclass
class Economy:
    """Decides pair by pair. stood, traces, alone: of the single failures, by id: what each left, did, and its scenario.

    rest: before any failure. exact: whether nothing approximate is wanted.
    """

    rest: Stood
    stood: Mapping[str, Stood]
    traces: Mapping[str, Trace]
    alone: Mapping[str, Scenario]
    exact: bool = False
    _models: dict[object, str] = field(default_factory=dict)

    def model(self, first: Failure) -> str:
        """Return the id of the first failure that leaves the same as this one, "" where that is as if none did."""
        left = self.stood[first.id]
        situation = settled_situation(left.situation)
        if (left.state, situation, left.approximate) == (self.rest.state, Situation(), ""):
            return ""
        return self._models.setdefault((left.state, situation, left.approximate), first.id)

    def leaves_nothing(self, first: Failure) -> bool:
        """Whether a failure changed nothing but the count of failures of what it names."""
        left, trace = self.stood[first.id], self.traces[first.id]
        return (
            trace.local
            and not first.failing
            and left.situation == Situation()
            and _same(left.placement, self.rest.placement)
            and not left.approximate
        )

    def is_apart(self, first: Failure, second: Failure) -> bool:
        """Whether both failures concern resources alone, and these have nothing to do with each other."""
        if self.exact or first.id not in self.traces or second.id not in self.traces:
            return False
        one, other = self.traces[first.id], self.traces[second.id]
        return one.local and other.local and not one.tied & other.tied and not one.harmed & other.harmed

    def apart(self, second: Failure, after: Sequence[Impact]) -> tuple[Impact, ...]:
        """Return what the second of two such failures does. after: what the first left (`standing`)."""
        harmed = self.traces[second.id].harmed
        alone = self.alone[second.id].impacts
        return tuple(new if new.service in harmed else old for new, old in zip(alone, after, strict=True))


def standing(impacts: Sequence[Impact]) -> tuple[Impact, ...]:
    """Return what a failure that does nothing to any service does, after one that had these impacts."""
    return tuple(
        Impact(one.service, State.UNAFFECTED, None, one.after, one.after)
        if one.after
        else replace(
            one, state=State.DOWN, before=(), why=f"{ALREADY}{one.why.removeprefix(ALREADY)}", redundancy_gone=False
        )
        for one in impacts
    )


def _same(one: Placement, other: Placement) -> bool:
    return one.nodes == other.nodes and one.instances == other.instances
