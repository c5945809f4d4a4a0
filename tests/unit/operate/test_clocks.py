"""A node whose clock is not that of most is named, whoever's clock is wrong: this machine's may be."""

import asyncio
import time
from dataclasses import replace

import pytest

from quorate.errors import HostUnreachable
from quorate.machines.fake import Answer, FakeHost
from quorate.observe.facts import wall_clock
from quorate.observe.facts.clock import Offset
from quorate.operate.clocks import problems
from quorate.operate.view import look, unreachable


def seen(**answers):
    """Views of nodes whose date(1) prints that, or fails."""
    hosts = [FakeHost(name, {".*": Answer(status=1), str(wall_clock.COMMAND): said}) for name, said in answers.items()]
    return asyncio.run(look(hosts, {"gone": HostUnreachable("gone")}))


def apart(**answers):
    """By node, how far its clock is said to be off, in seconds."""
    found = list(problems(seen(**answers)))
    assert {one.code for one in found} <= {"clock-apart"}
    return {one.path[-1]: float(one.summary.split()[5]) for one in found}


def shown(ahead_s):
    return lambda _command: f"{time.time() + ahead_s:.9f}\n"


def test_clocks_that_agree_are_no_matter():
    assert apart(n1=shown(0), n2=shown(0.5), n3=shown(-1)) == {}


@pytest.mark.parametrize("ahead_s", [3600, -3600])
def test_one_that_is_an_hour_off_is_named(ahead_s):
    found = apart(n1=shown(0), n2=shown(ahead_s), n3=shown(0))
    assert found == {"n2": pytest.approx(ahead_s, abs=5)}


def test_of_two_the_one_that_this_machine_does_not_agree_with():
    assert apart(n1=shown(0), n2=shown(3600)).keys() == {"n2"}


def test_a_machine_whose_own_clock_is_wrong_names_nobody():
    assert apart(n1=shown(3600), n2=shown(3600), n3=shown(3600)) == {}


def test_neither_do_two_nodes_that_agree_or_are_more_than_a_third():
    assert apart(n1=shown(5), n2=shown(5.5)) == {}
    assert apart(n1=shown(5), n2=shown(5), n3=shown(-3)).keys() == {"n3"}


def test_one_node_alone_is_said_to_be_apart_from_this_machine():
    (found,) = problems(seen(n1=shown(5)))
    assert found.summary.startswith("the clock of n1 is +")
    assert found.summary.endswith(" from this machine's")
    assert apart(n1=shown(5)) == {"n1": pytest.approx(5, abs=1)}


def test_what_was_not_told_is_nobodys_fault():
    views = seen(n1=shown(0), n2=Answer(status=127))
    assert [view.clock is None for view in views] == [False, True, True]
    assert list(problems(views)) == []
    assert unreachable("n1", HostUnreachable("gone")).clock is None


def test_a_slow_answer_proves_nothing():
    (view, *_) = seen(n1=shown(0))
    assert list(problems([replace(view, clock=Offset(5.0, 4.0))])) == []
