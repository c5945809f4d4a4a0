"""Strike: what a failure makes of a cluster in a given situation. Pure.

In: a Subject, a Situation, a Failure, and what runs where when it comes. Out: a Blow. First the situation is brought up
to date, then the nodes that are there fall into sides (sides.py), each side's quorum is counted (quorum.py), and what
each can fence is found (reach.py). Each side is given a Step of its own, for each has a Pacemaker of its own; where two
would fence each other, delays decide who goes on (fight.py).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from quorate.explore import scores
from quorate.explore.failure import Failure
from quorate.explore.fight import fight
from quorate.explore.operations import placed
from quorate.explore.quorum import Count, Electorate, after_window, judge
from quorate.explore.reach import Reach
from quorate.explore.scheduler.step import Result, Step
from quorate.explore.scheduler.transition import Placement
from quorate.explore.sides import sides
from quorate.explore.situation import Blow, Side, Situation
from quorate.explore.subject import Subject


def strike(subject: Subject, situation: Situation, failure: Failure, placement: Placement) -> Blow:
    """Return what the failure does. placement: what was at rest where when it came.

    The situation must not be `split`, and the failure usable() in it (usable.py). No side is left where no node is;
    then there is no survivor either.
    """
    before = _there(subject, situation)
    now = _added(subject, situation, failure, placement)
    groups, uncertain = sides(_ordered(subject, _there(subject, now)), subject.links, now.links, now.apart)
    groups = tuple(group for group in groups if group & before or not before)
    unheard = _there(subject, now) - frozenset(node for group in groups for node in group)
    now = replace(now, down=now.down | unheard)  # back, and none of the others hears it: that changes nothing for them
    stroke = _Stroke(subject, failure, placement, before, now)
    counts = _counts(subject, now, groups, stroke.before)
    built = tuple(stroke.side(members, count) for members, count in zip(groups, counts, strict=True))
    if not built:
        return Blow((), now, None)
    outcome = fight(built, Reach(subject, now), placement)
    if outcome.survivor is None:
        left = replace(now, split=True)
    else:
        left = stroke.left_behind(built, outcome.survivor, counts[outcome.survivor])
    remarks = tuple(remark for remark in (uncertain, outcome.remark) if remark)
    return Blow(built, left, outcome.survivor, outcome.race, remarks)


def aftermath(subject: Subject, situation: Situation, placement: Placement) -> tuple[Situation, Step | None]:
    """Return the situation once Pacemaker has come to rest, and what Corosync then says if it has not been said yet.

    Pacemaker itself may have fenced a node (a stop failed, on-fail is fence), and the others may lack quorum without
    it: then a Step follows that says so, and nothing else happens.
    """
    there = _there(subject, situation)
    gone = frozenset(node for node in there if placement.nodes.get(node) in {"offline", "unclean"})
    if not gone or situation.split:
        return situation, None
    unclean = frozenset(node for node in gone if placement.nodes.get(node) == "unclean")
    now = replace(situation, down=situation.down | gone, unfenced=situation.unfenced | unclean)
    groups, _ = sides(_ordered(subject, there - gone), subject.links, now.links, now.apart)
    if len(groups) != 1:
        return replace(now, split=len(groups) > 1), None
    (count,) = _counts(subject, now, groups, there)
    now = _counted(subject, now, groups[0], count, there)
    if count.quorate:
        return now, None
    fenced = now.unfenced | _fenced_on(subject, now.failing)
    unfenceable = Reach(subject, now).unfenceable(groups[0], fenced)
    return now, Step(quorum=False, failing=now.failing, unfenceable=unfenceable)


@dataclass(frozen=True)
class _Stroke:
    """One strike. before: the nodes that were there. now: the situation with the failure in it."""

    subject: Subject
    failure: Failure
    placement: Placement
    before: frozenset[str]
    now: Situation

    def side(self, members: frozenset[str], count: Count) -> Side:
        """Return a side with the Step that its Pacemaker is given."""
        subject, reach = self.subject, Reach(self.subject, self.now)
        lost = self.before - members - self.failure.left
        acts = subject.fencing and (count.quorate or subject.no_quorum_policy == "ignore")
        ways = reach.ways(members, (lost | self.now.unfenced) - members) if acts else {}
        return Side(
            members=members,
            quorate=count.quorate,
            step=self._step(members, count, lost),
            fences=frozenset(ways),
            delay_s=max((how.delay_s(victim) for victim, how in ways.items()), default=0.0),
            in_vain=tuple(dict.fromkeys(id_ for how in ways.values() for id_ in how.in_vain)),
        )

    def _step(self, members: frozenset[str], count: Count, lost: frozenset[str]) -> Step:
        subject, failure = self.subject, self.failure
        told = failure.results if failure.notice != "none" else ()
        results = tuple(placed(subject, told, self.placement, members))
        fenced = lost | self.now.unfenced | _fenced_on(subject, (*results, *self.now.failing))
        return Step(
            lost=_ordered(subject, lost),
            left=_ordered(subject, failure.left & self.before),
            returned=_ordered(subject, failure.returned & members),
            quorum=count.quorate,
            standby=(
                *((node, True) for node in _ordered(subject, failure.standby & members)),
                *((node, False) for node in _ordered(subject, failure.active & members)),
            ),
            results=results,
            failing=self.now.failing,
            unfenceable=Reach(subject, self.now).unfenceable(members, fenced),
            scores=(
                *(score for score in failure.scores if score[0] in members),
                *self._set_again(failure.returned & members),
            ),
        )

    def _set_again(self, nodes: frozenset[str]) -> Iterator[tuple[str, str, str]]:
        """Yield the promotion scores that agents set on nodes that are back, once their copies are up to date again."""
        for part in self.subject.parts.values():
            if part.promotable and part.service:
                name = scores.attribute(part.id)
                for node in self.subject.service(part.service).nodes:
                    if node in nodes and (node, name) not in self.now.scores:
                        yield node, name, scores.UP_TO_DATE

    def left_behind(self, built: tuple[Side, ...], survivor: int, count: Count) -> Situation:
        """Return the situation when the dust has settled: it is that of the side that goes on."""
        side, now = built[survivor], self.now
        others = frozenset(node for one in built if one is not side for node in one.members)
        unclean = ((self.before - side.members - now.left) | now.unfenced) - side.fences - side.members
        left = replace(
            now,
            down=now.down | (others & side.fences),
            unfenced=unclean if self.subject.fencing else frozenset(),
            runs_on=(now.runs_on | others) - side.fences,
            split=bool(others - side.fences),
        )
        return _counted(self.subject, left, side.members, count, self.before)


def _added(subject: Subject, situation: Situation, failure: Failure, placement: Placement) -> Situation:
    """Return the situation with the failure in it, as far as no Pacemaker has done anything yet."""
    back = failure.returned
    boards = frozenset(fence.id for fence in subject.fences if fence.onboard in back)
    removed = {(node, name) for node, name, value in failure.scores if not value}
    failing = (*situation.failing, *placed(subject, failure.failing, placement, subject.nodes))
    return replace(
        situation,
        down=(situation.down | failure.lost) - back,
        left=(situation.left | failure.left) - back,
        standby=(situation.standby | failure.standby) - failure.active,
        apart=tuple(dict.fromkeys((*situation.apart, *failure.apart))),
        links=situation.links | failure.links,
        devices=(situation.devices - boards) | failure.devices,
        failing=tuple(dict.fromkeys(failing)),
        unfenced=situation.unfenced - back,
        runs_on=(situation.runs_on | failure.runs_on) - back,
        quorum_device=situation.quorum_device or failure.quorum_device,
        scores=situation.scores | removed,
    )


def _counts(
    subject: Subject, situation: Situation, groups: tuple[frozenset[str], ...], before: frozenset[str]
) -> tuple[Count, ...]:
    """Return each side's votes. A node reaches the quorum device unless that is lost, or the link to it is cut."""
    reach = frozenset(node for node in subject.nodes if (node, subject.device_link) not in situation.links)
    return judge(
        electorate(subject),
        groups,
        before=before,
        expected=situation.expected_votes,
        connected=frozenset() if situation.quorum_device else reach,
        waits=situation.waits,
    )


def _counted(
    subject: Subject, situation: Situation, members: frozenset[str], count: Count, before: frozenset[str]
) -> Situation:
    """Return the situation with what the members' Corosync goes by from now on."""
    expected = after_window(electorate(subject), members, count, before)
    changed = expected != subject.quorum.expected_votes
    waits = subject.quorum.wait_for_all and not count.quorate
    return replace(situation, expected_votes=expected if changed else None, waits=waits)


def _fenced_on(subject: Subject, results: Iterable[Result]) -> frozenset[str]:
    """Return the nodes that get fenced because of what fails there, though they are members."""
    return frozenset(result.node for result in results if result.task in subject.parts[result.resource].fenced_on)


def electorate(subject: Subject) -> Electorate:
    """Return who votes."""
    ids = subject.ids or {node: number for number, node in enumerate(subject.nodes, start=1)}
    return Electorate(subject.quorum, subject.votes, ids)


def _there(subject: Subject, situation: Situation) -> frozenset[str]:
    return frozenset(subject.nodes) - situation.down - situation.left


def _ordered(subject: Subject, nodes: frozenset[str]) -> tuple[str, ...]:
    return tuple(node for node in subject.nodes if node in nodes)
