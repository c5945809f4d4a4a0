"""What the SQL probe calls an attempt that failed."""

import errno
import json
from pathlib import Path

import pymysql
import pytest

from quorate.drill.probes._process import Output, Settings
from quorate.drill.probes.sql import SqlClient, address, why


def after(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "result"),
    [
        (pymysql.err.OperationalError(1045, "Access denied"), "rejected"),
        (pymysql.err.InternalError(1053, "Server shutdown in progress"), "rejected"),
        (pymysql.err.OperationalError(2013, "Lost connection (timed out)"), "timeout"),
        (pymysql.err.OperationalError(2013, "Lost connection to MySQL server during query"), "closed"),
        (after(pymysql.err.OperationalError(2003, "x"), OSError(errno.ECONNREFUSED, "x")), "refused"),
        (after(pymysql.err.OperationalError(2003, "x"), OSError(errno.EHOSTUNREACH, "x")), "unreachable"),
        (after(pymysql.err.OperationalError(2003, "x"), TimeoutError()), "timeout"),
        (after(pymysql.err.OperationalError(2006, "x"), OSError(errno.EPIPE, "x")), "reset"),
        (IndexError("half an answer"), "closed"),
        (ValueError(), "closed"),
    ],
)
def test_why_it_failed(error: Exception, result: str) -> None:
    assert why(error)[0] == result


def test_where_it_asks() -> None:
    assert address("10.0.0.1:3306") == ("10.0.0.1", 3306)
    assert address("[fd00::1]:3307") == ("fd00::1", 3307)
    for wrong in ("10.0.0.1", "fd00::1", "http://x/"):
        with pytest.raises(ValueError, match="host:port"):
            address(wrong)


def test_one_at_a_time() -> None:
    assert Settings("x:1", "f", timeout_ms=1000, one_at_a_time=True).in_flight_max == 1
    assert Settings("x:1", "f").in_flight_max == 26


def test_the_password_is_not_shown() -> None:
    assert "hunter2" not in repr(Settings("x:1", "f", password="hunter2"))


def test_a_second_client_has_numbers_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    client = SqlClient(Settings("127.0.0.1:1", str(file), first=1_000_000), Output(str(file)))
    client.send(2, 0)  # nobody listens there
    sent, attempt = map(json.loads, file.read_text().splitlines())
    assert sent["sent"] == attempt["n"] == 1_000_002
    assert attempt["result"] == "refused"
