"""What is done once for a cluster: in order, asked for before and after, and no secret in what fails."""

import asyncio
from pathlib import Path

import pytest

from build.made_up import Store, wanting
from quorate.build.steps import setting_up
from quorate.build.steps.setting_up import State
from quorate.errors import CommandFailed, TimedOut
from quorate.machines.fake import Answer, FakeHost
from quorate.observe.facts import cluster_status

DATA = Path(__file__).parents[2] / "data" / "operate"
STATUS = (DATA / "healthy" / "n1.crm_mon").read_text().partition("\n")[2]
SERVES = cluster_status.parse(STATUS, 0).instances("site")[-1].nodes[0]


def fleet(**answers):
    """Return three hosts that know of the cluster where `site` runs, and answer these commands besides."""
    made = {}
    for name in ("n1", "n2", "n3"):
        made[name] = FakeHost(name, {str(cluster_status.COMMAND): STATUS, **answers})
    return made


def ran(hosts, word):
    return {name: [str(c) for c in host.ran if c.argv[0] == word] for name, host in hosts.items()}


def test_what_others_use_comes_first():
    want = wanting(api=Store(user="db"), db=Store(user="proxy"), proxy=Store())
    assert [task.service for task in setting_up.tasks(want)] == ["proxy", "db", "api"]


def test_a_ring_of_users_ends():
    want = wanting(api=Store(user="db"), db=Store(user="api"))
    assert {task.service for task in setting_up.tasks(want)} == {"api", "db"}


def test_it_is_asked_where_the_resource_runs():
    want = wanting(site=Store())
    hosts = fleet(**{"ask site": Answer("", 1)})
    ((task, state),) = asyncio.run(setting_up.look(hosts, want))
    assert (task.service, state) == ("site", State(SERVES, done=False))
    (change,) = setting_up.changes(((task, state),), want)
    assert (change.host, change.words) == (SERVES, "make site, for site")
    assert change.actions == ()


def test_what_does_not_run_is_planned_and_what_is_done_is_not():
    want = wanting(db=Store())
    ((task, state),) = asyncio.run(setting_up.look(fleet(), want))
    assert state == State("", None)
    assert len(list(setting_up.changes(((task, state),), want))) == 1
    assert list(setting_up.changes(((task, State("n1", done=True)),), want)) == []


def test_it_is_done_once_with_the_secret_on_standard_input():
    want = wanting(site=Store())
    hosts = fleet(**{"do site": ""})
    for host in hosts.values():
        host.expect("ask site", Answer("", 3), Answer("", 1), "")
    said: list[str] = []
    asyncio.run(setting_up.perform(hosts, want, said.append))
    assert ran(hosts, "do") == {name: ["do site"] if name == SERVES else [] for name in hosts}
    (done,) = [c for c in hosts[SERVES].ran if c.argv[0] == "do"]
    assert done.input == b"s3cr3t-of-site"
    assert done.secret
    assert said == ["setting up: site: make site: done"]


def test_nothing_is_done_twice():
    hosts = fleet(**{"ask site": ""})
    asyncio.run(setting_up.perform(hosts, wanting(site=Store()), lambda _: None))
    assert not any(ran(hosts, "do").values())


def test_what_fails_says_so_without_the_secret():
    hosts = fleet(
        **{"ask site": Answer("", 1), "do site": CommandFailed("near 's3cr3t-of-site'", "see s3cr3t-of-site")}
    )
    with pytest.raises(CommandFailed) as failed:
        asyncio.run(setting_up.perform(hosts, wanting(site=Store()), lambda _: None))
    assert "s3cr3t" not in failed.value.message + failed.value.hint
    assert "near" in failed.value.message


def test_what_was_done_in_vain_is_an_error():
    hosts = fleet(**{"ask site": Answer("", 1), "do site": ""})
    with pytest.raises(CommandFailed, match="is not so when asked again"):
        asyncio.run(setting_up.perform(hosts, wanting(site=Store()), lambda _: None))


def test_who_cannot_say_at_once_whether_it_is_done_is_asked_again():
    hosts = fleet(**{"do site": ""})
    for host in hosts.values():
        host.expect("ask site", Answer("", 1), Answer("", 2), TimedOut("busy"), "")
    said: list[str] = []
    asyncio.run(setting_up.perform(hosts, wanting(site=Store()), said.append))
    assert said == ["setting up: site: make site: done"]


def test_one_that_cannot_say_is_passed_over_and_who_has_done_it_is_asked_first_afterwards(monkeypatch):
    monkeypatch.setattr(setting_up, "places", lambda *_: ["n1", "n2", "n3"])
    hosts = fleet(**{"do site": ""})
    hosts["n1"].expect("ask site", Answer("", 2), Answer("", 1))  # it comes back, and has not got it yet
    hosts["n2"].expect("ask site", Answer("", 1), "")
    said: list[str] = []
    asyncio.run(setting_up.perform(hosts, wanting(site=Store()), said.append))
    assert said == ["setting up: site: make site: done"]
    assert ran(hosts, "do") == {"n1": [], "n2": ["do site"], "n3": []}
