"""Meaning: which of explore's failures a fault is, so that explore can foretell it. Pure.

Every fault has a `meaning`: a function of what the drill faces. Most are one failure of explore's universe, by its id;
some are several, at once or one after another; some explore does not cover, and the meaning says so in a sentence.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType

from quorate import registry
from quorate.errors import UsageError
from quorate.explore import failures
from quorate.explore.failure import HERE, Failure
from quorate.explore.failures.resource_failed import named
from quorate.explore.subject import Part, Subject


@dataclass(frozen=True)
class Faced:
    """What a fault happens to: the cluster as explore sees it, the service that clients ask, the node that serves it.

    chosen: what the fault has left to chance, as in Scene.
    """

    subject: Subject
    service: str
    node: str
    chosen: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @cached_property
    def universe(self) -> Mapping[str, Failure]:
        """All failures that explore knows here, by their ids."""
        kinds = registry.modules(failures).values()
        return {one.id: one for kind in kinds for one in kind.find(self.subject)}

    def failure(self, id_: str) -> Failure:
        """Return one of them; UsageError where there is none of that id."""
        if id_ not in self.universe:
            raise UsageError(f"explore has no failure {id_} in this cluster", "see quorate explore --help")
        return self.universe[id_]

    @property
    def server(self) -> Part:
        """The primitive that clients talk to: the last that the service needs."""
        return self.subject.parts[self.subject.service(self.service).needs[-1]]

    @property
    def instance(self) -> str:
        """That primitive as failures name it: an instance of a clone with its node."""
        return named(self.server, self.node if self.server.clone else HERE)

    @property
    def others(self) -> tuple[str, ...]:
        """All other nodes."""
        return tuple(name for name in self.subject.nodes if name != self.node)

    @property
    def words(self) -> Mapping[str, str]:
        """What ids may have in braces."""
        return {"node": self.node, "server": self.instance, **self.chosen}


@dataclass(frozen=True, slots=True)
class Meaning:
    """failures: one after another, each when the cluster is at rest after the one before. uncovered: why there is none.

    subject: the cluster as the fault makes it besides, None where it leaves it as it is.
    """

    failures: tuple[Failure, ...] = ()
    uncovered: str = ""
    subject: Subject | None = None


Means = Callable[[Faced], Meaning]


def means(*ids: str) -> Means:
    """Return the meaning that is these failures, one after another. ids: with {node}, {server} and what was chosen."""

    def meaning(faced: Faced) -> Meaning:
        return Meaning(tuple(faced.failure(id_.format(**faced.words)) for id_ in ids))

    return meaning


@dataclass(frozen=True, slots=True)
class Uncovered:
    """The meaning of what explore does not cover, whatever the drill faces. clause: why, as the end of a sentence."""

    clause: str

    @property
    def why(self) -> str:
        """The sentence."""
        return f"Explore does not cover this fault: {self.clause}."

    def __call__(self, _faced: Faced) -> Meaning:
        """Return it."""
        return Meaning(uncovered=self.why)


def lost_together(nodes: Collection[str]) -> Failure:
    """Return the loss of several nodes at one moment."""
    named = sorted(nodes)
    return Failure(
        id="+".join(f"node-lost:{name}" for name in named),
        words=f"{', '.join(named)} are lost at once",
        lost=frozenset(named),
        notice="membership",
    )


def apart(faced: Faced, side: Collection[str]) -> Failure:
    """Return the split of some nodes from all others, which explore may not list where there are many nodes."""
    nodes = faced.subject.nodes
    one = tuple(name for name in nodes if (name in side) == (nodes[0] in side))
    other = tuple(name for name in nodes if name not in one)
    return Failure(
        id=f"partition:{'+'.join(one)}/{'+'.join(other)}",
        words=f"{', '.join(one)} and {', '.join(other)} no longer hear each other",
        apart=(frozenset(one), frozenset(other)),
        notice="membership",
    )


def unwatched(subject: Subject, part: Part) -> Subject:
    """Return the cluster without the process that tells Pacemaker at once when this primitive has ended."""
    parts = {**subject.parts, part.id: replace(part, watched=False)}
    return replace(subject, parts=MappingProxyType(parts))
