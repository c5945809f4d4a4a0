"""Gathering: ask one host, or all of them, for a fact.

In: a host and a fact (a module of `facts/`). Out: the fact's own type, or errors.Unknown that says which host could
not answer and what its tool said.
"""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from quorate.errors import Unknown
from quorate.machines.fleet import Answers, on_all
from quorate.machines.host import Command, Host
from quorate.observe.facts import clock

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

TIMEOUT_S = 20.0

# Each argument is one command, quoted; standard input is not theirs. The mark cannot be in an answer by accident.
TOGETHER_MARK = "=== quorate together "
TOGETHER = f"""for question; do
  eval "$question" </dev/null
  printf '\n%s%s\n' '{TOGETHER_MARK}' $?
done"""


class Fact(Protocol[T_co]):
    """A fact that takes no arguments: a module with these two names."""

    @property
    def COMMAND(self) -> Command:  # noqa: N802
        """What to run."""

    @property
    def parse(self) -> Callable[[str, int], T_co]:
        """Reads standard output and the status."""


class FactAbout(Protocol[T_co]):
    """A fact about something given: paths, packages, units."""

    @property
    def command_for(self) -> Callable[..., Command]:
        """Return what to run for these arguments."""

    @property
    def parse(self) -> Callable[[str, int], T_co]:
        """Reads standard output and the status."""


async def gather(host: Host, fact: Fact[T], *, timeout_s: float = TIMEOUT_S) -> T:
    """Ask `host` for a fact that takes no arguments, as `quorum` of `facts`."""
    return await ask(host, fact.COMMAND, fact.parse, timeout_s=timeout_s)


async def gather_about(host: Host, fact: FactAbout[T], *arguments: Any, timeout_s: float = TIMEOUT_S) -> T:
    """Ask `host` for a fact about something, as `packages` of `facts` about "corosync", "pacemaker"."""
    return await ask(host, fact.command_for(*arguments), fact.parse, timeout_s=timeout_s)


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """A command and what reads its answer, to be asked together with others."""

    command: Command
    parse: Callable[[str, int], T]


async def ask_together(host: Host, *questions: Question[Any], timeout_s: float = TIMEOUT_S) -> list[Any]:
    """Ask many questions with one command, as a host far away would want it; the answers are in that order.

    An answer is what its parser returned, or None where the parser raised Unknown. Unknown when the host broke off.
    """
    words = ("sh", "-c", TOGETHER, "quorate-look", *(str(question.command) for question in questions))
    purpose = "looking at the host's storage"

    def parse(output: str, _status: int) -> list[Any]:
        parts = re.split(rf"\n{TOGETHER_MARK}(\d+)\n", output)
        said, statuses = parts[:-1:2], parts[1::2]
        if len(said) != len(questions):
            raise Unknown(f"Only {len(said)} of {len(questions)} questions were answered.")
        return [_read(q, text, int(s)) for q, text, s in zip(questions, said, statuses, strict=True)]

    return await ask(host, Command(words, purpose=purpose), parse, timeout_s=timeout_s)


def _read(question: Question[Any], text: str, status: int) -> Any:
    try:
        return question.parse(text, status)
    except Unknown:
        return None


async def gather_all(hosts: Sequence[Host], fact: Fact[T], *, timeout_s: float = TIMEOUT_S) -> Answers[T]:
    """Ask all hosts at once; those that could not answer stand in Answers.failed."""
    return await on_all(hosts, lambda host: gather(host, fact, timeout_s=timeout_s))


async def clock_and_offset(host: Host, *, timeout_s: float = TIMEOUT_S) -> tuple[clock.Clock, clock.Offset]:
    """Ask `host` for its clock and compare it with this machine's."""
    asked_s = time.time()
    theirs = await gather(host, clock, timeout_s=timeout_s)
    return theirs, clock.offset(theirs, asked_s, time.time())


async def ask(host: Host, command: Command, parse: Callable[[str, int], T], *, timeout_s: float = TIMEOUT_S) -> T:
    """Run `command` and parse what it printed, whatever its status."""
    done = await host.run(command, timeout_s=timeout_s, check=False)
    try:
        return parse(done.stdout, done.status)
    except Unknown as unknown:
        said = " / ".join(done.stderr.strip().splitlines()[-3:])
        raise Unknown(f"{host.name}: {unknown.message}" + (f" ({said})" if said else ""), unknown.hint) from None
    except (ValueError, LookupError, AttributeError) as error:
        # a tool of another version may print what no parser here expects; that must not bring down a whole status
        hint = "Please report it, with what the command prints when it is run by hand on the node."
        raise Unknown(f"{host.name}: what {command.shown} printed cannot be read: {error!r}.", hint) from error
