"""What observers saw -> whether two nodes held one thing at once: overlapping, touching, unobserved, started anew."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quorate.catalog.platforms import platforms
from quorate.catalog.services import kinds
from quorate.describe.load import load
from quorate.drill.history import read
from quorate.drill.places import Places, judge_places, markers
from quorate.drill.sightings import Marker, Watch, silences, spans, watches
from quorate.drill.verdict import Verdict

SECOND = 1_000_000_000
STEADY, FAULT, END = 8 * SECOND, 10 * SECOND, 40 * SECOND
ADDRESS = Marker("site", "address", "10.20.0.100")
PORT = Marker("site", "port", "80")
Change = tuple[float, set[Marker]]


def observed(
    changes: Sequence[Change],
    until_s: float,
    *,
    shift_s: float = 0.0,
    delay_s: float = 0.001,
    boot: str = "a",
    **more: Any,
) -> list[dict[str, Any]]:
    """What is recorded of one observer that looks every 50 ms, on a node whose clock is behind by shift_s.

    changes: what the node holds from when on, in s of this machine's clock.
    """
    begun_s = changes[0][0]
    lines: list[dict[str, Any]] = [{"asked_ns": max(0, int((begun_s - delay_s) * SECOND))}]
    held: set[Marker] | None = None
    told = before = begun_s
    for n in range(int((until_s - begun_s) * 20) + 1):
        at = begun_s + n * 0.05
        now = next(one for since, one in reversed(changes) if since <= at + 1e-9)
        if now != held or at - told >= 0.5:
            node_ns, before_ns = (int((moment - shift_s) * SECOND) for moment in (at, before))
            line = {"mono_ns": node_ns, "before_ns": before_ns, "wall_ns": node_ns + 5 * SECOND, "cpu_ns": n * 500_000}
            line |= {"held": [one.id for one in now], "arrived_ns": int((at + delay_s) * SECOND)}
            lines.append(line if held is not None else line | {"boot": boot, "born_ns": 0} | more)
            held, told = now, at
        before = at
    return lines


def judged(
    nodes: Mapping[str, Sequence[Mapping[str, Any]]], *, fenced: Sequence[tuple[str, float]] = (), end: int = END
) -> Places:
    return judge_places(
        {node: watches(lines) for node, lines in nodes.items()},
        steady_ns=STEADY,
        fault_ns=FAULT,
        end_ns=end,
        fenced=[(node, FAULT + int(at_s * SECOND)) for node, at_s in fenced],
    )


def test_a_split_brain_is_seen() -> None:
    found = judged(
        {
            "n1": observed([(0, {ADDRESS, PORT}), (20, set())], 40),
            "n2": observed([(0, set()), (13, {ADDRESS}), (13.5, {ADDRESS, PORT})], 40),
        }
    )
    assert found.verdict is Verdict.VIOLATED
    assert [(one.marker, one.nodes) for one in found.twice] == [(ADDRESS, ("n1", "n2")), (PORT, ("n1", "n2"))]
    assert found.twice[0].seconds == pytest.approx(6.95, abs=0.06)
    assert found.reason.startswith(
        "Split brain: both n1 and n2 had 10.20.0.100 (site) for 6.9 s, from 3.0 s after the fault. Split brain: both"
    )


@pytest.mark.parametrize("gap_s", [0.0, 0.05, 1.0])
def test_one_after_the_other_is_none(gap_s: float) -> None:
    nodes = {
        "n1": observed([(0, {ADDRESS}), (15, set())], 40),
        "n2": observed([(0, set()), (15 + gap_s, {ADDRESS})], 40),
    }
    assert judged(nodes).verdict is Verdict.HELD
    assert judged(nodes).twice == ()


def test_less_than_the_clocks_may_be_apart_is_none() -> None:
    """The second node's clock is known to within 0.2 s only, because its answers took 0.4 s."""
    for overlap_s, verdict in ((0.2, Verdict.HELD), (0.6, Verdict.VIOLATED)):
        nodes = {
            "n1": observed([(0, {ADDRESS}), (15 + overlap_s, set())], 40),
            "n2": observed([(1, set()), (15, {ADDRESS})], 40, delay_s=0.2, shift_s=-7.0),
        }
        assert judged(nodes).verdict is verdict


def test_a_clock_is_found_whatever_it_says() -> None:
    [watch] = watches(observed([(3, {ADDRESS})], 10, shift_s=-77.0, delay_s=0.01))
    assert abs(watch.shift_ns + 77 * SECOND) <= watch.apart_ns
    assert watch.apart_ns <= 0.011 * SECOND


