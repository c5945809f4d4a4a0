"""SQL probe: a client that commits one row every 20 ms, each with a number of its own, never two at a time.

In: Settings (_process.py) as JSON on standard input, and with them the account's password, which so stands in no
argument vector, environment or file; target is host:port. Out: JSON lines: {"sent": n, "sent_ns": ...} before the row
is sent, then the attempt's line; its `result` is one of

    ok            the server acknowledged the COMMIT
    unknown       the connection died, or an error came, after COMMIT was sent: the row may be there or not
    refused, timeout, unreachable, reset, closed     before that: the row is not there
    rejected      the server said no before that, `detail` its number and words

One connection is kept as long as it lives and made anew, at once, when it does not. Connecting and each answer have the
time limit of the settings (1 s is meant), so that one attempt takes up to five of them at worst, and hides what happens
meanwhile: a client that writes may not have several writes on their way, or their order would be nobody's.
"""

import struct
import time
from typing import Any

import pymysql

from quorate.drill.probes._process import RESULTS, Output, Settings, address, run

DATABASE, TABLE = "quorate_drill", "written"
INSERT = f"INSERT INTO {DATABASE}.{TABLE} (n) VALUES (%s)"  # noqa: S608 - both are constants
SERVER_ERRORS = range(1000, 2000)  # what the server says; 2000 and above is the client library's own (errmsg.h)
# What PyMySQL raises on an answer that is cut short or none at all: its own errors and those of its parsing.
BROKEN = (pymysql.MySQLError, OSError, ValueError, LookupError, struct.error)


def why(error: Exception) -> tuple[str, str]:
    """Return (result, detail) of an attempt that ended with `error` before COMMIT was sent."""
    code, *said = error.args or (0,)
    detail = f"{code} {' '.join(map(str, said))}".strip()[:200]
    if isinstance(error, pymysql.MySQLError) and isinstance(code, int) and code in SERVER_ERRORS:
        return "rejected", detail
    cause = getattr(error, "original_exception", None) or error.__cause__ or error.__context__ or error
    if isinstance(cause, TimeoutError) or "timed out" in detail:
        return "timeout", detail
    return RESULTS.get(getattr(cause, "errno", None) or 0, "closed"), detail


class SqlClient:
    """One connection, one row on its way at most."""

    in_flight = 0  # an attempt is over when `send` returns

    def __init__(self, settings: Settings, output: Output) -> None:
        self._host, self._port = address(settings.target)
        self._settings = settings
        self._output = output
        self._connection: Any = None
        self._node = ""

    def send(self, n: int, now_ns: int) -> None:
        """Commit one row: the n-th of this client, counted from the settings' `first`."""
        n += self._settings.first
        self._output.line({"sent": n, "sent_ns": now_ns})
        result, detail = self._commit(n)
        line = {"n": n, "sent_ns": now_ns, "done_ns": time.monotonic_ns(), "result": result}
        self._output.line(line | ({"node": self._node} if self._node else {}) | ({"detail": detail} if detail else {}))
        if result != "ok":
            self._drop()

    def is_troubled(self, now_ns: int) -> bool:  # noqa: ARG002 - the protocol's
        """Ask no faster than usual."""
        return False

    def wait(self, until_ns: int) -> None:
        """Sleep until then: nothing is on its way."""
        time.sleep(max(0, until_ns - time.monotonic_ns()) / 1e9)

    def _commit(self, n: int) -> tuple[str, str]:
        committing = False
        try:
            if self._connection is None:
                self._connect()
            with self._connection.cursor() as cursor:
                cursor.execute(INSERT, (n,))
            committing = True
            self._connection.commit()
        except BROKEN as error:
            result, detail = why(error)
            return ("unknown", f"{result}: {detail}") if committing else (result, detail)
        return "ok", ""

    def _connect(self) -> None:
        """Connect, begin no transaction by itself, and ask who answers."""
        limit_s = self._settings.timeout_ms / 1000
        self._connection = pymysql.connect(
            host=self._host,
            port=self._port,
            user=self._settings.user,
            password=self._settings.password,
            connect_timeout=limit_s,
            read_timeout=limit_s,
            write_timeout=limit_s,
            autocommit=False,
        )
        with self._connection.cursor() as cursor:
            cursor.execute("SELECT @@hostname")
            name = cursor.fetchone()[0]
        self._node = name if name in self._settings.nodes else ""

    def _drop(self) -> None:
        """Forget the connection; the server takes back what was not committed on it."""
        connection, self._connection, self._node = self._connection, None, ""
        if connection is not None and connection.open:
            connection.close()


if __name__ == "__main__":
    run("sql", SqlClient)
