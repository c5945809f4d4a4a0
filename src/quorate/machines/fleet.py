"""Fleet: the same on several machines at once. One machine's failure is kept beside the others' answers, never lost.

In: hosts and what to do with each. Out: Answers, by node name in the order of the hosts.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from quorate.errors import QuorateError
from quorate.machines.host import Command, Completed, Host

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answers(Generic[T]):
    """What each machine answered (`good`) or why it did not (`failed`); every name is in exactly one of them."""

    good: Mapping[str, T]
    failed: Mapping[str, QuorateError]

    def all(self) -> Mapping[str, T]:
        """Return the answers if there is one from every machine; else raise an error that tells of all failures.

        It has the class and the hint of the first failure, and one line per machine that failed.
        """
        if self.failed:
            errors = list(self.failed.values())
            if len(errors) == 1:
                raise errors[0]
            hints = dict.fromkeys(error.hint for error in errors if error.hint)
            messages = dict.fromkeys(error.message for error in errors)
            raise type(errors[0])("\n".join(messages), "\n".join(hints))
        return self.good


async def on_all(hosts: Sequence[Host], work: Callable[[Host], Awaitable[T]]) -> Answers[T]:
    """Do `work` on all hosts at once and wait for every one. Only QuorateErrors are collected; a defect is raised."""
    results = await asyncio.gather(*(work(host) for host in hosts), return_exceptions=True)
    good: dict[str, T] = {}
    failed: dict[str, QuorateError] = {}
    for host, result in zip(hosts, results, strict=True):
        if isinstance(result, QuorateError):
            failed[host.name] = result
        elif isinstance(result, BaseException):
            raise result
        else:
            good[host.name] = result
    return Answers(good, failed)


async def run_all(
    hosts: Sequence[Host], command: Command, *, timeout_s: float = 60, check: bool = True
) -> Answers[Completed]:
    """Run the same command on all hosts at once."""
    return await on_all(hosts, lambda host: host.run(command, timeout_s=timeout_s, check=check))
