"""AMQP probe: a client that publishes one message every 20 ms, each with a number of its own, never two at a time.

In: Settings (_process.py) as JSON on standard input, and with them the account's password, which so stands in no
argument vector, environment or file; target is host:port, or several of them, separated by commas: brokers that are one
cluster. The client goes on with the next one when one fails it, as clients that know all do, and its queue is a quorum
queue then. Out: JSON lines: {"sent": n, "sent_ns": ...} before the
message is published, then the attempt's line; its `result` is one of

    ok            the broker confirmed it: it is kept in a durable queue
    unknown       published and not confirmed, or refused then: the message may be there or not
    refused, timeout, unreachable, reset, closed     before that: the message is not there
    rejected      the broker did not let the client in, or would not have the queue; `detail` its words

The connection, its channel and its queue are kept as long as they live and made anew, at once, when they do not.
Connecting and each answer have the time limit of the settings (1 s is meant), so that one attempt takes up to five of
them at worst, and hides what happens meanwhile: confirms would otherwise come in nobody's order. Publishing 50 times a
second costs 3 % of a core of a small machine.
"""

import struct
import time
from dataclasses import replace
from typing import Any

import amqp
from amqp.exceptions import AMQPError, MessageNacked

from quorate.drill.probes._process import RESULTS, Output, Settings, address, run

HOST = "quorate_drill"  # the virtual host, made for the drill and removed with all that is in it
QUEUE = "written"
KEPT = 2  # delivery mode of a message that survives the broker (AMQP 0-9-1)
# py-amqp's own errors, and those of an answer cut short. A broker's basic.nack is none of its AMQPErrors.
BROKEN = (AMQPError, MessageNacked, OSError, ValueError, LookupError, struct.error)


def why(error: Exception) -> tuple[str, str]:
    """Return (result, detail) of an attempt that ended with `error` before its message was published."""
    detail = (str(error).strip() or type(error).__name__)[:200]
    if isinstance(error, TimeoutError) or "timed out" in detail:
        return "timeout", detail
    if isinstance(error, AMQPError) and error.method_sig is not None:  # else the library says so, not the broker
        return "rejected", detail
    return RESULTS.get(getattr(error, "errno", None) or 0, "closed"), detail


def brokers(settings: Settings) -> list[Settings]:
    """Return the settings once for each broker of the target; ValueError if one is not host:port."""
    targets = settings.target.split(",")
    for target in targets:
        address(target)
    return [replace(settings, target=target) for target in targets]


def connection(settings: Settings) -> Any:
    """Return a connection to one broker; one of BROKEN where there is none to be had within the time limit."""
    limit_s = settings.timeout_ms / 1000
    host, port = address(settings.target)
    made = amqp.Connection(
        host=f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        userid=settings.user,
        password=settings.password,
        virtual_host=HOST,
        connect_timeout=limit_s,
        read_timeout=limit_s,
        write_timeout=limit_s,
        login_method="PLAIN",
    )
    try:
        made.connect()
    except BROKEN:
        made.collect()
        raise
    return made


class AmqpClient:
    """One connection, one message on its way at most."""

    in_flight = 0  # an attempt is over when `send` returns

    def __init__(self, settings: Settings, output: Output) -> None:
        self._brokers = brokers(settings)
        self._arguments = {"x-queue-type": "quorum"} if len(self._brokers) > 1 else {}
        self._output = output
        self._limit_s = settings.timeout_ms / 1000
        self._connection: Any = None
        self._channel: Any = None

    def send(self, n: int, now_ns: int) -> None:
        """Publish message number n."""
        self._output.line({"sent": n, "sent_ns": now_ns})
        result, detail = self._publish(n)
        line = {"n": n, "sent_ns": now_ns, "done_ns": time.monotonic_ns(), "result": result}
        self._output.line(line | ({"detail": detail} if detail else {}))
        if result != "ok":
            self._drop()

    def is_troubled(self, now_ns: int) -> bool:  # noqa: ARG002 - the protocol's
        """Ask no faster than usual."""
        return False

    def wait(self, until_ns: int) -> None:
        """Sleep until then: nothing is on its way."""
        time.sleep(max(0, until_ns - time.monotonic_ns()) / 1e9)

    def _publish(self, n: int) -> tuple[str, str]:
        try:
            if self._channel is None:
                self._connect()
        except BROKEN as error:
            return why(error)
        message = amqp.Message(str(n), delivery_mode=KEPT)
        limits = {"timeout": self._limit_s, "confirm_timeout": self._limit_s}
        try:
            self._channel.basic_publish_confirm(message, routing_key=QUEUE, mandatory=True, **limits)
        except BROKEN as error:
            result, detail = why(error)
            return "unknown", f"{result}: {detail}"
        return "ok", ""

    def _connect(self) -> None:
        """Connect, and see that the queue is there."""
        self._connection = connection(self._brokers[0])
        channel = self._connection.channel()
        channel.queue_declare(QUEUE, durable=True, auto_delete=False, arguments=self._arguments)
        self._channel = channel

    def _drop(self) -> None:
        """Forget the connection, without a word: there may be nobody to hear it. The next broker is next."""
        self._brokers.append(self._brokers.pop(0))
        made, self._connection, self._channel = self._connection, None, None
        if made is not None:
            made.collect()


if __name__ == "__main__":
    run("amqp", AmqpClient)