def test_a_question_for_the_clock_narrows_it() -> None:
    lines = observed([(3, {ADDRESS})], 10, shift_s=2.0, delay_s=0.3)
    wall_ns = int((3.5 - 2.0 + 5.0) * SECOND)
    lines.insert(2, {"asked_ns": int(3.495 * SECOND), "answered_ns": int(3.505 * SECOND), "wall_ns": wall_ns})
    [watch] = watches(lines)
    assert watch.apart_ns == pytest.approx(0.0052 * SECOND, rel=0.01)
    assert watch.shift_ns == pytest.approx(2.0 * SECOND, abs=0.005 * SECOND)


def test_a_node_that_was_fenced_is_not_unknown() -> None:
    """Its last look was at 10.0 s; it was fenced, and started anew only after the other had taken over."""
    again = observed([(22, set())], 40, boot="b", born_ns=int(18 * SECOND))
    nodes = {"n1": [*observed([(0, {ADDRESS})], 10), *again], "n2": observed([(0, set()), (15, {ADDRESS})], 40)}
    assert judged(nodes, fenced=[("n1", 4.7)]).verdict is Verdict.HELD
    assert judged(nodes, fenced=[("n1", 4.7)]).notes == ()
    late = judged(nodes, fenced=[("n1", 7.0)])
    assert late.verdict is Verdict.HELD
    assert late.notes == (
        "n2 had 10.20.0.100 (site) from 5.0 s after the fault; nobody saw n1 let go of it before it was started anew.",
    )


def test_a_node_that_was_started_anew_before_had_let_go() -> None:
    again = observed([(22, set())], 40, boot="b", born_ns=int(14 * SECOND))
    nodes = {"n1": [*observed([(0, {ADDRESS})], 10), *again], "n2": observed([(0, set()), (15, {ADDRESS})], 40)}
    assert (judged(nodes).verdict, judged(nodes).notes) == (Verdict.HELD, ())


def test_who_lived_unobserved_and_may_have_held_it_is_unknown() -> None:
    """The connection broke for 20 s; the node is the same afterwards, and holds nothing any more."""
    nodes = {
        "n1": [*observed([(0, {ADDRESS})], 11), *observed([(30, set())], 40)],
        "n2": observed([(0, set()), (15, {ADDRESS})], 40),
    }
    assert judged(nodes).verdict is Verdict.UNKNOWN
    assert "n1, which had it before, was not observed from 1.0 s after the fault on." in judged(nodes).reason
    nodes["n2"] = observed([(0, set())], 40)
    assert judged(nodes).verdict is Verdict.HELD


def test_who_was_never_seen_again_is_unknown_unless_fenced() -> None:
    nodes = {"n1": observed([(0, {ADDRESS})], 10), "n2": observed([(0, set()), (15, {ADDRESS})], 40)}
    assert judged(nodes).verdict is Verdict.UNKNOWN
    assert judged(nodes, fenced=[("n1", 4)]).verdict is Verdict.HELD


def test_a_thawed_node_that_still_has_it_is_a_split_brain() -> None:
    """The same observer goes on after the thaw: nobody looked from 10 to 20 s, then both are seen."""
    frozen = [line for line in observed([(0, {ADDRESS})], 40) if not 10 < line.get("mono_ns", 0) / SECOND < 20]
    for line in frozen:
        if line.get("mono_ns", 0) >= 20 * SECOND:
            line["before_ns"] = 10 * SECOND
            break
    nodes = {"n1": frozen, "n2": observed([(0, set()), (15, {ADDRESS})], 40)}
    found = judged(nodes)
    assert found.verdict is Verdict.VIOLATED
    assert found.twice[0].from_ns == pytest.approx(20 * SECOND, abs=SECOND / 1000)
    assert [(round(one.from_ns / SECOND), one.born_ns) for one in found.silences] == [(10, None)]


def test_what_several_hold_before_the_fault_is_left_out() -> None:
    nodes = {
        "n1": observed([(0, {ADDRESS, PORT})], 40),
        "n2": observed([(0, {PORT})], 40),
        "n3": observed([(0, set())], 40),
    }
    found = judged(nodes)
    assert (found.verdict, found.left_out) == (Verdict.HELD, (PORT,))
    assert found.notes == (
        "several nodes listened on port 80 (site) before the fault already: it was not looked for in two places.",
    )


def test_a_node_that_nobody_observed_is_unknown() -> None:
    found = judged({"n1": observed([(0, {ADDRESS})], 40), "n2": []})
    assert (found.verdict, found.reason) == (
        Verdict.UNKNOWN,
        "n2 was not observed: what was active there is not known.",
    )


