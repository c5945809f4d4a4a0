"""The steps that concern one host: what each finds to change, from facts alone."""

import hashlib
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from build.wishes import PASSWORD, wish
from quorate.build.change import Change, Run, WriteFile
from quorate.build.plan import sorted_out
from quorate.build.steps import boot, cib_secrets, clock, corosync_conf, names, packages, ports, service_files
from quorate.catalog.service import HostFile
from quorate.findings import Severity
from quorate.observe.facts.clock import Offset
from quorate.observe.facts.file_state import File
from quorate.observe.facts.firewall import Firewall
from quorate.observe.facts.unit_state import Unit
from quorate.render.corosync import HEADER
from quorate.render.corosync import corosync_conf as rendered


def commands(change: Change) -> list[str]:
    return [str(action.command) for action in change.actions if isinstance(action, Run)]


def unit(name: str, enabled: str) -> Unit:
    return Unit(name, "loaded", "inactive", "dead", enabled, "success", 0, 0)


def test_packages_masks_the_units_of_what_is_installed_and_no_others() -> None:
    (change,) = packages.changes({"corosync": "3.1"}, wish(), "n1")
    mask, refresh, install = commands(change)
    assert mask.split()[-3:] == ["quorate-mask", "pacemaker.service", "apache2.service"]
    assert refresh == "apt-get update"
    assert "pacemaker" in install.split()
    assert "corosync" not in install.split(), "what is there is not asked for again"


def test_packages_without_a_daemon_mask_nothing() -> None:
    want = wish()
    there = dict.fromkeys(packages.wanted(want.cluster, want.platform, "n1"), "1.0")
    (change,) = packages.changes({name: v for name, v in there.items() if name != "ipmitool"}, want, "n1")
    assert [text.split()[0] for text in commands(change)] == ["apt-get", "apt-get"]


def test_what_an_installer_would_ask_is_answered_before_it_is_installed() -> None:
    want = wish()
    asking = replace(want.platform, answers={"apache2": "apache2 apache2/ask boolean false\n"})
    want = replace(want, platforms=dict.fromkeys(want.platforms, asking))
    there = dict.fromkeys(packages.wanted(want.cluster, want.platform, "n1"), "1.0")
    (quiet,) = packages.changes({name: v for name, v in there.items() if name != "ipmitool"}, want, "n1")
    assert "debconf-set-selections" not in commands(quiet), "what is installed keeps its answers"
    (change,) = packages.changes({name: v for name, v in there.items() if name != "apache2"}, want, "n1")
    assert [text.split()[0] for text in commands(change)] == ["sh", "debconf-set-selections", "apt-get", "apt-get"]
    (answer,) = [a.command for a in change.actions if isinstance(a, Run) and a.command.input]
    assert answer.input == b"apache2 apache2/ask boolean false\n"


def test_a_unit_that_runs_is_not_masked(tmp_path: Path) -> None:
    tool = tmp_path / "systemctl"
    tool.write_text(
        f'#!/bin/sh\n[ "$1 $3" = "is-active runs.service" ] && exit\necho "$*" >>{tmp_path}/ran\n[ $1 = mask ]\n'
    )
    tool.chmod(0o755)
    shell = ("/bin/sh", "-c", packages.MASK, "quorate-mask", "runs.service", "new.service")
    subprocess.run(shell, env={"PATH": str(tmp_path)}, check=True)
    assert (tmp_path / "ran").read_text().splitlines()[-1] == "mask --runtime new.service"
    assert "mask --runtime runs.service" not in (tmp_path / "ran").read_text()


def test_packages_asks_for_ipmi_only_where_a_board_is_used() -> None:
    want = wish()
    assert "ipmitool" in packages.wanted(want.cluster, want.platform, "n1")
    none = wish("cluster: a\nnodes:\n  n1: {links: [10.0.0.1]}\n  n2: {links: [10.0.0.2]}\nfencing: {enabled: false}\n")
    assert "ipmitool" not in packages.wanted(none.cluster, none.platform, "n1")


def test_packages_that_are_all_there_need_nothing() -> None:
    want = wish()
    there = dict.fromkeys(packages.wanted(want.cluster, want.platform, "n1"), "1.0")
    assert list(packages.changes(there, want, "n1")) == []


