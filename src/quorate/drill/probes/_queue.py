"""Print the number of every message that the drill's queue holds, one a line, in their order.

In: Settings (_process.py) as JSON on standard input. None is acknowledged, so that all are in the queue again when the
connection is closed. Exits with status 2 and a sentence on standard error where the broker cannot be asked.
"""

import sys

from quorate.drill.probes._process import Settings, enter
from quorate.drill.probes.amqp import BROKEN, QUEUE, connection


def main() -> None:
    """Fetch until the queue is empty."""
    settings = Settings.parse(sys.stdin.read())
    try:
        if settings.namespace is not None:
            enter(settings.namespace)
        with connection(settings) as made:
            channel = made.channel()
            while (message := channel.basic_get(QUEUE)) is not None:
                sys.stdout.write(f"{message.body}\n")
    except BROKEN as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
