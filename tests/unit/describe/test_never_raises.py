"""Whatever the bytes of a file are, load() answers with a cluster or with findings, and soon."""

import os
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quorate.describe.load import Loaded, load
from quorate.describe.service import ServiceOptions
from quorate.findings import Severity

DATA = Path(__file__).parents[2] / "data" / "describe"
GOOD = (DATA / "everything.yaml").read_text()
LINES = GOOD.splitlines(keepends=True)
PIECES = [
    *"{}[]:,-#&*!|>'\"%@`?\t \n\\",
    *("<<: *x", "&x ", "*x", "- ", ": ", "---\n", "...\n", "? ", "= ", "\n  - ", "\n    ", "links:", "kind: web"),
    *("!!int ", "!!map", "null", "~", "true", "yes", "3", "3s", "1e999", "0x", "0o8", ".inf", ".nan", "'07'"),
    *("\x00", "\x1b", "\x85", "\u2028", "\ufeff", "\U0001f600", "\\U00110000", '"\\ud800"', "\r", "\r\n"),
    *("%YAML 1.1\n---\n", "%TAG ! tag:x\n", "password: hunter2", "nodes: ", "cluster: "),
]

quickly = settings(
    max_examples=int(os.environ.get("QUORATE_EXAMPLES", "50")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
Kinds = Mapping[str, type[ServiceOptions]]


def answer(content: bytes | str, kinds: Kinds) -> Loaded:
    loaded = load(content, "cluster.yaml", kinds)
    errors = [finding for finding in loaded.findings if finding.severity is Severity.ERROR]
    assert (loaded.cluster is None) == bool(errors), "no cluster without an error, and none in spite of one"
    for finding in loaded.findings:
        assert finding.place is not None
        assert finding.place.line >= 1
        assert finding.place.length >= 1
        assert 1 <= finding.place.column <= len(finding.place.text) + 1
        assert finding.summary
        assert finding.why
        assert finding.fix
        assert finding.summary.isprintable()
    return loaded


@quickly
@given(content=st.binary(max_size=200))
def test_random_bytes(content: bytes, kinds: Kinds) -> None:
    answer(content, kinds)


@quickly
@given(content=st.text(max_size=200))
def test_random_text(content: str, kinds: Kinds) -> None:
    answer(content, kinds)


@quickly
@given(content=st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_random_yaml(content: str, kinds: Kinds) -> None:
    answer(content, kinds)


@quickly
@given(
    edits=st.lists(
        st.tuples(st.integers(0, len(GOOD)), st.integers(0, 12), st.sampled_from(["", *PIECES])), min_size=1, max_size=4
    )
)
def test_mutations_of_a_good_file(edits: list[tuple[int, int, str]], kinds: Kinds) -> None:
    text = GOOD
    for at, removed, put in edits:
        text = text[:at] + put + text[at + removed :]
    answer(text, kinds)


@quickly
@given(drop=st.sets(st.integers(0, len(LINES) - 1), min_size=1, max_size=6), swap=st.integers(0, len(LINES) - 2))
def test_lines_lost_and_moved(drop: set[int], swap: int, kinds: Kinds) -> None:
    lines = list(LINES)
    lines[swap], lines[swap + 1] = lines[swap + 1], lines[swap]
    answer("".join(line for number, line in enumerate(lines) if number not in drop), kinds)


HUGE = {
    "10 MB": "a: b\n" * 2_000_000,
    "10 MB in one line": "a" * 10_000_000,
    "deep brackets": "[" * 500_000,
    "deep braces": "{a: " * 100_000,
    "deep indentation": "\n".join(" " * level + "a:" for level in range(1000)),
    "many keys": "".join(f"k{number}: v\n" for number in range(4_000)),
    "many unknown nodes": "cluster: c\nnodes:\n" + "".join(f"  n{number}: {{linkss: 1}}\n" for number in range(4_000)),
    "many duplicates": "a: 1\n" * 20_000,
    "many secrets": "".join(f"password{number}: hunter2\n" for number in range(4_000)),
    "billion laughs": "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 9}]\n" for n in range(1, 30)),
    "merge bomb": "a0: &a0 {" + ", ".join(f"k{n}: 1" for n in range(9000)) + "}\n" + "a: {<<: *a0}\n" * 20_000,
    "alias chain": "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 5000)),
}


@pytest.mark.parametrize("name", HUGE)
def test_huge_and_hostile_files_end_soon(name: str, kinds: Kinds) -> None:
    began = time.process_time()
    loaded = answer(HUGE[name], kinds)
    assert loaded.cluster is None
    assert len(loaded.findings) <= 300
    assert time.process_time() - began < 10


SECRET = """\
cluster: c
nodes:
  n1: {links: [10.0.0.1], fencing: {ipmi: {address: 10.1.0.1, password: "hunter2 it is", port: x}}}
  n2:
    links: 10.0.0.2
    fencing:
      ipmi:
        address: 10.1.0.2
        password: hunter2
        port: 99999
fencing:
  ipmi:
    passwort: hunter2
    password: >-
      it is
      hunter2
  devices:
    pdu: {agent: fence_apc, parameters: {passwd: 'hunter2', password: {env: hunter2 }}, nodes: [n1, n3]}
services:
  db: {kind: database, password: hunter2, data: {disk: /dev/x}}
resources:
  d: {primitive: "ocf:pacemaker:Dummy", parameters: {db_password: hunter2, x: y}, operations: {monitor: {interval: 3}}}
"""
SECRET_LINES = SECRET.splitlines(keepends=True)
BEFORE_LINES = [
    "\t",
    "  ",
    "- ",
    "}\n",
    "{\n",
    "x: [\n",
    "'",
    "? ",
    "*a\n",
    "&a ",
    "a: b: c\n",
    "x\n",
    "\x07\n",
    "%x\n",
]


@quickly
@given(
    drop=st.sets(st.integers(0, len(SECRET_LINES) - 1), max_size=5),
    put=st.dictionaries(st.integers(0, len(SECRET_LINES) - 1), st.sampled_from(BEFORE_LINES), max_size=2),
)
def test_a_literal_secret_is_never_shown(drop: set[int], put: dict[int, str], kinds: Kinds) -> None:
    drop -= {SECRET_LINES.index("    password: >-\n")}  # without it, what follows is no secret any more
    lines = [put.get(number, "") + line for number, line in enumerate(SECRET_LINES) if number not in drop]
    for finding in answer("".join(lines), kinds).findings:
        place = finding.place
        assert place is not None
        for said in (finding.summary, finding.why, finding.fix, place.text):
            assert "hunter2" not in said.replace("env: hunter2", ""), finding


@pytest.mark.parametrize(("text", "halves"), [(r'cluster: "\ud800"', True), (r'cluster: "\U0001f600"', False)])
def test_half_a_character_is_refused(text: str, halves: bool, kinds: Kinds) -> None:
    codes = {finding.code for finding in answer(text, kinds).findings}
    assert ("yaml-escape" in codes) is halves
