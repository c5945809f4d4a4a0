"""Each failure is asked once, equal states once for all that follow; what is known survives an interruption."""

import signal
from dataclasses import replace
from functools import partial

import pytest

from quorate.errors import UsageError
from quorate.explore import universe
from quorate.explore.asking import Options, Question, ask
from quorate.explore.durations import of_subject
from quorate.explore.narrowing import Narrowing
from quorate.explore.result import State
from quorate.explore.work import Setup

from .fake import Fake
from .small import subject

WHOLE = subject("n1", "n2", "n3")
SITE = replace(
    WHOLE, cib="<cib><configuration/></cib>", services=WHOLE.services[:1], links=dict.fromkeys(WHOLE.nodes, (0, 1))
)
SITE = replace(SITE, parts={name: SITE.parts[name] for name in ("ip", "web")})


def question(fake, *kinds):
    every = tuple(one for one in universe.every(SITE) if not kinds or one.kind in kinds)
    return Question(
        setup=Setup(subject=SITE, durations=of_subject(SITE), make=lambda _: fake),
        every=every,
        singles=tuple(one for one in every if one.kind != "node-returned"),
        seconds=partial(universe.seconds, SITE, among=every),
    )


def asked(fake, *kinds, depth=1, tell=lambda *_: None, **narrowing):
    return ask(question(fake, *kinds), Options(depth=depth, jobs=1, narrowing=Narrowing(**narrowing)), tell)


def by_id(found):
    return {one.id: one for one in found.scenarios}


def test_each_failure_is_asked_once_on_the_cluster_at_rest():
    fake = Fake()
    found = asked(fake, "node-lost")
    assert list(by_id(found)) == ["node-lost:n1", "node-lost:n2", "node-lost:n3"]
    assert [len(steps) for steps in fake.asked] == [1, 2, 2, 2]
    assert (found.total, found.scheduler, found.services) == (3, "fake 1", ("site",))


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
    kinds = ("link-cut", "node-lost", "node-standby", "node-returned")
    merged = by_id(asked(Fake(), *kinds, depth=2))
    pairs = [one for one in merged.values() if len(one.failures) == 2]
    assert any(one.same_as for one in pairs)
    for one in pairs:
        first, second = one.failures
        alone = by_id(asked(Fake(), *kinds, depth=2, first=(first,), second=(second,)))
        assert alone[one.id].impacts == one.impacts


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
