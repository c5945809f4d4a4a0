"""apply and plan on simulated hosts: what is done is verified, what fails stops at the barrier, a second run rests."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from build.simulated import SimulatedHost
from build.wishes import wish
from quorate.build import lock, owed
from quorate.build.apply import apply, changes_now, fresh, go_through, run_everywhere, told_together, verify
from quorate.build.change import Change, Run, WriteFile
from quorate.build.plan import Plan, look, partial, plan
from quorate.build.stages import CONFIGURATION, STAGES, Stage
from quorate.build.steps import boot, cib_secrets, corosync_conf, corosync_key, names, packages, ports, service_files
from quorate.errors import CommandFailed, HostUnreachable, Refused
from quorate.findings import Finding, Severity
from quorate.machines.fake import FakeHost
from quorate.machines.host import Command, command

WANT = wish()
WANTED = packages.wanted(WANT.cluster, WANT.platform, "n1")
UNITS = boot.started(WANT, "n1") + boot.kept_off(WANT, "n1")
OURS = (
    Stage("packages", host_steps=(packages,)),
    Stage("hosts", host_steps=(names, ports, boot, cib_secrets, service_files, corosync_conf)),
    Stage("key", cluster_step=corosync_key),
)


def fleet(**changes) -> dict[str, SimulatedHost]:
    return {name: SimulatedHost(name, **changes) for name in ("n1", "n2", "n3")}


def go(hosts: dict[str, SimulatedHost], stages=OURS) -> list[str]:
    notes: list[str] = []

    async def through() -> None:
        for stage in stages:
            changes, _ = await look(stage, hosts, WANT)
            await go_through(stage, changes, hosts, WANT, notes.append)

    asyncio.run(through())
    return notes


contents = st.sampled_from([b"", b"old", b"127.0.0.1 localhost\n", b"totem {\n cluster_name: debian\n}\n"])
files = st.tuples(contents, st.sampled_from([0o600, 0o644, 0o400]), st.just("root"), st.just("root"))
paths = st.sampled_from([names.PATH, corosync_conf.PATH, *cib_secrets.wanted(WANT), *service_files.wanted(WANT, "n1")])
hosts = st.fixed_dictionaries(
    {
        "installed": st.sets(st.sampled_from(WANTED)),
        "enabled": st.sets(st.sampled_from(UNITS)),
        "masked": st.sets(st.sampled_from(UNITS)),
        "files": st.dictionaries(paths, files),
        "ufw": st.booleans(),
        "opened": st.sets(st.sampled_from([22, 5405, 5406])),
    }
)


@settings(max_examples=60, deadline=None)
@given(st.lists(hosts, min_size=3, max_size=3))
def test_from_any_hosts_one_run_leads_to_rest(given_hosts: list[dict]) -> None:
    made = {f"n{i}": SimulatedHost(f"n{i}", **facts) for i, facts in enumerate(given_hosts, start=1)}
    go(made)
    again = asyncio.run(plan(made, WANT, OURS))
    assert again.changes == ()
    assert again.errors == ()
    for host in made.values():
        assert set(WANTED) <= host.installed
        assert host.files[corosync_key.PATH][1] == 0o400
        assert not host.masked & set(UNITS)
        assert "apache2.service" not in host.enabled
    assert len({host.files[corosync_key.PATH][0] for host in made.values()}) == 1


def test_the_second_run_does_nothing_and_says_so() -> None:
    made = fleet()
    go(made)
    before = {name: len(host.ran) for name, host in made.items()}
    assert go(made)[:2] == ["packages: nothing to do", "hosts: nothing to do"]
    for name, host in made.items():
        later = host.ran[before[name] :]
        assert all(text.startswith(("sh -c", "systemctl show", "uname")) for text in later), later


def test_a_plan_changes_nothing() -> None:
    made = fleet()
    planned = asyncio.run(plan(made, WANT, OURS))
    assert planned.changes
    assert all(not host.installed and not host.files for host in made.values())


@pytest.mark.parametrize("deaf_to", ["systemctl enable", "put /etc/hosts", "put /etc/corosync/corosync.conf"])
def test_a_step_that_takes_no_effect_has_failed(deaf_to: str) -> None:
    made = fleet()
    made["n2"].deaf_to = deaf_to
    with pytest.raises(CommandFailed, match="still to do when asked again: n2: "):
        go(made)


@pytest.mark.parametrize("broken", ["systemctl daemon-reload", "systemctl enable quorate-watch", "rm -f --"])
def test_what_a_written_file_needs_is_done_by_the_next_where_the_first_did_not_get_to_it(broken: str) -> None:
    made, enabling = fleet(), "systemctl enable quorate-watch-site-apache.service"
    made["n2"].broken = broken
    with pytest.raises(CommandFailed, match=f"n2: {broken}"):
        go(made)
    made["n2"].broken = ""
    assert any("was not done when it was written" in note for note in go(made))
    assert enabling in made["n2"].ran
    ran = len(made["n2"].ran)
    assert go(made)[:2] == ["packages: nothing to do", "hosts: nothing to do"]
    assert enabling not in made["n2"].ran[ran:], "it is owed no longer"
    assert not [path for host in made.values() for path in host.files if path.startswith(owed.mark("/"))]


def test_one_host_s_failure_stops_at_the_barrier_and_not_before() -> None:
    made = fleet()
    made["n2"].broken = "apt-get install"
    with pytest.raises(CommandFailed, match="n2: apt-get install"):
        go(made)
    assert set(WANTED) <= made["n1"].installed, "the others end the stage"
    assert all(names.PATH not in host.files for host in made.values()), "nobody begins the next"


def test_a_host_that_goes_away_is_an_error_that_names_it() -> None:
    made = fleet()
    made["n3"].gone = True
    with pytest.raises(HostUnreachable, match="n3"):
        asyncio.run(plan(made, WANT, OURS))


def test_each_host_s_changes_run_in_order() -> None:
    made = fleet()
    changes = [
        Change("n1", "t", "w", (WriteFile("/a", b""), Run(command("chmod", "0400", "/a")))),
        Change("n2", "t", "w", ()),
    ]
    asyncio.run(run_everywhere(changes, made))
    assert made["n1"].ran == ["put /a", "chmod 0400 /a"]
    assert made["n3"].ran == []


def test_verify_is_content_when_nothing_is_left() -> None:
    made = fleet()
    go(made)
    asyncio.run(verify(OURS[1], made, WANT))


def test_equal_words_are_told_once() -> None:
    changes = [Change(f"n{i}", "t", "write it", ()) for i in (1, 2)] + [Change("n1", "t", "close it", ())]
    assert told_together(changes) == [("write it", ["n1", "n2"]), ("close it", ["n1"])]


class Holder(FakeHost):
    """A host whose lock can be taken."""

    def __init__(self, name: str, log: list[str]) -> None:
        super().__init__(name)
        self.log = log

    async def stream(self, command: Command) -> AsyncGenerator[str, None]:
        self.log.append(f"lock {self.name}")
        try:
            yield "held"
            await asyncio.Event().wait()
        finally:
            self.log.append(f"free {self.name}")


def test_locks_are_taken_by_name_and_given_back() -> None:
    log: list[str] = []

    async def hold() -> None:
        async with lock.held({name: Holder(name, log) for name in ("n2", "n1")}, "apply"):
            log.append("work")

    asyncio.run(hold())
    assert log == ["lock n1", "lock n2", "work", "free n2", "free n1"]


class Refusing:
    """A step that finds an error."""

    TITLE = "no"

    @staticmethod
    async def look(host: object, want: object) -> None:
        return None

    @staticmethod
    def changes(facts: None, want: object, name: str):
        yield Finding("no", Severity.ERROR, f"{name} will not do", "because", "another one")


def test_an_error_in_the_plan_ends_it_before_anybody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    log: list[str] = []
    asked: list[Plan] = []
    monkeypatch.setattr("quorate.build.apply.STAGES", (Stage("no", host_steps=(Refusing,)), STAGES[-1]))
    with pytest.raises(Refused, match="n1 will not do") as refused:
        asyncio.run(apply({"n1": Holder("n1", log)}, WANT, print, asked.append))
    assert refused.value.hint == "another one"
    assert asked == []
    assert log == ["lock n1", "free n1"]


def test_an_error_that_an_earlier_stage_brings_out_ends_it_before_the_next() -> None:
    host = SimulatedHost("n1")
    looked: list[str] = []

    class Late:
        """A step that finds its error only when the one before it has run."""

        TITLE = "late"

        @staticmethod
        async def look(host: SimulatedHost, want: object) -> bool:
            looked.append(host.name)
            return "/first" in host.files

        @staticmethod
        def changes(facts: bool, want: object, name: str):
            yield Change(name, "late", "write it", (WriteFile("/late", b""),))
            if facts:
                yield from Refusing.changes(None, want, name)

    host.files["/first"] = (b"", 0o644, "root", "root")
    with pytest.raises(Refused, match="n1 will not do"):
        asyncio.run(changes_now(Stage("late", host_steps=(Late,)), {"n1": host}, WANT))
    assert looked == ["n1"]
    assert "/late" not in host.files


@pytest.mark.parametrize(("words", "epoch"), [("write the CIB: 2 resources", "8"), ("write the CIB: 3 resources", "7")])
def test_the_cib_is_written_over_what_pacemaker_wrote_while_nodes_joined(monkeypatch, words: str, epoch: str) -> None:
    """And not over what another has made of it: then the plan that was agreed to is refused."""

    def change(words: str, epoch: str) -> Change:
        return Change("n1", "cib", words, (Run(command("write", epoch)),))

    async def now(*_stage) -> list[Change]:
        return [change(words, "8")]

    monkeypatch.setattr("quorate.build.apply.changes_now", now)
    stage = next(stage for stage in STAGES if stage.title == CONFIGURATION)
    (found,) = asyncio.run(fresh(stage, [change("write the CIB: 2 resources", "7")], {}, WANT))
    assert found.actions == (Run(command("write", epoch)),)


def test_who_does_not_agree_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    log: list[str] = []
    made = fleet()
    for name, host in made.items():
        host.stream = Holder(name, log).stream
    monkeypatch.setattr("quorate.build.apply.STAGES", (*OURS, STAGES[-1]))
    seen: list[Plan] = []

    def never(planned: Plan) -> None:
        seen.append(planned)
        raise Refused("nothing was changed")

    with pytest.raises(Refused):
        asyncio.run(apply(made, WANT, print, never))
    assert seen[0].changes
    assert all(not host.installed and not host.files for host in made.values())
    done = asyncio.run(apply(made, WANT, print, seen.append))
    assert {change.host for change in done.changes} == {"n1", "n2", "n3"}
    assert [title for title, _ in done.seconds] == [stage.title for stage in OURS]
    assert log.count("free n1") == 2


def test_a_plan_goes_on_while_a_node_is_away_and_is_not_to_be_applied() -> None:
    made = {name: host for name, host in fleet().items() if name != "n2"}
    away = {"n2": HostUnreachable("n2 does not answer", "is it on?")}
    planned = asyncio.run(plan(made, WANT, OURS, unseen=away))
    assert {change.host for change in planned.changes} == {"n1", "n3"}
    assert [(finding.code, finding.fix) for finding in planned.errors] == [("node-not-seen", "is it on?")]


def test_storage_and_fencing_are_not_looked_at_while_a_node_is_away() -> None:
    left = {stage.title for stage in STAGES} - {stage.title for stage in partial(STAGES)}
    assert left == {"storage", "fencing"}
