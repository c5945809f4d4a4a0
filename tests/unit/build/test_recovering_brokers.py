"""Who begins when brokers wait for one that is gone for good, and what is refused."""

import asyncio
import json
import re
from contextlib import asynccontextmanager

import pytest

from quorate.build import recovering_brokers
from quorate.build.history import Origin
from quorate.build.recovering_brokers import Going, begin, forget_one, go_on, going
from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.services import kinds
from quorate.catalog.services.rabbitmq_cluster import asked_by
from quorate.catalog.site import Site
from quorate.describe.load import load
from quorate.errors import CommandFailed, Refused, UsageError
from quorate.machines.fake import Answer, FakeHost
from quorate.observe.facts.broker import Broker, command_for

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
    assert [sentence for sentence in chosen.lost if "what n3 alone had" in sentence]


def test_stopped_at_once_the_first_begins_and_only_what_the_missing_one_had_may_be_lost():
    chosen = going({"n1": waits(*NAMES), "n2": waits(*NAMES)}, SITE, ["n3"])
    assert chosen.node == "n1"
    assert "what n3 alone had" in chosen.lost[0]


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
    assert "what n2, n3 alone had" in chosen.lost[0]


def test_one_without_a_database_does_not_begin():
    assert going({"n1": Broker("down"), "n2": waits(*NAMES)}, SITE, ["n3"]).node == "n2"
    with pytest.raises(Refused, match="n1 has no broker's database"):
        going({"n1": Broker("down"), "n2": waits(*NAMES)}, SITE, ["n3"], "n1")


@pytest.mark.parametrize("state", ["down", "deaf"])
def test_one_that_stopped_last_and_answers_is_to_be_started_not_passed_over(state):
    told = {"n1": waits(*NAMES), "n2": waits("n2", "n3"), "n3": Broker(state, last=("n3",))}
    with pytest.raises(Refused, match="n3 has the newest definitions"):
        going(told, SITE, [])
    assert going(told, SITE, ["n3"]).node == "n2"


def test_names_have_to_be_nodes_of_the_service():
    with pytest.raises(UsageError, match="no broker on n9"):
        going({}, SITE, ["n9"])


def host(name, said):
    """A node whose broker says that, whatever else it is told."""
    question = re.escape(str(command_for(*asked_by(SITE, SITE.cluster.node(name)))))
    answer = f"same\n[rabbit@{name}].\nyes\n{json.dumps(said)}"
    return FakeHost(name, {question: answer, "(rabbitmq.*|systemctl|crm_resource|rm|sh -c .while) .*": ""})


SAID = {"running": True, "paused": False, "partitions": [], "alarms": [], "queues": 0, "stuck": [], "thin": 0}
SAID |= {"members": [f"rabbit@{name}" for name in NAMES], "up": ["rabbit@n1", "rabbit@n2"]}


def done(chosen, *without):
    """What the two that are there were told, without the questions."""
    fleet = {name: host(name, SAID) for name in ("n1", "n2")}
    asyncio.run(go_on(fleet, SITE, chosen, without, lambda _words: None))
    return {name: [argv for argv in one.ran_text if not argv.startswith("sh ")] for name, one in fleet.items()}


def test_it_forgets_who_is_gone_while_all_are_down_and_out_of_pacemakers_hands():
    told = done(Going("n2", ()), "n3")
    kill, start = (f"systemctl {words} rabbitmq-server.service" for words in ("kill --signal=KILL", "start --no-block"))
    managed = "crm_resource --resource broker --meta --set-name broker-meta"
    forget = "rabbitmqctl --quiet forget_cluster_node --offline rabbit@n3"
    assert told["n1"] == [kill, forget, "rm -f /var/lib/rabbitmq/mnesia/rabbit@n1/force_load", start]
    assert told["n2"] == [
        f"{managed} --set-parameter is-managed --parameter-value false",
        kill,
        forget,
        start,
        "rabbitmq-queues --quiet shrink rabbit@n3",
        "crm_resource --cleanup --resource broker",
        "crm_resource --wait --timeout=30s",
        f"{managed} --delete-parameter is-managed",
    ]


def test_where_nobody_is_gone_it_loads_what_it_has():
    told = done(Going("n2", ()))
    assert "rabbitmqctl force_boot" in told["n2"]
    assert not any("force" in one for one in told["n1"] if not one.startswith("rm -f "))


def test_those_that_serve_forget_as_they_run():
    told = done(Going("", ()), "n3")
    assert told["n1"] == [
        "rabbitmq-queues --quiet shrink rabbit@n3",
        "rabbitmqctl --quiet forget_cluster_node rabbit@n3",
    ]
    assert told["n2"] == []


NO_MEMBER = Answer(status=69, stderr="Error:\n{:not_a_cluster_node, 'The node selected is not in the cluster.'}")


@pytest.mark.parametrize("options", [("--offline",), ()])
def test_who_was_forgotten_already_is_no_failure_when_it_is_run_again(options):
    words = " ".join(["rabbitmqctl --quiet forget_cluster_node", *options, "rabbit@n3"])
    asyncio.run(forget_one(FakeHost("n1", {words: NO_MEMBER}), "rabbit@n3", *options))
    with pytest.raises(CommandFailed):
        asyncio.run(forget_one(FakeHost("n1", {words: Answer(status=69, stderr="nodedown")}), "rabbit@n3", *options))


class Quorate:
    """Pacemaker's view: n3 is not in the cluster, whatever its host answers."""

    quorate, online = True, {"n1", "n2"}


@asynccontextmanager
async def unlocked(_fleet, _what):
    yield


def test_a_host_that_answers_and_is_not_in_the_cluster_has_no_say_and_is_not_begun_on(monkeypatch):
    async def status(_fleet):
        return Quorate()

    monkeypatch.setattr(recovering_brokers.giving_up.returning, "status", status)
    monkeypatch.setattr(recovering_brokers.lock, "held", unlocked)
    fleet = {name: host(name, SAID | {"running": False}) for name in NAMES}
    going_on = recovering_brokers.recover(fleet, SITE, lambda _: None, lambda *_: None, by=Origin("root", "vm"))
    with pytest.raises(Refused, match="n3 may have stopped last, and is not in the cluster"):
        asyncio.run(going_on)
    assert fleet["n3"].ran == []


def test_they_forget_one_after_the_other():
    """RabbitMQ refuses it while another broker's database is open (removing_node_from_offline_node)."""
    open_now = []

    class Forgetting(FakeHost):
        async def run(self, command, **options):
            if "--offline" in command.argv:
                assert open_now == []
                open_now.append(self.name)
                await asyncio.sleep(0)
                open_now.remove(self.name)
            return await super().run(command, **options)

    first, other = (Forgetting(name, {"(rabbitmqctl|systemctl|rm|sh -c .while) .*": ""}) for name in ("n1", "n2"))
    asyncio.run(begin(first, [other], SITE, ["rabbit@n3"]))
    assert all(any("--offline" in one for one in host.ran_text) for host in (first, other))
