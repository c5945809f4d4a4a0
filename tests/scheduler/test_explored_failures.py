"""What every failure of real cluster files does, asked of Pacemaker's own scheduler: no step that it refuses, and ends
that a person who knows Pacemaker expects.
"""

import pytest

from quorate.catalog.agents import AgentLibrary
from quorate.catalog.blueprints import blueprints
from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.services import kinds
from quorate.describe.load import load
from quorate.explore.asking import Options
from quorate.explore.narrowing import Narrowing
from quorate.explore.of_cib import of_cib
from quorate.explore.of_cluster import of_cluster
from quorate.explore.reach import priority_delay_s
from quorate.explore.result import State
from quorate.explore.run import explore
from quorate.explore.scheduler.simulate import CrmSimulate
from quorate.explore.scheduler.step import QUIET
from quorate.explore.situation import Situation
from quorate.explore.strike import aftermath, strike
from quorate.explore.universe import at_once, every, singles

pytestmark = pytest.mark.tools

WELL = Situation()


def subject_of(name):
    cluster = load(blueprints()[name].text, f"{name}.yaml", kinds()).cluster
    return of_cluster(cluster, AgentLibrary.shipped(), PLATFORM)


@pytest.fixture(scope="module", params=["mariadb-drbd", "mariadb-shared-disk", "web"])
def explored(request):
    subject = subject_of(request.param)
    with CrmSimulate(subject.cib) as scheduler:
        yield subject, scheduler


def serving(subject, placement):
    """Return where each service has all that it needs, promoted where that is what it needs."""
    found = {}
    for service in subject.services:
        places = []
        for id_ in service.needs:
            active = placement.active(id_)
            roles = {"Promoted"} if subject.parts[id_].promotable else {"Started"}
            places.append({one.node for one in active if one.role in roles})
        found[service.name] = "".join(sorted(set.intersection(*places)))
    return found


def after(subject, scheduler, *ids):
    """Let failures come one after the other; return the placement, the situation and the last blow."""
    known = {failure.id: failure for failure in (*every(subject), *at_once(subject))}
    steps, situation, blow = [QUIET], WELL, None
    settled = scheduler.settle(steps)
    for id_ in ids:
        blow = strike(subject, situation, known[id_], settled.placement)
        if blow.survivor is None:
            return None, blow.situation, blow
        steps.append(blow.sides[blow.survivor].step)
        settled = scheduler.settle(steps)
        situation, more = aftermath(subject, blow.situation, settled.placement)
        if more is not None:
            steps.append(more)
            settled = scheduler.settle(steps)
    return settled.placement, situation, blow


def test_the_scheduler_takes_every_step_of_every_failure(explored):
    subject, scheduler = explored
    base = scheduler.settle([QUIET])
    assert base.quiet
    assert all(serving(subject, base.placement).values())
    for failure in (*singles(subject), *at_once(subject)):
        for side in strike(subject, WELL, failure, base.placement).sides:
            settled = scheduler.settle([QUIET, side.step])
            assert settled.quiet or side.step.unfenceable, failure.id
            assert set(settled.placement.nodes) == set(subject.nodes)


