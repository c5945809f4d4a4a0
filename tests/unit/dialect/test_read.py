"""Reading goes on behind what is wrong, and says where it is."""

import pytest

from quorate.dialect.crm.read import read
from quorate.dialect.model import Agent, Clone, Group, NvSet, Op, Operations, Pair, Primitive
from quorate.findings import Severity


def found(text, **known):
    return [
        (finding.place.line, finding.place.column, finding.code) for finding in read(text, "x.crm", **known).findings
    ]


def statements(text):
    return read(text, "x.crm").configuration.statements


def test_all_errors_are_told_and_the_rest_is_read():
    reading = read(
        "primitive a\nprimitive b Dummy\ngroup g b b\norder o maybe: b g\ncolocation c b g\nnonsense\nclone k g\n",
        "x.crm",
    )
    assert [(f.place.line, f.code) for f in reading.findings] == [
        (1, "unfinished"),
        (3, "listed-twice"),
        (4, "unknown-kind"),
        (5, "no-score"),
        (6, "unknown-statement"),
    ]
    assert [type(s).__name__ for s in reading.configuration.statements] == ["Primitive", "Group", "Order", "Clone"]
    assert not reading.whole


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('primitive a Dummy params x="y', (1, 28, "unclosed-quote")),
        ("primitive a Dummy\nlocation l a 100:", (2, 18, "unfinished")),
        ("primitive a Dummy\nlocation l a rule a xx b", (2, 21, "unknown-operator")),
        ("primitive a Dummy\nlocation l a rule a eq b and c eq d or e eq f", (2, 37, "mixed-booleans")),
        ("primitive a Dummy\norder o a:jump a", (2, 9, "unknown-action")),
        ("primitive a Dummy\ncolocation c inf: a:Boss a", (2, 19, "unknown-role")),
        ("primitive a Dummy\norder o ( a", (2, 11, "bad-set")),
        ("primitive a Dummy\norder o ( ( a ) )", (2, 11, "bad-set")),
        ("primitive 1a Dummy", (1, 11, "bad-id")),
        ("primitive a:b Dummy", (1, 11, "bad-id")),
        ("primitive a ocf::x", (1, 13, "bad-agent")),
        ("bundle b", (1, 1, "unfinished")),
        ("role r read", (1, 8, "unfinished")),
        ("xml <primitive", (1, 5, "bad-xml")),
        ("primitive a Dummy\nprimitive a Dummy", (2, 11, "defined-twice")),
        ("primitive a stonith:x\nfencing_topology a\nfencing_topology a", (3, 18, "defined-twice")),
        ("role r", (1, 7, "unfinished")),
        ("user u", (1, 7, "unfinished")),
        ("clone c a", (1, 9, "undefined-name")),
        ("primitive a Dummy meta x=1 y ] =", (1, 32, "unexpected-word")),
    ],
)
def test_where_it_is_wrong(text, said):
    assert found(text) == [said]


def test_a_statement_that_cannot_be_read_defines_its_name_all_the_same():
    assert found("primitive a\nclone c a") == [(1, 12, "unfinished")]


def test_names_may_be_defined_elsewhere():
    assert found("clone c a", defined=["a"]) == []


def test_abbreviations():
    assert statements("primitive a IPaddr2 ip=1 op monitor") == (
        Primitive(
            id="a",
            agent=Agent("ocf", "heartbeat", "IPaddr2"),
            body=(NvSet("params", (Pair("ip", "1"),)), Operations((Op("monitor", (("interval", "0"),)),))),
        ),
    )


def test_properties_add_up_and_the_last_value_counts():
    (found_,) = statements("property a=1 b=1\nproperty cib-bootstrap-options: a=2")
    assert found_.pairs == (Pair("b", "1"), Pair("a", "2"))
    assert found_.id == "cib-bootstrap-options"


def test_an_agent_may_be_an_instance_of_a_unit():
    (found_,) = statements("primitive job systemd:queue@main")
    assert found_.agent == Agent("systemd", None, "queue@main")


def test_comments_belong_to_the_statement_below():
    configuration = read("# one\nprimitive a Dummy\n# two", "x.crm").configuration
    assert configuration.statements[0].comments == ("# one",)
    assert configuration.trailing == ("# two",)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("primitive a Dummy params state=“/x”", ["typographic-quotes"]),
        ("property no–quorum–policy=ignore", ["typographic-dash"]),
        ('property no–quorum–policy="ignore"', ["typographic-dash"]),
        ("primitive a Dummy\nlocation l a –inf: n1", ["typographic-dash"]),
        ("primitive\u00a0a Dummy", ["odd-blank"]),
        ("primitive a Dummy group g a b", ["missing-line-break", "undefined-name"]),
        ("primitive a Dummy op monitor interval=10 primitive b ocf:heartbeat:Dummy", ["missing-line-break"]),
        ("primitive a Dummy property stonith-enabled=false", ["missing-line-break"]),
        ("primitive a Dummy\n  op monitor interval=10", ["missing-continuation"]),
        ("primitive a Dummy \\\n\n  op monitor interval=10", ["blank-line"]),
        ("primitive a Dummy meta notify= true", ["space-after-equals"]),
        ('primitive a Dummy state="/x"op monitor', ["missing-space"]),
        ("primitive a Dummy\ncolocation c Inf:a a", ["missing-space"]),
        ("primitive a Dummy params passwd=FILL_ME_IN", ["placeholder"]),
        ("primitive a Dummy params config=/etc/https://x.org/y", ["address-in-path"]),
        ("primitive a Dummy params passwd=******", ["hidden-value"]),
        ("crm configure primitive a Dummy", ["shell-command"]),
        ("crm(live)configure# primitive a Dummy\ncrm(live)configure# commit", ["shell-command"]),
    ],
)
def test_damage_is_named(text, codes):
    assert [code for _, _, code in found(text)] == codes


def test_damage_is_mended():
    first, second = statements("primitive a Dummy params state=“/x” meta notify= true Group g a b")
    assert first == Primitive(
        id="a",
        agent=Agent("ocf", "heartbeat", "Dummy"),
        body=(NvSet("params", (Pair("state", "/x"),)), NvSet("meta", (Pair("notify", "true"),))),
    )
    assert second == Group(id="g", members=("a", "b"))


def test_a_name_of_the_wrong_case_is_mended_only_if_there_is_one_such():
    assert statements("primitive Ab Dummy\nclone c aB")[1] == Clone(id="c", member="Ab")
    assert found("primitive Ab Dummy\nprimitive aB Dummy\nclone c AB") == [(3, 9, "undefined-name")]


@pytest.mark.parametrize(
    "text",
    [
        "primitive a Dummy passwd=hunter2",
        'primitive a Dummy passwd="hunter2" nonsense:',
        "primitive a Dummy passwd= hunter2",
        "primitive a Dummy passwd=“hunter2”",
        'primitive a Dummy passwd="hunter2',
        "order o passwd=hunter2 a b",
    ],
)
def test_a_secret_is_in_no_finding(text):
    reading = read(f"{text}\nbroken", "x.crm")
    assert [finding for finding in reading.findings if finding.severity is Severity.ERROR]
    assert "hunter2" not in str(reading.findings)
