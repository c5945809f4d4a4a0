"""The steps of a rollback: what comes back, what is left and said so, what is refused."""

import asyncio
from dataclasses import replace

import pytest
from lxml import etree

from build.wishes import THREE, wish
from quorate.build import owed, rollback
from quorate.build.change import Change, Run, WriteFile
from quorate.build.history import kept_path
from quorate.build.keeping import After, files_before, written
from quorate.build.kept import Kept, KeptFile
from quorate.build.plan import Plan, sorted_out
from quorate.build.putting_back import Configuration, Files, Lying, Membership
from quorate.build.restarts import marks
from quorate.build.restoring import configuration_of
from quorate.build.steps import cib, corosync_conf, service_files
from quorate.dialect.corosync.cmap import cmap_of
from quorate.dialect.corosync.reloading import Taken
from quorate.errors import UsageError
from quorate.findings import Severity
from quorate.machines.fake import FakeFile, FakeHost
from quorate.machines.host import Command
from quorate.observe.facts.change_records import ChangeRecord
from quorate.observe.facts.cib import parse
from quorate.render.cib import cib as offline_cib
from quorate.render.corosync import corosync_conf as rendered

WANT = wish()
CONF = rendered(WANT.cluster)
PAGE = "/var/www/html/quorate.html"


def kept(conf: str = CONF, **files: KeptFile) -> Kept:
    return Kept("<configuration/>", files={"n1": {corosync_conf.PATH: KeptFile(conf.encode()), **files}})


def changes_of(step, facts, **secrets):
    facts = Lying(facts, secrets)
    return sorted_out(step.changes(facts, WANT, "n1"))


def test_a_file_that_changed_comes_back_and_what_makes_it_known_is_run() -> None:
    page = KeptFile(b"old", 0o640, "root", "www-data", (("systemctl", "daemon-reload"),), "site-apache")
    step = Files(kept(**{PAGE: page}))
    (change,), findings = changes_of(step, {corosync_conf.PATH: CONF.encode(), PAGE: b"new"})
    assert findings == []
    assert change.actions[2] == WriteFile(PAGE, b"old", 0o640, "root", "www-data")
    assert [str(one.command) for one in change.actions[3:-1] if isinstance(one, Run)] == ["systemctl daemon-reload"]
    assert written(change.actions) == {PAGE: After(page.then, page.reader)}, (
        "and comes back again, where this is taken back"
    )
    assert change.difference == "", "a service's file may hold a password"
    assert changes_of(step, {corosync_conf.PATH: CONF.encode(), PAGE: b"old"}) == ([], [])


def test_a_secret_is_not_kept_and_comes_back_as_it_is_now_or_the_file_is_named() -> None:
    text, secret = b"password = old-value\n", "sh -c .*quorate/secrets"
    state = f"regular file|640|root|glance|21|{'0' * 64}|{PAGE}\t\n"
    host = FakeHost("n1", {secret: "imagessql 600:root old-value\n", "sh -c .*quorate-files.*": state}, {PAGE: text})
    write = WriteFile(PAGE, b"password = x port = 2\n", secret=True, marked=b"password = ... port = 2\n")
    beside = WriteFile(f"{PAGE}.quorate-new", b"")
    writing = owed.writing(write, (("systemctl", "daemon-reload"),), "images-server")
    made = Change("n1", service_files.TITLE, "write", (beside, Run(Command(("check",))), *writing))
    found = asyncio.run(files_before({"n1": host}, Plan((("hosts", (made,)),))))
    assert list(found["n1"]) == [PAGE], "what was only tried was nobody's file"
    file = found["n1"][PAGE]
    assert b"old-value" not in (file.content or b"")
    assert file.then == (("systemctl", "daemon-reload"),), "a check of a file that is gone is not run again"
    assert file.reader == "images-server"
    step = Files(Kept(files=found))
    assert changes_of(step, {PAGE: text}, imagessql="old-value") == ([], [])
    (change,), _ = changes_of(step, {PAGE: text}, imagessql="new-value")
    assert change.actions[2] == WriteFile(
        PAGE, b"password = new-value\n", 0o640, "root", "glance", secret=True, marked=file.content
    )
    changes, (finding,) = changes_of(step, {PAGE: text})
    assert (changes, finding.code, finding.severity) == ([], "file-not-put-back", Severity.WARNING)
    host.files[PAGE] = FakeFile(b"password = old-value port = 2\n")
    facts = asyncio.run(step.look(host, WANT))
    (change,), _ = sorted_out(step.changes(facts, WANT, "n1"))
    assert change.actions[2].content == text


def test_a_corosync_conf_is_tested_before_it_is_written() -> None:
    (change,), _ = changes_of(Files(kept()), {corosync_conf.PATH: CONF.replace("totem {", "totem  {").encode()})
    *test, write = change.actions
    assert [getattr(one, "path", "corosync -t") for one in test] == [corosync_conf.TRIAL, "corosync -t"]
    assert write.path == corosync_conf.PATH
    assert "+totem {" in change.difference


