"""Commands of pcs as guides print them, with their typing damage; as pcs prints them; and every command there is."""

import pytest
from tests.unit.dialect.cases import lines
from tests.unit.dialect.pcs_cases import CASES, LIBRARY

from quorate.dialect import same
from quorate.dialect.model import Configuration, Node, NvSet, Pair
from quorate.dialect.pcs.read import read, words
from quorate.dialect.pcs.write import write


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request):
    return request.param


@pytest.fixture
def reading(case):
    return read((case / "text.sh").read_text(), "text.sh", library=LIBRARY)


def test_what_is_read(case, reading):
    assert write(reading.configuration).text == (case / "expected.sh").read_text()


def test_what_is_said(case, reading):
    assert lines(reading.findings) == (case / "findings.txt").read_text().splitlines()


def test_what_pcs_has_no_words_for(case, reading):
    found = [finding.summary for finding in write(reading.configuration).findings]
    assert found == (case / "unsaid.txt").read_text().splitlines()


def test_what_is_written_is_read_as_the_same(reading):
    written = write(reading.configuration)
    again = same.configuration(read(written.text, "again.sh").configuration)
    unsaid = len(written.findings)
    assert len(same.configuration(reading.configuration).items() ^ again.items()) <= 2 * unsaid


def test_one_case_has_every_command():
    text = next(case for case in CASES if case.name == "whole").joinpath("text.sh").read_text()
    used = {name for name in words() for line in text.splitlines() if line.split()[1 : 1 + len(name)] == list(name)}
    aliases = {name for name in words() if name[-1] in {"delete", "remove"} or name[0] == "stonith"}
    missing = {" ".join(name) for name in set(words()) - used - aliases}
    assert missing == {
        "cluster standby", "cluster unstandby", "node unmaintenance", "resource disable", "resource manage",
        "resource master", "resource promotable", "resource safe-disable", "resource ungroup", "resource unmanage",
        "acl disable", "alert recipient update",
    }  # fmt: skip


def test_a_node_attribute_that_pcs_refuses_is_named_and_not_written():
    sets = (NvSet("attributes", (Pair("rack", "Küche"), Pair("feed", "a"))),)
    said = write(Configuration((Node(uname="n1", sets=sets),)))
    assert said.commands == ("pcs -- node attribute n1 feed=a",)
    assert [finding.code for finding in said.findings] == ["no-pcs-command"]


def test_secrets_are_in_no_finding():
    text = next(case for case in CASES if case.name == "dialogue").joinpath("text.sh").read_text()
    for finding in read(text, "text.sh").findings:
        assert "hidden" not in f"{finding}"


@pytest.mark.parametrize(
    "text",
    [
        "pcs stonith create f fence_ipmilan passwd='hidden words\n",
        "pcs stonith create f fence_ipmilan passwd=hidden ip='10.0.0.1\n",
        "pcs host auth n1 -u hacluster -p 'hidden words\n",
        "pcs host auth n1 -u hacluster -p hidden",
    ],
)
def test_a_password_is_hidden_even_where_a_quote_is_never_closed(text):
    found = read(text, "text.sh").findings
    assert found
    assert "hidden" not in f"{found}"


def test_the_cluster_itself_is_handed_out():
    setup = read((CASES[0].parent / "whole/text.sh").read_text(), "text.sh").setup
    assert setup is not None
    assert (setup.name, [(node.name, node.addresses) for node in setup.nodes]) == (
        "web",
        [("n1", ("10.0.0.1", "10.1.0.1")), ("n2", ("10.0.0.2", "10.1.0.2"))],
    )
    assert setup.links == ((("linknumber", "1"), ("transport", "sctp")),)
    assert dict(setup.options)["totem"] == (("token", "5000"),)


def test_addresses_of_pcs_of_old():
    setup = read((CASES[0].parent / "of_old/text.sh").read_text(), "text.sh").setup
    assert setup is not None
    assert [(node.name, node.addresses) for node in setup.nodes] == [
        ("node1", ("node1", "node1-2")), ("node2", ("node2", "node2-2")),
    ]  # fmt: skip
