"""Print the number of every message that the drill's queue holds, one a line, in their order.

In: Settings (_process.py) as JSON on standard input. The queue is asked how many it holds, then all are consumed, none
is acknowledged, and they are put back before the connection ends. Exits with status 2 and a sentence on standard error
where the broker cannot be asked.
"""

import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from quorate.drill.probes._process import Settings, enter
from quorate.drill.probes.amqp import BROKEN, QUEUE, brokers, connection

# What AMQP 0-9-1 can say. Without a word a quorum queue gives no more than 2000 to who acknowledges none.
UNACKNOWLEDGED_MAX = 65_535


def main() -> None:
    """Fetch all, and put them back."""
    settings = Settings.parse(sys.stdin.read())
    try:
        if settings.namespace is not None:
            enter(settings.namespace)
        with reached(brokers(settings)) as made:
            found = numbers(made, settings.timeout_ms / 1000)
    except BROKEN as error:
        sys.stderr.write(f"{error or type(error).__name__}\n")
        raise SystemExit(2) from None
    sys.stdout.write("".join(f"{number}\n" for number in found))


def reached(choice: Sequence[Settings]) -> Any:
    """Return a connection to the first broker that lets the client in; what the last one said where none does."""
    *others, last = choice
    for one in others:
        with suppress(*BROKEN):
            return connection(one)
    return connection(last)


def numbers(made: Any, limit_s: float) -> list[str]:
    """Return what the queue holds, in its order. TimeoutError if for so long none comes of what it should hold."""
    channel = made.channel()
    channel.basic_qos(0, UNACKNOWLEDGED_MAX, False)
    count = channel.queue_declare(QUEUE, passive=True).message_count
    found: list[str] = []
    tag = channel.basic_consume(QUEUE, callback=lambda message: found.append(text(message.body)))
    while len(found) < count:
        made.drain_events(timeout=limit_s)
    channel.basic_cancel(tag)
    channel.basic_recover(requeue=True)
    return found


def text(body: str | bytes) -> str:
    """Return a message's body as text; the library gives bytes where no encoding was told."""
    return body.decode("ascii", "replace") if isinstance(body, bytes) else body


if __name__ == "__main__":
    main()
