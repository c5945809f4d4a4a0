"""Each failure is asked once, equal states once for all that follow; what is known survives an interruption."""

import signal
from dataclasses import replace
from functools import partial

import pytest

from quorate.errors import UsageError
from quorate.explore import universe
from quorate.explore.asking import Options, Question, ask
from quorate.explore.durations import of_subject
from quorate.explore.economy import INDEPENDENT
from quorate.explore.narrowing import Narrowing
from quorate.explore.result import State
from quorate.explore.subject import Part, Service
from quorate.explore.work import Setup

from .fake import Fake
from .small import subject

CIB = """<cib><configuration><crm_config/><resources>
  <group id="site"><primitive id="ip"/><primitive id="web"/></group><primitive id="mail"/>
</resources><constraints/></configuration></cib>"""
PARTS = (
    Part("ip", "ocf:heartbeat:IPaddr2", monitor_s=10, monitors_s={"Started": 10}, service="site", tied="ip"),
    Part("web", "ocf:heartbeat:apache", monitor_s=10, monitors_s={"Started": 10}, service="site", tied="ip"),
    Part("mail", "systemd:postfix", monitor_s=10, monitors_s={"Started": 10}, service="mail", tied="mail"),
)
NODES = ("n1", "n2", "n3")
SITE = replace(
    subject(*NODES),
    cib=CIB,
    links=dict.fromkeys(NODES, (0, 1)),
    parts={part.id: part for part in PARTS},
    services=(Service("site", ("ip", "web"), nodes=NODES), Service("mail", ("mail",), nodes=NODES)),
)
RESOURCES = ("resource-failed", "start-failed", "resource-failed-everywhere")


def question(fake, *kinds):
    every = tuple(one for one in universe.every(SITE) if not kinds or one.kind in kinds)
    return Question(
        setup=Setup(subject=SITE, durations=of_subject(SITE), make=lambda _: fake),
        every=every,
        singles=tuple(one for one in every if one.kind != "node-returned"),
        seconds=partial(universe.seconds, SITE, among=every),
    )


def asked(fake, *kinds, depth=1, tell=lambda *_: None, exact=False, **narrowing):
    options = Options(depth=depth, jobs=1, narrowing=Narrowing(**narrowing), exact=exact)
    return ask(question(fake, *kinds), options, tell)


def by_id(found):
    return {one.id: one for one in found.scenarios}


def pairs_of(scenarios):
    return [one for one in scenarios.values() if len(one.failures) == 2]


def test_each_failure_is_asked_once_on_the_cluster_at_rest():
    fake = Fake()
    found = asked(fake, "node-lost")
    assert list(by_id(found)) == ["node-lost:n1", "node-lost:n2", "node-lost:n3"]
    assert [len(steps) for steps in fake.asked] == [1, 2, 2, 2]
    assert (found.total, found.scheduler, found.services) == (3, "fake 1", ("site", "mail"))


def test_what_changes_nothing_is_not_asked():
    fake = Fake()
    found = asked(fake, "link-cut")
    assert len(found.scenarios) == 6
    assert {one.worst for one in found.scenarios} == {State.UNAFFECTED}
    assert len(fake.asked) == 1, "the cluster at rest"


def test_second_failures_begin_where_the_first_left_the_cluster():
    fake = Fake()
    found = by_id(asked(fake, "node-lost", depth=2))
    assert len(found) == 3 + 6
    site = found["node-lost:n1 then node-lost:n3"].impacts[0]
    assert (site.before, site.after, site.cause) == (("n2",), (), "no-quorum")
    assert [step.lost for step in fake.asked[4]] in [[(), ("n1",), (other,)] for other in ("n2", "n3")]


def test_after_what_changed_nothing_the_second_is_as_by_itself_and_not_asked_again():
    fake = Fake()
    found = by_id(asked(fake, "link-cut", "node-lost", depth=2))
    second = found["link-cut:n2/0 then node-lost:n1"]
    assert second.same_as == "node-lost:n1"
    assert second.impacts == found["node-lost:n1"].impacts
    for node in ("n1", "n2", "n3"):
        same = [steps for steps in fake.asked if len(steps) == 2 and steps[-1].lost == (node,)]
        assert len(same) <= 2, "once alone, and once for all that come after nothing"


def test_a_merged_scenario_is_what_it_would_be_alone():
    """The same pairs, asked one by one."""
    kinds = ("link-cut", "node-lost", "node-hung", "node-standby", "node-returned", *RESOURCES)
    merged = by_id(asked(Fake(), *kinds, depth=2, exact=True))
    pairs = pairs_of(merged)
    assert any(one.same_as for one in pairs)
    for one in pairs:
        first, second = one.failures
        (apart,) = pairs_of(by_id(asked(Fake(), *kinds, depth=2, exact=True, first=(first,), second=(second,))))
        assert (apart.id, apart.impacts) == (one.id, one.impacts)


