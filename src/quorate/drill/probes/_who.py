"""Print the name of the host that answers SQL at a target: behind a proxy, the one that clients write to.

In: Settings (_process.py) as JSON on standard input. Exits with status 2 and a sentence on standard error where the
database cannot be asked.
"""

import sys
from contextlib import closing

import pymysql

from quorate.drill.probes._process import Settings, address, enter
from quorate.drill.probes.sql import BROKEN


def main() -> None:
    """Connect, and ask."""
    settings = Settings.parse(sys.stdin.read())
    host, port = address(settings.target)
    limit_s = settings.timeout_ms / 1000
    try:
        if settings.namespace is not None:
            enter(settings.namespace)
        account = {"user": settings.user, "password": settings.password}
        limits = {"connect_timeout": limit_s, "read_timeout": limit_s, "write_timeout": limit_s}
        with closing(pymysql.connect(host=host, port=port, **account, **limits)) as made, made.cursor() as cursor:
            cursor.execute("SELECT @@hostname")
            sys.stdout.write(f"{cursor.fetchone()[0]}\n")
    except BROKEN as error:
        sys.stderr.write(f"{error or type(error).__name__}\n")
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
