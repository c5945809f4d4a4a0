"""A client of a broker in the lab: publishes numbered messages, each confirmed, or takes all that a queue has."""

import subprocess
import sys

from staging import Stage

# Runs inside the lab's network namespace. The password comes on standard input.
CLIENT = """
import amqp, sys, time
task, host, queue, kind, first, last = sys.argv[1:]
password = sys.stdin.readline().strip()

def connected():
    connection = amqp.Connection(host=host, userid="openstack", password=password, confirm_publish=True)
    connection.connect()
    return connection, connection.channel()

connection, channel = connected()
if task == "publish":
    channel.queue_declare(queue, durable=True, auto_delete=False, arguments={"x-queue-type": kind})
    for number in range(int(first), int(last) + 1):
        channel.basic_publish_confirm(amqp.Message(str(number), delivery_mode=2), routing_key=queue, timeout=10)
        print(number)
else:
    message = None
    for _ in range(40):  # a quorum queue whose members have just come has no leader yet, and the connection is closed
        try:
            message = channel.basic_get(queue, no_ack=True)
            break
        except (amqp.exceptions.AMQPError, OSError) as error:
            print(error, file=sys.stderr)
            time.sleep(0.5)
            connection, channel = connected()
    else:
        sys.exit(1)
    while message:
        print(message.body)
        message = channel.basic_get(queue, no_ack=True)
connection.close()
"""


def client(stage: Stage, task: str, host: str, queue: str, kind: str = "", first: int = 0, last: int = 0) -> list[int]:
    """Publish, or take; return the numbers that were confirmed, or taken. host: HOST:PORT of a broker."""
    password = stage.ssh("n1", "cat /etc/quorate/secrets/broker.password")
    argv = ["ip", "netns", "exec", f"quorate-{stage.name}", sys.executable, "-c", CLIENT]
    argv += [task, host, queue, kind, str(first), str(last)]
    done = subprocess.run(argv, input=password, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return [int(line) for line in done.stdout.split()]
