"""Token probe: a client that logs in to an identity service and is given a token, over a fresh connection each time.

In: Settings (_process.py) as JSON on standard input, and with them the account; target is the URL of the service, with
or without its version: http://10.0.0.100:5000/v3. Out: JSON lines; `result` of an attempt is one of those of http.py,
and `ok` is a token issued (status 201, the token in its header).

A token costs the server more than any page, for a password is made slow to hash: with keystone's bcrypt of 12 rounds
170 ms of a core of a small machine. So it is asked for every second while all is well: a sixth of a core, where a third
was more than a lab had left while one of its nodes booted. As soon as one failed (without a connection
after 900 ms) it is asked for every 50 ms: that costs the server nothing, and where it does, only while fewer than two
wait for their answer. Nor is it asked for each second while two wait: on a node of one slow processor a client that
asked all the same never had an answer again. The end of an outage so is known to 50 ms; its beginning is the last good
answer, which a drill waits for before it breaks anything. A token made of another token would be cheap, for no password
is hashed: it is not what a client begins with.
"""

import json
import re
from typing import ClassVar
from urllib.parse import urlsplit

from quorate.drill.probes._connections import HURRIED_MAX, Connections, Exchange, Found
from quorate.drill.probes._process import Output, Settings, run
from quorate.drill.probes.http import is_complete, judge

CREATED = b"201"
TOKEN = re.compile(rb"\r\nx-subject-token: *\S", re.IGNORECASE)


def login(user: str, password: str, project: str) -> bytes:
    """Return the body that asks for a token of the user for the project, both of the default domain."""
    domain = {"id": "default"}
    account = {"name": user, "domain": domain, "password": password}
    asked = {
        "identity": {"methods": ["password"], "password": {"user": account}},
        "scope": {"project": {"name": project, "domain": domain}},
    }
    return json.dumps({"auth": asked}).encode()


def request(netloc: str, body: bytes) -> bytes:
    """Return the whole request; the list of all services is not asked for along with it."""
    head = (
        f"POST /v3/auth/tokens?nocatalog HTTP/1.0\r\nHost: {netloc}\r\nUser-Agent: quorate-drill\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def judged(answer: bytes) -> Found:
    """Return (result, node, detail) of a whole answer."""
    found = judge(answer, good=CREATED)
    if found[0] == "ok" and not TOKEN.search(answer.partition(b"\r\n\r\n")[0]):
        return "bad-body", "", "no token in the head"
    return found


class TokenClient(Connections):
    """Logs in, again and again."""

    waiting_max: ClassVar[int] = HURRIED_MAX

    def __init__(self, settings: Settings, output: Output) -> None:
        url = urlsplit(settings.target)
        if url.scheme != "http" or not url.hostname:
            raise ValueError(f"{settings.target!r} is not an http:// URL")
        super().__init__(settings, output, url.hostname, url.port or 80)
        body = login(settings.user, settings.password, settings.project)
        self._request = request(url.netloc.rpartition("@")[2], body)

    def connected(self, exchange: Exchange) -> None:
        """Ask."""
        exchange.socket.send(self._request)  # a few hundred bytes into an empty buffer: always taken whole

    def came(self, exchange: Exchange, *, ended: bool) -> Found | None:
        """Judge the answer when it is whole."""
        return judged(bytes(exchange.answer)) if ended or is_complete(exchange.answer) else None


if __name__ == "__main__":
    run("token", TokenClient)
