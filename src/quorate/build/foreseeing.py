"""foreseeing: from a plan's changes to what is asked of the scheduler: the Course. Pure but for foresee, which asks.

Nodes that are removed are emptied and leave, and failures that a file has mended are forgotten; then the configuration
is written, and nodes on which Pacemaker is started join; then come hosts that have to be emptied for a restart, and
nodes whose power is cut. A reload of Corosync, files and packages are no matter to Pacemaker.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence

from lxml.etree import _Element as Element

from quorate.build.change import Change, Effect
from quorate.build.consequences import Consequence, Consequences, Fate
from quorate.build.foretelling import Course, Known, Moment, foretell
from quorate.build.step import Fleet
from quorate.build.steps import cib, departure, pacemaker, proof, retried
from quorate.build.want import Want
from quorate.explore.measured import from_cib
from quorate.explore.scheduler.step import Step
from quorate.observe.chosen_servers import chosen_servers
from quorate.render.merge import without_restart_marks

RUNS_NOWHERE = "Pacemaker runs on no node now, and what it would do can only be asked of a cluster that runs"


async def foresee(
    changes: Sequence[Change], facts: cib.Facts | None, fleet: Fleet, want: Want, *, ran: bool
) -> Consequences:
    """Return what the changes do to every service.

    facts: the live CIB, None where nobody looked. ran: whether Pacemaker has ever run, on any node: where it is stopped
    on all of them, in maintenance or amid a restart, resources run on, and nobody can say what becomes of them.
    """
    if facts is None or facts.live is None:
        return Consequences(unknown=RUNS_NOWHERE) if ran else first_start(want)
    new, _ = cib.target(facts.live.root, want)
    return await ask(course_of(changes, facts.live.xml, new), fleet, want)


async def ask(course: Course, fleet: Fleet, want: Want) -> Consequences:
    """Ask the proxies at which servers all clients are, and the scheduler what becomes of services in that course."""
    known = Known(
        cluster=want.cluster,
        agents=want.agents,
        platform=want.platform,
        measured=(want.measured | from_cib(course.live)).seconds,
        place=want.place,
        at=await chosen_servers(fleet, want.cluster, want.platform),
    )
    return await asyncio.to_thread(foretell, course, known)


def first_start(want: Want) -> Consequences:
    """Return what becomes of services in a cluster that does not run yet: all are started."""
    return Consequences(
        services=tuple(Consequence(name, Fate.STARTED) for name in want.cluster.services),
        remarks=("the cluster does not run yet: where services start is Pacemaker's decision then",),
    )


def course_of(changes: Iterable[Change], live: str, new: Element) -> Course:
    """Return what Pacemaker learns of the changes."""
    changes = list(changes)
    configuration = new.find("configuration")
    assert configuration is not None
    return Course(
        live=live,
        configuration=without_restart_marks(configuration),  # apply takes them away before
        first=tuple(departures(changes)),
        forgotten=forgotten(changes),
        joining=tuple(change.host for change in of(changes, pacemaker.TITLE)),
        then=tuple(moments(changes)),
    )


def of(changes: Iterable[Change], step: str) -> Iterator[Change]:
    """Yield the changes of one step."""
    return (change for change in changes if change.step == step)


def forgotten(changes: Iterable[Change]) -> tuple[tuple[str, str], ...]:
    """Return the failures that are cleaned up: node and resource."""
    return tuple((change.host, one.name) for change in of(changes, retried.TITLE) for one, _ in change.things)


def departures(changes: Iterable[Change]) -> Iterator[Moment]:
    """Yield what happens to nodes that are removed: they are emptied, and then they leave."""
    for name in dict.fromkeys(change.host for change in of(changes, departure.TITLE)):
        yield Moment(f"emptying {name}", Step(standby=((name, True),)))
        yield Moment(f"the leaving of {name}", Step(left=(name,)))


def moments(changes: Iterable[Change]) -> Iterator[Moment]:
    """Yield what happens to nodes, in the order of the changes."""
    emptied: set[str] = set()
    for change in changes:
        if change.empties and change.host not in emptied:
            emptied.add(change.host)
            yield Moment(f"emptying {change.host}", Step(standby=((change.host, True),)))
            yield Moment(f"taking {change.host} back", Step(standby=((change.host, False),)))
        if change.step == proof.TITLE and change.effect is Effect.RESTART_NODE:
            for thing, _ in change.things:
                yield Moment(f"cutting the power of {thing.name}", Step(lost=(thing.name,)))
                yield Moment(f"the return of {thing.name}", Step(returned=(thing.name,)))
