"""Waiting: for a state, never for a time; and no longer than there is hope.

In: a question that is asked again and again. Out: its answer, or TimedOut with what was last seen, or NeverComes.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from quorate.errors import NeverComes, TimedOut

T = TypeVar("T")


class NotYet(Exception):
    """Raised by a question instead of returning None, to say what was seen: NotYet("2 of 3 nodes online")."""


async def until(
    describe: str,
    question: Callable[[], Awaitable[T | None]],
    *,
    timeout_s: float,
    every_s: float = 0.2,
    hopeless: Callable[[], Awaitable[str | None]] | None = None,
) -> T:
    """Ask until the answer is not None (and no NotYet is raised), then return it.

    describe: the state in words, as in "3 nodes are online". every_s: from the end of one question to the next.
    hopeless: asked after each question that was not answered; returns why the state can no longer come, or None.
    Raises NeverComes with that reason, TimedOut after timeout_s; other exceptions of the questions pass through.
    """
    start = time.monotonic()
    seen = "no answer came at all"
    try:
        async with asyncio.timeout(timeout_s) as limit:
            while True:
                try:
                    answer = await question()
                    if answer is not None:
                        return answer
                    seen = "not so yet"
                except NotYet as not_yet:
                    seen = str(not_yet)
                if hopeless and (reason := await hopeless()):
                    elapsed_s = time.monotonic() - start
                    raise NeverComes(f"Waiting for: {describe}. Given up after {elapsed_s:.1f} s, since {reason}")
                await asyncio.sleep(every_s)
    except TimeoutError:
        if not limit.expired():
            raise
        raise TimedOut(f"Waiting for: {describe}. Not so after {timeout_s:g} s; last seen: {seen}") from None
