"""The folder of a run: written as it happens, read back even when the writer was shot."""

import json
from pathlib import Path

import pytest

from quorate.drill.history import History, read
from quorate.drill.record import About, Moment
from quorate.errors import UsageError

ABOUT = About(
    cluster="c", service="web", fault="power-cut", title="The power of n1 was cut", node="n1", nodes={1: "n1", 2: "n2"}
)
START = '{"start":"http","target":"t","every_ms":20,"timeout_ms":500,"in_flight_max":26,"monotonic_ns":5,"wall_ns":105}'
LINE = '{"n":0,"sent_ns":10,"done_ns":20,"result":"ok","node":"n1"}'


def test_what_was_written_is_read(tmp_path: Path) -> None:
    history = History(tmp_path / "run", ABOUT)
    told = [history.event(Moment.INJECT, "power cut", node="n1"), history.event(Moment.SETTLED)]
    history.journal("n2", "{}\n")
    history.probe_file("web").write_text(f"{START}\n{LINE}\n", encoding="utf-8")
    found = read(tmp_path / "run")
    assert found.about == ABOUT
    assert list(found.events) == told
    assert found.traces[0].attempts[0].node == "n1"
    assert found.traces[0].wall_offset_ns == 100
    assert found.journals == {"n2": "{}\n"}
    assert found.broken == ()


def test_a_cut_last_line_is_left_out_and_told(tmp_path: Path) -> None:
    history = History(tmp_path, ABOUT)
    history.event(Moment.INJECT)
    with (tmp_path / "events.jsonl").open("a") as file:
        file.write('{"moment":"settl')
    history.probe_file("web").write_text(f"{START}\n{LINE}\n{LINE[:-9]}", encoding="utf-8")
    found = read(tmp_path)
    assert len(found.events) == 1
    assert len(found.traces[0].attempts) == 1
    assert found.traces[0].ended is None
    assert found.broken == ("events.jsonl:2", "web.jsonl:3")


def test_every_cut_of_a_probes_file_can_be_read(tmp_path: Path) -> None:
    history = History(tmp_path, ABOUT)
    whole = f"{START}\n{LINE}\n" + '{"end":"stopped","monotonic_ns":50,"wall_ns":150,"cpu_s":0.1}\n'
    for size in range(len(whole)):
        history.probe_file("web").write_text(whole[:size], encoding="utf-8")
        assert len(read(tmp_path).broken) <= 1


def test_lines_of_another_shape_are_told(tmp_path: Path) -> None:
    history = History(tmp_path, ABOUT)
    history.probe_file("web").write_text(f'{START}\n{{"n":1}}\n[]\nnull\n', encoding="utf-8")
    assert read(tmp_path).broken == ("web.jsonl:2", "web.jsonl:3", "web.jsonl:4")


def test_a_folder_is_used_for_one_run_only(tmp_path: Path) -> None:
    History(tmp_path, ABOUT)
    with pytest.raises(FileExistsError):
        History(tmp_path, ABOUT)


def test_a_folder_that_is_no_run_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        read(tmp_path)


def test_about_survives_json_and_a_newer_writer() -> None:
    value = json.loads(json.dumps(ABOUT.to_json())) | {"invented_later": 1}
    assert About.parse(value) == ABOUT


def test_what_was_sent_and_has_no_end_is_unknown(tmp_path: Path) -> None:
    history = History(tmp_path, ABOUT)
    sent = [f'{{"sent":{n},"sent_ns":{n * 10}}}' for n in (1, 2)]
    history.probe_file("db").write_text("\n".join([START, *sent, LINE.replace('"n":0', '"n":1')]), encoding="utf-8")
    found = read(tmp_path)
    assert [(one.n, one.result) for one in found.traces[0].attempts] == [(1, "ok"), (2, "unknown")]
    assert found.broken == ()


def test_rows_are_read_back_as_often_as_they_were_written(tmp_path: Path) -> None:
    history = History(tmp_path, ABOUT)
    history.rows("my-db", 1, "3\n1\n")
    history.rows("my-db", 2, "3\nx\n")
    found = read(tmp_path)
    assert found.rows == {"my-db": ((3, 1), (3,))}
    assert found.broken == ("my-db-2.txt:2",)
