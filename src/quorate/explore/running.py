"""Running: a placement, read service by service: what serves, where, and whether another node could take over. Pure.

A primitive serves where it is active on a node that is known to be there, is not blocked, and is promoted if it can be.
What an unclean node may run does not count.
"""

from collections.abc import Callable, Collection, Sequence

from quorate.explore.scheduler.transition import Instance, Placement
from quorate.explore.scores import attribute
from quorate.explore.situation import Situation
from quorate.explore.subject import Part, Service, Subject

THERE = frozenset({"online", "standby"})
SERVING = frozenset({"Started", "Promoted", "Unpromoted"})
"""Roles in which a primitive is active."""

ALL_WELL = Situation()

Hindrance = Callable[[str], str]
"""Why the cluster could not take over from a node if that were lost now; "" where it could."""


def spoiled(subject: Subject, situation: Situation) -> frozenset[tuple[str, str]]:
    """Return (primitive, node) of all that cannot start, or not be promoted, by what has failed so far."""
    starts = {(one.resource, one.node) for one in situation.failing if one.task in {"start", "promote"}}
    names = {attribute(part.id): part.id for part in subject.parts.values() if part.promotable}
    return frozenset(starts | {(names[name], node) for node, name in situation.scores if name in names})


def orderly(situation: Situation) -> frozenset[str]:
    """Return the nodes that are away by somebody's order."""
    return situation.standby | situation.left


def is_shared(part: Part) -> bool:
    """Whether several copies of a primitive may serve at a time: it is cloned, and not promoted on one node alone."""
    return bool(part.clone) and (not part.promotable or part.promoted_max > 1)


def deaf(subject: Subject, situation: Situation) -> frozenset[tuple[str, str]]:
    """Return (primitive, node) of all that serves nobody wherever it runs: a link that its service needs is cut there.

    Pacemaker does not see it, for Corosync may have another link.
    """
    cut = {node: {number for one, number in situation.links if one == node} for node, _ in situation.links}
    return frozenset(
        (part, node)
        for service in subject.services
        for node, links in cut.items()
        if links.intersection(service.links)
        for part in (*service.needs, *service.beside)
    )


