"""Keys that differ between servers are found, by their digests alone, with what mends them."""

import asyncio

import pytest

from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.services import kinds
from quorate.catalog.site import Site
from quorate.describe.load import load
from quorate.findings import Finding
from quorate.machines.fake import Answer, FakeHost
from quorate.operate.inside import files, keystone
from quorate.operate.insight import Line

CLUSTER = load(kinds()["keystone"].example, "identity.yaml", kinds()).cluster
SITE = Site("identity", PLATFORM, CLUSTER)
TOKENS, CREDENTIALS = (one.path for one in SITE.service.key_repositories())
LOGS_IN = r"(?s)python3 -c .*"
OLD, NEW, STRANGE = {0: "b", 1: "a"}, {0: "c", 1: "a", 2: "b"}, {0: "x", 1: "y"}


def said(tokens, owner="keystone:600"):
    keys = {TOKENS: tokens, CREDENTIALS: {0: "f", 1: "e"}}
    lines = [f"{path}\tkeystone:700\t{n}\t{owner}\t7300\t{key}" for path, own in keys.items() for n, key in own.items()]
    return "\n".join(lines)


def told(login="0", **nodes):
    """Return the lines and the findings for what nodes answer. login: what came of theirs to the database."""
    hosts = {name: FakeHost(name, {".*quorate-keys.*": answer, LOGS_IN: login}) for name, answer in nodes.items()}
    found = list(keystone.judged(asyncio.run(keystone.look(hosts, SITE)), SITE, frozenset(nodes)))
    return [one for one in found if isinstance(one, Line)], [one for one in found if isinstance(one, Finding)]


def test_it_is_asked_for_services_of_its_kind():
    assert files()["keystone"] is keystone


def test_the_same_keys_are_well_and_their_age_is_told():
    lines, findings = told(n1=said(NEW), n2=said(NEW), n3=said(NEW))
    assert findings == []
    assert [line.words for line in lines] == [
        "token keys: the same 3 on n1, n2, n3, replaced 2 h ago",
        "credential keys: the same 2 on n1, n2, n3",
    ]
    assert lines[0].values == {"keys": 3, "primary_age_s": 7300.0}


@pytest.mark.parametrize("tokens", [OLD, {}])
def test_a_node_that_lacks_the_newest_is_named_and_apply_mends_it(tokens):
    lines, [finding] = told(n1=said(NEW), n2=said(tokens), n3=said(NEW))
    assert lines[0].state == "doubtful"
    assert finding.code == "service-keys-behind"
    assert finding.summary == "not the newest token keys of identity on n2"
    assert "apply" in finding.fix


def test_other_keys_are_an_error_and_are_told_by_digests():
    lines, [finding] = told(n1=said(NEW), n2=said(STRANGE))
    assert lines[0].state == "bad"
    assert (finding.code, finding.severity) == ("service-keys-differ", "error")
    assert TOKENS in finding.fix


def test_other_keys_on_one_of_three_are_mended_by_apply():
    lines, [finding] = told(n1=said(NEW), n2=said(STRANGE), n3=said(NEW))
    assert lines[0].words == "token keys: different on n2"
    assert (finding.code, finding.severity) == ("service-keys-differ", "error")
    assert finding.fix.startswith("quorate apply FILE gives n2 the keys of n1, n3")


def test_a_rotation_that_broke_off_on_the_only_node_is_found():
    _, [finding] = told(n1=said({0: "b", 1: "a", 2: "b"}))
    assert finding.code == "service-keys-behind"


def test_keys_that_others_may_read_are_an_error():
    _, findings = told(n1=said(NEW, owner="keystone:644"), n2=said(NEW))
    assert {finding.code for finding in findings} == {"service-keys-open"}
    assert all("on n1" in finding.summary for finding in findings)


def test_a_node_that_does_not_answer_is_not_taken_for_well():
    lines, findings = told(n1=said(NEW), n2=Answer(status=1))
    assert findings == []
    assert [line.node for line in lines if line.state == "unknown"] == ["n2"]
    assert lines[1].words.startswith("token keys: the same 3 on n1,")


def test_an_account_that_the_database_refuses_is_found():
    lines, [finding] = told(login="1045", n1=said(NEW), n2=said(NEW))
    assert finding.code == "database-account-refused"
    assert [line.state for line in lines] == ["good", "good", "bad"]
