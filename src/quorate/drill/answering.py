"""answering: when a cluster that was just built first gives each client what it wants: a row kept, a token, an image.

The clients are those of a drill, with their accounts; nothing is broken, and nothing is kept.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from quorate.build.step import Fleet, Note
from quorate.build.want import Want
from quorate.drill.clients import Asking, clients_of
from quorate.drill.fault import Scene
from quorate.drill.ground import Ground
from quorate.drill.probe import probing

ANSWERS_S = 60.0

WORDS = {
    "http": "a page read",
    "sql": "a row written",
    "amqp": "a message confirmed",
    "token": "a token issued",
    "image": "an image read",
    "upload": "an image uploaded",
    "tcp": "a connection taken",
    "icmp": "an echo answered",
}


@dataclass(frozen=True, slots=True)
class Folder:
    """Where the clients write: what of a run's history (history.py) they need."""

    path: Path

    def probe_file(self, name: str) -> Path:
        """Return the file of the client of that name."""
        return self.path / f"{name}.jsonl"


async def first_answers(
    ground: Ground, fleet: Fleet, want: Want, services: Sequence[str], note: Note
) -> dict[str, float]:
    """Have the clients of these services ask, one after the other, until each has one good answer.

    Returns, by what each got, the monotonic time in seconds at which it was there. TimedOut where one gets none.
    """
    found: dict[str, float] = {}
    scene = Scene(ground, fleet, want, services[0], next(iter(fleet)), note, tuple(services))
    with TemporaryDirectory(prefix="quorate-answers-") as folder:
        async with clients_of(scene, Folder(Path(folder))) as asking:
            for one in asking:
                found[f"{one.name}: {WORDS[one.kind]}"] = await first(one)
    return found


async def first(asking: Asking) -> float:
    """Return when a client has its first good answer."""
    async with probing(asking.kind, asking.settings) as client:
        attempt = await client.wait_answered(since_ns=time.monotonic_ns(), timeout_s=ANSWERS_S)
        return attempt.done_ns / 1e9
