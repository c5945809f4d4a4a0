"""The storage below services, as their nodes print it: tests/data/storage/CASE, as in test_status.py."""

import json
from dataclasses import asdict, replace

import pytest

from quorate.catalog.platforms import platform_for
from quorate.catalog.services import kinds
from quorate.describe.load import load
from quorate.errors import TimedOut
from quorate.findings import Severity
from quorate.observe.facts.mounts import Mounted
from quorate.operate.drbd import size
from quorate.operate.status import judge
from quorate.operate.storage import questions, storage
from quorate.ui.terminal import as_json

from .cases import DATA, NOW, Cases

KEPT = Cases(DATA / "storage")


def state(case, service="database"):
    return next(store for store in KEPT.status(case).storage if store.service == service)


@pytest.mark.parametrize("case", KEPT.names)
def test_the_screen(case):
    screen = KEPT.screen(case)
    assert screen == KEPT.expected(case)
    above, _, _ = screen.partition("\n\n")
    assert all(len(line) <= 120 for line in above.splitlines())


@pytest.mark.parametrize("case", KEPT.names)
def test_json_can_be_written_and_every_problem_says_what_to_do(case):
    judged = KEPT.status(case)
    assert json.loads(json.dumps(asdict(judged), default=as_json))["storage"][0]["service"] == "database"
    assert all(problem.summary and problem.why and problem.fix and problem.path for problem in judged.problems)


@pytest.mark.parametrize(
    ("case", "found"),
    [
        ("healthy", set()),
        ("drbd-split-brain", {"drbd-standalone"}),
        ("drbd-two-primaries", {"drbd-two-primaries", "drbd-standalone", "store-mounted-twice"}),
        ("drbd-one-side-waits", {"drbd-standalone"}),
        ("drbd-diskless", {"drbd-diskless"}),
        ("drbd-syncing", {"drbd-syncing"}),
        ("drbd-inconsistent", {"drbd-inconsistent", "drbd-disconnected"}),
        ("drbd-outdated", {"drbd-outdated", "drbd-disconnected"}),
        ("drbd-disconnected", {"drbd-disconnected"}),
        ("drbd-out-of-sync", {"drbd-out-of-sync"}),
        ("drbd-verifying", set()),
        ("drbd-fence-left", {"drbd-fence-left"}),
        ("drbd-fenced", {"drbd-syncing"}),
        ("drbd-not-up", {"drbd-down"}),
        ("drbd-not-loaded", {"drbd-down"}),
        ("drbd-unknown", {"storage-unknown"}),
        ("volume-active-twice", {"volume-active-twice", "store-mounted-twice"}),
        ("volume-foreign", {"volume-foreign"}),
        ("volume-unowned", {"volume-unowned"}),
        ("volume-not-seen", {"volume-missing"}),
        ("volume-no-system-id", {"volume-no-system-id"}),
        ("volume-not-installed", {"storage-unknown"}),
        ("mounted-by-hand", {"store-mounted-by-hand"}),
        ("mounted-elsewhere-twice", {"store-mounted-twice"}),
        ("not-mounted", {"store-not-mounted"}),
        ("node-lost", set()),
        ("node-silent", set()),
    ],
)
def test_what_is_found_and_the_exit_code(case, found):
    others = {"service-stopped", "node-offline", "node-unreachable", "link-down"}
    assert KEPT.codes(case) - others == found
    assert KEPT.status(case).exit_code == (0 if case in {"healthy", "drbd-verifying"} else 1)


def test_every_case_is_judged():
    assert {case for case in KEPT.names if not (KEPT.folder / case / "expected.txt").exists()} == set()


def test_a_split_brain_is_an_error_and_a_resynchronisation_a_warning():
    assert state("drbd-split-brain").state == "bad"
    assert state("drbd-syncing").state == "doubtful"
    assert state("healthy").state == "good"


def test_a_side_that_cannot_be_asked_is_told_by_its_peer():
    silent = state("node-silent")
    assert [(side.node, side.role, side.disk) for side in silent.sides] == [
        ("n1", "Primary", "UpToDate"),
        ("n2", "Secondary", "UpToDate"),
    ]
    assert silent.sides[1].connection == ""


def test_a_lost_nodes_side_is_not_made_up():
    assert [side.node for side in state("node-lost").sides] == ["n1"]


def test_figures_for_machines():
    assert state("drbd-syncing").sides[1].synced_percent == 50.0
    assert state("drbd-syncing").sides[1].out_of_sync_bytes == 512 * 1024 * 1024
    assert (state("healthy", "queue").owner, state("healthy", "queue").active) == ("n2", ("n2",))
    assert state("healthy").mounted == ("n1",)


def test_only_what_concerns_a_node_is_asked_of_it():
    assert questions(KEPT.cluster) == {name: {"drbd", "lvm", "mounts"} for name in ("n1", "n2")}
    web = load(kinds()["web"].example, "web.yaml", kinds()).cluster
    assert questions(web) == {}


@pytest.mark.parametrize("question", ["drbd", "lvm", "mounts"])
def test_a_question_without_an_answer_is_not_well(question):
    asked = [replace(view, **{question: TimedOut("no answer")}) for view in KEPT.views("healthy")]
    judged = judge(KEPT.cluster, platform_for(("debian",)), asked, NOW)
    assert {problem.code for problem in judged.problems} >= {"storage-unknown"}
    assert judged.exit_code == 1


def test_an_export_that_two_nodes_have_mounted_is_two_writers():
    text = (KEPT.folder / "cluster.yaml").read_text()
    nfs = text.replace("{drbd: {disk: /dev/sda3}}", '{filesystem: {device: "h:/x", type: nfs}}')
    cluster = load(nfs, "nfs.yaml", kinds()).cluster
    there = (Mounted("/srv/database", "h:/x", "nfs", ("rw",)),)
    views = {view.name: replace(view, mounts=there) for view in KEPT.views("healthy")}
    states, found = storage(cluster, views, None)
    assert states[0].words == "nfs h:/x; /srv/database on n1, n2"
    assert "store-mounted-twice" in {finding.code for finding in found if finding.severity is Severity.ERROR}


def test_images_may_be_mounted_on_all_nodes_at_once():
    text = (KEPT.folder / "cluster.yaml").read_text()
    images = '  images: {kind: glance, data: {filesystem: {device: "h:/x", type: nfs}}}\n'
    cluster = load(text.replace("services:\n", f"services:\n{images}"), "nfs.yaml", kinds()).cluster
    there = (Mounted("/srv/images", "h:/x", "nfs", ("rw",)),)
    views = {view.name: replace(view, mounts=there) for view in KEPT.views("healthy")}
    assert {finding.code for finding in storage(cluster, views, None)[1] if finding.path[1] == "images"} == set()


def test_nothing_is_known_of_nodes_that_say_nothing():
    views = {view.name: replace(view, drbd=None, lvm=None, mounts=None) for view in KEPT.views("healthy")}
    states, found = storage(KEPT.cluster, views, None)
    assert found == ()
    assert [store.state for store in states] == ["unknown", "unknown"]


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 B"), (4096, "4 KiB"), (1536 * 1024**2, "1.5 GiB"), (5 * 1024**4, "5 TiB")]
)
def test_sizes_in_words(count, words):
    assert size(count) == words
