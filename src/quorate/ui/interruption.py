"""interruption: SIGTERM ends a command as Ctrl-C does: what it has broken or booted is put right before it goes."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

import click

TERMINATED = "told to end (SIGTERM)"

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end, or until SIGTERM: then click.Abort, once all that has to be taken back is."""
    try:
        return asyncio.run(_heeding(work))
    except asyncio.CancelledError as cancelled:
        if TERMINATED not in cancelled.args:
            raise RuntimeError("cancelled by nobody") from cancelled
        raise click.exceptions.Abort from None


async def _heeding(work: Coroutine[Any, Any, T]) -> T:
    """Have SIGTERM cancel what is done here."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel, TERMINATED)
    return await work
