"""What a node needs before there can be a store; and the look and the step themselves."""

import asyncio
from dataclasses import replace

import pytest

from build.disks import GIB, MODULE, World
from build.test_storage_replicated import WANT
from build.wishes import THREE, wish
from quorate.build.actions import run_everywhere
from quorate.build.change import WriteFile
from quorate.build.plan import sorted_out
from quorate.build.steps import storage
from quorate.build.storage import look as looking
from quorate.build.storage import machine, scripts
from quorate.build.storage.look import NodeStorage
from quorate.build.storage.phases import change
from quorate.errors import CommandFailed, Refused, Unknown
from quorate.machines.fake import Answer, FakeHost
from quorate.machines.host import Command
from quorate.observe.facts.access_control import AccessControl
from quorate.observe.facts.kernel_modules import KernelModules
from quorate.observe.facts.memory import Memory
from quorate.observe.gathering import TOGETHER_MARK
from quorate.render import lvm

MIB = 1 << 20


def nodes(**parts: object) -> dict[str, NodeStorage]:
    return {name: replace(node, **parts) for name, node in World().facts().items()}


def codes(facts: dict[str, NodeStorage], want=WANT) -> list[str]:
    return [finding.code for finding in machine.findings(facts, want)]


@pytest.mark.parametrize(("mib", "found"), [(200, []), (160, []), (159, ["memory-short"])])
def test_a_node_must_have_memory_for_all_that_may_run_there(mib: int, found: list[str]) -> None:
    facts = nodes()
    facts["n2"] = replace(facts["n2"], memory=Memory(mib * MIB, mib * MIB, 0, 0))
    assert codes(facts) == found  # the buffer pool is 128 MiB


def test_a_kernel_without_the_module_is_found_with_its_name() -> None:
    facts = nodes()
    facts["n2"] = replace(facts["n2"], modules=KernelModules("6.1.0-18-cloud-amd64", {"drbd": False}))
    (finding,) = machine.findings(facts, WANT)
    assert finding.code == "kernel-module-missing"
    assert "cloud-amd64" in finding.summary
    assert finding.path == ("nodes", "n2")


@pytest.mark.parametrize(
    ("n1", "n2", "found"),
    [
        (MODULE, MODULE, []),
        (MODULE, replace(MODULE, loaded="9.2.2"), ["drbd-generations-differ"]),
        (replace(MODULE, loaded="9.2.2", tools="8.9.11"),) * 2 + (["drbd-tools-old"] * 2,),
        (replace(MODULE, loaded="9.2.2"),) * 2 + ([],),
        (replace(MODULE, tools=""), MODULE, []),
        (replace(MODULE, loaded="", available="", tools=""), MODULE, []),
    ],
)
def test_module_and_tools_have_to_match(n1: object, n2: object, found: list[str]) -> None:
    facts = nodes()
    facts = {"n1": replace(facts["n1"], drbd_module=n1), "n2": replace(facts["n2"], drbd_module=n2)}
    assert codes(facts) == found


def written(facts: dict[str, NodeStorage], want=WANT) -> dict[str, str]:
    several = [c for phase in machine.phases(facts, want) for c in phase.changes]
    return {
        action.path: action.content.decode()
        for c in several
        if c.host == "n1"
        for action in c.actions
        if isinstance(action, WriteFile)
    }


def test_lvm_keeps_off_a_disk_of_drbd_s_where_it_is_installed() -> None:
    assert written(nodes(texts={lvm.MAIN: None})) == {}
    new = written(nodes(texts={lvm.MAIN: "", lvm.PATH: "local {\n}\n"}))[lvm.PATH]
    assert new.startswith("local {\n}\n")
    assert '"r|^/dev/sda3$|"' in new
    assert "system_id" not in new
    assert written(nodes(texts={lvm.MAIN: "", lvm.PATH: new})) == {}


@pytest.mark.parametrize(
    ("main", "found"),
    [
        ('  # global_filter = [ "a|.*|" ]\n', []),
        ('  global_filter = [ "r|^/dev/sda3$|", "a|.*|" ]\n', []),
        ('  global_filter = [ "a|^/dev/nvme|", "r|.*|" ]\n', ["lvm-setting-taken"] * 2),
    ],
)
def test_a_filter_of_the_operator_s_is_not_overridden(main: str, found: list[str]) -> None:
    assert codes(nodes(texts={lvm.MAIN: main, lvm.PATH: ""})) == found


CONFINED = AccessControl("off", apparmor=True, profiles={"/usr/sbin/mariadbd": "enforce"})


def test_a_confined_server_is_let_at_its_data() -> None:
    path = "/etc/apparmor.d/local/usr.sbin.mariadbd"
    new = written(nodes(access=CONFINED, texts={path: "# mine\n"}))[path]
    assert new.startswith("# mine\n")
    assert '"/srv/db/**" rwk,' in new
    assert written(nodes(access=CONFINED, texts={path: new})) == {}
    (phase,) = machine.phases(nodes(access=CONFINED), WANT)
    assert str(phase.changes[0].actions[-1].command) == "apparmor_parser --replace /etc/apparmor.d/usr.sbin.mariadbd"


