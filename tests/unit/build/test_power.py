"""power: who asks for whose power, how the agent is asked, and what its answers mean."""

import asyncio
import subprocess
from pathlib import Path

import pytest

from build.wishes import PASSWORD, THREE, wish
from quorate.build import fence_agent
from quorate.build.steps import power
from quorate.errors import CommandFailed
from quorate.machines.fake import Answer, FakeHost

STRIP = THREE.replace(
    "services:",
    "  devices:\n    pdu: {agent: fence_apc, parameters: {ip: 10.9.9.9, username: a, password: {env: P}},"
    ' nodes: {n1: "4", n2: "5"}}\nservices:',
)


def asked(text: str = THREE) -> list[tuple[str, str, str]]:
    return [(peer, device.id, victim) for peer, device, victim in power.questions(wish(text))]


def test_every_node_asks_for_the_power_of_every_other_and_never_its_own() -> None:
    assert asked() == [
        *[("n2", "ipmi-n1", "n1"), ("n3", "ipmi-n1", "n1"), ("n1", "ipmi-n2", "n2"), ("n3", "ipmi-n2", "n2")],
        *[("n1", "ipmi-n3", "n3"), ("n2", "ipmi-n3", "n3")],
    ]
    assert [row for row in asked(STRIP) if row[1] == "pdu"] == [
        *[("n2", "pdu", "n1"), ("n3", "pdu", "n1"), ("n1", "pdu", "n2"), ("n3", "pdu", "n2")]
    ]
    assert asked(THREE.replace("fencing:\n  ipmi:", "fencing:\n  enabled: false\n  ipmi:")) == []


def device(id_: str, text: str = STRIP):
    return next(device for device in wish(text).cluster.fencing.devices if device.id == id_)


def test_the_port_of_that_node_is_asked_for_and_the_password_is_only_named() -> None:
    question = power.asking(device("pdu"), "n2")
    assert set(question.input.decode().splitlines()) == {
        *("action=status", "nodename=n2", "plug=5", "ip=10.9.9.9", "username=a"),
        "@password /var/lib/pacemaker/lrm/secrets/pdu/password",
    }
    assert "10.9.9.9" not in str(question)


def test_an_agent_without_a_status_is_asked_for_its_health() -> None:
    dump = STRIP.replace("fence_apc", "fence_kdump")
    assert str(power.asking(device("pdu", dump), "n2")) == "stonith_admin --query pdu --timeout 20"


@pytest.mark.parametrize("status", [0, 2])
def test_the_script_gives_the_agent_the_password_from_its_file(tmp_path: Path, status: int) -> None:
    """The shell text is really run, with an agent that keeps what it was told."""
    agent, secret = tmp_path / "fence_test", tmp_path / "password"
    agent.write_text(f'#!/bin/sh\ncat >{tmp_path}/told\nprintf "%s" "$*" >{tmp_path}/argv\nexit {status}\n')
    agent.chmod(0o755)
    secret.write_text("a b\\n'$c\"")
    lines = f"action=status\n@password {secret}\nplug=5\n".encode()
    done = subprocess.run(["sh", "-c", fence_agent.ASK, "quorate-power", agent, "5"], input=lines, check=False)
    assert done.returncode == status
    assert (tmp_path / "told").read_text() == "action=status\npassword=a b\\n'$c\"\nplug=5\n"
    assert (tmp_path / "argv").read_text() == ""


def test_a_password_without_a_file_is_asked_of_the_cib(tmp_path: Path) -> None:
    agent, asked = tmp_path / "fence_test", tmp_path / "crm_resource"
    agent.write_text(f"#!/bin/sh\ncat >{tmp_path}/told\n")
    asked.write_text('#!/bin/sh\ncat\necho "a b of $*"\n')
    for program in (agent, asked):
        program.chmod(0o755)
    lines = f"@passwd {tmp_path}/secrets/pdu/password\nplug=5\n".encode()
    argv = ["sh", "-c", fence_agent.ASK, "quorate-power", agent, "5"]
    subprocess.run(argv, input=lines, check=True, env={"PATH": f"{tmp_path}:/usr/bin:/bin"})
    told = (tmp_path / "told").read_text()
    assert told == "passwd=a b of --resource pdu --get-parameter password\nplug=5\n"


ANY = "sh -c .*quorate-power .*"


def about(victim: str, bad: Answer):
    return lambda command: bad if f"nodename={victim}\n".encode() in command.input else Answer()


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (Answer(status=1, stderr="pipes is old\nNo route to host\n"), "cannot see the power of n3 .* No route to host"),
        (Answer(status=1, stderr=f"login with {PASSWORD} refused"), r"login with \*\*\* refused"),
        (Answer(status=124), "no answer in time"),
        (Answer(status=2), "n3 is switched off, though it runs"),
    ],
)
def test_who_cannot_see_whose_power_is_named(bad: Answer, said: str) -> None:
    fleet = {f"n{i}": FakeHost(f"n{i}", {ANY: ""}) for i in (1, 2, 3)}
    fleet["n2"].expect(ANY, about("n3", bad))
    with pytest.raises(CommandFailed, match=said) as caught:
        asyncio.run(power.settled(fleet, wish(), print))
    assert caught.value.message.startswith("n2 ")
    assert ";" not in caught.value.message, "the others see everything"


def test_who_was_busy_once_is_asked_again() -> None:
    fleet = {f"n{i}": FakeHost(f"n{i}", {ANY: ""}) for i in (1, 2, 3)}
    fleet["n2"].expect(ANY, Answer(status=1), Answer())
    notes: list[str] = []
    asyncio.run(power.settled(fleet, wish(), notes.append))
    assert notes == ["every node sees the power of every other (6 questions)"]
    assert [len(host.ran) for host in fleet.values()] == [2, 3, 2]
