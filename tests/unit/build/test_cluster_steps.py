"""The steps that concern the cluster as a whole: what each finds to change, from facts alone."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from build.simulated import SimulatedHost
from build.wishes import THREE, wish
from quorate.build.change import Change, Effect, Run, WriteFile
from quorate.build.plan import sorted_out
from quorate.build.secrets import resolve
from quorate.build.steps import cib, corosync_key, pacemaker, proof, running
from quorate.build.steps.corosync_key import Keys
from quorate.describe.secret import Secret
from quorate.errors import CommandFailed
from quorate.findings import Severity
from quorate.machines.fake import FakeHost
from quorate.observe.facts.cib import parse as parse_cib
from quorate.render.cib import cib as offline_cib

KEY = b"k" * 256


def keys(*contents: bytes | None, closed: bool = True) -> Keys:
    content = {f"n{number}": content for number, content in enumerate(contents, start=1)}
    return Keys(content, dict.fromkeys(content, closed))


def test_no_key_anywhere_means_one_new_key_for_all() -> None:
    changes, _ = sorted_out(corosync_key.changes(keys(None, None, None), wish()))
    written = {action.content for change in changes for action in change.actions if isinstance(action, WriteFile)}
    assert [change.host for change in changes] == ["n1", "n2", "n3"]
    assert len(written) == 1
    assert len(written.pop()) == corosync_key.LENGTH
    again, _ = sorted_out(corosync_key.changes(keys(None, None, None), wish()))
    assert again[0].actions != changes[0].actions, "a key is never the same twice"


def test_the_key_that_one_node_has_is_given_to_the_others() -> None:
    changes, _ = sorted_out(corosync_key.changes(keys(None, KEY, None), wish()))
    assert [change.host for change in changes] == ["n1", "n3"]
    for change in changes:
        assert change.actions == (WriteFile(corosync_key.PATH, KEY, mode=0o400, secret=True),)
        assert "kkk" not in change.words + change.difference


def test_different_keys_are_refused_and_not_shown() -> None:
    changes, (finding,) = sorted_out(corosync_key.changes(keys(KEY, b"x" * 256, None), wish()))
    assert changes == []
    assert finding.severity is Severity.ERROR
    assert "kkk" not in repr(finding)


NEW = b"n" * 256


def rotating(*contents: bytes | None, told: tuple[bytes, ...] = (), ask: bool = False) -> tuple[dict[str, bytes], bool]:
    """Return the key that each node gets, and whether it is refused. told: the key that each node's mark announces."""
    found = keys(*contents)
    marks = {f"n{number}": corosync_key.short(key) for number, key in enumerate(told, start=1)}
    said, findings = sorted_out(
        corosync_key.changes(Keys(found.content, found.closed, marks), replace(wish(), rotate_key=ask))
    )
    written = {
        change.host: action.content
        for change in said
        for action in change.actions
        if isinstance(action, WriteFile) and action.path == corosync_key.PATH
    }
    return written, bool(findings)


def test_a_new_key_is_announced_before_it_is_written() -> None:
    changes, _ = sorted_out(corosync_key.changes(keys(KEY, KEY), replace(wish(), rotate_key=True)))
    assert [(change.host, change.effect) for change in changes] == [("n1", Effect.RELOAD), ("n2", Effect.RELOAD)]
    told, written = changes[0].actions
    assert isinstance(told, WriteFile)
    assert isinstance(written, WriteFile)
    assert (told.path, written.path, written.secret) == (corosync_key.REPLACED, corosync_key.PATH, True)
    assert told.content.split()[0].decode() == corosync_key.short(written.content)
    assert written.content != KEY
    assert {action.content for change in changes for action in change.actions} == {told.content, written.content}


@pytest.mark.parametrize(
    ("found", "told", "written"),
    [
        ((NEW, KEY, KEY), (NEW, NEW, NEW), {"n2": NEW, "n3": NEW}),
        ((NEW, KEY, KEY), (NEW,), {"n2": NEW, "n3": NEW}),
        ((NEW, NEW, NEW), (NEW, NEW, NEW), {}),  # only the reload is left
    ],
)
@pytest.mark.parametrize("ask", [False, True])
def test_a_rotation_that_was_interrupted_is_gone_on_with(
    found: tuple[bytes, ...], told: tuple[bytes, ...], written: dict[str, bytes], ask: bool
) -> None:
    assert rotating(*found, told=told, ask=ask) == (written, False)


def test_a_rotation_that_had_only_been_announced_begins_again_when_asked_for() -> None:
    assert rotating(KEY, KEY, told=(NEW, NEW)) == ({}, False)
    written, _ = rotating(KEY, KEY, told=(NEW, NEW), ask=True)
    assert len(set(written.values()) - {KEY, NEW}) == 1


