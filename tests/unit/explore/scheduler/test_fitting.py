from datetime import UTC, datetime

import pytest
from lxml import etree

from quorate.errors import UsageError
from quorate.explore.scheduler.fitting import DATE, Installed, fit, numbers

HERE = Installed("2.1.5", "3.16.1", "pacemaker-3.9")
NODES = '<nodes><node id="1" uname="n1"/><node id="2" uname="n2"/><node id="far" uname="far" type="remote"/></nodes>'
WEB = '<primitive id="web" class="ocf" provider="pacemaker" type="Dummy"/>'
FENCE = '<primitive id="fence" class="stonith" type="fence_sbd"/>'


def cib(
    attributes='crm_feature_set="3.16.1" validate-with="pacemaker-3.9"', status="", resources=WEB + FENCE, nodes=NODES
):
    inner = f"<crm_config/>{nodes}<resources>{resources}</resources><constraints/>"
    return f"<cib {attributes}><configuration>{inner}</configuration>{status}</cib>"


def made(*args, **options):
    base = fit(cib(*args, **options), HERE)
    assert base.findings == ()
    return base, etree.fromstring(base.cib)


def test_versions_that_are_known_stay_without_a_word():
    base, root = made('crm_feature_set="3.15.0" validate-with="pacemaker-3.7"')
    assert (root.get("crm_feature_set"), root.get("validate-with")) == ("3.15.0", "pacemaker-3.7")
    assert base.remarks == ()
    assert not base.lowered


@pytest.mark.parametrize("schema", ["pacemaker-3.10", "pacemaker-next"])
def test_a_newer_schema_is_lowered_and_has_to_be_validated(schema):
    base, root = made(f'crm_feature_set="3.16.1" validate-with="{schema}"')
    assert root.get("validate-with") == "pacemaker-3.9"
    assert base.lowered
    [remark] = base.remarks
    assert schema in remark


def test_a_newer_feature_set_is_lowered():
    base, root = made('crm_feature_set="3.19.6" validate-with="pacemaker-3.9"')
    assert root.get("crm_feature_set") == "3.16.1"
    assert "3.19.6" in base.remarks[0]
    assert not base.lowered


@pytest.mark.parametrize(
    "new", ['crm_feature_set="4.0.0" validate-with="pacemaker-3.9"', 'validate-with="pacemaker-4.0"']
)
def test_another_major_version_is_refused_with_what_to_do(new):
    base = fit(cib(new), HERE)
    [finding] = base.findings
    assert finding.code == "cib-too-new"
    assert "4.0" in finding.summary
    assert finding.why
    assert finding.fix


def test_versions_compare_as_numbers():
    assert numbers("pacemaker-3.10") > numbers("pacemaker-3.9")
    assert numbers("3.16.1") < numbers("3.19")
    assert numbers("none") == numbers("") == numbers("pacemaker-next") == ()


def test_without_a_status_every_cluster_node_is_a_member():
    _, root = made()
    states = root.findall("status/node_state")
    assert [(state.get("id"), state.get("uname"), state.get("join")) for state in states] == [
        ("1", "n1", "member"),
        ("2", "n2", "member"),
    ]
    assert (root.get("have-quorum"), root.get("dc-uuid")) == ("1", "1")


def test_a_status_that_says_something_stays():
    status = '<status><node_state id="2" uname="n2" in_ccm="false" crmd="offline"/></status>'
    _, root = made('have-quorum="0" dc-uuid="2"', status)
    assert [state.get("uname") for state in root.findall("status/node_state")] == ["n2"]
    assert (root.get("have-quorum"), root.get("dc-uuid")) == ("0", "2")


def test_now_is_the_date_that_the_scheduler_was_given():
    _, root = made('execution-date="1700000000"', '<status><node_state id="1" uname="n1"/></status>')
    assert root.get("execution-date") == "1700000000"


def test_or_the_latest_time_that_was_recorded():
    history = (
        '<lrm><lrm_resources><lrm_resource id="web"><lrm_rsc_op id="a" last-rc-change="1600000000"/></lrm_resource>'
    )
    attributes = '<nvpair id="x" name="last-failure-web#start_0" value="1600000005"/>'
    attributes = f"<transient_attributes><instance_attributes>{attributes}</instance_attributes></transient_attributes>"
    state = f'<node_state id="1" uname="n1">{attributes}{history}</lrm_resources></lrm></node_state>'
    _, root = made('cib-last-written="Fri Nov 27 10:00:00 2026"', f"<status>{state}</status>")
    assert root.get("execution-date") == "1600000005"


def test_or_when_it_was_written_or_a_date_of_our_own():
    _, root = made('cib-last-written="Fri Nov 27 10:00:00 2026"')
    assert root.get("execution-date") == str(int(datetime(2026, 11, 27, 10, tzinfo=UTC).timestamp()))
    _, root = made('cib-last-written="yesterday"')
    assert root.get("execution-date") == str(DATE)


def test_rules_with_dates_are_said_to_be_judged_at_that_date():
    rule = '<meta_attributes id="m"><rule id="r" score="0"><date_expression id="d" operation="gt" start="2025-01-01"/>'
    web = WEB.replace("/>", f">{rule}</rule></meta_attributes></primitive>")
    base, _ = made('execution-date="1700000000"', resources=web + FENCE)
    assert base.remarks == ("rules that ask for the date were answered as at 2023-11-14 22:13 UTC",)


def test_what_is_missing_is_remarked():
    base, root = made(nodes="<nodes/>", resources="")
    assert root.findall("status/node_state") == []
    assert ["no node" in base.remarks[0], "no resource" in base.remarks[1], "no fencing" in base.remarks[2]] == [
        True
    ] * 3
    off = '<crm_config><cluster_property_set id="p"><nvpair id="f" name="stonith-enabled" value="false"/>'
    text = cib().replace("<crm_config/>", f"{off}</cluster_property_set></crm_config>")
    assert any("fencing is off" in remark for remark in fit(text, HERE).remarks)


@pytest.mark.parametrize("text", ["", "no XML", "<html/>", "<cib/>", '<!DOCTYPE x [<!ENTITY a "b">]><cib>&a;</cib>'])
def test_what_is_no_cib_is_said_to_be_none(text):
    with pytest.raises(UsageError, match="no CIB"):
        fit(text, HERE)


def test_entities_are_not_resolved(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("hidden")
    text = f'<!DOCTYPE cib [<!ENTITY a SYSTEM "{secret.as_uri()}">]>' + cib(status="<status>&a;</status>")
    assert "hidden" not in fit(text, HERE).cib
