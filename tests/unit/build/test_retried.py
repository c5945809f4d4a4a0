"""What failed for want of a file is tried again once the file is there: there, once, and nothing else."""

import asyncio
from dataclasses import dataclass, field

import pytest

from build.simulated import SimulatedHost
from build.wishes import wish
from quorate.build import owed, returning
from quorate.build.apply import go_through
from quorate.build.baseline import baseline
from quorate.build.change import Effect
from quorate.build.keeping import written
from quorate.build.kept import Kept, KeptFile, from_json
from quorate.build.plan import Plan, look, plan
from quorate.build.putting_back import Files
from quorate.build.retrying import Retry
from quorate.build.stages import STAGES, Stage
from quorate.build.steps import retried, service_files
from quorate.errors import CommandFailed
from quorate.machines.host import Command, Completed
from quorate.observe.facts import cluster_status

WANT = wish()
NODES = ("n1", "n2", "n3")
READER = "site-apache"
FILES, RETRY = Stage("hosts", host_steps=(service_files,)), Stage("retry", cluster_step=retried)
(CONF,) = (path for path, (_, file) in service_files.wanted(WANT, "n1").items() if file.reader == READER)
MON = """<pacemaker-result api-version="2.25"><summary><current_dc present="true" version="2.1.5" name="n1"
 with_quorum="true" mixed_version="false"/><cluster_options/></summary><nodes/><resources>{resources}</resources>
 <failures>{failures}</failures><node_history>{counts}</node_history><status code="0" message="OK"/>
</pacemaker-result>"""
FAILURE = """<failure op_key="{id}_start_0" task="start" interval="0" node="{node}" status="complete" exitcode="1"
 exitstatus="error" exitreason="another cookie" last-rc-change="2026-11-28 06:00:0{times}Z"/>"""
COUNT = '<node name="{node}"><resource_history id="{id}" fail-count="1000000"/></node>'
RESOURCE = """<resource id="{id}" resource_agent="systemd:apache2" role="{role}" active="true" managed="true"
 failed="false"><node name="{node}"/></resource>"""


@dataclass
class Pacemaker:
    """What Pacemaker has seen of one resource. starting: by node, how often crm_mon still says so, and then failed."""

    failed: dict[str, int] = field(default_factory=dict)  # by node, how often
    runs: set[str] = field(default_factory=set)
    starting: dict[str, int] = field(default_factory=dict)
    lingers: int = 0  # how often crm_mon still tells of what was cleaned up
    speechless: int = 0  # how often nobody can tell
    counts_only: bool = False
    hopeless: bool = False  # it fails again
    slow: int = 0  # how often crm_mon says that it is being started again
    elsewhere: bool = False  # Pacemaker does not start it there again
    id: str = READER
    cleaned: dict[str, int] = field(default_factory=dict)

    def told(self) -> str:
        if self.speechless:
            self.speechless -= 1
            return ""
        for node in self.starting:
            self.starting[node] -= 1
            if not self.starting[node]:
                self.failed[node] = 1
        self.starting = {node: left for node, left in self.starting.items() if left > 0}
        failed, runs = self.failed, self.runs
        if self.cleaned and self.lingers:
            self.lingers -= 1
            failed, runs = self.cleaned, set()
        resources = [RESOURCE.format(id=self.id, node=one, role="Started") for one in runs]
        resources += [RESOURCE.format(id=self.id, node=one, role="Starting") for one in self.starting]
        failures = (FAILURE.format(id=self.id, node=one, times=times) for one, times in failed.items())
        counts = (COUNT.format(id=self.id, node=one) for one in failed)
        return MON.format(
            resources="".join(resources),
            failures="" if self.counts_only else "".join(failures),
            counts="".join(counts) if self.counts_only else "",
        )

    def clean_up(self, node: str) -> None:
        times = self.cleaned[node] = self.failed.pop(node)
        if self.slow:
            self.starting[node] = self.slow
        elif self.hopeless:
            self.failed[node] = times + 1
        elif not self.elsewhere:
            self.runs.add(node)


@dataclass
class Node(SimulatedHost):
    pacemaker: Pacemaker | None = None

    async def run(self, command: Command, *, timeout_s: float = 60, check: bool = True) -> Completed:
        assert self.pacemaker
        match command.argv:
            case cluster_status.COMMAND.argv:
                self.ran.append(str(command))
                return Completed(command, 0, self.pacemaker.told(), "", 0.0)
            case ("crm_resource", "--cleanup", "--resource", "site-apache", "--node", self.name) if not self.broken:
                self.ran.append(str(command))
                self.pacemaker.clean_up(self.name)
                return Completed(command, 0, "", "", 0.0)
            case ("crm_resource", "--wait", _):
                await asyncio.sleep(0.01)
                return Completed(command, returning.PENDING if self.pacemaker.starting else 0, "", "", 0.0)
        return await super().run(command, timeout_s=timeout_s, check=check)