def test_names_are_written_once() -> None:
    facts = names.Names("n1", b"127.0.0.1 localhost\n")
    (change,) = names.changes(facts, wish(), "n1")
    (write,) = change.actions
    assert isinstance(write, WriteFile)
    assert b"10.20.0.12" in write.content
    assert b"127.0.0.1 localhost\n" in write.content
    assert list(names.changes(names.Names("n1", write.content), wish(), "n1")) == []


def test_a_host_with_another_name_is_told_of() -> None:
    (finding, _) = names.changes(names.Names("db-old", b""), wish(), "n1")
    assert finding.code == "hostname-differs"
    assert finding.severity is Severity.WARNING


def test_boot_lifts_masks_first_then_enables_and_disables() -> None:
    want = wish()
    facts = {name: unit(name, "disabled") for name in boot.started(want, "n1") + boot.kept_off(want, "n1")}
    facts["corosync.service"] = unit("corosync.service", "masked-runtime")
    facts["apache2.service"] = unit("apache2.service", "enabled")
    told = [change.words for change in boot.changes(facts, want, "n1")]
    assert told == [
        "let corosync.service be started again",
        "start corosync.service, pacemaker.service at boot",
        "keep apache2.service from starting at boot",
    ]


def test_a_mask_hides_that_a_service_starts_at_boot_so_it_is_disabled_too() -> None:
    want = wish()
    facts = {name: unit(name, "enabled") for name in boot.started(want, "n1")}
    facts |= {name: unit(name, "disabled") for name in boot.kept_off(want, "n1")}
    facts["apache2.service"] = unit("apache2.service", "masked-runtime")
    (change,) = boot.changes(facts, want, "n1")
    assert change.actions[0].command.argv[-2:] == ("apache2.service", "apache2.service")


@pytest.mark.parametrize(
    ("enabled", "active", "pacemaker", "stopped"),
    [
        ("enabled", "active", "inactive", True),
        ("enabled", "activating", "inactive", True),
        ("enabled", "inactive", "inactive", False),
        ("enabled", "active", "active", False),
        ("disabled", "active", "inactive", False),
    ],
)
def test_what_systemd_started_is_stopped_before_pacemaker_is_there(
    enabled: str, active: str, pacemaker: str, stopped: bool
) -> None:
    want = wish()
    facts = {name: unit(name, "enabled") for name in boot.started(want, "n1")}
    facts |= {name: unit(name, "disabled") for name in boot.kept_off(want, "n1")}
    facts["pacemaker.service"] = replace(facts["pacemaker.service"], active=pacemaker)
    facts["apache2.service"] = replace(unit("apache2.service", enabled), active=active)
    told = [text for change in boot.changes(facts, want, "n1") for text in commands(change)]
    assert ("systemctl stop apache2.service" in told) is stopped


def test_boot_is_content_with_what_is_right() -> None:
    want = wish()
    facts = {name: unit(name, "enabled") for name in boot.started(want, "n1")}
    facts |= {name: unit(name, "disabled") for name in boot.kept_off(want, "n1")}
    assert list(boot.changes(facts, want, "n1")) == []


def test_the_host_of_another_cluster_is_refused() -> None:
    other = b"totem {\n  cluster_name: payroll\n}\n"
    (finding,) = corosync_conf.changes(corosync_conf.Facts(other), wish(), "n1")
    assert finding.code == "belongs-to-another-cluster"
    assert finding.severity is Severity.ERROR
    assert "payroll" in finding.summary


PACKAGED = (
    b"totem {\n  cluster_name: debian\n}\nnodelist {\n  node {\n    name: node1\n    ring0_addr: 127.0.0.1\n  }\n}\n"
)
KEEP = "cp --no-clobber /etc/corosync/corosync.conf /etc/corosync/corosync.conf.before-quorate"


