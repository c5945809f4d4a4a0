"""Work: what one process does: it keeps a scheduler, and answers tasks. Pure but for the scheduler that it is given."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from quorate.errors import Unknown
from quorate.explore.durations import Durations
from quorate.explore.economy import Trace, is_nothing, names
from quorate.explore.failure import Failure
from quorate.explore.packing import Once
from quorate.explore.playing import Played, Player
from quorate.explore.result import Scenario
from quorate.explore.scheduler.protocol import Scheduler
from quorate.explore.standing import Stood
from quorate.explore.subject import Subject

Make = Callable[[str], Scheduler]
"""A base CIB -> a scheduler for it, not entered yet. A function of a module, for it goes to other processes."""


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What a process is given once."""

    subject: Subject
    durations: Durations
    make: Make


@dataclass(frozen=True, slots=True)
class Singles:
    """Failures to be asked each by itself. events: whether their events are wanted."""

    failures: tuple[Failure, ...]
    events: bool = True


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs whose first failures left the same state: (first, what it left), and what may come next.

    wanted: (index of the first, index of the second).
    """

    firsts: tuple[tuple[Failure | None, Stood], ...]
    seconds: tuple[Failure, ...]
    wanted: tuple[tuple[int, int], ...]
    events: bool = False


Task = Singles | Pairs


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a task. stood, traces: what each single left and did, by its id. failed: why one was not asked."""

    scenarios: tuple[Scenario, ...]
    failed: dict[str, str]
    stood: dict[str, Stood] = field(default_factory=dict)
    traces: dict[str, Trace] = field(default_factory=dict)


class Work:
    """Answers tasks; made where the scheduler is."""

    def __init__(self, setup: Setup, scheduler: Scheduler) -> None:
        self.name = scheduler.name
        self._player = Player(setup.subject, setup.durations, scheduler)
        self._rest = self._player.ground(self._player.rest())
        self._parts = setup.subject.parts

    @property
    def rest(self) -> Stood:
        """The cluster before anything fails."""
        return self._rest.stood

    def answer(self, task: Task) -> Answer:
        """Return what becomes of each failure, or pair of failures."""
        return self._singles(task) if isinstance(task, Singles) else self._pairs(task)

    def _singles(self, task: Singles) -> Answer:
        scenarios, answer = [], Answer((), {})
        for failure in task.failures:
            try:
                played = self._player.play(self._rest, failure)
            except Unknown as error:
                answer.failed[failure.id] = error.message
                continue
            scenarios.append(_scenario((failure,), played, events=task.events))
            answer.stood[failure.id] = played.stood
            answer.traces[failure.id] = self._trace(failure, played)
        return replace(answer, scenarios=tuple(scenarios))

    def _trace(self, failure: Failure, played: Played) -> Trace:
        return Trace(
            tied=frozenset(self._parts[part].tied if part in self._parts else part for part in names(failure)),
            local=played.local,
            harmed=frozenset(impact.service for impact in played.impacts if not is_nothing(impact)),
        )

    def _pairs(self, task: Pairs) -> Answer:
        """Go through the pairs second by second: firsts that come to the same ask the scheduler once."""
        failed: dict[str, str] = {}
        once, grounds = Once(), [self._player.ground(stood) for _, stood in task.firsts]
        known: dict[object, Scenario] = {}
        seconds = {second for _, second in task.wanted}
        scenarios: list[Scenario] = []
        alone = [
            (number, second) for number, (first, _) in enumerate(task.firsts) if first is None for second in seconds
        ]
        for number, second in sorted({*task.wanted, *alone}, key=lambda pair: pair[::-1]):
            first = task.firsts[number][0]
            pair = (first, task.seconds[second]) if first else (task.seconds[second],)
            try:
                played = self._player.play(grounds[number], task.seconds[second])
            except Unknown as error:
                failed[pair_id(*pair)] = error.message
                continue
            scenario = once.scenario(_scenario(pair, played, events=task.events))
            same = known.setdefault((played.asked, id(scenario.impacts)), scenario)
            if first:
                scenarios.append(scenario if same is scenario else _same(scenario, same))
        return Answer(tuple(scenarios), failed)


def together(failure: Failure) -> tuple[str, ...]:
    """Return the ids of the failures that come at once in one (universe.at_once); its own, where it is one."""
    return tuple(failure.id.split("+")) if failure.id.count(":") > 1 else (failure.id,)


def pair_id(*failures: Failure) -> str:
    """Return the id of a scenario."""
    return " then ".join(one.id for one in failures)


def _scenario(pair: tuple[Failure, ...], played: Played, *, events: bool) -> Scenario:
    """Return what was found. per_year and repair_s are of single failures alone."""
    single = pair[0] if len(pair) == 1 else None
    return Scenario(
        id=pair_id(*pair),
        failures=tuple(id_ for one in pair for id_ in together(one)),
        words=", then ".join(one.words for one in pair),
        impacts=played.impacts,
        events=played.events if events else (),
        quiet=played.quiet,
        replay=played.replay,
        approximate=played.approximate,
        per_year=single.per_year if single else None,
        repair_s=single.repair_s if single else None,
    )


def _same(scenario: Scenario, first: Scenario) -> Scenario:
    return replace(scenario, same_as=first.id, events=first.events)
