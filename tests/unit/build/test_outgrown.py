"""What quorate wrote for a service that is gone, or of another kind, goes when nothing of it is left in the CIB."""

import asyncio
import re
import subprocess

import pytest
from lxml import etree

from build.wishes import THREE, wish
from quorate.build import owed
from quorate.build.change import Deed, Thing
from quorate.build.keeping import files_before
from quorate.build.plan import Plan
from quorate.build.steps import outgrown, service_files
from quorate.catalog.services import kinds
from quorate.errors import Unknown
from quorate.machines.fake import FakeHost
from quorate.observe.facts import written_files
from quorate.render.cib import cib as offline_cib

WANT = wish()
OURS = sorted(service_files.wanted(WANT, "n1"))
WATCH = "/etc/systemd/system/quorate-watch-proxy-server.service"
DROP_IN = "/etc/systemd/system/haproxy.service.d/quorate.conf"
CONF = "/etc/haproxy/quorate.cfg"
MARK = owed.mark(CONF)
BEFORE = "  proxy: {kind: haproxy, address: 10.20.0.101/24}\n"


def live(text=THREE):
    want = wish(text)
    return etree.tostring(offline_cib(want.cluster, want.agents, want.platform)).decode()


def host(*found, cib=None):
    lines = "".join(f"{path}\n" for path in found)
    answer = live() if cib is None else cib
    return FakeHost("n1", {"sh -c .*quorate-written.*": lines, "cibadmin.*": answer})


def look(*found, cib=None):
    return asyncio.run(outgrown.look(host(*found, cib=cib), WANT))


def test_what_the_file_wants_stays_with_what_is_owed_for_it():
    facts = look(*OURS, *(owed.mark(path) for path in OURS))
    assert facts == outgrown.Facts((), ())
    assert list(outgrown.changes(facts, WANT, "n1")) == []


def test_that_a_resource_is_to_be_tried_again_is_not_forgotten_here():
    reader = next(file.reader for _, file in service_files.wanted(WANT, "n1").values() if file.reader)
    assert look(*OURS, owed.trial(reader)).marks == ()
    assert look(*OURS, owed.trial("nobody")).marks == (owed.trial("nobody"),)


KILLED = ["nowhere", "rm", "systemctl daemon-reload"]


@pytest.mark.parametrize("killed", KILLED)
def test_systemd_is_told_whoever_was_killed_in_between(killed, tmp_path):
    """What is left to see after a run that ended early brings about the rest of it."""
    owed_for, drop_in = tmp_path / "owed", tmp_path / "quorate.conf"
    drop_in.write_text("")
    log = tmp_path / "log"
    ends = {"rm": 'rm() { command rm "$@"; exit 1; }', "systemctl daemon-reload": ""}.get(killed, "")
    ended = "exit 1" if killed == "systemctl daemon-reload" else f'echo "$*" >> {log}'
    script = outgrown.REMOVE.replace(owed.FOLDER, str(owed_for))
    before = f"systemctl() {{ {ended}; }}\n{ends}\n"
    subprocess.run(["sh", "-c", before + script, "sh", str(drop_in)], check=killed == "nowhere")
    assert not drop_in.exists()
    left = [str(path) for path in owed_for.iterdir()]
    assert (left != []) == (killed != "nowhere")
    if left:
        now = f'systemctl() {{ echo "$*" >> {log}; }}\n'
        subprocess.run(["sh", "-c", now + script, "sh", *left], check=True)
    assert log.read_text() == "daemon-reload\n"
    assert list(owed_for.iterdir()) == []


def test_what_no_service_needs_goes_with_what_is_owed_for_it():
    (change,) = outgrown.changes(look(*OURS, CONF, DROP_IN, WATCH, MARK), WANT, "n1")
    (run,) = change.actions
    assert run.command.argv[4:] == (CONF, DROP_IN, WATCH, MARK)
    assert change.things == tuple((Thing("file", path), Deed.REMOVED) for path in (CONF, DROP_IN, WATCH))
    assert "owed" not in change.words


def test_nothing_goes_while_pacemaker_has_more_than_the_file():
    """Its resources are kept until they are pruned, and are started with these settings."""
    facts = look(CONF, WATCH, MARK, cib=live(THREE + BEFORE))
    assert facts == outgrown.Facts((), (MARK,)), "whoever wanted that is gone in any case"
    (change,) = outgrown.changes(facts, WANT, "n1")
    assert (change.words[:6], change.things) == ("forget", ())


def test_what_a_service_of_the_file_was_made_of_before_is_no_reason_to_wait():
    was = live(THREE.replace("kind: web", "kind: haproxy"))
    assert look(WATCH, cib=was).files == (WATCH,)


def test_where_nobody_says_what_pacemaker_has_nothing_goes():
    assert look(CONF, cib=Unknown("no CIB")).files == ()


@pytest.mark.parametrize(
    ("path", "run"),
    [
        (CONF, []),
        (DROP_IN, ["systemctl daemon-reload"]),
        (WATCH, ["systemctl daemon-reload", f"systemctl enable {WATCH[20:]}", f"systemctl restart {WATCH[20:]}"]),
    ],
)
def test_a_rollback_brings_back_what_went(path, run):
    (change,) = outgrown.changes(outgrown.Facts((path,), ()), WANT, "n1")
    state = f"regular file|600|root|root|4|{'0' * 64}|{path}\t\n"
    there = FakeHost("n1", {"sh -c .*quorate-files.*": state, "sh -c .*quorate/secrets": ""}, {path: b"text"})
    kept = asyncio.run(files_before({"n1": there}, Plan((("outgrown", (change,)),))))["n1"][path]
    assert (kept.content, kept.mode, [" ".join(argv) for argv in kept.then]) == (b"text", 0o600, run)


IN_A_PACKAGE_S_PLACE = {"/etc/rabbitmq/rabbitmq-env.conf"}


@pytest.mark.parametrize("kind", kinds().values(), ids=lambda kind: kind.kind)
def test_what_is_written_for_a_kind_is_found_again(kind, tmp_path):
    want = wish(kind.example)
    name = next(name for name, one in want.cluster.services.items() if isinstance(one, kind))
    made = [
        file for service, file in service_files.wanted(want, want.cluster.nodes[0].name).values() if service == name
    ]
    for file in made:
        (tmp_path / file.path[1:]).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file.path[1:]).write_text(file.content)
    (tmp_path / "etc/other").mkdir(parents=True)
    (tmp_path / "etc/other/quorate.conf").write_text("# The operator's.\n")
    (tmp_path / "root").mkdir(exist_ok=True)
    for file in made:  # an operator's copies
        for name in (f"{file.path}.bak", f"{file.path}~"):
            (tmp_path / name[1:]).write_text(file.content)
    (tmp_path / "etc/systemd/system").mkdir(parents=True, exist_ok=True)
    (tmp_path / "etc/systemd/system/keystone-admin.service").write_text("# Written by quorate.\n")
    (tmp_path / "etc/haproxy").mkdir(exist_ok=True)
    if not (tmp_path / "etc/haproxy/quorate.cfg").exists():
        (tmp_path / "etc/haproxy/quorate.cfg").write_text("# Mine; once:\n# Written by quorate.\n")
    script = re.sub(r"/(?=etc|root)", f"{tmp_path}/", written_files.SCRIPT)
    found = subprocess.run(["sh", "-c", script, "sh", "/none"], capture_output=True, text=True, check=True).stdout
    expected = {file.path for file in made if file.path.startswith(("/etc/", "/root/"))} - IN_A_PACKAGE_S_PLACE
    assert {line.removeprefix(str(tmp_path)) for line in found.splitlines()} == expected
