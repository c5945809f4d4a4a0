"""A client of a RabbitMQ: publishes numbers until it is told to stop, or fetches all that a queue holds.

    nsenter --net=NAMESPACE python messages.py publish|fetch HOST PORT < {"user": ..., "password": ...}

The queue is durable, the messages are persistent, each is confirmed before the next is sent; a connection that breaks
is made anew until it works. Out, as JSON lines: {"connected": n} with the last number sent, {"sent": n} before,
{"confirmed": n} after; or {"fetched": n}.
"""

import json
import signal
import sys
import time
from contextlib import suppress
from typing import Any

import pika
from pika.exceptions import AMQPError

QUEUE = "quorate-story"
PATIENCE_S = 3.0  # for connecting, and with a server that has fallen silent
PAUSE_S = 0.05  # between two messages
AGAIN_S = 0.5  # until a broken connection is made anew
BROKEN = (AMQPError, OSError)


def say(**words: int) -> None:
    print(json.dumps(words), flush=True)


def channel(host: str, port: int, login: dict[str, str]) -> Any:
    """Return a channel with confirms, on which the queue is declared."""
    parameters = pika.ConnectionParameters(
        host,
        port,
        credentials=pika.PlainCredentials(login["user"], login["password"]),
        heartbeat=int(PATIENCE_S),
        socket_timeout=PATIENCE_S,
        stack_timeout=2 * PATIENCE_S,
        blocked_connection_timeout=PATIENCE_S,
    )
    made = pika.BlockingConnection(parameters).channel()
    made.confirm_delivery()
    made.queue_declare(QUEUE, durable=True)
    return made


def publish(host: str, port: int, login: dict[str, str]) -> None:
    """Publish 1, 2, 3 ... until SIGTERM. A number whose confirmation did not come is not sent again."""
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: told.append(number))
    persistent = pika.BasicProperties(delivery_mode=pika.DeliveryMode.Persistent)
    number = 0
    while not told:
        with suppress(*BROKEN):
            open_channel = channel(host, port, login)
            say(connected=number)
            while not told:
                number += 1
                say(sent=number)
                open_channel.basic_publish("", QUEUE, str(number).encode(), persistent, mandatory=True)
                say(confirmed=number)
                time.sleep(PAUSE_S)
            open_channel.connection.close()
        time.sleep(AGAIN_S)


def fetch(host: str, port: int, login: dict[str, str]) -> None:
    """Fetch until the queue is empty. What was fetched is not acknowledged, and so stays in the queue."""
    open_channel = channel(host, port, login)
    while (found := open_channel.basic_get(QUEUE))[0] is not None:
        say(fetched=int(found[2]))
    open_channel.connection.close()


if __name__ == "__main__":
    _, verb, host, port = sys.argv
    {"publish": publish, "fetch": fetch}[verb](host, int(port), json.load(sys.stdin))
