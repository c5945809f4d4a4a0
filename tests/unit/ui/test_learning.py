"""What a change teaches: what agents took, and nothing else; and a node that does not say teaches nothing."""

import asyncio
import json

import pytest

from quorate.errors import HostUnreachable
from quorate.explore import keeping
from quorate.machines.fake import FakeHost
from quorate.ui.learning import learn, lessons

LINES = (
    (10.0, "pacemaker-controld", "State transition S_IDLE -> S_POLICY_ENGINE"),
    (10.1, "pacemaker-controld", "Initiating stop operation site_stop_0 locally on n1"),
    (10.1, "pacemaker-controld", "Requesting local execution of stop operation for site on n1"),
    (10.6, "pacemaker-controld", "Result of stop operation for site on n1: ok"),
    (11.0, "pacemaker-controld", "Requesting fencing (reboot) targeting node n2"),
    (11.9, "pacemaker-fenced", "Peer n2 was terminated (reboot) by n1 on behalf of stonith_admin: OK"),
)
JOURNAL = "\n".join(
    json.dumps({"__REALTIME_TIMESTAMP": str(int(at_s * 1e6)), "SYSLOG_IDENTIFIER": program, "MESSAGE": text})
    for at_s, program, text in LINES
)


def test_only_what_agents_took() -> None:
    assert [(sample.key, sample.seconds) for sample in lessons({"n1": JOURNAL})] == [(("site", "stop", "n1"), 0.5)]
    assert lessons({"n1": "no journal at all"}) == ()


class Deaf(FakeHost):
    async def run(self, *args, **kwargs):
        raise HostUnreachable("gone")


def test_a_node_that_does_not_say_teaches_nothing(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    asyncio.run(learn("shop", {"n1": Deaf("n1")}, 0, in_lab=False))
    assert keeping.load("shop").samples == {}
