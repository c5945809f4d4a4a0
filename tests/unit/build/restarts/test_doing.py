"""The order in which daemons are stopped and started, on both ways; and what happens when it does not work out."""

import asyncio
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from build.wishes import wish
from quorate.build import returning
from quorate.build.restarts import daemons, resting, rolling, together
from quorate.build.steps import corosync_conf, pacemaker, running
from quorate.errors import NeverComes, Refused, TimedOut
from quorate.machines.fake import FakeHost
from quorate.observe.facts import cib, cluster_status
from quorate.observe.facts.cib import Cib

NAMES = ("n1", "n2", "n3")
HEALTHY = Path(__file__).parents[3] / "data" / "operate" / "healthy"
STATUS = cluster_status.parse((HEALTHY / "n1.crm_mon").read_text().partition("\n")[2], 0)
OLD = b"totem {\n    transport: udpu\n    cluster_name: shop\n}\n"


class Cluster:
    """What daemons did and on which nodes, in order; hosts that only take what changes the CIB."""

    def __init__(self, patch: pytest.MonkeyPatch, *, without: str = "") -> None:
        self.did: list[str] = []
        self.hosts = {name: FakeHost(name, {"cibadmin .*": self.noted, "sh -c .*": "", "cp .*": ""}) for name in NAMES}
        for host in self.hosts.values():
            asyncio.run(host.put(corosync_conf.PATH, OLD))
        self.cib = '<cib epoch="1"><configuration><crm_config/><nodes>' + "".join(
            f'<node id="{number}" uname="{name}"/>' for number, name in enumerate(NAMES, start=1)
        )
        self.cib += f"</nodes><resources>{without}</resources><constraints/></configuration><status/></cib>"

        async def live(fleet: object) -> tuple[FakeHost, Cib]:
            return self.hosts["n1"], cib.parse(self.cib, 0)

        async def status(fleet: object) -> cluster_status.ClusterStatus:
            return STATUS

        async def stop(fleet: object, names: Iterable[str], want: object, *words: str) -> None:
            self.did.append(f"stop {'+'.join(words)} on {' '.join(sorted(names))}")

        async def start(fleet: object, names: Iterable[str], want: object, *words: str) -> None:
            self.did.append(f"start {'+'.join(words)} on {' '.join(sorted(names))}")

        async def everybody(fleet: object, want: object, unit: str) -> frozenset[str]:
            return frozenset(NAMES)

        def note(words: str):
            async def noted(*_: object, **__: object) -> bool:
                self.did.append(words)
                return True

            return noted

        for room, name, fake in (
            (returning, "live", live),
            (returning, "status", status),
            (returning, "at_rest", note("rest")),
            (daemons, "stop", stop),
            (daemons, "start", start),
            (daemons, "running", everybody),
            (resting, "rest", note("maintenance on")),
            (resting, "wake", note("maintenance off")),
            (pacemaker, "settled", note("all online")),
            (rolling, "is_member", note("member")),
            (rolling, "is_online", note("online")),
            (rolling, "take_back", note("back")),
        ):
            patch.setattr(room, name, fake)

    def noted(self, command: object) -> str:
        text = str(command)
        self.did.append("mark" if "--modify" in text else "unmark")
        if "--modify" in text:
            found = re.search(r'<node id="(\d)".*?</node>', text)
            assert found
            self.cib = self.cib.replace(f'<node id="{found[1]}" uname="n{found[1]}"/>', found[0])
        return ""

    def files(self) -> set[bytes]:
        return {host.files[corosync_conf.PATH].content for host in self.hosts.values()}


def go(made: Cluster, *, works: bool) -> None:
    async def settled(fleet: object, want: object, note: object) -> None:
        made.did.append("settled")
        if not works:
            raise TimedOut("they do not find each other", "look at the firewall")

    asyncio.run(together.restart(made.hosts, wish(), lambda _: None, settled))


def test_all_together_stops_the_manager_first_and_the_dc_last(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Cluster(monkeypatch)
    go(made, works=True)
    others = " ".join(name for name in NAMES if name != STATUS.dc)
    assert made.did == [
        "maintenance on",
        f"stop pacemaker on {others}",
        f"stop pacemaker on {STATUS.dc}",
        "stop corosync on n1 n2 n3",
        "start corosync on n1 n2 n3",
        "settled",
    ]
    (new,) = made.files()
    assert new != OLD
    assert corosync_conf.KEPT in " ".join(made.hosts["n1"].ran_text)


def test_what_does_not_work_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Cluster(monkeypatch)
    with pytest.raises(NeverComes, match=r"The old one runs again") as told:
        go(made, works=False)
    assert told.value.hint == "look at the firewall"
    assert made.did[-4:] == [
        "stop corosync on n1 n2 n3",
        "start corosync+pacemaker on n1 n2 n3",
        "all online",
        "maintenance off",
    ]
    assert made.files() == {OLD}


def test_nothing_is_stopped_where_something_needs_corosync(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Cluster(monkeypatch, without='<primitive id="dlm" class="ocf" type="controld"/>')
    with pytest.raises(Refused, match="lock manager"):
        go(made, works=True)
    assert made.did == []
    assert made.files() == {OLD}


def test_one_node_is_emptied_stopped_started_and_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Cluster(monkeypatch)

    async def aside(fleet: object, want: object, name: str) -> None:
        made.did.append(f"{name} aside")

    monkeypatch.setattr(rolling, "set_aside", aside)
    asyncio.run(rolling.one(made.hosts, wish(), "n2", lambda _: None))
    assert made.did == [
        "n2 aside",
        "stop pacemaker+corosync on n2",
        "start corosync on n2",
        "member",
        "start pacemaker on n2",
        "online",
        "back",
    ]


def test_a_node_that_cannot_be_emptied_is_not_stopped_and_serves_on(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Cluster(monkeypatch)
    monkeypatch.setattr(running, "patience_s", lambda _: 0.01)
    with pytest.raises(TimedOut):
        asyncio.run(rolling.one(made.hosts, wish(), "n2", lambda _: None))
    assert made.did == ["mark", "unmark"]


def nodes_behind(*answers: set[str]):
    left = [frozenset(answer) for answer in answers]

    async def behind() -> frozenset[str]:
        return left.pop(0) if len(left) > 1 else left[0]

    return behind


def test_every_node_that_is_behind_has_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Cluster(monkeypatch)
    turns = turned(made, monkeypatch, nodes_behind({"n1", "n2"}, {"n1"}, set()))
    assert sorted(turns) == ["n1", "n2"]


def test_a_restart_without_effect_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Cluster(monkeypatch)
    with pytest.raises(NeverComes, match="without what it was to load"):
        turned(made, monkeypatch, nodes_behind({"n2"}))


def turned(made: Cluster, monkeypatch: pytest.MonkeyPatch, behind: rolling.Behind) -> list[str]:
    """Return which nodes are restarted, in order."""
    turns = []

    async def one(fleet: object, want: object, name: str, note: object) -> None:
        turns.append(name)

    async def whole(fleet: object, want: object) -> cluster_status.ClusterStatus:
        return STATUS

    monkeypatch.setattr(rolling, "one", one)
    monkeypatch.setattr(rolling, "whole", whole)
    asyncio.run(rolling.restart(made.hosts, wish(), lambda _: None, behind))
    return turns
