"""When a lab's new machine gets power: not before the others have done with the old one."""

import asyncio
import re
from pathlib import Path

import pytest

from quorate.machines.fake import Answer, FakeHost
from quorate.observe.facts import cluster_status
from quorate.ui.replacing import is_gone

DATA = Path(__file__).parents[2] / "data" / "operate" / "healthy"
HEALTHY = (DATA / "n1.crm_mon").read_text().partition("\n")[2]


def said(**states: str) -> str:
    """Return what crm_mon says when n3 is in another state."""
    (tag,) = re.findall(r'<node name="n3" [^>]* type="member"/>', HEALTHY)
    new = tag
    for name, value in states.items():
        new = re.sub(f'{name}="[a-z]+"', f'{name}="{value}"', new)
    return HEALTHY.replace(tag, new)


@pytest.mark.parametrize(
    ("answer", "gone"),
    [
        (said(), None),
        (said(online="false", unclean="true"), None),
        (said(online="false", pending="true"), None),
        (said(online="false"), True),
        (HEALTHY.replace('"n3"', '"n4"'), True),
        (Answer("", 102), True),
    ],
    ids=["not missed yet", "to be fenced", "joining", "fenced", "no member", "no cluster"],
)
def test_the_old_machine_is_gone_when_nobody_means_to_fence_it(answer: str | Answer, gone: bool | None) -> None:
    others = {name: FakeHost(name, {str(cluster_status.COMMAND): answer}) for name in ("n1", "n2")}
    assert asyncio.run(is_gone("n3", others)) is gone
