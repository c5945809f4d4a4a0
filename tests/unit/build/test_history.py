"""Records of changes: their ids, many nodes' records as one history, and what was before, read as it was written."""

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quorate.build import history, kept
from quorate.build.baseline import Baseline
from quorate.build.consequences import Consequence, Consequences, Fate
from quorate.build.kept import Kept, KeptFile
from quorate.build.plan import Plan
from quorate.errors import HostUnreachable, Unknown, UsageError
from quorate.explore.result import Figure
from quorate.machines.fake import FakeHost
from quorate.observe.facts import change_records
from quorate.observe.facts.change_records import ChangeRecord, from_json

NOON = datetime(2026, 11, 27, 12, 0, 0, tzinfo=UTC)


def record(id_: str, state: str = "done", ended: str = "2026-11-27T12:00:00+00:00", **more: object) -> ChangeRecord:
    return ChangeRecord(id_, "apply", state, began="", ended="" if state == "begun" else ended, **more)


def test_an_id_is_the_time_and_later_than_all_others() -> None:
    assert history.next_id([], NOON) == "20261127-120000"
    assert history.next_id([record("20261127-115959")], NOON) == "20261127-120000"
    assert history.next_id([record("20261127-120000")], NOON) == "20261127-120001"
    assert history.next_id([record("20261231-235959")], NOON) == "20270101-000000", "a machine's clock was ahead"


def test_what_nodes_have_kept_becomes_one_history() -> None:
    begun, done = record("20261127-120000", "begun"), record("20261127-120000")
    late = record("20261127-120000", "failed", "2026-11-27T12:30:00+00:00")
    old, new = record("20261126-120000"), record("20261128-120000")
    assert history.merged([(begun,), (new, done), (old, begun)]) == (old, done, new)
    assert history.merged([(done,), (late,), (begun,)]) == (late,)
    assert history.merged([(), ()]) == ()
    settled = record("20261127-120000", "begun", settled=True)
    assert history.merged([(begun,), (settled,)]) == history.merged([(settled,), (begun,)]) == (settled,)


@given(st.lists(st.lists(st.builds(record, st.sampled_from("abc"), st.sampled_from(change_records.STATES)))))
def test_merging_is_the_same_in_any_order(nodes: list[list[ChangeRecord]]) -> None:
    ids = [one.id for one in history.merged(nodes)]
    assert ids == sorted({one.id for kept_there in nodes for one in kept_there})
    for made in (history.merged(nodes), history.merged(reversed(nodes))):
        unfinished = {one.id for one in made if one.is_unfinished}
        assert not unfinished & {one.id for kept_there in nodes for one in kept_there if not one.is_unfinished}


def test_a_change_is_chosen_by_its_id_or_an_end_of_it() -> None:
    records = (record("20261127-120000"), record("20261127-130000"), record("20261128-120000"))
    assert history.chosen(records, "20261127-130000") is records[1]
    assert history.chosen(records, "20261128") is records[2]
    assert history.chosen(records, "130000") is records[1]
    with pytest.raises(UsageError, match="2 changes are called 120000"):
        history.chosen(records, "120000")
    with pytest.raises(UsageError, match="no record of a change 7x"):
        history.chosen(records, "7x")


def test_a_record_reads_as_it_was_written() -> None:
    made = history.begun("apply", Plan(()), "shop", history.origin("web.yaml", b"cluster: shop"), ())
    assert made.is_unfinished
    assert len(made.digest) == 64
    assert from_json(made.to_json()) == made
    assert "\n" not in made.to_json()


def test_what_was_foretold_is_recorded() -> None:
    figure = Figure(2.84, "measured")
    found = Consequences(
        services=(Consequence("site", Fate.RESTARTED, figure), Consequence("db", Fate.UNAFFECTED)),
    )
    made = history.begun("apply", Plan((), consequences=found), "shop", history.origin(), ())
    assert made.foretold == ("site restarted, interrupted for 2.8 s",)
    assert list(history.foretold(Consequences(unknown="no crm_simulate here"))) == ["nothing: no crm_simulate here"]
    assert list(history.foretold(None)) == []


contents = st.none() | st.binary()
files = st.dictionaries(st.just("/etc/x"), st.builds(KeptFile, contents, st.sampled_from([0o600, 0o644])))
names = st.frozensets(st.sampled_from(["site", "db"]))


@given(
    st.builds(
        Kept,
        st.text(),
        st.text(),
        st.dictionaries(st.sampled_from(["n1", "n2"]), files),
        st.builds(Baseline, names, names, names),
    )
)
def test_what_was_before_reads_as_it_was_written(was: Kept) -> None:
    assert kept.from_json(was.to_json()) == was


def test_damaged_files_are_no_record_of_what_was_before() -> None:
    for text in (b"", b"[]", b"{}", b'{"configuration": "", "files": {"n1": {"/x": {}}}}'):
        with pytest.raises(ValueError):  # noqa: PT011 - json's own error is one
            kept.from_json(text)


def test_what_was_before_is_written_before_the_record_and_for_root_alone() -> None:
    host = FakeHost("n1", {"sh -c .*": ""})
    asyncio.run(history.write([host], record("20261127-120000", "begun"), Kept("<configuration/>")))
    assert list(host.files) == [history.kept_path("20261127-120000"), f"{change_records.FOLDER}/20261127-120000.json"]
    assert {file.mode for file in host.files.values()} == {0o600}


class Away(FakeHost):
    """A host that does not answer."""

    async def run(self, *_: object, **__: object):
        raise HostUnreachable("n2 is gone")

    async def get(self, path: str) -> bytes | None:
        raise HostUnreachable("n2 is gone")


def test_a_node_that_is_away_is_done_without() -> None:
    here = FakeHost("n1", {"sh -c .*": record("20261127-120000").to_json()})
    assert [one.id for one in asyncio.run(history.read([Away("n2"), here]))] == ["20261127-120000"]
    with pytest.raises(HostUnreachable):
        asyncio.run(history.read([Away("n2")]))
    here.files[history.kept_path("20261127-120000")] = _file(Kept("<configuration/>"))
    assert asyncio.run(history.read_kept([Away("n2"), here], "20261127-120000")).configuration == "<configuration/>"
    with pytest.raises(Unknown, match="no node that answers"):
        asyncio.run(history.read_kept([Away("n2")], "20261127-120000"))


def test_records_that_a_node_lacks_are_handed_on_to_it() -> None:
    id_ = "20261127-120000"
    old = FakeHost("n1", {"sh -c .*": ""}, {history.kept_path(id_): Kept("<configuration/>").to_json()})
    new = FakeHost("n2", {"sh -c .*": ""})
    asyncio.run(history.hand_on([old, new], {"n1": (record(id_),), "n2": ()}))
    assert from_json(new.files[f"{change_records.FOLDER}/{id_}.json"].content.decode()) == record(id_)
    assert new.files[history.kept_path(id_)].content == old.files[history.kept_path(id_)].content
    assert f"{change_records.FOLDER}/{id_}.json" not in old.files, "who has it is left alone"


def _file(was: Kept):
    host = FakeHost()
    asyncio.run(host.put("x", was.to_json()))
    return host.files["x"]
