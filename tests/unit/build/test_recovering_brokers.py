"""Who begins when brokers wait for one that is gone for good, and what is refused."""

import asyncio
import json
import re
from contextlib import asynccontextmanager, suppress

import pytest
from lxml import etree

from quorate.build import recovering_brokers
from quorate.build.history import Origin
from quorate.build.recovering_brokers import Going, begin, forget_one, go_on, going
from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.services import kinds
from quorate.catalog.services.rabbitmq_cluster import asked_by
from quorate.catalog.site import Site
from quorate.describe.load import load
from quorate.errors import CommandFailed, HostUnreachable, Refused, TimedOut, UsageError
from quorate.machines.fake import Answer, FakeHost
from quorate.observe.facts.broker import Broker, command_for
from quorate.observe.facts.cib import parse
from quorate.render.cib import cib as offline_cib
from quorate.render.merge import merged

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


def test_one_that_a_killed_run_has_ended_is_as_good_as_one_that_waits():
    told = {name: Broker("down", last=NAMES) for name in ("n1", "n2")}
    with pytest.raises(Refused, match="does not wait there"):
        going(told, SITE, ["n3"])
    assert going(told, SITE, ["n3"], begun=True).node == "n1"
    with pytest.raises(Refused, match="does not wait there"):
        going({"n1": Broker("deaf", last=NAMES)}, SITE, ["n2", "n3"], begun=True)


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
        f"{managed} --set-parameter quorate-recover --parameter-value true",
        f"{managed} --set-parameter is-managed --parameter-value false",
        kill,
        forget,
        "rabbitmqctl force_boot",
        start,
        "rabbitmq-queues --quiet shrink rabbit@n3",
        "crm_resource --cleanup --resource broker",
        "crm_resource --wait --timeout=30s",
        f"{managed} --delete-parameter is-managed",
        f"{managed} --delete-parameter quorate-recover",
    ]


@pytest.mark.parametrize("lost_at", ["crm_resource .*--set-parameter is-managed.*", "systemctl kill .*", ".*shrink.*"])
def test_they_are_given_back_by_another_where_the_first_is_lost(lost_at):
    away = HostUnreachable("n2: no connection")
    fleet = {name: host(name, SAID) for name in ("n1", "n2")}
    answers = fleet["n2"]._answers
    fleet["n2"] = FakeHost("n2", {lost_at: away, "crm_resource .*--(cleanup|wait|delete).*": away, **answers})
    with suppress(HostUnreachable):
        asyncio.run(go_on(fleet, SITE, Going("n2", ()), ["n3"], lambda _words: None))
    managed = "crm_resource --resource broker --meta --set-name broker-meta"
    assert [one for one in fleet["n1"].ran_text if one.startswith("crm_resource")][-4:] == [
        "crm_resource --cleanup --resource broker",
        "crm_resource --wait --timeout=30s",
        f"{managed} --delete-parameter is-managed",
        f"{managed} --delete-parameter quorate-recover",
    ]


def test_a_cleanup_that_hangs_does_not_keep_them_from_pacemaker():
    fleet = {name: host(name, SAID) for name in ("n1", "n2")}
    for one in fleet.values():
        one.expect("crm_resource --cleanup --resource broker", TimedOut("crm_resource took too long"))
    asyncio.run(go_on(fleet, SITE, Going("n2", ()), ["n3"], lambda _words: None))
    assert any(one.endswith("--delete-parameter is-managed") for one in fleet["n2"].ran_text)
    assert any(one.endswith("--delete-parameter quorate-recover") for one in fleet["n2"].ran_text)


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


def test_one_that_serves_is_told_to_forget_not_the_first_of_all():
    fleet = {"n1": host("n1", SAID | {"running": False}), "n2": host("n2", SAID)}
    asyncio.run(go_on(fleet, SITE, Going("", ()), ["n3"], lambda _words: None))
    assert not [one for one in fleet["n1"].ran_text if one.startswith("rabbitmq")]
    assert "rabbitmqctl --quiet forget_cluster_node rabbit@n3" in fleet["n2"].ran_text


def test_nobody_is_told_where_none_serves_any_more():
    fleet = {name: host(name, SAID | {"running": False}) for name in ("n1", "n2")}
    with pytest.raises(Refused, match="no broker serves any more"):
        asyncio.run(go_on(fleet, SITE, Going("", ()), ["n3"], lambda _words: None))


def test_what_a_killed_run_has_left_down_is_started_and_given_back_where_others_serve():
    n1, n2 = host("n1", None), host("n2", SAID)
    question = next(iter(n1._answers))
    down, up = (f"same\n[rabbit@n1].\nno\n{json.dumps(said)}" for said in (None, SAID))
    n1.expect(question, down, up)
    asyncio.run(go_on({"n1": n1, "n2": n2}, SITE, Going("", ()), ["n3"], lambda _words: None, begun=True))
    assert [one for one in n1.ran_text if not one.startswith(("sh ", "crm_resource"))] == [
        "rm -f /var/lib/rabbitmq/mnesia/rabbit@n1/force_load",
        "systemctl start --no-block rabbitmq-server.service",
    ]
    assert "rabbitmqctl --quiet forget_cluster_node rabbit@n3" in n2.ran_text
    assert n1.ran_text[-2].endswith("--delete-parameter quorate-recover")
    assert not any("kill" in one for one in [*n1.ran_text, *n2.ran_text])


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


