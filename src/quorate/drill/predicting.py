"""Predicting: ask explore what a fault will do, just before it is injected. Asks a node for the CIB, and the scheduler.

The base is the CIB of the running cluster, so that everything runs where it does; only the one scenario is asked, which
takes a fraction of a second. Where explore cannot be asked the prediction says why, and the drill goes on.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from quorate.build.step import answer
from quorate.build.steps.cib import masked
from quorate.drill.fault import Fault, Scene
from quorate.drill.history import History
from quorate.drill.meaning import Faced, Meaning, Uncovered
from quorate.drill.prediction import Prediction
from quorate.errors import QuorateError, Unknown
from quorate.explore import keeping
from quorate.explore.detection import notice
from quorate.explore.durations import Durations, Key, Place, of_subject
from quorate.explore.leaning import NOBODY_ASKED, assumed
from quorate.explore.of_cluster import of_cluster
from quorate.explore.playing import Player
from quorate.explore.result import Impact
from quorate.explore.scheduler.installed import fitted
from quorate.explore.scheduler.opening import open_scheduler
from quorate.explore.subject import Service, Subject
from quorate.explore.timing import DETECT
from quorate.findings import Severity
from quorate.observe.chosen_servers import chosen_servers
from quorate.observe.facts import cib
from quorate.observe.gathering import gather
from quorate.render.cib import text

ASKED_S = 60.0
"""What is not answered by then is not waited for: the scheduler is slow where a cluster has hundreds of resources."""


async def foretell(scene: Scene, fault: Fault, history: History) -> list[str]:
    """Write down what explore says that the fault will do to each service that clients ask; return it in sentences."""
    found = await _foretold(scene, fault, history)
    for service, one in found.items():
        history.prediction(one, service)
    several = len(found) > 1
    return [f"{service}: {one.line}" if several else one.line for service, one in found.items()]


async def _foretold(scene: Scene, fault: Fault, history: History) -> dict[str, Prediction]:
    if isinstance(fault.meaning, Uncovered):
        return dict.fromkeys(scene.asked, Prediction(missing=fault.meaning.why))
    began = time.monotonic()
    try:
        live = await live_cib(scene)
        history.cib(text(masked(live.root)))
        at = await chosen_servers(scene.fleet, scene.want.cluster, scene.want.platform)
        found = await asyncio.wait_for(asyncio.to_thread(of_scene, scene, fault, live.xml, at), ASKED_S)
    except QuorateError as error:
        return dict.fromkeys(scene.asked, Prediction(missing=f"Explore could not be asked: {error.message}."))
    except TimeoutError:
        why = f"Explore could not be asked: it had no answer within {ASKED_S:g} s."
        return dict.fromkeys(scene.asked, Prediction(missing=why))
    took_s = round(time.monotonic() - began, 3)
    return {service: replace(one, took_s=took_s) for service, one in found.items()}


async def live_cib(scene: Scene) -> cib.Cib:
    """Return the CIB as the first node that answers has it."""
    for host in (*scene.survivors.values(), scene.fleet[scene.victim]):
        found = await answer(gather(host, cib))
        if found is not None:
            return found
    raise Unknown("no node tells its CIB", "look at the nodes: systemctl status pacemaker")


def of_scene(scene: Scene, fault: Fault, live: str, at: Mapping[str, str] = NOBODY_ASKED) -> dict[str, Prediction]:
    """Return what explore says of a fault in the running cluster, for each service that clients ask.

    live: its CIB. at: where all clients of a service are, as for `leaning`. Takes the time it takes.
    """
    base, cluster = fitted(live), scene.want.cluster
    if wrong := [one.summary for one in base.findings if one.severity is Severity.ERROR]:
        raise Unknown(wrong[0])
    subject = of_cluster(cluster, scene.want.agents, scene.want.platform, base.cib, at=at)
    meaning = fault.meaning(Faced(subject, scene.service, scene.victim, scene.chosen))
    if meaning.uncovered:
        return dict.fromkeys(scene.asked, Prediction(missing=meaning.uncovered))
    kept = keeping.load(cluster.name, in_lab=scene.ground.kind != "hosts")
    found = asked_of(meaning.subject or subject, meaning, scene.asked, kept.seconds, scene.ground.kind)
    return {name: _with_assumed(one, subject.service(name), at) for name, one in found.items()}


def _with_assumed(one: Prediction, service: Service, at: Mapping[str, str]) -> Prediction:
    """Return a prediction that says where nobody knew at which server clients are."""
    told = (one.approximate, *assumed((service, *service.uses), at))
    return replace(one, approximate="; ".join(filter(None, told)))


def asked(
    subject: Subject, meaning: Meaning, service: str, measured: Mapping[Key, Sequence[float]], place: Place = "hosts"
) -> Prediction:
    """Return what the scheduler answers; Missing or Unknown where it cannot be asked. Takes the time it takes."""
    return asked_of(subject, meaning, (service,), measured, place)[service]


def asked_of(
    subject: Subject,
    meaning: Meaning,
    services: Sequence[str],
    measured: Mapping[Key, Sequence[float]],
    place: Place = "hosts",
) -> dict[str, Prediction]:
    """Return the same for several services: the failures are played once."""
    durations = of_subject(subject, measured, place)
    with open_scheduler(subject.cib) as scheduler:
        player = Player(subject, durations, scheduler)
        ground = player.ground(player.rest())
        for failure in meaning.failures:
            played = player.play(ground, failure)
            ground = player.ground(played.stood)
        impacts = {one.service: one for one in played.impacts}
        return {
            service: Prediction(
                failures=tuple(one.id for one in meaning.failures),
                words=", then ".join(one.words for one in meaning.failures),
                impact=impacts[service],
                chance_s=chance_s(impacts[service], meaning, subject, durations),
                approximate=played.approximate,
                scheduler=scheduler.name,
            )
            for service in services
        }


def chance_s(impact: Impact, meaning: Meaning, subject: Subject, durations: Durations) -> float:
    """Return by how much the moment at which a monitor comes may shorten or prolong what is predicted; 0 without one.

    What is expected is that it comes half an interval later; it may come at once, or an interval later.
    """
    if not any(stretch.action == DETECT for stretch in impact.path):
        return 0.0
    told = notice(meaning.failures[-1], subject, durations)
    if told is None or told.longest_s is None:
        return 0.0
    return round(max(0.0, told.longest_s - told.detect.seconds), 3)