def fleet(pacemaker: Pacemaker) -> dict[str, Node]:
    """Return nodes that have all files."""
    made = {name: Node(name, pacemaker=pacemaker) for name in NODES}
    asyncio.run(through(made, FILES))
    for host in made.values():
        host.files = {path: it for path, it in host.files.items() if not path.startswith(owed.FOLDER)}
    return made


async def through(hosts: dict[str, Node], *stages: Stage) -> list[str]:
    notes: list[str] = []
    for stage in stages:
        changes, _ = await look(stage, hosts, WANT)
        await go_through(stage, changes, hosts, WANT, notes.append)
    return notes


def go(hosts: dict[str, Node], *stages: Stage) -> list[str]:
    return asyncio.run(through(hosts, *(stages or (FILES, RETRY))))


def spoil(host: Node) -> None:
    host.files[CONF] = (b"Listen nowhere\n", 0o644, "root", "root")


def cleanups(hosts: dict[str, Node]) -> list[str]:
    return [text for host in hosts.values() for text in host.ran if text.startswith("crm_resource --cleanup")]


def marks(hosts: dict[str, Node]) -> list[str]:
    return [path for host in hosts.values() for path in host.files if path.startswith(owed.FOLDER)]


def planned(hosts: dict[str, Node]) -> Plan:
    return asyncio.run(plan(hosts, WANT, (FILES, RETRY)))


@pytest.mark.parametrize("known", [{}, {"counts_only": True}, {"id": f"{READER}:0"}])
def test_it_is_tried_again_where_its_file_is_written_and_nowhere_else(known: dict) -> None:
    hosts = fleet(Pacemaker(failed={"n1": 1, "n2": 1}, **known))
    spoil(hosts["n2"])
    (write, again) = planned(hosts).changes
    assert (write.host, write.words) == ("n2", f"write {CONF} for site")
    assert (again.host, again.effect) == ("n2", Effect.START)
    assert again.words.startswith(f"try {READER} again")
    assert cleanups(hosts) == []
    assert go(hosts)[-1] == f"retry: {READER} on n2: tried again"
    assert cleanups(hosts) == [f"crm_resource --cleanup --resource {READER} --node n2"]
    assert marks(hosts) == []


def test_what_failed_where_no_file_is_written_is_left_alone() -> None:
    hosts = fleet(Pacemaker(failed={"n1": 1}))
    assert planned(hosts).changes == ()
    go(hosts)
    assert cleanups(hosts) == []


def test_what_runs_there_again_is_left_alone() -> None:
    hosts = fleet(Pacemaker(failed={"n2": 1}, runs={"n2"}))
    spoil(hosts["n2"])
    assert len(planned(hosts).changes) == 1
    go(hosts)
    assert cleanups(hosts) == []


def test_an_apply_that_was_killed_after_the_file_was_written_is_made_up_for_by_the_next() -> None:
    hosts = fleet(Pacemaker(failed={"n2": 1}))
    spoil(hosts["n2"])
    go(hosts, FILES)
    assert marks(hosts) == [owed.trial(READER)]
    (again,) = planned(hosts).changes
    assert (again.host, again.step) == ("n2", retried.TITLE)
    go(hosts)
    assert cleanups(hosts) == [f"crm_resource --cleanup --resource {READER} --node n2"]


def test_the_mark_is_there_before_the_file() -> None:
    hosts = fleet(Pacemaker(failed={"n2": 1}))
    spoil(hosts["n2"])
    (write,) = asyncio.run(look(FILES, hosts, WANT))[0]
    written = [getattr(action, "path", "") or action.command.argv[-1] for action in write.actions]
    assert written.index(owed.trial(READER)) < written.index(CONF)


def test_it_is_tried_once() -> None:
    hosts = fleet(Pacemaker(failed={"n2": 1}, hopeless=True))
    spoil(hosts["n2"])
    go(hosts)
    assert len(cleanups(hosts)) == 1
    assert planned(hosts).changes == ()
    go(hosts)
    assert len(cleanups(hosts)) == 1


