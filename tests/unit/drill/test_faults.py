"""Faults keep their protocol; what is pure in them."""

import pytest

from quorate.drill.database import MAKE, statements
from quorate.drill.faults import faults
from quorate.drill.faults.kill_server import holders

LISTENING = """\
LISTEN 0 80        10.21.0.100:3306  0.0.0.0:*  users:(("mariadbd",pid=812,fd=21))
LISTEN 0 128           0.0.0.0:22    0.0.0.0:*  users:(("sshd",pid=77,fd=3))
LISTEN 0 511                 *:80          *:*  users:(("apache2",pid=91,fd=4),("apache2",pid=90,fd=4))
LISTEN 0 128              [::]:3306     [::]:*
"""


def test_they_are_found_by_being_there() -> None:
    assert {"power-cut", "kill-server", "standby", "power-cut-peer-syncing"} <= faults().keys()


@pytest.mark.parametrize("name", faults())
def test_a_fault_keeps_the_protocol(name: str) -> None:
    fault = faults()[name]
    assert fault.TITLE.format(node="n1") != fault.TITLE
    assert "n1" in fault.FLAG.format(node="n1")
    assert isinstance(fault.LEAVES, bool)
    assert not fault.RETURNED or "n1" in fault.RETURNED.format(node="n1")
    assert all(callable(one) for one in (fault.prepare, fault.inject, fault.passed, fault.undo, fault.healed))


def test_who_listens_on_a_port() -> None:
    assert holders(LISTENING, [3306]) == {812}
    assert holders(LISTENING, [80, 443]) == {90, 91}
    assert holders(LISTENING, [33]) == set()
    assert holders("", [80]) == set()


def test_the_password_goes_in_by_standard_input_alone() -> None:
    command = statements("/usr/bin/mariadb", MAKE.format(password="hunter2"))
    assert command.secret
    assert b"hunter2" in command.input
    assert "hunter2" not in str(command)
