"""ICMP probe: an echo request every 20 ms, as ping(8) sends them.

In: Settings (_process.py) as JSON on standard input; target is an address, or a name that is resolved once. Out: JSON
lines; `result` of an attempt is one of

    ok            answered: a host has the address; a frozen one answers, as well (its kernel does)
    timeout       not answered in its time     unreachable  no route     error

Asking 50 times a second costs 1.6 % of a core of a small machine. Needs root, or a group in
net.ipv4.ping_group_range (icmp(7)).
"""

import errno
import os
import select
import socket
import struct
import time

from quorate.drill.probes._process import RESULTS, Output, Settings, run

ECHO = {socket.AF_INET: (8, 0), socket.AF_INET6: (128, 129)}  # request, reply (RFC 792, RFC 4443)
PROTOCOL = {socket.AF_INET: socket.IPPROTO_ICMP, socket.AF_INET6: socket.IPPROTO_ICMPV6}
HEAD = struct.Struct("!BBHHH")  # type, code, checksum, identifier, sequence number
NUMBER = struct.Struct("!Q")  # the attempt, for a sequence number has 16 bits


def checksum(packet: bytes) -> int:
    """Return the Internet checksum of a packet of even length (RFC 1071)."""
    total: int = sum(struct.unpack(f"!{len(packet) // 2}H", packet))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def request(family: socket.AddressFamily, identifier: int, n: int) -> bytes:
    """Return the echo request of attempt n. The kernel makes the checksum of ICMPv6, which covers addresses."""
    body = NUMBER.pack(n)
    head = HEAD.pack(ECHO[family][0], 0, 0, identifier, n & 0xFFFF)
    if family == socket.AF_INET:
        head = HEAD.pack(ECHO[family][0], 0, checksum(head + body), identifier, n & 0xFFFF)
    return head + body


def answered(family: socket.AddressFamily, identifier: int | None, packet: bytes) -> int | None:
    """Return the attempt that a packet answers; None if it answers none of ours.

    A raw IPv4 socket gives the IP header, too. identifier None: the kernel has chosen it, and only gives us ours.
    """
    if family == socket.AF_INET and packet[:1] and packet[0] >> 4 == 4:
        packet = packet[(packet[0] & 15) * 4 :]
    if len(packet) < HEAD.size + NUMBER.size:
        return None
    kind, _, _, whose, _ = HEAD.unpack_from(packet)
    if kind != ECHO[family][1] or identifier not in {None, whose}:
        return None
    return int(NUMBER.unpack_from(packet, HEAD.size)[0])


def unprivileged(family: socket.AddressFamily) -> socket.socket:
    """Return a socket for echo requests alone; PermissionError where the kernel gives this group none."""
    try:
        return socket.socket(family, socket.SOCK_DGRAM, PROTOCOL[family])
    except PermissionError as error:
        what = "an echo request needs root, or a group of yours in net.ipv4.ping_group_range"
        raise PermissionError(error.errno, what) from None


class IcmpClient:
    """One socket; what was asked and not answered yet, by number."""

    def __init__(self, settings: Settings, output: Output) -> None:
        found = socket.getaddrinfo(settings.target, None, type=socket.SOCK_RAW)
        self._family = found[0][0]
        self._output = output
        self._timeout_ns = int(settings.timeout_ms * 1e6)
        self._identifier: int | None = os.getpid() & 0xFFFF
        self._open: dict[int, int] = {}
        try:
            self._socket = socket.socket(self._family, socket.SOCK_RAW, PROTOCOL[self._family])
        except PermissionError:
            self._socket = unprivileged(self._family)
            self._identifier = None
        self._socket.setblocking(False)
        self._address = found[0][4]

    @property
    def in_flight(self) -> int:
        """How many attempts are open."""
        return len(self._open)

    def send(self, n: int, now_ns: int) -> None:
        """Ask."""
        self._open[n] = now_ns
        try:
            self._socket.sendto(request(self._family, self._identifier or 0, n), self._address)
        except OSError as error:
            name = errno.errorcode.get(error.errno or 0, str(error.errno))
            self._finish(n, RESULTS.get(error.errno or 0, "error"), name, time.monotonic_ns())

    def is_troubled(self, now_ns: int) -> bool:  # noqa: ARG002 - the protocol's
        """Ask no faster than usual."""
        return False

    def wait(self, until_ns: int) -> None:
        """Take answers until then, and give up on what is over its time limit."""
        while True:
            now = time.monotonic_ns()
            for n in [n for n, sent_ns in self._open.items() if now - sent_ns >= self._timeout_ns]:
                self._finish(n, "timeout", "", now)
            if now >= until_ns:
                return
            if select.select([self._socket], [], [], (until_ns - now) / 1e9)[0]:
                self._take()

    def _take(self) -> None:
        try:
            packet = self._socket.recv(2048)
        except OSError:  # nothing there, or what an earlier request met on its way: it has a time limit
            return
        n = answered(self._family, self._identifier, packet)
        if n in self._open:
            self._finish(n, "ok", "", time.monotonic_ns())

    def _finish(self, n: int, result: str, detail: str, now_ns: int) -> None:
        line = {"n": n, "sent_ns": self._open.pop(n), "done_ns": now_ns, "result": result}
        self._output.line(line | ({"detail": detail} if detail else {}))


if __name__ == "__main__":
    run("icmp", IcmpClient)
