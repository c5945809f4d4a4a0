"""Run: explore a subject: what `quorate explore` does. Asks the scheduler that is here, reads and writes the cache.

All failures of the subject are found, and each is asked, and each pair (asking.py). What was explored before is not
asked again (cache.py), unless it was ended early.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache as once
from functools import partial
from hashlib import sha256
from importlib import resources
from importlib.resources.abc import Traversable

import quorate
from quorate import explore as room
from quorate.explore import cache, universe
from quorate.explore.asking import Options, Question, Told, ask, silent
from quorate.explore.durations import NO_SAMPLES, Key, of_subject
from quorate.explore.packing import key
from quorate.explore.result import Exploration
from quorate.explore.scheduler.opening import open_scheduler
from quorate.explore.scheduler.simulate import version
from quorate.explore.subject import Subject
from quorate.explore.timing import APPROXIMATE
from quorate.explore.work import Make, Setup


def explore(
    subject: Subject,
    options: Options | None = None,
    tell: Told = silent,
    *,
    make: Make = open_scheduler,
    measured: Mapping[Key, Sequence[float]] = NO_SAMPLES,
    kept: bool = True,
) -> Exploration:
    """Return what every failure, with depth 2 every pair of failures, does to every service.

    measured: durations of this cluster's actions. kept: look in the cache first, and keep what is found. Ctrl-C and
    SIGTERM end it early and return what is known. UsageError: a service or failure is asked for that there is not;
    Missing: Pacemaker's tools are not here; Unknown: the scheduler refuses the CIB.
    """
    options = options or Options()
    question = question_of(subject, options.depth, make, measured)
    narrowing = options.narrowing
    name = key(subject, question.setup.durations, narrowing, options.depth, options.pair_events, version(), own())
    if kept and (found := cache.load(name)):
        return found
    found = ask(question, options, tell)
    if kept and len(found.scenarios) == found.total:
        cache.save(name, found)
    return found


def question_of(
    subject: Subject, depth: int = 1, make: Make = open_scheduler, measured: Mapping[Key, Sequence[float]] = NO_SAMPLES
) -> Question:
    """Return everything that can be asked of a subject."""
    every = universe.every(subject)
    return Question(
        setup=Setup(subject=subject, durations=of_subject(subject, measured), make=make),
        every=every,
        singles=universe.singles(subject),
        seconds=partial(universe.seconds, subject, among=every),
        at_once=universe.at_once(subject),
        not_covered=(*universe.not_covered(depth), APPROXIMATE),
    )


@once
def own() -> str:
    """Return quorate's version, with a digest of what this room is made of: a fix makes old answers void."""
    content = sha256()
    for path in sorted(_files(resources.files(room)), key=str):
        content.update(path.read_bytes())
    return f"{quorate.__version__} {content.hexdigest()}"


def _files(folder: Traversable) -> Iterator[Traversable]:
    for path in folder.iterdir():
        if path.is_dir() and path.name != "__pycache__":
            yield from _files(path)
        elif path.is_file():
            yield path
