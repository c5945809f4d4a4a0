"""Requests to an OpenStack service's API, one after the other on one connection, and what came of them.

Standard library only, as for every probe.
"""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

BROKEN = (OSError, ValueError, http.client.HTTPException)  # what is raised where there is no whole answer


class Refused(Exception):
    """The service answered, with a status that is none of the good ones."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(f"{status} {detail}".strip())
        self.status = status


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer. head: its fields, by names in lower case."""

    status: int
    head: Mapping[str, str]
    body: bytes

    @property
    def value(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


@dataclass(slots=True)
class Api:
    """An API at http://HOST:PORT. token: shown with every request, where there is one. limit_s: for each answer."""

    url: str
    limit_s: float
    token: str = field(default="", repr=False)
    _connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body: object = None, good: tuple[int, ...] = (200, 201, 204)) -> Answer:
        """Send a request; Refused for another status than the good ones, one of BROKEN for no answer.

        body: what is sent as JSON, or bytes that are sent as they are.
        """
        kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        head = {"X-Auth-Token": self.token} if self.token else {}
        head |= {"Content-Type": kind} if content is not None else {}
        try:
            self._connect().request(method, path, content, head)
            answer = self._connect().getresponse()
            said = answer.read()
        except BROKEN:
            self.close()
            raise
        if answer.will_close:
            self.close()
        if answer.status not in good:
            raise Refused(answer.status, said.decode(errors="replace")[:200])
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, said)

    def close(self) -> None:
        """Forget the connection."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _connect(self) -> http.client.HTTPConnection:
        if self._connection is None:
            url = urlsplit(self.url)
            self._connection = http.client.HTTPConnection(url.hostname or "", url.port or 80, timeout=self.limit_s)
        return self._connection