def test_a_file_that_was_not_there_before_is_left_and_named() -> None:
    changes, (finding,) = changes_of(Files(Kept(files={"n1": {PAGE: KeptFile(None)}})), {PAGE: b"new"})
    assert changes == []
    assert (finding.code, finding.severity) == ("file-stays", Severity.INFO)
    assert changes_of(Files(Kept(files={"n1": {PAGE: KeptFile(None)}})), {PAGE: None}) == ([], [])


def test_timings_are_reloaded_and_what_is_read_at_start_is_refused() -> None:
    step = Membership(kept())
    (change,), _ = sorted_out(step.changes({"n2": {"totem.token": Taken.RELOAD}}, WANT))
    assert (change.host, str(change.actions[0].command)) == ("n2", "corosync-cfgtool -R")
    for key, taken in (("totem.transport", Taken.TOGETHER), ("nodelist.node.2.nodeid", Taken.RELOAD)):
        changes, (finding,) = sorted_out(step.changes({"n2": {"totem.token": Taken.RELOAD, key: taken}}, WANT))
        assert changes == []
        assert (finding.code, finding.severity) == ("not-rolled-back", Severity.ERROR)
    assert sorted_out(step.changes({}, WANT)) == ([], [])


def test_corosync_is_asked_only_where_its_file_was_changed() -> None:
    values = cmap_of(CONF) | {"totem.token": "9"}
    said = "".join(f"{key} (str) = {value}\n" for key, value in values.items())
    fleet = {name: FakeHost(name, {"corosync-cmapctl .*": said}) for name in ("n1", "n2")}
    assert asyncio.run(Membership(kept()).look(fleet, WANT)) == {
        "n1": {"totem.token": Taken.RELOAD, "totem.consensus": Taken.RELOAD}
    }, "consensus follows token"
    assert fleet["n2"].ran == []


def live(text: str = THREE) -> cib.Facts:
    want = wish(text)
    root = offline_cib(want.cluster, want.agents, want.platform)
    return cib.Facts("n2", parse(etree.tostring(root, encoding="unicode"), 0))


def test_the_configuration_of_before_is_written_against_the_version_that_was_seen() -> None:
    before = configuration_of(live().live.root)
    now = live(THREE.replace("10.20.0.100", "10.20.0.200"))
    (change,), findings = sorted_out(Configuration(Kept(before), "ID").changes(now, WANT))
    assert findings == []
    assert isinstance(change, Change)
    assert change.host == "n2"
    assert change.actions[0].command.argv[-1] == str(now.live.version.epoch)
    assert '+          <nvpair id="site-address-parameters-ip" name="ip" value="10.20.0.100"/>' in change.difference
    assert cib.intended(change) != configuration_of(now.live.root)
    assert sorted_out(Configuration(Kept(before), "ID").changes(live(), WANT)) == ([], [])


@pytest.mark.parametrize("mark", [marks.rest(), marks.aside(live().live.root, "n1")])
def test_an_interrupted_restart_of_daemons_is_ended_first(mark: Command) -> None:
    root = live(THREE.replace("10.20.0.100", "10.20.0.200")).live.root
    section = etree.fromstring(mark.argv[-1])
    if section.tag == "nodes":
        root.find("configuration/nodes/node[@uname='n1']").extend(section[0])
    else:
        root.find("configuration/crm_config").extend(section)
    now = cib.Facts("n2", parse(etree.tostring(root, encoding="unicode"), 0))
    changes, (finding,) = sorted_out(Configuration(Kept(configuration_of(live().live.root)), "ID").changes(now, WANT))
    assert changes == []
    assert finding.severity is Severity.ERROR
    assert "interrupted while it restarted daemons" in finding.summary


def test_there_is_nothing_to_go_back_to_before_a_first_build() -> None:
    seeded = "<configuration><resources/></configuration>"
    for was in (Kept(), Kept(seeded)):
        changes, (finding,) = sorted_out(Configuration(was, "ID").changes(live(), WANT))
        assert changes == []
        assert finding.severity is Severity.ERROR
        assert "the cluster had no services yet" in finding.summary


def record(id_: str, state: str = "done") -> ChangeRecord:
    return ChangeRecord(id_, "apply", state, "")


def test_the_last_change_whose_effect_is_still_there_is_gone_back_over() -> None:
    assert rollback.last([record("1"), record("2"), record("3", "returned")]).id == "2"
    assert rollback.last([record("1"), record("2", "begun")]).id == "2"
    with pytest.raises(UsageError, match="no change to roll back"):
        rollback.last([record("3", "returned")])


def test_files_of_all_changes_since_come_back_as_they_were_before_the_first_of_them() -> None:
    def was(**files: bytes) -> bytes:
        return Kept("<a/>", files={"n1": {path: KeptFile(text) for path, text in files.items()}}).to_json()

    earlier = replace(Kept("<b/>"), files={"n1": {"y": KeptFile(b"0")}}).to_json()
    host = FakeHost(
        "n1", files={kept_path("1"): earlier, kept_path("2"): was(x=b"1"), kept_path("3"): was(x=b"2", y=b"2")}
    )
    found = asyncio.run(rollback.before([host], [record("1"), record("2"), record("3")], "2"))
    assert found.configuration == "<a/>"
    assert {path: file.content for path, file in found.files["n1"].items()} == {"x": b"1", "y": b"2"}