def test_a_split_brain_outweighs_what_is_unknown() -> None:
    nodes = {
        "n1": observed([(0, {ADDRESS})], 40),
        "n2": observed([(0, set()), (15, {ADDRESS})], 40),
        "n3": [{"asked_ns": 0}, {"broken": "no python3", "arrived_ns": 1}],
    }
    assert judged(nodes).verdict is Verdict.VIOLATED


STRETCH = st.tuples(st.floats(9, 35), st.floats(0.2, 8))


@given(first=STRETCH, second=STRETCH, shift_s=st.floats(-1000, 0), delay_s=st.floats(0.0005, 0.2))
def test_it_is_seen_if_and_only_if_it_was(
    first: tuple[float, float], second: tuple[float, float], shift_s: float, delay_s: float
) -> None:
    """Two nodes hold the address once each. Never a split brain that was none; and none missed that is long enough."""
    nodes = {
        "n1": observed([(0, set()), (first[0], {ADDRESS}), (sum(first), set())], 45),
        "n2": observed(
            [(0, set()), (second[0], {ADDRESS}), (sum(second), set())], 45, shift_s=shift_s, delay_s=delay_s
        ),
    }
    both_s = min(sum(first), sum(second)) - max(first[0], second[0])
    found = judged(nodes, end=45 * SECOND)
    if both_s <= 0:
        assert found.verdict is Verdict.HELD
    elif both_s > 0.21 + 4 * (delay_s + 0.001):
        assert found.verdict is Verdict.VIOLATED
    assert found.verdict is not Verdict.UNKNOWN


@given(cut_s=st.floats(9, 30), away_s=st.floats(1.2, 8), taken_s=st.floats(9, 40))
def test_silence_is_never_a_split_brain_and_never_hides_a_hand_over(
    cut_s: float, away_s: float, taken_s: float
) -> None:
    nodes = {
        "n1": [*observed([(0, {ADDRESS})], cut_s), *observed([(cut_s + away_s, set())], 45)],
        "n2": observed([(0, set()), (taken_s, {ADDRESS})], 45),
    }
    verdict = judged(nodes, end=45 * SECOND).verdict
    if taken_s < cut_s - 0.7:
        assert verdict is Verdict.VIOLATED
    elif cut_s < taken_s < cut_s + away_s - 0.1:
        assert verdict is Verdict.UNKNOWN
    elif taken_s > cut_s + away_s + 0.1:
        assert verdict is Verdict.HELD


def test_spans_and_silences_do_not_overlap() -> None:
    seen: list[Watch] = watches([*observed([(0, {ADDRESS})], 10), *observed([(20, {ADDRESS})], 30)])
    held, quiet = list(spans("n1", seen)), list(silences("n1", seen, END))
    assert [(round(one.from_ns / 1e9), round(one.to_ns / 1e9)) for one in held] == [(0, 10), (20, 30)]
    assert [(round(one.from_ns / 1e9), one.to_ns and round(one.to_ns / 1e9)) for one in quiet] == [(10, 20), (30, None)]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("web", ["site/address/10.20.0.100", "site/port/80"]),
        ("mariadb", ["database/address/10.10.102.96", "database/port/3306", "database/mount/srv/database"]),
        ("address", ["entrance/address/10.20.0.100"]),
    ],
)
def test_markers_of_a_service(kind: str, expected: list[str]) -> None:
    cluster = load(kinds()[kind].example, "cluster.yaml", kinds()).cluster
    assert cluster is not None
    found = markers(cluster, platforms()[0])
    assert [one.id.replace("mount//", "mount/") for one in found] == expected
    assert [Marker.parse(one.id) for one in found] == found
    assert not any(one.kind == "address" for one in markers(cluster, platforms()[0], ["address"]))


def test_a_port_that_two_services_use_is_no_marker() -> None:
    text = kinds()["web"].example + "\n".replace("\n", "")
    more = "services:\n  proxy: {kind: systemd, unit: nginx, address: 10.20.0.101/24, port: 80}\n"
    cluster = load(text.replace("services:\n", more), "cluster.yaml", kinds()).cluster
    assert cluster is not None
    assert {one.kind for one in markers(cluster, platforms()[0])} == {"address"}


def test_a_record_that_is_none_is_broken_not_a_traceback(sample: Any, tmp_path: Path) -> None:
    folder = sample.write(tmp_path / "run")
    (folder / "places").mkdir()
    lines = observed([(0, {ADDRESS})], 2)
    (folder / "places/n1.jsonl").write_text("\n".join(map(json.dumps, lines)))
    (folder / "places/n2.jsonl").write_text(json.dumps({"asked_ns": 1}) + "\n" + json.dumps({"mono_ns": [], "held": 1}))
    found = read(folder)
    assert found.places["n1"][0].looks[0].held == {ADDRESS}
    assert (found.places["n2"], found.broken) == ((), ("n2.jsonl",))