def test_a_failure_that_was_got_over_matters_to_its_resource_alone():
    fake = Fake()
    found = by_id(asked(fake, "resource-failed", "node-lost", depth=2))
    assert found["resource-failed:mail then node-lost:n1"].same_as == "node-lost:n1"
    assert found["resource-failed:mail then resource-failed:web"].same_as == "resource-failed:web"
    both = [steps for steps in fake.asked if len(steps) == 3 and steps[1].results]
    assert all(steps[1].results == steps[2].results for steps in both), "only the same again is asked"


def test_what_left_the_same_is_followed_by_the_same():
    found = by_id(asked(Fake(), "node-lost", "node-hung", depth=2))
    assert found["node-hung:n1 then node-lost:n2"].same_as == "node-lost:n1 then node-lost:n2"
    assert found["node-hung:n1 then node-lost:n2"].impacts == found["node-lost:n1 then node-lost:n2"].impacts


def test_resources_that_nothing_ties_are_taken_to_be_independent_and_that_is_said():
    fake, exact = Fake(), Fake()
    found = by_id(asked(fake, *RESOURCES, depth=2))
    same = by_id(asked(exact, *RESOURCES, depth=2, exact=True))
    apart = [one for one in pairs_of(found) if one.approximate]
    assert {one.approximate for one in apart} == {INDEPENDENT}
    tied = {"ip": "site", "web": "site", "mail": "mail"}
    for one in pairs_of(found):
        first, second = (tied[id_.partition(":")[2]] for id_ in one.failures)
        assert (one in apart) == (first != second and not one.failures[0].startswith("resource-failed:"))
    assert {id_: one.impacts for id_, one in found.items()} == {id_: one.impacts for id_, one in same.items()}
    assert not any(one.approximate for one in same.values())
    assert len(fake.asked) < len(exact.asked)


def test_a_node_that_is_gone_is_not_lost_again_but_returns():
    found = by_id(asked(Fake(), "node-lost", "node-returned", depth=2))
    assert "node-lost:n1 then node-lost:n1" not in found
    assert "node-lost:n1 then node-returned:n1" in found
    assert "node-lost:n1 then node-returned:n2" not in found


def test_patterns_choose_scenarios():
    found = asked(Fake(), "node-lost", "node-standby", depth=2, faults=("node-standby:n1",))
    assert found.total == len(found.scenarios)
    assert all("node-standby:n1" in one.failures for one in found.scenarios)
    found = asked(Fake(), "node-lost", "node-standby", depth=2, first=("node-lost",), second=("node-standby",))
    assert {tuple(id_.partition(":")[0] for id_ in one.failures) for one in found.scenarios} == {
        ("node-lost",),
        ("node-standby",),
        ("node-lost", "node-standby"),
    }


def test_what_is_asked_for_and_not_there_is_an_error_with_a_hint():
    with pytest.raises(UsageError) as error:
        asked(Fake(), services=("sit",))
    assert error.value.hint == "did you mean site?"
    with pytest.raises(UsageError):
        asked(Fake(), faults=("node-lost:n9",))


def test_what_the_scheduler_cannot_answer_is_said_and_the_rest_is_known():
    found = asked(Fake(refused=("n2",)), "node-lost")
    assert list(by_id(found)) == ["node-lost:n1", "node-lost:n3"]
    assert found.total == 3
    assert found.remarks == ("node-lost:n2 could not be asked: it will not say",)


def test_an_interruption_keeps_what_is_known():
    found = asked(Fake(interrupt_after=12), depth=2)
    assert 0 < len(found.scenarios) < found.total
    assert found.scheduler == "fake 1"


def test_sigterm_ends_it_like_ctrl_c_and_is_as_before_afterwards():
    before = signal.getsignal(signal.SIGTERM)
    found = asked(Fake(), depth=2, tell=lambda *_: signal.raise_signal(signal.SIGTERM))
    assert len(found.scenarios) < found.total
    assert signal.getsignal(signal.SIGTERM) == before


def test_progress_ends_with_everything_known():
    told = []
    found = asked(Fake(), "node-lost", "link-cut", depth=2, tell=lambda *one: told.append(one))
    assert told[-1] == (found.total, found.total)
    assert [known for known, _ in told] == sorted(known for known, _ in told)
