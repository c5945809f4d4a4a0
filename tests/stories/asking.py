"""A client of a web service: asks again and again, and prints the longest time for which it had no answer, in seconds.

python asking.py ADDRESS; it prints "answered" at the first answer, and ends with its standard input.
"""

import select
import socket
import sys
import time

EVERY_S, PATIENCE_S = 0.01, 0.3
REQUEST = b"GET / HTTP/1.0\r\n\r\n"


def is_answered(address: str) -> bool:
    """Ask once."""
    try:
        with socket.create_connection((address, 80), timeout=PATIENCE_S) as connection:
            connection.sendall(REQUEST)
            return b" 200 " in connection.recv(64)
    except OSError:
        return False


def main(address: str) -> None:
    last_s, longest_s, told = time.monotonic(), 0.0, False
    while not select.select([sys.stdin], [], [], EVERY_S)[0]:
        if is_answered(address):
            now_s = time.monotonic()
            if not told:
                print("answered", flush=True)
                told = True
            else:
                longest_s = max(longest_s, now_s - last_s)
            last_s = now_s
    print(max(longest_s, time.monotonic() - last_s))


if __name__ == "__main__":
    main(sys.argv[1])
