"""Working: the program of the processes that pool.py starts: tasks in, answers out, until the pipe is closed.

SIGINT is for the process that started us; on SIGTERM the scheduler is ended, so that it leaves nothing behind.
"""

import os
import signal
import traceback
from types import FrameType
from typing import IO

from quorate.errors import QuorateError
from quorate.explore.pool import read, write
from quorate.explore.work import Setup, Work


def _end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a signal's handler
    signal.signal(number, signal.SIG_IGN)  # once: told again, it is at clearing up
    raise SystemExit(128 + number)


def main() -> None:
    """Answer what comes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)
    with os.fdopen(os.dup(0), "rb", 0) as tasks, os.fdopen(os.dup(1), "wb", 0) as answers:
        os.dup2(2, 1)  # whoever prints does not disturb the answers
        try:
            _work(tasks, answers)
        except (EOFError, BrokenPipeError):
            return
        except QuorateError as error:
            write(answers, error)
        except Exception:  # noqa: BLE001 - a defect is shown where it is waited for
            write(answers, RuntimeError(traceback.format_exc()))


def _work(tasks: IO[bytes], answers: IO[bytes]) -> None:
    setup: Setup = read(tasks)
    with setup.make(setup.subject.cib) as scheduler:
        work = Work(setup, scheduler)
        write(answers, (work.name, work.rest))
        while True:
            write(answers, work.answer(read(tasks)))


if __name__ == "__main__":
    main()
