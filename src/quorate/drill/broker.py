"""broker: the account and the virtual host that a publishing client needs, made and removed on the node that serves.

The broker is told by its own command over SSH, the client's password on standard input: it is made anew for each drill
and stands in no argument vector, file or log. All that a client leaves goes with the virtual host.
"""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict

from quorate.build.step import Note
from quorate.drill.account import Account, Serving
from quorate.drill.probe import once
from quorate.drill.probes._process import Settings
from quorate.drill.probes.amqp import HOST
from quorate.errors import CommandFailed, QuorateError, Unknown
from quorate.machines.host import Command, Host, command

USER = "quorate_drill"
EVERYTHING = (".*", ".*", ".*")  # configure, write, read
READ_MS = 10_000  # without an answer; nobody measures how long reading takes
LIMIT_S = 180.0  # each call starts an Erlang machine, which takes its time on a slow node


def control(*words: str, secret: str = "") -> Command:
    """Return a call of the broker's own command. secret: what it reads from its standard input."""
    return command("rabbitmqctl", "--quiet", *words, input=secret, secret=bool(secret))


@asynccontextmanager
async def account(serving: Serving, note: Note) -> AsyncIterator[Account]:
    """Have an account and an empty virtual host for the time of the block; at its end neither is left.

    What an earlier drill left, which was killed, is removed first. Where the end finds no broker that could remove
    them, that is said, not raised: it would hide why the drill ended.
    """
    password = secrets.token_urlsafe(24)
    host = await serving()
    try:
        try:
            await made(host, password)
        except CommandFailed:
            await removed(host)
            await made(host, password)
        yield Account(USER, password)
    finally:
        try:
            await removed(await serving())
        except QuorateError as error:
            note(f"the virtual host and the account {USER} of the drill may be left: {error.message}")


async def made(host: Host, password: str) -> None:
    """Make both. The account comes first: where one is left, nothing of the rest is touched yet.

    A RabbitMQ does not bring a new virtual host to disk by itself, and a power cut would take it back: sync(1) does.
    """
    await host.run(control("add_user", USER, secret=f"{password}\n"), timeout_s=LIMIT_S)
    await host.run(control("add_vhost", HOST), timeout_s=LIMIT_S)
    await host.run(control("set_permissions", "--vhost", HOST, USER, *EVERYTHING), timeout_s=LIMIT_S)
    await host.run(command("sync"))


async def removed(host: Host) -> None:
    """Remove what there is of both; the account goes last."""
    await host.run(control("delete_vhost", HOST), timeout_s=LIMIT_S, check=False)
    await host.run(control("delete_user", USER), timeout_s=LIMIT_S)


async def numbers(settings: Settings) -> str:
    """Return the numbers of the messages in the queue, one a line, as a client is given them; Unknown if it is not."""
    try:
        return await once("_queue", asdict(settings) | {"timeout_ms": READ_MS}, limit_s=LIMIT_S)
    except CommandFailed as error:
        raise Unknown(f"the messages could not be fetched: {error.message}", "look at the broker") from None