@pytest.mark.parametrize("access", [None, replace(CONFINED, profiles={}), replace(CONFINED, apparmor=False)])
def test_a_server_that_nobody_confines_needs_no_leave(access: AccessControl | None) -> None:
    assert written(nodes(access=access)) == {}


# ---- the step


def test_without_stores_nobody_is_asked() -> None:
    fleet = {"n1": FakeHost("n1"), "n2": FakeHost("n2"), "n3": FakeHost("n3")}
    want = wish(THREE)
    assert asyncio.run(storage.look(fleet, want)) == {}
    assert list(storage.changes({}, want)) == []
    said: list[str] = []
    asyncio.run(storage.settled(fleet, want, said.append))
    assert said == []
    assert all(host.ran == [] for host in fleet.values())


def answered(command: Command) -> str:
    """Answer the questions of one look like a node on which nothing is installed."""
    said = {"uname": "n1\n", "grep": "<primitive id=\"other\" class='ocf'\n"}
    parts = []
    for question in command.argv[4:]:
        word = question.split()[0]
        parts.append(said.get(word, "") + f"\n{TOGETHER_MARK}{0 if word in said else 127}\n")
    return "".join(parts)


def test_a_look_is_one_command_and_what_is_not_installed_is_no_answer() -> None:
    host = FakeHost("n1", {"sh -c .*": answered})
    node = asyncio.run(looking.look_at(host, WANT, fitness=True))
    assert len(host.ran) == 1
    assert node.hostname == "n1"
    assert node.managed == {"other"}
    assert node.drbd is None
    assert node.devices == {}
    assert node.device("/dev/sda3").kind == "missing"
    assert node.data == {"/var/lib/mysql": None}, "not seen is not the same as nothing there"


def test_a_look_that_was_broken_off_is_unknown() -> None:
    with pytest.raises(Unknown, match="n1: Only 0 of"):
        asyncio.run(looking.look_at(FakeHost("n1", {"sh -c .*": ""}), WANT, fitness=True))


def test_what_a_look_holds_of_a_secret_is_not_printed() -> None:
    assert "s3cret" not in repr(NodeStorage("n1", texts={"/etc/drbd.d/db.res": 'shared-secret "s3cret";'}))


class Step:
    """perform, with the world of disks.py in the place of hosts."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, world: World) -> None:
        self.world, self.notes = world, []
        monkeypatch.setattr(storage, "look", self.look)
        monkeypatch.setattr(storage, "run_everywhere", self.run)

    async def look(self, fleet: object, want: object, **_: object) -> dict[str, NodeStorage]:
        return self.world.facts()

    async def run(self, changes: list, fleet: object) -> None:
        for one in changes:
            self.world.do(one)

    def go(self) -> None:
        asyncio.run(storage.perform({}, WANT, self.notes.append))
        asyncio.run(storage.settled({}, WANT, self.notes.append))


def test_the_step_goes_through_all_phases_and_settles(monkeypatch: pytest.MonkeyPatch) -> None:
    step = Step(monkeypatch, World())
    step.go()
    titles = [note.rpartition(": ")[2] for note in step.notes]
    assert titles == ["files", "metadata", "connect", "first", "inside", "rest", "ready for db"]
    assert step.world.filled


def test_a_phase_without_effect_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    step = Step(monkeypatch, World())
    monkeypatch.setattr(step.world, "_write", lambda *_: None)
    with pytest.raises(CommandFailed, match="still to do when asked again: n1: db: write"):
        step.go()


def test_what_comes_up_on_the_way_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    step = Step(monkeypatch, World())
    done = step.world.do

    def somebody_writes(one: object) -> None:
        done(one)
        step.world.disks["n2"].data = "ext4"

    monkeypatch.setattr(step.world, "do", somebody_writes)
    with pytest.raises(Refused, match="not empty"):
        step.go()


def test_a_store_that_is_still_up_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    step = Step(monkeypatch, World())
    step.go()
    step.world.disks["n1"].up = True
    with pytest.raises(CommandFailed, match="n1: /dev/drbd0 is still up"):
        asyncio.run(storage.settled({}, WANT, print))


def test_the_plan_of_disks_that_are_ready_looks_inside_again() -> None:
    world = World()
    for disk in world.disks.values():
        disk.size = GIB
    changes, _ = sorted_out(storage.changes(world.facts(), WANT))
    assert changes[-1].words.startswith("db: take /dev/drbd0 down again")


def test_a_script_s_words_are_not_shown_and_its_values_are_arguments() -> None:
    host = FakeHost("n1", {".*": Answer("", 75, "no")})
    run = scripts.script(scripts.MAKE_FIRST, "first", "making n1's side the first", "db")
    with pytest.raises(CommandFailed, match="making n1's side the first ended with status 75: no"):
        asyncio.run(run_everywhere([change("n1", "words", run)], {"n1": host}))
    assert host.ran[0].argv[3:] == ("quorate-first", "db")