def live(*held):
    """The CIB that the file makes, in which the brokers have these meta attributes besides."""
    root = offline_cib(SITE.cluster, {}, PLATFORM)
    (clone,) = root.iterfind("configuration/resources/clone[@id='broker']")
    (group,) = clone.iterfind("meta_attributes")
    for name in held:
        etree.SubElement(group, "nvpair", id=f"broker-meta-{name}", name=name, value="false")
    return parse(etree.tostring(root, encoding="unicode"), 0)


def put_before(monkeypatch, *held):
    """Have Pacemaker say how it is, and the CIB have these meta attributes of the brokers."""

    async def status(_fleet):
        return Quorate()

    async def found(_fleet):
        return None, live(*held)

    monkeypatch.setattr(recovering_brokers.returning, "status", status)
    monkeypatch.setattr(recovering_brokers.returning, "live", found)
    monkeypatch.setattr(recovering_brokers.lock, "held", unlocked)


class Unrecorded:
    async def end(self, state, *_words):
        assert state == "done"


@pytest.mark.parametrize(("held", "began", "given_back"), [((), None, 0), (("quorate-recover", "is-managed"), "", 2)])
def test_where_all_serve_what_a_killed_run_has_kept_from_pacemaker_is_given_back(monkeypatch, held, began, given_back):
    async def recorded(*_what):
        return Unrecorded()

    put_before(monkeypatch, *held)
    monkeypatch.setattr(recovering_brokers.giving_up, "recorded", recorded)
    fleet = {name: host(name, SAID) for name in ("n1", "n2")}
    going_on = recovering_brokers.recover(fleet, SITE, lambda _: None, lambda *_: None, by=Origin("root", "vm"))
    assert asyncio.run(going_on) == began
    assert sum("--delete-parameter" in one for one in fleet["n1"].ran_text) == given_back


def test_apply_keeps_the_mark_with_what_it_stands_for():
    _, leftovers = merged(live("is-managed", "quorate-recover").root, live().root.find("configuration"))
    assert [one.id for one in leftovers if one.kept] == ["broker is-managed", "broker quorate-recover"]


def test_a_host_that_answers_and_is_not_in_the_cluster_has_no_say_and_is_not_begun_on(monkeypatch):
    put_before(monkeypatch)
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

    first, other = (Forgetting(name, host(name, SAID)._answers) for name in ("n1", "n2"))
    asyncio.run(begin(first, [other], SITE, ["rabbit@n3"], lambda _words: None))
    assert all(any("--offline" in one for one in host.ran_text) for host in (first, other))


def test_no_other_starts_before_the_first_serves():
    """Two that start at once, after they forgot a third offline, throw their databases away, each for the other."""
    starting, up = (f"same\n[rabbit@n1].\nyes\n{json.dumps(said)}" for said in (SAID | {"running": False}, SAID))
    seen = []

    class Told(FakeHost):
        async def run(self, command, **options):
            answer = await super().run(command, **options)
            is_start = "--no-block" in command.argv
            if is_start or '"running": true' in answer.stdout:
                seen.append((self.name, "starts" if is_start else "serves"))
            return answer

    first, other = (Told(name, host(name, SAID)._answers) for name in ("n1", "n2"))
    first.expect(next(iter(first._answers)), starting, up)
    asyncio.run(begin(first, [other], SITE, ["rabbit@n3"], lambda _words: None))
    assert seen == [("n1", "starts"), ("n1", "serves"), ("n2", "starts")]


@pytest.mark.parametrize(
    ("lost_at", "is_kept"),
    [("systemctl kill .*", False), ("rabbitmqctl .*--offline.*", True), ("systemctl start .*", True), ("", True)],
)
def test_where_some_have_forgotten_and_none_serves_pacemaker_starts_nobody(monkeypatch, lost_at, is_kept):
    monkeypatch.setattr(recovering_brokers, "SERVE_S", 0.05)
    told = []
    fleet = {"n1": host("n1", SAID), "n2": host("n2", SAID | {"running": False})}
    if lost_at:
        fleet["n2"] = FakeHost("n2", {lost_at: HostUnreachable("n2: no connection"), **fleet["n2"]._answers})
    with pytest.raises((HostUnreachable, TimedOut)):
        asyncio.run(go_on(fleet, SITE, Going("n2", ()), ["n3"], told.append))
    assert any("--delete-parameter" in one for two in fleet.values() for one in two.ran_text) is not is_kept
    assert any("until this is run again" in one for one in told) is is_kept
    assert not any("systemctl start" in one for one in fleet["n1"].ran_text)