ENDS = [
    ("web", ["node-lost:n3"], "n2"),
    ("web", ["node-lost:n1"], "n3"),
    ("web", ["node-and-board-lost:n3"], ""),
    ("web", ["fencing-silent:ipmi-n3", "node-lost:n3"], ""),
    ("web", ["fencing-silent:ipmi-n3", "stop-failed:site-apache"], ""),
    ("web", ["stop-failed:site-apache"], "n2"),
    ("web", ["start-failed:site-apache"], "n2"),
    ("web", ["resource-failed:site-apache"], "n3"),
    ("web", ["resource-failed-everywhere:site-apache"], ""),
    ("web", ["partition:n1+n2/n3"], "n2"),
    ("web", ["partition:n1/n2+n3"], "n3"),
    ("web", ["node-lost:n1", "node-lost:n2"], ""),
    ("web", ["node-lost:n1+node-lost:n2"], ""),
    ("web", ["node-lost:n1", "node-lost:n2", "node-returned:n1"], "n3"),
    ("web", ["node-standby:n3", "node-lost:n2"], "n1"),
    ("web", ["link-cut:n3/0", "link-cut:n3/1"], "n2"),
    ("web", ["stop-failed:site-apache", "stop-failed:site-apache"], ""),
    ("mariadb-drbd", ["node-lost:gb06"], "gb07"),
    ("mariadb-drbd", ["node-lost:gb06", "node-returned:gb06", "node-lost:gb07"], "gb06"),
    ("mariadb-drbd", ["disk-failed:/dev/sda3@gb06"], "gb07"),
    ("mariadb-drbd", ["disk-failed:/dev/sda3@gb07"], "gb06"),
    ("mariadb-drbd", ["disk-failed:/dev/sda3@gb06", "node-lost:gb07"], ""),
    ("mariadb-drbd", ["disk-failed:/dev/sda3@gb07", "node-lost:gb07", "node-returned:gb07", "node-left:gb06"], ""),
    ("mariadb-drbd", ["partition:gb06/gb07"], "gb06"),
    ("mariadb-drbd", ["node-and-board-lost:gb06"], ""),
    ("mariadb-drbd", ["node-and-board-lost:gb06", "node-returned:gb06"], "gb07"),
    ("mariadb-drbd", ["resource-failed:database-drbd@gb06"], "gb06"),
    ("mariadb-shared-disk", ["disk-failed:/dev/sdb"], ""),
    ("mariadb-shared-disk", ["node-hung:n1"], "n2"),
]


@pytest.mark.parametrize("name", sorted({name for name, _, _ in ENDS}))
def test_where_the_service_ends(name):
    subject = subject_of(name)
    with CrmSimulate(subject.cib) as scheduler:
        for of, ids, expected in ENDS:
            if of == name:
                placement, _, _ = after(subject, scheduler, *ids)
                assert "".join(serving(subject, placement).values()) == expected, ids


@pytest.mark.parametrize("name", ["web", "mariadb-drbd"])
def test_a_service_is_down_where_the_link_of_its_address_is_cut(name):
    """Corosync has another, and nothing moves (measured in a lab of two links)."""
    subject = subject_of(name)
    (service,) = subject.services
    found = explore(subject, Options(jobs=1, narrowing=Narrowing(faults=("link-cut",))), kept=False)
    by_id = {one.id: one.impacts[0] for one in found.scenarios}
    (node,) = next(iter(by_id.values())).before
    impact = by_id[f"link-cut:{node}/0"]
    assert (impact.state, impact.cause, impact.after) == (State.DOWN, "unheard", ())
    assert by_id[f"link-cut:{node}/1"].state is State.UNAFFECTED
    others = [one for id_, one in by_id.items() if not id_.startswith(f"link-cut:{node}/")]
    assert {one.state for one in others} <= {State.UNAFFECTED, State.DEGRADED}
    assert service.links == (0,)


def test_priority_fencing_delay_is_what_the_scheduler_says():
    subject = subject_of("mariadb-drbd")
    with CrmSimulate(subject.cib) as scheduler:
        base = scheduler.settle([QUIET]).placement
        seen = {}
        for victim in subject.nodes:
            failure = next(f for f in every(subject) if f.id == f"node-lost:{victim}")
            (side,) = strike(subject, WELL, failure, base).sides
            (first, *_) = scheduler.settle([QUIET, side.step]).transitions
            (fencing,) = (action for action in first.actions if action.task == "stonith")
            seen[victim] = fencing.priority_delay_s
            assert priority_delay_s(subject, base, side.members, victim) == fencing.priority_delay_s
        assert seen == {"gb06": 5, "gb07": 0}


def test_a_running_cluster_is_explored_as_the_file_is(explored):
    subject, scheduler = explored
    running = of_cib(scheduler.cib([QUIET]))
    assert running.live
    assert set(running.nodes) == set(subject.nodes)
    assert {part.id for part in running.parts.values()} == set(subject.parts)
    with CrmSimulate(running.cib) as again:
        settled = again.settle([QUIET])
        assert settled.quiet
        assert settled.placement == scheduler.settle([QUIET]).placement