@pytest.mark.parametrize("there", [PACKAGED, b"totem {\n  cluster_name: shop\n}\n", b"totem {\n}\n"])
def test_what_quorate_did_not_write_is_kept_beside_it(there: bytes) -> None:
    (change,) = corosync_conf.changes(corosync_conf.Facts(there), wish(), "n1")
    assert KEEP in commands(change)
    assert change.actions[-1] == WriteFile(corosync_conf.PATH, rendered(wish().cluster).encode())
    assert "cluster_name: shop" in change.difference


@pytest.mark.parametrize("there", [None, b"", HEADER.encode() + b"totem {\n  cluster_name: shop\n}\n"])
def test_our_own_or_no_configuration_is_written_over(there: bytes | None) -> None:
    (change,) = corosync_conf.changes(corosync_conf.Facts(there), wish(), "n1")
    assert KEEP not in commands(change)


@pytest.mark.parametrize("name", [b"", b"  cluster_name: debian\n"])
def test_a_configuration_with_no_name_of_its_own_is_another_s_when_it_names_strangers(name: bytes) -> None:
    node = b"nodelist {\n  node {\n    ring0_addr: %s\n  }\n}\n"
    totem = b"totem {\n" + name + b"}\n"
    (finding,) = corosync_conf.changes(corosync_conf.Facts(totem + node % b"10.99.0.1"), wish(), "n1")
    assert finding.code == "belongs-to-another-cluster"
    assert finding.severity is Severity.ERROR
    assert "10.99.0.1" in finding.summary
    (change,) = corosync_conf.changes(corosync_conf.Facts(totem + node % b"10.20.0.12"), wish(), "n1")
    assert KEEP in commands(change)


def test_corosync_tests_the_new_file_before_it_is_written() -> None:
    (change,) = corosync_conf.changes(corosync_conf.Facts(None), wish(), "n1")
    trial, test, write = change.actions
    assert isinstance(trial, WriteFile)
    assert trial.path == corosync_conf.TRIAL
    assert b"to_stderr: yes" in trial.content, "or nobody learns why it was refused"
    assert b"\n    key: 000" in trial.content, "the cluster's key may not be there yet"
    assert test == Run(corosync_conf.TEST_OF_THE_NEW_FILE)
    assert write == WriteFile(corosync_conf.PATH, rendered(wish().cluster).encode())


def test_the_right_configuration_is_left_alone() -> None:
    assert list(corosync_conf.changes(corosync_conf.Facts(rendered(wish().cluster).encode()), wish(), "n1")) == []


def test_a_configuration_that_means_the_same_is_left_alone() -> None:
    text = rendered(wish().cluster)
    other = text.replace(HEADER, "").replace("    token: 1000\n", "").replace("to_stderr: no", "to_stderr: off")
    other = "# by hand\n" + other.replace("    ", "\t").replace("\n\n", "\n")
    assert list(corosync_conf.changes(corosync_conf.Facts(other.encode()), wish(), "n1")) == []


def test_a_configuration_that_only_seems_to_mean_the_same_is_written_anew() -> None:
    other = rendered(wish().cluster).replace("version: 2", "version: 2 # of the file").encode()
    assert [change.host for change in corosync_conf.changes(corosync_conf.Facts(other), wish(), "n1")] == ["n1"]


def missing(paths) -> dict[str, File]:
    return {path: File(path, "missing") for path in paths}


def test_secrets_are_written_for_root_alone_and_never_shown() -> None:
    want = wish()
    (change,) = cib_secrets.changes(missing(cib_secrets.wanted(want)), want, "n1")
    writes = [action for action in change.actions if isinstance(action, WriteFile)]
    assert {write.mode for write in writes} == {0o600}
    assert all(write.secret for write in writes)
    assert PASSWORD.encode() in {write.content for write in writes}
    assert hashlib.md5(PASSWORD.encode(), usedforsecurity=False).hexdigest().encode() in {w.content for w in writes}
    shown = change.words + change.difference + "".join(commands(change))
    assert PASSWORD not in shown


def test_a_secret_with_another_mode_is_written_again_and_a_right_one_is_not() -> None:
    want = wish()
    facts = {
        path: File(path, "file", 0o600, "root", "root", 1, hashlib.sha256(write.content).hexdigest())
        for path, write in cib_secrets.wanted(want).items()
    }
    assert list(cib_secrets.changes(facts, want, "n1")) == []
    path = next(iter(facts))
    facts[path] = File(path, "file", 0o644, "root", "root", 1, facts[path].sha256)
    (change,) = cib_secrets.changes(facts, want, "n1")
    assert [action.path for action in change.actions if isinstance(action, WriteFile)] == [path]


