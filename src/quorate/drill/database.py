"""database: the account and the table that a writing client needs, made and removed on the node that serves.

Everything is said to the server by its own client as root, over SSH and the server's Unix socket, on standard input:
so the client's password, made anew for each drill, stands in no argument vector, file or log.
"""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from quorate.build.step import Note
from quorate.drill.account import Account, Serving
from quorate.drill.probes.sql import DATABASE, TABLE
from quorate.errors import QuorateError
from quorate.machines.host import Command, command

ACCOUNT = "quorate_drill"
# No key on n: a row that is there twice is to be seen. The address of who connects is not known beforehand (%).
MAKE = f"""\
DROP DATABASE IF EXISTS {DATABASE};
CREATE DATABASE {DATABASE};
CREATE TABLE {DATABASE}.{TABLE} (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, n BIGINT UNSIGNED NOT NULL)
  ENGINE=InnoDB;
CREATE OR REPLACE USER '{ACCOUNT}'@'%' IDENTIFIED BY '{{password}}';
GRANT INSERT ON {DATABASE}.{TABLE} TO '{ACCOUNT}'@'%';
"""
REMOVE = f"DROP DATABASE IF EXISTS {DATABASE};\nDROP USER IF EXISTS '{ACCOUNT}'@'%';\n"
READ = f"SELECT n FROM {DATABASE}.{TABLE} ORDER BY id;\n"  # noqa: S608 - both are constants


def statements(program: str, sql: str) -> Command:
    """Return the command that has the server carry `sql` out. program: MariaDB's client. It prints bare columns."""
    return command(program, "--batch", "--skip-column-names", input=sql, secret=True)


@asynccontextmanager
async def account(program: str, serving: Serving, note: Note) -> AsyncIterator[Account]:
    """Have an account and an empty table for the time of the block; at its end neither is left.

    A table that an earlier drill left, which was killed, is dropped. Where the end finds no server that could remove
    them, that is said, not raised: it would hide why the drill ended.
    """
    password = secrets.token_urlsafe(24)  # letters, digits, - and _: nothing that SQL would have to quote
    host = await serving()
    try:
        await host.run(statements(program, MAKE.format(password=password)))
        yield Account(ACCOUNT, password)
    finally:
        try:
            await (await serving()).run(statements(program, REMOVE))
        except QuorateError as error:
            note(f"the database and the account {DATABASE} of the drill may be left: {error.message}")


async def numbers(program: str, serving: Serving) -> str:
    """Return the numbers that the table holds, one a line, in the order in which they came."""
    return (await (await serving()).run(statements(program, READ))).stdout