def test_which_of_two_keys_is_new_is_not_guessed() -> None:
    assert rotating(KEY, NEW) == ({}, True)
    assert rotating(KEY, NEW, told=(KEY, NEW)) == ({}, True)


def test_a_first_key_is_no_rotation() -> None:
    written, _ = rotating(None, None, ask=True)
    assert len(set(written.values())) == 1


def test_an_open_key_is_closed() -> None:
    changes, _ = sorted_out(corosync_key.changes(keys(KEY, KEY, closed=False), wish()))
    assert [str(action.command) for change in changes for action in change.actions if isinstance(action, Run)] == [
        "chmod 0400 /etc/corosync/authkey"
    ] * 2
    assert list(corosync_key.changes(keys(KEY, KEY), wish())) == []


def test_keys_are_never_printed() -> None:
    assert "kkk" not in repr(keys(KEY))


def test_the_key_settles_on_hosts() -> None:
    fleet = {name: SimulatedHost(name) for name in ("n1", "n2")}
    with pytest.raises(CommandFailed):
        asyncio.run(corosync_key.settled(fleet, wish(), print))
    for host in fleet.values():
        host.files[corosync_key.PATH] = (KEY, 0o400, "root", "root")
    asyncio.run(corosync_key.settled(fleet, wish(), print))


def test_a_replaced_key_is_marked_before_it_is_written_and_needs_a_reload() -> None:
    given = replace(wish().cluster, corosync=replace(wish().cluster.corosync, key=Secret("env", "KEY")))
    want = replace(wish(), cluster=given, secret=lambda _: "n" * 256)
    changes, _ = sorted_out(corosync_key.changes(keys(KEY, None, b"n" * 256), want))
    assert [(change.host, change.effect) for change in changes] == [("n1", Effect.RELOAD), ("n2", Effect.NOTHING)]
    write = WriteFile(corosync_key.PATH, b"n" * 256, mode=0o400, secret=True)
    assert [change.actions for change in changes] == [(corosync_key.mark(write.content), write), (write,)]


def test_a_key_that_is_no_text_is_written_to_the_last_byte(tmp_path: Path) -> None:
    binary = bytes(range(256))[::-1] + b"\r\n\n"
    (tmp_path / "key").write_bytes(binary)
    given = replace(wish().cluster.corosync, key=Secret("file", str(tmp_path / "key")))
    want = replace(wish(), cluster=replace(wish().cluster, corosync=given), secret=resolve)
    changes, _ = sorted_out(corosync_key.changes(keys(None), want))
    assert changes[0].actions == (WriteFile(corosync_key.PATH, binary, mode=0o400, secret=True),)
    (tmp_path / "key").write_bytes("schlüssel\n".encode())
    assert resolve(given.key) == "schlüssel"


@pytest.mark.parametrize(
    ("runs_now", "ran", "seeded"),
    [((), (), True), ((), ("n2",), False), (("n1",), (), False), (("n1",), ("n1",), False)],
)
def test_a_cib_is_seeded_on_the_very_first_start_only(runs_now, ran, seeded) -> None:
    names = ("n1", "n2", "n3")
    facts = pacemaker.Facts({n: n in runs_now for n in names}, {n: n in ran for n in names})
    changes, _ = sorted_out(pacemaker.changes(facts, wish()))
    assert [change.host for change in changes] == [n for n in names if n not in runs_now]
    for change in changes:
        writes = [action for action in change.actions if isinstance(action, WriteFile)]
        assert bool(writes) is seeded
        assert all(
            (w.path, w.mode, w.owner, w.group) == (pacemaker.CIB, 0o600, "hacluster", "haclient") for w in writes
        )


def test_the_seed_holds_a_short_deadtime_and_nothing_that_could_start_or_fence() -> None:
    seed = etree.fromstring(pacemaker.SEED)
    assert [pair.get("name") for pair in seed.iter("nvpair")] == ["dc-deadtime"]
    assert len(seed.find("configuration/resources")) == 0


def live(*extra: tuple[str, str], deadtime: str = "") -> cib.Facts:
    """Return a live CIB that is what the file wants, with elements added: (where, XML)."""
    want = wish()
    root = offline_cib(want.cluster, want.agents, want.platform)
    properties = root.find("configuration/crm_config/cluster_property_set")
    if deadtime:
        etree.SubElement(
            properties, "nvpair", id="cib-bootstrap-options-dc-deadtime", name="dc-deadtime", value=deadtime
        )
    for where, xml in extra:
        root.find(f"configuration/{where}").append(etree.fromstring(xml))
    return cib.Facts("n1", parse_cib(etree.tostring(root, encoding="unicode"), 0))


