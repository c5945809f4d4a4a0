"""A client of a web service in the lab, asking all the time; and how long it was without an answer."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PAUSE_S = 0.02
TIMEOUT_S = 1.0

# Runs inside the lab's network namespace, with nothing but the standard library.
CLIENT = """
import sys, time, urllib.request
from http.client import HTTPException
url, pause_s, timeout_s = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
while True:
    begin = time.monotonic()
    try:
        with urllib.request.urlopen(url, timeout=timeout_s) as answer:
            answer.read()
            said = str(answer.status)
    except (OSError, HTTPException) as error:
        said = repr(error)
    print(f"{begin} {time.monotonic()} {said}", flush=True)
    time.sleep(pause_s)
"""


@dataclass(frozen=True)
class Request:
    """One request, in seconds of this machine's monotonic clock. said: "200", or what went wrong."""

    begin_s: float
    end_s: float
    said: str

    @property
    def good(self) -> bool:
        """Whether it was answered."""
        return self.said == "200"


class Load:
    """What a client has met so far; `since_last` tells of one part after the other."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.seen = 0
        self.failures: list[Request] = []

    def since_last(self) -> tuple[int, float]:
        """Return how many requests were answered since the last call, and the longest time without an answer, in s.

        The time is 0 where every request was answered; else from the last answer before to the first one after.
        `failures` has what went wrong in that part.
        """
        requests = [_request(line) for line in self.file.read_text().splitlines(keepends=True) if line.endswith("\n")]
        part, self.seen = requests[self.seen :], len(requests)
        self.failures = [request for request in part if not request.good]
        return sum(request.good for request in part), longest_s(part)


def _request(line: str) -> Request:
    begin, end, said = line.rstrip("\n").split(maxsplit=2)
    return Request(float(begin), float(end), said)


def longest_s(requests: list[Request]) -> float:
    """Return the longest time without an answer, 0 where every request was answered."""
    longest, answered_s, lost = 0.0, requests[0].begin_s if requests else 0.0, False
    for request in requests:
        if request.good and lost:
            longest = max(longest, request.end_s - answered_s)
        if request.good:
            answered_s, lost = request.end_s, False
        else:
            lost = True
    return max(longest, requests[-1].end_s - answered_s) if lost else longest


@contextmanager
def load(lab: str, url: str, file: Path) -> Iterator[Load]:
    """Ask for `url` all the time, from where the clients of a lab stand."""
    argv = ["ip", "netns", "exec", f"quorate-{lab}", sys.executable, "-c", CLIENT, url, str(PAUSE_S), str(TIMEOUT_S)]
    with file.open("w") as out, subprocess.Popen(argv, stdout=out) as client:
        try:
            yield Load(file)
        finally:
            client.kill()