def test_nobody_takes_what_is_being_forgotten_for_a_new_failure() -> None:
    pacemaker = Pacemaker(failed={"n2": 1}, lingers=3)
    hosts = fleet(pacemaker)
    spoil(hosts["n2"])
    go(hosts)
    assert pacemaker.lingers == 0, "asked until it was forgotten"
    assert len(cleanups(hosts)) == 1


def test_what_fails_again_slowly_has_failed_before_the_configuration_is_written(monkeypatch) -> None:
    monkeypatch.setattr(returning, "SLICE_S", 0.05)
    pacemaker = Pacemaker(failed={"n2": 1}, slow=3)
    hosts = fleet(pacemaker)
    spoil(hosts["n2"])
    go(hosts)
    assert pacemaker.starting == {}
    assert baseline(cluster_status.parse(pacemaker.told(), 0)).failing == {READER}
    assert len(cleanups(hosts)) == 1
    assert marks(hosts) == []


def test_what_is_not_started_there_again_is_not_waited_for() -> None:
    pacemaker = Pacemaker(failed={"n2": 1}, elsewhere=True)
    hosts = fleet(pacemaker)
    spoil(hosts["n2"])
    assert go(hosts)[-1] == f"retry: {READER} on n2: tried again"


def test_where_nobody_can_tell_what_failed_nothing_is_forgotten() -> None:
    hosts = fleet(Pacemaker(failed={"n2": 1}))
    spoil(hosts["n2"])
    go(hosts, FILES)
    assert hosts["n2"].pacemaker
    hosts["n2"].pacemaker.speechless = 2 * len(NODES)
    go(hosts, RETRY)
    assert len(cleanups(hosts)) == 1


def test_a_start_that_began_with_the_old_file_is_waited_for() -> None:
    hosts = fleet(Pacemaker(starting={"n2": 4}))
    spoil(hosts["n2"])
    assert go(hosts)[-1] == f"retry: {READER} on n2: tried again"
    assert len(cleanups(hosts)) == 1


def test_a_start_of_what_has_its_files_is_not() -> None:
    pacemaker = Pacemaker(starting={"n1": 30})
    hosts = fleet(pacemaker)
    spoil(hosts["n2"])
    go(hosts)
    assert pacemaker.starting
    assert marks(hosts) == []


def test_what_cannot_be_cleaned_up_is_an_error_and_owed_to_the_next() -> None:
    hosts = fleet(Pacemaker(failed={"n2": 1}))
    spoil(hosts["n2"])
    go(hosts, FILES)
    hosts["n2"].broken = "crm_resource"
    with pytest.raises(CommandFailed, match="n2: crm_resource --cleanup"):
        go(hosts, RETRY)
    assert marks(hosts) == [owed.trial(READER)]


def test_it_comes_when_the_files_are_there_and_before_the_cib_and_the_services() -> None:
    titles = [stage.title for stage in STAGES]
    assert titles.index("hosts") < titles.index("retry") < titles.index("configuration") < titles.index("services")


def back(good: bytes) -> tuple[Stage, Stage]:
    """Return the stages of a rollback that puts this content back on n2."""
    was = Kept(files={"n2": {CONF: KeptFile(good, reader=READER)}})
    assert was == from_json(was.to_json())
    return Stage("hosts", host_steps=(Files(was),)), Stage("retry", cluster_step=Retry(was))


def test_a_rollback_tries_again_what_failed_with_the_file_that_it_takes_back() -> None:
    hosts = fleet(Pacemaker(failed={"n1": 1, "n2": 1}))
    good, *_ = hosts["n2"].files[CONF]
    spoil(hosts["n2"])
    stages = back(good)
    (again,) = asyncio.run(look(stages[1], hosts, WANT))[0]
    assert again.words.startswith(f"try {READER} again")
    assert go(hosts, *stages)[-1] == f"retry: {READER} on n2: tried again"
    assert cleanups(hosts) == [f"crm_resource --cleanup --resource {READER} --node n2"]
    assert marks(hosts) == []


def test_a_rollback_leaves_alone_what_failed_where_it_takes_no_file_back() -> None:
    hosts = fleet(Pacemaker(failed={"n2": 1}))
    good, *_ = hosts["n2"].files[CONF]
    go(hosts, *back(good))
    assert cleanups(hosts) == []


def test_what_is_kept_of_a_file_says_who_fails_for_want_of_it() -> None:
    hosts = fleet(Pacemaker())
    spoil(hosts["n2"])
    (write,) = planned(hosts).changes
    assert written(write.actions)[CONF].reader == READER
