"""Connections: attempts that each open a fresh TCP connection, many at once, none waiting for another.

What is said on a connection is the kind of probe's own: it is told when one is connected and when something came, and
says when it knows the result. At most timeout / every + 1 attempts are open at once (26 with 500 ms and 20 ms).

A client that asks in a hurry must not be what keeps a slow server busy: a hundred logins that lay in wait for an
address and came to it in one moment took two servers of Keystone 15 s, and no client had an answer meanwhile. Such a
client gives a connection up before its kernel tries a second time, and when it has begun so many more that all of them
would be too much to come at once; the next attempt asks where this found nobody.
"""

import errno
import selectors
import socket
import time
from typing import ClassVar

from quorate.drill.probes._process import RESULTS, Output, Settings

ANSWER_BYTES_MAX = 64 * 1024  # beyond that an answer is judged by what has come
HURRIED_MAX = 2  # so many may wait for an answer when another is asked in a hurry: a slow server is not given more work
CONNECTING_MAX = 6  # so many of a client that may hurry wait for a connection at once: all come when a host is there
CONNECT_MS = 900  # of a client that may hurry; Linux sends a second SYN after 1 s

Found = tuple[str, str, str]  # the result, the node that answered if it is known, a detail for people
NO_CONNECTION: Found = ("timeout", "", "no connection")


class Exchange:
    """One open attempt. answer: what has come by now."""

    __slots__ = ("answer", "connected", "done", "n", "sent_ns", "socket")

    def __init__(self, n: int, sent_ns: int, sock: socket.socket) -> None:
        self.n = n
        self.sent_ns = sent_ns
        self.socket = sock
        self.answer = bytearray()
        self.connected = False
        self.done = False


class Connections:
    """Open attempts, in the order in which they were sent.

    waiting_max: so many may wait for an answer when it is time for another; 0: any number. A server to which more comes
    than it can do goes on with what was given up, and answers nobody in time any more.
    """

    waiting_max: ClassVar[int] = 0

    def __init__(self, settings: Settings, output: Output, host: str, port: int) -> None:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        self._family = found[0][0]
        self._address = found[0][4]
        self._output = output
        self._timeout_ns = int(settings.timeout_ms * 1e6)
        connect_ms = min(CONNECT_MS, settings.timeout_ms) if settings.hurry_ms else settings.timeout_ms
        self._connect_ns = int(connect_ms * 1e6)
        self._connecting_max = CONNECTING_MAX if settings.hurry_ms else settings.in_flight_max
        self._selector = selectors.DefaultSelector()
        self._every_ns = int(settings.every_ms * 1e6)
        self._open: list[Exchange] = []
        self._count = 0
        self._answered = self._lost = -1  # the numbers of the last attempts that were, and were not

    def connected(self, exchange: Exchange) -> Found | None:
        """Say or send something on a connection that has just been made; return the result if that is all."""
        raise NotImplementedError

    def came(self, exchange: Exchange, *, ended: bool) -> Found | None:
        """Look at an answer that has grown, or has ended; return the result once it is known."""
        raise NotImplementedError

    @property
    def in_flight(self) -> int:
        """How many attempts are open."""
        return self._count

    @property
    def waiting(self) -> int:
        """How many have a connection, and wait for their answer."""
        return sum(one.connected and not one.done for one in self._open)

    def is_troubled(self, now_ns: int) -> bool:
        """Tell whether one failed after the last good one, or has no connection in the usual step, and few wait.

        Who is connected and waits has his answer as soon as there is one: nothing is gained by asking beside him.
        """
        is_lost = any(
            not one.done and not one.connected and now_ns - one.sent_ns >= self._every_ns for one in self._open
        )
        return (is_lost or self._lost > self._answered) and self.waiting < HURRIED_MAX

    def send(self, n: int, now_ns: int) -> None:
        """Begin attempt number n: a fresh connection. Leave it out where too many wait."""
        if self.waiting >= self.waiting_max > 0:
            return
        sock = socket.socket(self._family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._make_room(now_ns)
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
            next_ns = min([until_ns, *(self._limit_ns(one) for one in self._open)])
            for key, _ in self._selector.select(max(0, next_ns - now) / 1e9):
                self._advance(key.data)

    def _limit_ns(self, exchange: Exchange) -> int:
        return exchange.sent_ns + (self._timeout_ns if exchange.connected else self._connect_ns)

    def _expire(self, now_ns: int) -> None:
        for exchange in self._open:
            if not exchange.done and now_ns >= self._limit_ns(exchange):
                got = "answer cut short" if exchange.answer else "no answer"
                self._finish(exchange, ("timeout", "", got) if exchange.connected else NO_CONNECTION, now_ns)
        self._open = [exchange for exchange in self._open if not exchange.done]

    def _make_room(self, now_ns: int) -> None:
        """Give up who has waited longest for a connection, where another one would be too many."""
        connecting = [exchange for exchange in self._open if not exchange.done and not exchange.connected]
        for exchange in connecting[: max(0, len(connecting) + 1 - self._connecting_max)]:
            self._finish(exchange, NO_CONNECTION, now_ns)

    def _advance(self, exchange: Exchange) -> None:
        try:
            found = self._grow(exchange) if exchange.connected else self._begin(exchange)
        except BlockingIOError:
            return
        except OSError as error:
            self._fail(exchange, error.errno or 0)
            return
        if found is not None:
            self._finish(exchange, found, time.monotonic_ns())

    def _begin(self, exchange: Exchange) -> Found | None:
        code = exchange.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, "connect")
        exchange.connected = True
        found = self.connected(exchange)
        self._selector.modify(exchange.socket, selectors.EVENT_READ, exchange)
        return found

    def _grow(self, exchange: Exchange) -> Found | None:
        chunk = exchange.socket.recv(ANSWER_BYTES_MAX)
        exchange.answer += chunk
        return self.came(exchange, ended=not chunk or len(exchange.answer) >= ANSWER_BYTES_MAX)

    def _fail(self, exchange: Exchange, code: int) -> None:
        name = errno.errorcode.get(code, str(code))
        self._finish(exchange, (RESULTS.get(code, "error"), "", name), time.monotonic_ns())

    def _finish(self, exchange: Exchange, found: Found, now_ns: int) -> None:
        exchange.done = True
        self._count -= 1
        if exchange.socket in self._selector.get_map():
            self._selector.unregister(exchange.socket)
        exchange.socket.close()
        result, node, detail = found
        if result == "ok":
            self._answered = max(self._answered, exchange.n)
        else:
            self._lost = max(self._lost, exchange.n)
        line = {"n": exchange.n, "sent_ns": exchange.sent_ns, "done_ns": now_ns, "result": result}
        self._output.line(line | ({"node": node} if node else {}) | ({"detail": detail} if detail else {}))
