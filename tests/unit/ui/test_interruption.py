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


DEAF = """
    except asyncio.CancelledError:
        pass
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        print("deaf", flush=True)
        time.sleep(60)
"""
BUSY = """
    except asyncio.CancelledError:
        loop = asyncio.get_running_loop()
        loop.run_in_executor(None, time.sleep, 5)
        loop.call_later(0.1, lambda: print("over", flush=True))
"""


def started(takes_s: float = 0, work: str = "") -> subprocess.Popen[str]:
    program = PROGRAM.format(takes_s=takes_s)
    if work:
        head, _, rest = program.partition("    finally:")
        program = f"import time\n{head}{work.strip(chr(10))}\n\n@click{rest.partition('@click')[2]}"
    process = subprocess.Popen(
        [sys.executable, "-c", program],
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


@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 1), (signal.SIGTERM, -signal.SIGTERM)])
def test_after_the_third_a_further_one_ends_what_does_not_listen(sent: signal.Signals, status: int) -> None:
    process = started(work=DEAF)
    assert process.stdout is not None
    assert process.stderr is not None
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    assert process.stderr.readline() == f"{PATIENCE}\n"
    process.send_signal(signal.SIGTERM)
    assert process.stdout.readline() == "deaf\n"
    process.send_signal(sent)
    process.communicate(timeout=20)
    assert process.returncode == status


def test_so_does_one_when_the_work_is_done_and_a_thread_is_not() -> None:
    process = started(work=BUSY)
    assert process.stdout is not None
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == "over\n"
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert process.returncode == -signal.SIGTERM