class Running:
    """What one side of the cluster runs. among: only these nodes count, None for all that the placement names.

    situation: what has failed so far, by which something may not serve, though it is active.
    """

    def __init__(
        self,
        subject: Subject,
        placement: Placement,
        among: frozenset[str] | None = None,
        situation: Situation = ALL_WELL,
    ) -> None:
        self.subject, self._orderly = subject, orderly(situation)
        self._deaf = deaf(subject, situation)
        self._unfit = self._deaf | spoiled(subject, situation)
        there = {name for name, state in placement.nodes.items() if state in THERE}
        self.there = frozenset(there if among is None else there & among)
        self.online = frozenset(name for name in self.there if placement.nodes[name] == "online")
        self._running: dict[str, frozenset[str]] = {}
        self._serving: dict[str, frozenset[str]] = {}
        self._up: dict[str, bool] = {}
        self._instances: dict[str, list[Instance]] = {}
        for one in placement.instances:
            if one.node in self.there:
                self._instances.setdefault(one.resource, []).append(one)
        self._stuck = tuple(sorted(one for one in placement.instances if one.blocked and one.node in self.there))

    def active(self, part: str) -> frozenset[str]:
        """Return the nodes on which a primitive is active, whether it serves there or not."""
        return frozenset(one.node for one in self._instances.get(part, ()))

    def runs(self, part: str) -> frozenset[str]:
        """Return the nodes on which a primitive does what it is there for, whether anybody hears it or not."""
        if part not in self._running:
            promoted = (found := self.subject.parts.get(part)) is not None and found.promotable
            self._running[part] = frozenset(
                one.node
                for one in self._instances.get(part, ())
                if not one.blocked and (not promoted or one.role == "Promoted")
            )
        return self._running[part]

    def serves(self, part: str) -> frozenset[str]:
        """Return the nodes on which a primitive serves."""
        if part not in self._serving:
            self._serving[part] = frozenset(node for node in self.runs(part) if (part, node) not in self._deaf)
        return self._serving[part]

    def blocked(self, parts: Collection[str]) -> tuple[Instance, ...]:
        """Return what of these primitives has failed and is not touched any more, sorted."""
        return tuple(one for one in self._stuck if one.resource in parts)

    def is_up(self, service: Service) -> bool:
        """Whether all that the service itself needs serves somewhere, and enough of it, whatever it uses."""
        if service.name not in self._up:
            self._up[service.name] = (
                all(self.serves(part) for part in service.needs)
                and all(self.serves(one) & self.serves(other) for one, other in service.tied)
                and (service.enough == "one" or not self.too_few(service))
            )
        return self._up[service.name]

    def is_served(self, service: Service) -> bool:
        """Whether clients of the service are served: it is up, and so is all that it uses."""
        return self.is_up(service) and all(map(self.is_up, service.uses))

    def too_few(self, service: Service, without: str = "") -> str:
        """Return a primitive of which too few instances serve for any of them to serve clients; "" for none.

        without: as if that node were lost.
        """
        if service.enough == "one":
            return ""
        stopped = self._orderly if service.enough == "most of the rest" else frozenset[str]()
        voters = [(one, node) for one, node in service.arbitrators if node not in stopped]
        members = len(frozenset(service.nodes or self.subject.nodes) - stopped) + len(voters)
        voting = sum(1 for one, node in voters if node in self.serves(one) - {without})
        for part in service.needs:
            if is_shared(self.subject.parts[part]):
                serving = len(self.serves(part) - {without})
                if 2 * (serving + voting) <= members:
                    return part
        return ""

    def nodes(self, service: Service) -> frozenset[str]:
        """Return the nodes that run the service; none where it is not served. Of clones alone: every copy's."""
        if not self.is_served(service):
            return frozenset()
        own = [part for part in service.needs if not is_shared(self.subject.parts[part])]
        return frozenset(node for part in own or service.needs for node in self.serves(part))

    def copies(self, service: Service) -> frozenset[tuple[str, str]]:
        """Return (primitive, node) of all that the service has in clones, and of what stands beside it."""
        cloned = [part for part in service.needs if self.subject.parts[part].clone]
        active = ((part, node) for part in (*cloned, *service.beside) for node in self.active(part))
        return frozenset(active) - self._unfit

    def alone(self, service: Service, hindrance: Hindrance) -> str:
        """Return why the service would stay down if a node that runs it were lost now, in a sentence; "" if none."""
        for node in sorted(self.nodes(service)):
            if self.too_few(service, node):
                return f"without {node} too few of its servers would be left"
            if not self._goes_on_without(service, node):
                return f"no other node could take it over from {node} now"
            if why := hindrance(node):
                return f"nobody could take it over from {node} now: {why}"
        return ""

    def _goes_on_without(self, service: Service, node: str) -> bool:
        tied = {name for pair in service.tied for name in pair}
        could = (self.online & frozenset(service.nodes or self.subject.nodes)) - {node}
        for name in service.needs:
            part = self.subject.parts[name]
            fit = frozenset(
                one for one in (self.active(name) if part.clone else could) if (name, one) not in self._unfit
            )
            if part.clone and not fit - {node}:
                return False
            if not is_shared(part) or name in tied:
                could &= fit
        return bool(could) or all(is_shared(self.subject.parts[name]) for name in service.needs)


class Sides:
    """What sides of a cluster run that do not know of each other. A service is served where one side has all."""

    def __init__(self, each: Sequence[Running]) -> None:
        self.each = tuple(each)

    def home(self, service: Service) -> int | None:
        """Return the index of the first side on which the service is served."""
        return next((number for number, one in enumerate(self.each) if one.is_served(service)), None)

    def nodes(self, service: Service) -> tuple[str, ...]:
        """Return the nodes that run the service, on whatever side, sorted."""
        return tuple(sorted(node for one in self.each for node in one.nodes(service)))

    def is_up(self, service: Service) -> bool:
        """Whether a side has all that the service itself needs."""
        return any(one.is_up(service) for one in self.each)

    def too_few(self, service: Service) -> str:
        """Return a primitive that runs, of which no side has enough instances; "" for none."""
        few = [part for one in self.each if (part := one.too_few(service)) and one.serves(part)]
        return few[0] if few and not self.is_up(service) else ""

    def copies(self, service: Service) -> frozenset[tuple[str, str]]:
        """Return (primitive, node) of all that the service has in clones or beside it."""
        return frozenset(copy for one in self.each for copy in one.copies(service))

    def alone(self, service: Service, hindrance: Hindrance) -> str:
        """Return why the loss of one more node would end the service; "" if it would not, or if it is down."""
        home = self.home(service)
        return "" if home is None else self.each[home].alone(service, hindrance)

    def runs(self, part: str) -> frozenset[str]:
        """Return the nodes on which a primitive runs, heard or not, on whatever side."""
        return frozenset(node for one in self.each for node in one.runs(part))

    def serves(self, part: str) -> frozenset[str]:
        """Return the nodes on which a primitive serves, on whatever side."""
        return frozenset(node for one in self.each for node in one.serves(part))
