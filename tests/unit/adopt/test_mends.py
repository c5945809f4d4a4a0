"""Every mend has a case in tests/data/mends: it is found, it becomes what the case says, and --verbatim keeps it."""

from pathlib import Path

import pytest
from tests.unit.adopt.adopting import adopted, cluster

from quorate.adopt.mending import rules, source
from quorate.findings import Severity

DATA = Path(__file__).parents[2] / "data/mends"
CASES = sorted(path.stem for path in DATA.glob("*.crm"))


def block(text):
    """The text under `resources`, without its indentation."""
    _, _, rows = text.partition("resources: |\n")
    return "".join(row.removeprefix("  ") for row in rows.splitlines(keepends=True))


def test_every_mend_has_a_case():
    assert sorted(rules()) == CASES


@pytest.mark.parametrize("code", CASES)
def test_case(code):
    before, _, after = (DATA / f"{code}.crm").read_text().partition("# becomes\n")
    result = adopted(("text.crm", before))
    [found] = [f for f in result.findings if f.code == code][:1]
    assert found.place.file == "text.crm"
    assert found.docs == source(rules()[code])
    cluster(result.text)
    if not after:
        assert "primitive" not in block(result.text)
        assert code.partition("-")[0] not in block(result.text)
    for part in after.split("=\n") if after else ():
        assert part in block(result.text)


@pytest.mark.parametrize("code", CASES)
def test_verbatim_says_it_and_keeps_it(code):
    before, _, _ = (DATA / f"{code}.crm").read_text().partition("# becomes\n")
    mended, kept = adopted(("text.crm", before)), adopted(("text.crm", before), verbatim=True)
    assert code in {finding.code for finding in kept.findings}
    only_said = code in {"fencing-off", "lsb-to-systemd", "monitor-missing", "timeout-short"}
    assert (kept.text == mended.text) == only_said
    cluster(kept.text)


@pytest.mark.parametrize("module", rules().values(), ids=rules())
def test_the_docstring_is_a_reference_page(module):
    lines = module.__doc__.splitlines()
    assert lines[0].endswith(".")
    assert lines[1] == ""
    for part in ("Why: ", "What it becomes: ", "Source: "):
        assert any(line.startswith(part) for line in lines), part


def test_what_is_not_certain_stays():
    text = "primitive a ocf:heartbeat:LVM params volgrpname=vg op monitor interval=10s\n"
    result = adopted(("text.crm", text))
    assert "ocf:heartbeat:LVM " in result.text
    assert {f.severity for f in result.findings if f.code == "lvm-to-lvm-activate"} == {Severity.WARNING}


def test_ignored_quorum_stays_with_three_nodes():
    result = adopted(("text.crm", "node a\nnode b\nnode c\nproperty no-quorum-policy=ignore\n"))
    assert cluster(result.text).pacemaker.properties["no-quorum-policy"] == "ignore"


def test_stickiness_of_old_is_a_default_now():
    found = cluster(adopted(("text.crm", "node a\nproperty default-resource-stickiness=7\n")).text)
    assert found.pacemaker.stickiness == "7"
