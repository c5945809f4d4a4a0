"""What the AMQP probe calls an attempt that failed, and how the broker is told of its account."""

import errno
import struct

import amqp
import pytest
from amqp.exceptions import MessageNacked

from quorate.drill import broker
from quorate.drill.probes._queue import text
from quorate.drill.probes.amqp import BROKEN, why


@pytest.mark.parametrize(
    ("error", "result"),
    [
        (amqp.AccessRefused("ACCESS_REFUSED - Login was refused", (10, 11), reply_code=403), "rejected"),
        (amqp.NotFound("NOT_FOUND - no queue", (50, 10), reply_code=404), "rejected"),
        (amqp.RecoverableConnectionError("Connection already closed"), "closed"),
        (MessageNacked(), "closed"),
        (amqp.UnexpectedFrame("Received 0x00"), "closed"),
        (TimeoutError("timed out"), "timeout"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "x"), "refused"),
        (ConnectionResetError(errno.ECONNRESET, "x"), "reset"),
        (OSError(errno.EHOSTUNREACH, "x"), "unreachable"),
        (OSError("Server unexpectedly closed connection"), "closed"),
        (struct.error("half a frame"), "closed"),
    ],
)
def test_why_it_failed(error: Exception, result: str) -> None:
    assert isinstance(error, BROKEN)
    assert why(error)[0] == result


def test_a_message_is_text_either_way() -> None:
    assert text("17") == text(b"17") == "17"


def test_the_password_goes_in_by_standard_input_alone() -> None:
    command = broker.control("add_user", broker.USER, secret="hunter2\n")
    assert command.secret
    assert b"hunter2" in command.input
    assert "hunter2" not in str(command)