def test_a_secret_that_pacemaker_could_not_read_back_is_refused_without_its_value() -> None:
    want = wish(password="two\nlines-of-it")
    _, findings = sorted_out(cib_secrets.changes(missing(cib_secrets.wanted(want)), want, "n1"))
    assert {finding.severity for finding in findings} == {Severity.ERROR}
    assert "lines-of-it" not in repr(findings)


def test_service_files_are_written_where_the_service_may_run() -> None:
    want = wish(kind="nodes: [n1, n2], kind")
    assert service_files.wanted(want, "n1")
    assert not service_files.wanted(want, "n3")
    told = list(service_files.changes(missing(service_files.wanted(want, "n1")), want, "n1"))
    assert all(isinstance(change, Change) and "for site" in change.words for change in told)


@pytest.mark.parametrize(("apart_s", "codes"), [(0.5, []), (-1.9, []), (3.0, ["clock-apart"]), (-60, ["clock-apart"])])
def test_clocks(apart_s: float, codes: list[str]) -> None:
    assert [f.code for f in clock.changes(Offset(apart_s, 0.05), wish(), "n1")] == codes


def test_a_clock_that_may_be_right_is_not_blamed() -> None:
    assert list(clock.changes(Offset(3.0, 2.0), wish(), "n1")) == []


def test_ports_are_opened_in_ufw_and_named_elsewhere() -> None:
    closed = "Status: active\nDefault: deny (incoming), allow (outgoing)\n"
    (change,) = ports.changes(Firewall(frozenset({"ufw"}), {"ufw": closed}), wish(), "n1")
    assert commands(change) == ["ufw allow 5405/udp", "ufw allow 5406/udp"]
    rules = "table inet f {\n chain input {\n type filter hook input priority 0; policy drop;\n }\n}\n"
    (finding,) = ports.changes(Firewall(frozenset({"nft"}), {"nft": rules}), wish(), "n1")
    assert finding.code == "port-blocked"
    assert list(ports.changes(Firewall(frozenset({"nft"}), {"nft": ""}), wish(), "n1")) == []


def test_what_reads_a_file_only_when_told_is_told_after_it_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    reload = (("systemctl", "daemon-reload"),)
    drop_in = HostFile("/etc/systemd/system/x.service.d/q.conf", "[Service]\n", make_parents=True, then=reload)
    monkeypatch.setattr(type(wish().cluster.services["site"]), "files", lambda *_: (drop_in,))
    (change,) = service_files.changes(missing([drop_in.path]), wish(), "n1")
    assert isinstance(change, Change)
    owing, write, *_ = change.actions
    assert isinstance(owing, Run), "before the file, or who dies in between leaves nothing to see"
    assert isinstance(write, WriteFile)
    assert write.make_parents
    assert commands(change)[1:-1] == ["systemctl daemon-reload"]


def test_a_file_that_does_not_pass_its_check_takes_no_ones_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = tmp_path / "said"
    file = HostFile(str(tmp_path / "q.conf"), "new\n", mode=0o644, check=("sh", "-c", f'cat "$0" >{said}; exit 3'))
    monkeypatch.setattr(type(wish().cluster.services["site"]), "files", lambda *_: (file,))
    (change,) = service_files.changes(missing([file.path]), wish(), "n1")
    assert isinstance(change, Change)
    beside, asked, placed = change.actions
    assert isinstance(beside, WriteFile)
    assert (beside.content, beside.mode) == (b"new\n", 0o600)
    assert isinstance(placed, WriteFile)
    assert (placed.path, placed.mode) == (file.path, 0o644)
    assert isinstance(asked, Run)
    Path(beside.path).write_bytes(beside.content)
    assert subprocess.run(asked.command.argv, check=False).returncode == 3
    assert said.read_text() == "new\n"
    assert not Path(beside.path).exists(), "it is left nowhere"