def written(change: Change) -> etree._Element:
    (run,) = change.actions
    return etree.fromstring(run.command.input)


def test_a_cib_that_is_right_is_not_written() -> None:
    assert list(cib.changes(live(), wish())) == []


def test_a_changed_file_is_written_against_the_version_that_was_seen() -> None:
    changes, _ = sorted_out(cib.changes(live(), wish(THREE + "pacemaker: {stickiness: 55}\n")))
    (change,) = changes
    (run,) = change.actions
    assert run.command.argv[-1] == "1", "the epoch of the CIB that was looked at"
    assert 'value="55"' in change.difference
    assert written(change).find(".//rsc_defaults//nvpair[@name='resource-stickiness']").get("value") == "55"


def test_the_seed_s_deadtime_goes_and_an_operator_s_own_stays() -> None:
    (change,), _ = sorted_out(cib.changes(live(deadtime=pacemaker.DEADTIME), wish()))
    assert written(change).find(".//nvpair[@name='dc-deadtime']") is None
    changes, findings = sorted_out(cib.changes(live(deadtime="45s"), wish()))
    assert changes == []
    assert ["dc-deadtime" in finding.summary for finding in findings] == [True]


def test_foreign_things_are_kept_and_named() -> None:
    dummy = '<primitive id="backup" class="ocf" provider="pacemaker" type="Dummy"/>'
    changed = wish(THREE + "pacemaker: {stickiness: 55}\n")
    (change,), findings = sorted_out(cib.changes(live(("resources", dummy)), changed))
    assert [finding.code for finding in findings] == ["not-in-the-file"]
    assert findings[0].severity is Severity.INFO
    assert written(change).find(".//primitive[@id='backup']") is not None


def test_no_password_goes_into_the_cib() -> None:
    want = wish()
    (change,), _ = sorted_out(cib.changes(live(), wish(THREE + "pacemaker: {stickiness: 55}\n")))
    assert want.secret(None).encode() not in change.actions[0].command.input


def proven(want, *names: str) -> dict[str, str]:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {name: f"{now} {proof.digest(want.cluster, name)}" for name in names}


def test_idle_nodes_are_fenced_first_and_the_busy_one_last() -> None:
    facts = proof.Facts({}, frozenset({"n1"}))
    assert proof.unproven(facts, wish()) == ["n2", "n3", "n1"]
    changes, _ = sorted_out(proof.changes(facts, wish()))
    assert [change.host for change in changes] == ["n1", "n1", "n2"], "nobody fences itself"
    assert {change.effect for change in changes} == {Effect.RESTART_NODE}


def test_a_proof_holds_until_the_device_changes() -> None:
    want = wish()
    facts = proof.Facts(proven(want, "n1", "n2", "n3"), frozenset())
    assert proof.unproven(facts, want) == []
    changed = wish(THREE.replace("10.20.9.12", "10.20.9.99"))
    assert proof.unproven(facts, changed) == ["n2"]


@pytest.mark.parametrize(
    "value", ["", "yesterday", "2026-11-21T10:51:22+00:00", "2026-11-21T10:51:22+00:00 000000000000"]
)
def test_what_is_no_proof(value: str) -> None:
    assert proof.proven_at(value, wish().cluster, "n1") is None


def test_the_proof_s_own_command_is_read_back() -> None:
    cluster = wish().cluster
    argv = proof.record(cluster, "n2").argv
    assert proof.proven_at(argv[argv.index("--update") + 1], cluster, "n2") is not None


def test_fencing_that_is_off_is_not_proven() -> None:
    want = wish(THREE.replace("fencing:\n  ipmi:", "fencing:\n  enabled: false\n  ipmi:"))
    assert proof.unproven(proof.Facts({}, frozenset()), want) == []


UNIT = "systemctl show --property=.* -- pacemaker.service"


@pytest.mark.parametrize(
    ("active", "status", "started"), [("inactive", 100, True), ("active", 0, False), ("inactive", 0, False)]
)
def test_a_node_that_heard_of_its_own_fencing_is_started_again(active: str, status: int, started: bool) -> None:
    told = f"Id=pacemaker.service\nLoadState=loaded\nActiveState={active}\nExecMainStatus={status}\n"
    host = FakeHost("n1", {UNIT: told, "systemctl start pacemaker.service": ""})
    asyncio.run(proof.start_again(host, wish(), print))
    assert ("systemctl start pacemaker.service" in host.ran_text) is started


def test_running_changes_nothing() -> None:
    assert list(running.changes(None, wish())) == []
