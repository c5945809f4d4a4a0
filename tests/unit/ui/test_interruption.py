"""Ctrl-C ends a command once what it has begun is put right; pressed again it does not end that."""

import signal
import subprocess
import sys

import pytest

from quorate.ui.interruption import PATIENCE

PROGRAM = """
import asyncio, signal
import click
from quorate.ui import interruption

signal.signal(signal.SIGINT, signal.default_int_handler)  # it may be ignored where tests run in the background

async def work():
    print("broken", flush=True)
    try:
        await asyncio.sleep(60)
    finally:
        print("putting right", flush=True)
        await asyncio.sleep(float({takes_s}))
        print("right", flush=True)

@click.command()
def main():
    interruption.run(work())

main()
"""


def started(takes_s: float) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(takes_s=takes_s)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "broken\n"
    return process


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_what_was_broken_is_put_right_though_the_end_is_asked_for_again(sent: signal.Signals) -> None:
    process = started(takes_s=1)
    assert process.stdout is not None
    process.send_signal(sent)
    assert process.stdout.readline() == "putting right\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (out, process.returncode) == ("right\n", 1)
    assert PATIENCE in err
    assert "Aborted!" in err


def test_the_third_time_it_ends() -> None:
    process = started(takes_s=60)
    assert process.stdout is not None
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == "putting right\n"
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    assert process.stderr.readline() == f"{PATIENCE}\n"
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=20)
    assert (out, process.returncode) == ("", 1)
