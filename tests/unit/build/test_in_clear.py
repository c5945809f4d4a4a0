"""A password that somebody left in the CIB in clear text, and that is the one the file means, is no change."""

import dataclasses

from lxml import etree

from build.wishes import PASSWORD, wish
from quorate.build import in_clear
from quorate.build.change import Change
from quorate.build.steps import cib, cib_secrets
from quorate.findings import Finding
from quorate.observe.facts.cib import parse
from quorate.render.cib import cib as offline_cib
from quorate.render.cib import configuration

REFERENCE = 'value="lrm://"'


def live(value: str) -> etree._Element:
    """What the file wants, with every password as it is."""
    want = wish()
    text = etree.tostring(offline_cib(want.cluster, want.agents, want.platform)).decode()
    assert REFERENCE in text
    return etree.fromstring(text.replace(REFERENCE, f'value="{value}"'))


def test_the_file_s_password_stays_where_it_is():
    want, there = wish(), live(PASSWORD)
    known = in_clear.found(there, want.cluster, want.platform, want.secret)
    assert known == {(f"ipmi-{node.name}", "password") for node in want.cluster.nodes}
    kept = in_clear.kept(configuration(want.cluster, want.agents, want.platform), there, known)
    assert {pair.get("value") for pair in kept.iter("nvpair") if pair.get("name") == "password"} == {PASSWORD}
    want = dataclasses.replace(want, in_clear=known)
    assert cib_secrets.wanted(want) == {}
    said = list(cib.changes(cib.Facts("n1", parse(etree.tostring(there).decode(), 0)), want))
    assert [change for change in said if isinstance(change, Change)] == []
    assert {finding.code for finding in said if isinstance(finding, Finding)} == {"secret-in-cib"}
    assert PASSWORD not in f"{said}"


def test_another_password_is_a_change():
    want = wish()
    assert in_clear.found(live("another"), want.cluster, want.platform, want.secret) == frozenset()
    assert in_clear.found(live("lrm://"), want.cluster, want.platform, want.secret) == frozenset()
