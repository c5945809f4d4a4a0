"""From a path of keys back to the place in the text, as rules and renderers use it."""

from quorate.describe.load import load
from quorate.describe.source import Source, read
from quorate.findings import Finding, Severity

TEXT = """\
cluster: c
nodes:
  n1: &n1
    links: [10.0.0.1, 10.0.1.1]
    votes: 1
  n2: {<<: *n1, links: 10.0.0.2}
"""


def source() -> Source:
    return read(TEXT, "cluster.yaml")[0]


def at(*path: str | int, of_key: bool = False) -> tuple[int, int, int]:
    place = source().place(path, of_key=of_key)
    assert place.text == TEXT.splitlines()[place.line - 1]
    return place.line, place.column, place.length


def test_a_value_and_its_key() -> None:
    assert at("nodes", "n1", "links", 1) == (4, 23, 8)
    assert at("nodes", "n1", "links") == (4, 12, 20)
    assert at("nodes", "n1", "links", of_key=True) == (4, 5, 5)


def test_a_value_of_several_lines_is_shown_by_its_key() -> None:
    assert at("nodes") == (2, 1, 5)
    assert at("nodes", "n1") == (3, 3, 2)


def test_the_deepest_part_that_exists() -> None:
    assert at("nodes", "n1", "fencing", "ipmi") == (3, 3, 2)
    assert at("corosync", "token") == (1, 1, 7)
    assert at() == (1, 1, 7)


def test_a_value_written_without_its_list_has_the_place_of_its_items() -> None:
    assert at("nodes", "n2", "links", 0) == (6, 24, 8)


def test_a_merged_value_is_where_it_was_written() -> None:
    assert at("nodes", "n2", "votes") == (5, 12, 1)


def test_loaded_places_findings_of_rules() -> None:
    loaded = load(TEXT, "cluster.yaml", {})
    finding = Finding("rule", Severity.WARNING, "s", "w", "f", ("nodes", "n1", "votes"))
    place = loaded.place(finding).place
    assert place is not None
    assert (place.file, place.line, place.column) == ("cluster.yaml", 5, 12)


def test_a_very_long_line_is_cut() -> None:
    loaded = load(f"cluster: c\nnodes: {{n1: {{links: {'9' * 5000}}}}}\n", "cluster.yaml", {})
    place = loaded.findings[0].place
    assert place is not None
    assert len(place.text) <= 1000
