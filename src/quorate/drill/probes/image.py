"""Image probe: a client that lists images and reads one back, in turn, over a fresh connection each time.

In: Settings (_process.py) as JSON on standard input, with a token; target is the URL of the image service:
http://10.0.0.100:9292. Out: JSON lines; `result` of an attempt is one of those of http.py. `ok` is a list that has the
image of the settings, or that image's content, by its checksum: `bad-body` where either is another.

Every answer has the token looked at and a row of the database read, about 30 ms of a core: it is asked for every
250 ms, and every 50 ms as soon as an answer is not good, as token.py does; not while four wait for theirs. Uploads are
upload.py's.
"""

import hashlib
from typing import ClassVar
from urllib.parse import urlsplit

from quorate.drill.probes._connections import Connections, Exchange, Found
from quorate.drill.probes._process import Output, Settings, run
from quorate.drill.probes.http import is_complete, judge


def request(netloc: str, path: str, token: str) -> bytes:
    """Return a whole GET."""
    head = f"GET {path} HTTP/1.0\r\nHost: {netloc}\r\nUser-Agent: quorate-drill\r\nX-Auth-Token: {token}\r\n\r\n"
    return head.encode()


def judged(answer: bytes, digest: str) -> Found:
    """Return (result, node, detail) of a whole answer that should be the image of that SHA-256."""
    found = judge(answer)
    if found[0] == "ok" and hashlib.sha256(answer.partition(b"\r\n\r\n")[2]).hexdigest() != digest:
        return "bad-body", "", "another content than was uploaded"
    return found


class ImageClient(Connections):
    """Lists and downloads, in turn."""

    waiting_max: ClassVar[int] = 4

    def __init__(self, settings: Settings, output: Output) -> None:
        url = urlsplit(settings.target)
        if url.scheme != "http" or not url.hostname:
            raise ValueError(f"{settings.target!r} is not an http:// URL")
        super().__init__(settings, output, url.hostname, url.port or 80)
        netloc = url.netloc.rpartition("@")[2]
        self._settings = settings
        self._listing = request(netloc, f"/v2/images?id=in:{settings.image}&limit=1", settings.token)
        self._reading = request(netloc, f"/v2/images/{settings.image}/file", settings.token)
        self._reads: set[int] = set()
        self._is_turn_to_read = False

    def send(self, n: int, now_ns: int) -> None:
        """Begin attempt number n, the other way than the last one."""
        self._is_turn_to_read = not self._is_turn_to_read
        if self._is_turn_to_read:
            self._reads.add(n)
        super().send(n, now_ns)

    def connected(self, exchange: Exchange) -> None:
        """Ask."""
        exchange.socket.send(self._reading if exchange.n in self._reads else self._listing)

    def came(self, exchange: Exchange, *, ended: bool) -> Found | None:
        """Judge the answer when it is whole."""
        if not ended and not is_complete(exchange.answer):
            return None
        answer = bytes(exchange.answer)
        if exchange.n in self._reads:
            return judged(answer, self._settings.digest)
        return judge(answer, expect=self._settings.image)


if __name__ == "__main__":
    run("image", ImageClient)
