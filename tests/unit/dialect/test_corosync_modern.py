"""An old configuration as Corosync 3.1 wants it: every change is named, and nothing is made up."""

import pytest
from tests.unit.dialect.corosync_cases import CASES

from quorate.dialect.corosync.modern import modernized
from quorate.dialect.corosync.outdated import found
from quorate.dialect.corosync.read import read
from quorate.dialect.corosync.vocabulary import OLD_SECTIONS
from quorate.dialect.corosync.write import write
from quorate.findings import Severity

STAYS = {"no-nodelist", "single-link", "node-name-missing", "two-node-without-wait-for-all", "two-node-of-many",
         "expected-votes", "uneven-links", "node-twice", "two-nodes", "no-crypto"}  # fmt: skip


def old(name):
    text = next(case for case in CASES if case.name == name).joinpath("corosync.conf").read_text()
    return read(text, "f").configuration


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_becomes_of_it(case):
    configuration, findings = modernized(read((case / "corosync.conf").read_text(), "f").configuration)
    expected = "".join(f"# {finding.severity} {finding.code}: {finding.summary}\n" for finding in findings)
    assert expected + write(configuration) == (case / "modern.conf").read_text()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_nothing_of_it_is_outdated_any_more_and_it_is_done_once(case):
    configuration, _ = modernized(read((case / "corosync.conf").read_text(), "f").configuration)
    if list(configuration.sections("totem")):
        assert {remark[2] for remark in found(configuration)} <= STAYS
        assert not {section.name for section in configuration.sections()} & set(OLD_SECTIONS)
    again, findings = modernized(configuration)
    assert again == configuration
    assert {finding.code for finding in findings} <= {"addresses-unknown", "names-unknown", "cluster-name-unknown"}


def test_the_plugin_s_configuration_has_no_addresses_of_nodes_and_none_is_made_up():
    configuration, findings = modernized(old("000_plugin"))
    [finding] = [finding for finding in findings if finding.severity is Severity.ERROR]
    assert finding.code == "addresses-unknown"
    assert "10.10.0.0" in finding.summary
    assert configuration.nodes == ()


def test_members_become_nodes():
    configuration, findings = modernized(old("006_udpu"))
    assert [node.value("ring0_addr") for node in configuration.nodes] == ["10.16.35.101", "10.16.35.102"]
    assert [node.value("nodeid") for node in configuration.nodes] == ["1", "2"]
    assert {"members-to-nodelist", "transport-to-knet", "crypto-renewed"} <= {finding.code for finding in findings}


def test_an_id_that_a_node_has_is_not_given_to_another():
    configuration, _ = modernized(old("005_rings"))
    assert [node.value("nodeid") for node in configuration.nodes] == ["1", "2", "3"]


def test_what_is_current_is_left_as_it_is():
    assert modernized(old("007_current")) == (old("007_current"), ())
