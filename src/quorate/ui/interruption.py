"""interruption: Ctrl-C or SIGTERM ends a command once what it has broken or booted is put right.

Who presses again meanwhile is told what is waited for: a fault that is not taken back would stay. The third time ends
that, too; one more ends the process, whatever it does by then.
"""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

import click

TERMINATED = "told to end (SIGTERM)"
INTERRUPTED = "told to end (SIGINT)"
PATIENCE = "what was begun is being put right; once more to leave it as it is"

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end, or until Ctrl-C or SIGTERM: then click.Abort, once all that has to be taken back is."""
    try:
        return asyncio.run(_heeding(work))
    except asyncio.CancelledError as cancelled:
        if not {TERMINATED, INTERRUPTED} & set(cancelled.args):
            raise RuntimeError("cancelled by nobody") from cancelled
        raise click.exceptions.Abort from None


class _Ending:
    """What a signal does to a task: the first ends it, the second is answered, the third ends the end.

    They reach it through the loop, which something that does not return may hold up: so from the third on, and when
    the task is done, they act as if nobody had asked for them.
    """

    def __init__(self, task: asyncio.Task[Any], loop: asyncio.AbstractEventLoop) -> None:
        self._task = task
        self._loop = loop
        self._asked = 0

    def ask(self, words: str) -> None:
        """Count it, and do what is due."""
        self._asked += 1
        if self._asked == 2:
            click.echo(PATIENCE, err=True)
            return
        self._task.cancel(words)
        if self._asked > 2:
            self.over()

    def over(self) -> None:
        """Give the signals that were taken back to Python and the kernel."""
        for number in (signal.SIGTERM, signal.SIGINT):
            self._loop.remove_signal_handler(number)


async def _heeding(work: Coroutine[Any, Any, T]) -> T:
    """Have the signals cancel what is done here. A shell starts what runs in the background with SIGINT ignored."""
    task = asyncio.current_task()
    assert task is not None
    loop = asyncio.get_running_loop()
    ending = _Ending(task, loop)
    loop.add_signal_handler(signal.SIGTERM, ending.ask, TERMINATED)
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        loop.add_signal_handler(signal.SIGINT, ending.ask, INTERRUPTED)
    try:
        return await work
    finally:
        ending.over()
