"""HTTP probe: a client that opens a fresh TCP connection and GETs a page every 20 ms, whatever became of the last.

In: Settings (_process.py) as JSON on standard input; target is an http:// URL whose host is an address, or a name that
is resolved once at the start. Out: JSON lines; `result` of an attempt is one of

    ok            status 200, and the expected text was there
    refused       nobody listens        reset        cut off by the other side (RST)
    timeout       not done in its time  closed       ended before the answer was complete
    unreachable   no route, no neighbour             bad-status, bad-body, error

At most timeout / every + 1 attempts are open at once (26 with 500 ms and 20 ms). Measured on one core of a small
machine: asking 50 times a second costs 2.5 % of it (`cpu_s` of the end line says what a run did cost), the first
question leaves 40 ms after exec, and the schedule is kept within 2 ms.
"""

import errno
import re
import selectors
import socket
import time
from collections import deque
from urllib.parse import urlsplit

from quorate.drill.probes._process import RESULTS, Output, Settings, run

ANSWER_BYTES_MAX = 64 * 1024  # beyond that the answer is judged by what has come


def is_complete(answer: bytes | bytearray) -> bool:
    """Return whether an answer has all the bytes its Content-Length promises; without one only the end tells."""
    head, blank, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
    return bool(blank) and length is not None and len(body) >= int(length[1])


def judge(answer: bytes, *, expect: str = "", nodes: tuple[str, ...] = ()) -> tuple[str, str, str]:
    """Return (result, node, detail) of a whole answer, head and body. node: the one of `nodes` it names last."""
    if not answer:
        return "closed", "", "closed without an answer"
    head, blank, body = answer.partition(b"\r\n\r\n")
    status = re.match(rb"HTTP/1\.[01] (\d{3})", head)
    if not blank or status is None:
        return ("closed", "", "closed within the head") if status else ("bad-status", "", "not HTTP")
    text = answer.decode("utf-8", "replace")
    node = named_last(text, nodes)
    if status[1] != b"200":
        return "bad-status", node, status[1].decode()
    length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
    if length is not None and len(body) < min(int(length[1]), ANSWER_BYTES_MAX - len(head) - 4):
        return "closed", node, f"{len(body)} of {int(length[1])} bytes"
    if expect and expect not in text.partition("\r\n\r\n")[2]:
        return "bad-body", node, "expected text missing"
    return "ok", node, ""


def named_last(text: str, nodes: tuple[str, ...]) -> str:
    """Return the node whose name stands last in `text`, as a word; "" if none does.

    The last, because a service can be called like a node: "web is served by n2".
    """
    words = re.findall(rf"(?<![\w-])(?:{'|'.join(map(re.escape, nodes))})(?![\w-])", text) if nodes else []
    return str(words[-1]) if words else ""


class Exchange:
    """One open attempt."""

    __slots__ = ("answer", "connected", "done", "n", "sent_ns", "socket")

    def __init__(self, n: int, sent_ns: int, sock: socket.socket) -> None:
        self.n = n
        self.sent_ns = sent_ns
        self.socket = sock
        self.answer = bytearray()
        self.connected = False
        self.done = False


class HttpClient:
    """Open attempts in the order they were sent, which is also the order in which they run out of time."""

    def __init__(self, settings: Settings, output: Output) -> None:
        url = urlsplit(settings.target)
        if url.scheme != "http" or not url.hostname:
            raise ValueError(f"{settings.target!r} is not an http:// URL")
        self._settings = settings
        self._output = output
        self._timeout_ns = int(settings.timeout_ms * 1e6)
        found = socket.getaddrinfo(url.hostname, url.port or 80, type=socket.SOCK_STREAM)
        self._family = found[0][0]
        self._address = found[0][4]
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        host = url.netloc.rpartition("@")[2]
        self._request = f"GET {path} HTTP/1.0\r\nHost: {host}\r\nUser-Agent: quorate-drill\r\n\r\n".encode()
        self._selector = selectors.DefaultSelector()
        self._open: deque[Exchange] = deque()
        self._count = 0

    @property
    def in_flight(self) -> int:
        """How many attempts are open."""
        return self._count

    def send(self, n: int, now_ns: int) -> None:
        """Begin attempt number n: a fresh connection."""
        sock = socket.socket(self._family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        exchange = Exchange(n, now_ns, sock)
        self._count += 1
        code = sock.connect_ex(self._address)
        if code not in {0, errno.EINPROGRESS}:
            self._fail(exchange, code)
            return
        self._selector.register(sock, selectors.EVENT_WRITE, exchange)
        self._open.append(exchange)

    def wait(self, until_ns: int) -> None:
        """Advance open attempts until then, and close those over their time limit."""
        while True:
            now = time.monotonic_ns()
            self._expire(now)
            if now >= until_ns:
                return
            next_ns = min(until_ns, self._open[0].sent_ns + self._timeout_ns) if self._open else until_ns
            for key, _ in self._selector.select(max(0, next_ns - now) / 1e9):
                self._advance(key.data)

    def _expire(self, now_ns: int) -> None:
        while self._open and (self._open[0].done or now_ns - self._open[0].sent_ns >= self._timeout_ns):
            exchange = self._open.popleft()
            if not exchange.done:
                got = "answer cut short" if exchange.answer else "no answer" if exchange.connected else "no connection"
                self._finish(exchange, ("timeout", "", got), now_ns)

    def _advance(self, exchange: Exchange) -> None:
        try:
            if not exchange.connected:
                self._ask(exchange)
                return
            chunk = exchange.socket.recv(ANSWER_BYTES_MAX)
        except BlockingIOError:
            return
        except OSError as error:
            self._fail(exchange, error.errno or 0)
            return
        exchange.answer += chunk
        if not chunk or len(exchange.answer) >= ANSWER_BYTES_MAX or is_complete(exchange.answer):
            found = judge(bytes(exchange.answer), expect=self._settings.expect, nodes=self._settings.nodes)
            self._finish(exchange, found, time.monotonic_ns())

    def _ask(self, exchange: Exchange) -> None:
        code = exchange.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, "connect")
        exchange.connected = True
        exchange.socket.send(self._request)  # a few hundred bytes into an empty buffer: always taken whole
        self._selector.modify(exchange.socket, selectors.EVENT_READ, exchange)

    def _fail(self, exchange: Exchange, code: int) -> None:
        name = errno.errorcode.get(code, str(code))
        self._finish(exchange, (RESULTS.get(code, "error"), "", name), time.monotonic_ns())

    def _finish(self, exchange: Exchange, found: tuple[str, str, str], now_ns: int) -> None:
        exchange.done = True
        self._count -= 1
        if exchange.socket in self._selector.get_map():
            self._selector.unregister(exchange.socket)
        exchange.socket.close()
        result, node, detail = found
        line = {"n": exchange.n, "sent_ns": exchange.sent_ns, "done_ns": now_ns, "result": result}
        self._output.line(line | ({"node": node} if node else {}) | ({"detail": detail} if detail else {}))


if __name__ == "__main__":
    run("http", HttpClient)
