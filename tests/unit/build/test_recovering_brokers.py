"""Who begins when brokers wait for one that is gone for good, and what is refused."""

import pytest

from quorate.build.recovering_brokers import going
from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.services import kinds
from quorate.catalog.site import Site
from quorate.describe.load import load
from quorate.errors import Refused, UsageError
from quorate.observe.facts.broker import Broker

SITE = Site("broker", PLATFORM, load(kinds()["rabbitmq-cluster"].example, "rabbitmq.yaml", kinds()).cluster)
NAMES = ("n1", "n2", "n3")


def waits(*last):
    """A broker that waits, and whose database knew these as running when it was last written."""
    return Broker("waits", last=last, members=NAMES)


def serves():
    return Broker("running", last=NAMES, members=NAMES, up=("n1", "n2"))


def test_the_one_that_stopped_last_of_those_that_are_there_begins():
    told = {"n1": waits(*NAMES), "n2": waits("n2", "n3")}
    chosen = going(told, SITE, ["n3"])
    assert chosen.node == "n2"
    assert [sentence for sentence in chosen.lost if "only n3 had" in sentence]


def test_stopped_at_once_the_first_begins_and_only_what_the_missing_one_had_may_be_lost():
    chosen = going({"n1": waits(*NAMES), "n2": waits(*NAMES)}, SITE, ["n3"])
    assert chosen.node == "n1"
    assert "only n3 had" in chosen.lost[0]


def test_one_that_stopped_after_the_missing_one_loses_nothing():
    chosen = going({"n1": waits("n1", "n2"), "n2": waits("n2")}, SITE, ["n3"])
    assert chosen.node == "n2"
    assert chosen.lost == ()


def test_where_some_serve_nobody_begins():
    assert going({"n1": serves(), "n2": serves()}, SITE, ["n3"]).node == ""
    assert going({"n1": serves(), "n2": serves()}, SITE, []).lost == ()


def test_a_silent_one_that_is_not_given_up_may_hold_more():
    with pytest.raises(Refused, match="n3 may have stopped last"):
        going({"n1": waits(*NAMES), "n2": waits(*NAMES)}, SITE, [])


def test_one_that_is_named_begins_whatever_the_others_had():
    chosen = going({"n1": waits(*NAMES), "n2": waits("n2", "n3")}, SITE, ["n3"], "n1")
    assert chosen.node == "n1"
    assert "only n2, n3 had" in chosen.lost[0]


@pytest.mark.parametrize("unfit", [Broker("deaf", last=("n1",)), Broker("down")])
def test_one_with_another_cookie_or_without_a_database_does_not_begin(unfit):
    assert going({"n1": unfit, "n2": waits(*NAMES)}, SITE, ["n3"]).node == "n2"
    with pytest.raises(Refused, match="n1 has no broker that could begin"):
        going({"n1": unfit, "n2": waits(*NAMES)}, SITE, ["n3"], "n1")


def test_names_have_to_be_nodes_of_the_service():
    with pytest.raises(UsageError, match="no broker on n9"):
        going({}, SITE, ["n9"])
