"""Playing: one failure on a cluster that stands; the scheduler it is handed is asked, all else is pure.

Strike (which sides there are, and what each side's Pacemaker is given), settle each side from where it stood, put times
to what was done, judge. What comes out is where the next failure begins.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from lxml import etree

from quorate.explore.answered import Answers
from quorate.explore.case import WELL, Case, Ended
from quorate.explore.configured import Configured
from quorate.explore.courses import Courses
from quorate.explore.detection import notice
from quorate.explore.durations import Durations
from quorate.explore.failure import Failure
from quorate.explore.hindrances import Hindrances
from quorate.explore.judged import Judged
from quorate.explore.operations import placed
from quorate.explore.replay import Course, Move, replay
from quorate.explore.result import Event, Impact
from quorate.explore.running import Hindrance, Sides
from quorate.explore.scheduler.protocol import Scheduler
from quorate.explore.scheduler.step import QUIET, Result, Step
from quorate.explore.scheduler.transition import Placement, Settled, Transition
from quorate.explore.situation import Blow, Side, Situation
from quorate.explore.standing import Standing, Stood
from quorate.explore.strike import aftermath, strike
from quorate.explore.subject import Subject
from quorate.explore.timing import Instances, ended
from quorate.explore.verdict import endings

UNSEEN = "nobody notices the first failure; what comes next is explored as if it had not been"
RACE = "chance decided the first failure; what comes next is explored for one of its outcomes"


@dataclass(frozen=True)
class Played:
    """What became of a failure. asked: what the outcome depends on; equal ones have the same. replay: command lines.

    local: nothing but resources changed, and the cluster came to rest.
    """

    impacts: tuple[Impact, ...]
    stood: Stood
    events: tuple[Event, ...]
    quiet: bool
    replay: str
    approximate: str
    asked: object
    local: bool


@dataclass(frozen=True)
class Ground:
    """What stands, with all that is the same for every failure that comes next."""

    stood: Stood
    placement: Placement
    running: Sides
    hindrance: Hindrance


class Player:
    """Plays failures on one subject with one scheduler."""

    def __init__(self, subject: Subject, durations: Durations, scheduler: Scheduler) -> None:
        self.subject, self._durations = subject, durations
        self._answers, self._courses = Answers(scheduler), Courses(durations)
        self._hindrances, self._judged = Hindrances(subject), Judged(subject)
        self._rest = Move(QUIET)
        self._fatal = is_fatal(subject.cib)

    def rest(self) -> Stood:
        """Return the cluster at rest, before anything has failed."""
        settled = self._answers.scheduler.settle((QUIET,))
        self._rest = Move(QUIET, max(1, len(settled.transitions)))
        members = frozenset(self.subject.nodes)
        return Stood(Situation(), (Standing(members, (self._rest,), settled.placement, settled.digest),))

    def ground(self, stood: Stood) -> Ground:
        """Return a stand on which failures can be played."""
        placement = stood.placement
        return Ground(stood, placement, stood.running(self.subject), self._hindrances.after(stood.situation))

    def play(self, ground: Ground, failure: Failure) -> Played:
        """Return what the failure does. Unknown where the scheduler itself fails."""
        stood, subject = ground.stood, self.subject
        blow = strike(subject, stood.situation, failure, ground.placement)
        gone = _gone(subject, failure, blow, ground.placement)
        silent = blow.situation.devices
        played = [self._side(stood, side, _Told(failure, gone, silent)) for side in blow.sides]
        if (survivor := blow.survivor) is not None:
            blow, played[survivor] = self._aftermath(blow, played[survivor], _Told(failure, gone, silent))
        case = Case(
            subject=subject,
            failure=failure,
            before=ground.placement,
            stood=ground.running,
            blow=blow,
            ended=tuple(one.ended for one in played),
            gone=gone,
            unnoticed=notice(failure, subject, self._durations) is None,
            silent=(stood.situation.runs_on | failure.runs_on) - failure.returned,
            hindrance_before=ground.hindrance,
        )
        left = self._left(stood, case, played)
        case = replace(case, hindrance_after=self._hindrances.after(left.situation))
        quiet = all(one.settled.quiet for one in case.ended)
        return Played(
            impacts=self._judged.judge(case, stood),
            stood=left,
            events=tuple(event for one in case.ended for event in one.events),
            quiet=quiet,
            replay=replay([Course(one.standing.members, one.standing.moves[1:]) for one in played], self._rest),
            approximate="; ".join(filter(None, (stood.approximate, *blow.remarks))),
            asked=(stood.state, blow.sides, blow.survivor, blow.race),
            local=quiet and _is_local(failure) and left.placement.nodes == ground.placement.nodes,
        )

    def _side(self, stood: Stood, side: Side, told: "_Told") -> "_Played":
        base = stood.nearest(side.members)
        if _changes_nothing(side.step, base):
            settled = Settled((), base.placement, base.digest)
            return _Played(Ended(side, settled), replace(base, members=side.members))
        before: tuple[Transition, ...] = ()
        if side.step.left:
            base, before = self._emptied(base, side.step.left)
        step, settled = self._answers.settle(base, side.step)
        whole = replace(settled, transitions=(*before, *settled.transitions)) if before else settled
        return self._timed(base, replace(side, step=step), whole, told)

    def _emptied(self, base: Standing, nodes: tuple[str, ...]) -> tuple[Standing, tuple[Transition, ...]]:
        """Return what stands when nodes that are about to leave run nothing any more, and how that came.

        Pacemaker stops what a node runs before it lets it go; the scheduler is told of nodes that have gone, only.
        """
        step, settled = self._answers.settle(base, Step(standby=tuple((node, True) for node in nodes)))
        move = self._move(step, settled)
        standing = Standing(base.members, (*base.moves, move), settled.placement, settled.digest)
        return standing, settled.transitions

    def _timed(self, base: Standing, side: Side, settled: Settled, told: "_Told") -> "_Played":
        noticed = notice(
            told.failure,
            self.subject,
            self._durations,
            quorate=side.quorate,
            needs_device=_needs_device(self.subject, side),
        )
        delays_s = dict.fromkeys(side.fences, side.delay_s)
        events: tuple[Event, ...] = ()
        hangs = told.failure.hangs and not self.subject.parts[told.failure.resource].asked_s  # else it was killed
        if noticed:
            events = self._courses.of(
                settled.transitions,
                noticed,
                delays_s=delays_s,
                gone=frozenset() if hangs else told.gone,
                hung=told.gone if hangs else frozenset(),
                failing=frozenset((one.resource, one.node) for one in side.step.failing if one.task == "start"),
                silent=told.silent,
            )
        move = self._move(side.step, settled)
        standing = Standing(side.members, (*base.moves, move), settled.placement, settled.digest)
        return _Played(Ended(side, settled, events), standing)

    def _aftermath(self, blow: Blow, played: "_Played", told: "_Told") -> tuple[Blow, "_Played"]:
        """Have Corosync say what it says when Pacemaker has fenced a member; until there is nothing more to say."""
        for _ in self.subject.nodes:
            situation, step = aftermath(self.subject, blow.situation, played.standing.placement)
            blow = replace(blow, situation=situation)
            if step is None:
                break
            before = played.ended
            step, settled = self._answers.settle(played.standing, step)
            whole = replace(settled, transitions=(*before.settled.transitions, *settled.transitions))
            members = before.side.members - situation.down
            side = replace(before.side, members=members, quorate=step.quorum is not False)
            timed = self._timed(played.standing, side, whole, told)
            move = self._move(step, settled)
            played = replace(timed, standing=replace(timed.standing, moves=(*played.standing.moves, move)))
        return blow, played

    def _move(self, step: Step, settled: Settled) -> Move:
        fatal = tuple(tuple(_counted(step, one)) for one in settled.transitions) if self._fatal else ()
        return Move(step, max(1, len(settled.transitions)), fatal if any(fatal) else ())

    def _left(self, stood: Stood, case: Case, played: "list[_Played]") -> Stood:
        """Return what stands when the side goes on that the blow says."""
        (ending,) = endings(replace(case, blow=replace(case.blow, race=False)))
        alive = [
            replace(one.standing, members=one.standing.members - ending.fenced)
            for one in played
            if any(one.ended is other for other in ending.sides)
        ]
        unseen = UNSEEN if case.unnoticed else stood.approximate
        return Stood(case.blow.situation, tuple(alive), RACE if case.blow.race else unseen)


@dataclass(frozen=True, slots=True)
class _Told:
    """What is the same for all sides. gone: what the failure ended. silent: fencing devices that do not answer."""

    failure: Failure
    gone: Instances
    silent: frozenset[str]


@dataclass(frozen=True)
class _Played:
    """What became of one side: for the verdict, and for the next failure."""

    ended: Ended
    standing: Standing


def is_fatal(cib: str) -> bool:
    """Whether a start that fails once bans the resource from the node (start-failure-is-fatal)."""
    return Configured(etree.fromstring(cib.encode())).is_on("start-failure-is-fatal", default=True)


def _counted(step: Step, transition: Transition) -> Iterator[Result]:
    """Yield the starts and stops that failed in a transition."""
    tried = {(one.task, one.resource, one.node) for one in transition.actions if one.id in transition.done}
    for one in step.failing:
        if one.task in {"start", "stop"} and (one.task, one.resource, one.node) in tried:
            yield one


def _is_local(failure: Failure) -> bool:
    """Whether a failure is one of resources alone: of no node, link, device or promotion score."""
    resources = Failure(id="", words="", results=failure.results, failing=failure.failing)
    return resources == replace(failure, id="", words="", notice="none", resource="", per_year=None, repair_s=None)


def _changes_nothing(step: Step, base: Standing) -> bool:
    """Whether a step tells Pacemaker nothing new: what would fail, if it were tried, is not tried at rest."""
    return replace(step, quorum=None, failing=(), unfenceable=()) == QUIET and step.quorum in {None, base.quorate}


def _gone(subject: Subject, failure: Failure, blow: Blow, before: Placement) -> Instances:
    """Return what the failure itself ended, or keeps from answering, before Pacemaker did anything."""
    if failure.serves:
        return frozenset()
    members = [node for side in blow.sides for node in side.members]
    results = placed(subject, failure.results, before, members)
    failed = {(result.resource, result.node) for result in results if result.rc not in WELL}
    return ended(before, failure.lost, failed)


def _needs_device(subject: Subject, side: Side) -> bool:
    """Whether a side has quorum only with the vote of a quorum device."""
    votes = sum(subject.votes[node] for node in side.members)
    return subject.quorum.device is not None and votes < subject.quorum.expected_votes // 2 + 1
