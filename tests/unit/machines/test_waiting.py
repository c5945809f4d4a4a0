"""Waiting for states."""

import asyncio
import time

import pytest

from quorate.errors import NeverComes, TimedOut
from quorate.machines.waiting import NotYet, until


def test_the_answer_is_returned_when_it_comes() -> None:
    asked = []

    async def question() -> str | None:
        asked.append(1)
        return "up" if len(asked) == 3 else None

    assert asyncio.run(until("it is up", question, timeout_s=5, every_s=0.001)) == "up"
    assert len(asked) == 3


def test_false_and_zero_are_answers() -> None:
    async def question() -> int:
        return 0

    assert asyncio.run(until("a number", question, timeout_s=5)) == 0


def test_time_out_tells_what_was_last_seen() -> None:
    async def question() -> None:
        raise NotYet("2 of 3 nodes online")

    with pytest.raises(TimedOut, match=r"3 nodes online. Not so after 0.05 s; last seen: 2 of 3 nodes online"):
        asyncio.run(until("3 nodes online", question, timeout_s=0.05, every_s=0.01))


def test_a_question_that_hangs_does_not_outlast_the_limit() -> None:
    async def question() -> None:
        await asyncio.sleep(60)

    start = time.monotonic()
    with pytest.raises(TimedOut, match="no answer came at all"):
        asyncio.run(until("an answer", question, timeout_s=0.05))
    assert time.monotonic() - start < 5


def test_hopeless_is_given_up_at_once() -> None:
    async def question() -> None:
        return None

    async def hopeless() -> str | None:
        return "the process has died"

    start = time.monotonic()
    with pytest.raises(NeverComes, match="since the process has died"):
        asyncio.run(until("it answers", question, timeout_s=60, hopeless=hopeless))
    assert time.monotonic() - start < 5


def test_a_time_out_of_the_question_itself_passes_through() -> None:
    async def question() -> None:
        raise TimeoutError("inner")

    with pytest.raises(TimeoutError, match="inner"):
        asyncio.run(until("x", question, timeout_s=60))
