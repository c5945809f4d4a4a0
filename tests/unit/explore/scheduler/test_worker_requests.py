from lxml import etree

from quorate.explore.scheduler.step import Result, Step
from quorate.explore.scheduler.worker import _step

HOSTILE = "n'1\"<&>\n] /*[@id=\t"


def test_a_step_is_told_whole_whatever_the_names_are():
    step = Step(
        lost=(HOSTILE,),
        left=("n2",),
        returned=("n3",),
        quorum=False,
        standby=((HOSTILE, True),),
        results=(Result(HOSTILE, "monitor", 10000, "n2", 7),),
        failing=(Result("web", "start", 0, "n3", 1),),
        unfenceable=(HOSTILE,),
        scores=(("n1", HOSTILE, "10000"), ("n2", "master-db", "")),
        granted=("a",),
        revoked=(HOSTILE,),
    )
    told = etree.fromstring(etree.tostring(_step(step, 3, 4)))
    assert dict(told.attrib) == {"from": "3", "to": "4", "quorum": "0"}
    assert [(one.tag, *one.attrib.values()) for one in told] == [
        ("lost", HOSTILE),
        ("left", "n2"),
        ("returned", "n3"),
        ("standby", HOSTILE, "true"),
        ("score", "n1", HOSTILE, "10000"),
        ("score", "n2", "master-db", ""),
        ("ticket", "a", "true"),
        ("ticket", HOSTILE, "false"),
        ("result", HOSTILE, "monitor", "10000", "n2", "7"),
        ("failing", "web", "start", "0", "n3", "1"),
        ("unfenceable", HOSTILE),
    ]


def test_quorum_that_stays_is_not_told():
    assert "quorum" not in _step(Step(), 0, 1).attrib
