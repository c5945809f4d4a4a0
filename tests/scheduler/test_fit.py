"""A CIB that is newer than the Pacemaker here."""

import pytest
from lxml import etree

from quorate.explore.scheduler.installed import fitted, installed
from quorate.explore.scheduler.simulate import CrmSimulate
from quorate.explore.scheduler.step import QUIET

pytestmark = pytest.mark.tools

CIB = """<cib crm_feature_set="{0}" validate-with="{1}" epoch="1" num_updates="0" admin_epoch="0"><configuration>
<crm_config/><nodes><node id="1" uname="n1"/><node id="2" uname="n2"/></nodes><resources>
<primitive id="fence" class="stonith" type="fence_sbd"/>
<primitive id="web" class="ocf" provider="pacemaker" type="Dummy"/></resources><constraints/></configuration></cib>"""


def test_one_of_a_newer_pacemaker_is_explored_with_a_remark():
    base = fitted(CIB.format("3.99.0", "pacemaker-3.99"))
    assert base.findings == ()
    assert len([remark for remark in base.remarks if installed().version in remark]) == 2
    assert etree.fromstring(base.cib.encode()).get("execution-date")
    with CrmSimulate(base.cib) as scheduler:
        assert len(scheduler.settle([QUIET]).placement.active("web")) == 1


def test_one_of_another_major_version_is_not():
    assert [finding.code for finding in fitted(CIB.format("3.20.0", "pacemaker-4.0")).findings] == ["cib-too-new"]


def test_a_second_time_changes_nothing():
    base = fitted(CIB.format("3.99.0", "pacemaker-3.99"))
    assert fitted(base.cib).cib == base.cib
