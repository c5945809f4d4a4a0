"""FakeHost: a machine made of a dictionary, for tests of the rooms above. It does what it was told and records it.

In: answers by command text, files by path. A command nobody expected raises, so that a test cannot pass by accident.
"""

import re
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass

from quorate.errors import CommandFailed, QuorateError
from quorate.machines.host import Command, Completed


@dataclass(frozen=True, slots=True)
class Answer:
    """What a scripted command leaves behind."""

    stdout: str = ""
    status: int = 0
    stderr: str = ""


Script = str | Answer | QuorateError | Callable[[Command], str | Answer]


class UnexpectedCommand(AssertionError):
    """A command was run that the test did not script."""


@dataclass(frozen=True, slots=True)
class FakeFile:
    """A file as it was put."""

    content: bytes
    mode: int = 0o644
    owner: str = "root"
    group: str = "root"


class FakeHost:
    """A scripted machine (the protocol: host.Host).

    answers: command text (as str(command) gives it, or a regular expression that matches all of it) -> what it
    prints, an Answer, an error to raise, or a function of the command. A list gives its items one by one, the last
    for ever. Exact text wins over expressions. `ran` holds every command in order, `files` what is on the disk.
    """

    def __init__(
        self,
        name: str = "n1",
        answers: Mapping[str, Script | Sequence[Script]] | None = None,
        files: Mapping[str, bytes | FakeFile] | None = None,
    ) -> None:
        self._name = name
        self._answers: dict[str, list[Script]] = {}
        for text, script in (answers or {}).items():
            self.expect(text, *([script] if isinstance(script, _ONE) or callable(script) else script))
        self.files: dict[str, FakeFile] = {
            path: file if isinstance(file, FakeFile) else FakeFile(file) for path, file in (files or {}).items()
        }
        self.ran: list[Command] = []
        self.closed = False
        self.reconnects = 0

    @property
    def name(self) -> str:
        """The node's name in the cluster file."""
        return self._name

    @property
    def ran_text(self) -> list[str]:
        """The commands that were run, as text, in order."""
        return [str(command) for command in self.ran]

    def expect(self, text: str, *scripts: Script) -> None:
        """Script one more command, or replace what it answers."""
        self._answers[text] = list(scripts) or [""]

    async def run(self, command: Command, *, timeout_s: float = 60, check: bool = True) -> Completed:  # noqa: ARG002
        """Answer as scripted."""
        self.ran.append(command)
        answer = self._answer(command)
        if check and answer.status != 0:
            raise CommandFailed(f"{self.name}: {command.shown} ended with status {answer.status}: {answer.stderr}")
        return Completed(command, answer.status, answer.stdout, answer.stderr, 0.0)

    def _answer(self, command: Command) -> Answer:
        text = str(command)
        key = (
            text
            if text in self._answers
            else next((k for k in self._answers if re.fullmatch(k, text, re.DOTALL)), None)
        )
        if key is None:
            known = "\n  ".join(self._answers) or "(none)"
            raise UnexpectedCommand(f"{self.name} was asked to run\n  {text}\nwhich is not one of\n  {known}")
        scripts = self._answers[key]
        script = scripts.pop(0) if len(scripts) > 1 else scripts[0]
        if isinstance(script, QuorateError):
            raise script
        said = script(command) if callable(script) else script
        return Answer(said) if isinstance(said, str) else said

    async def put(
        self,
        path: str,
        content: bytes,
        *,
        mode: int = 0o644,
        owner: str = "root",
        group: str = "root",
        make_parents: bool = False,  # noqa: ARG002 - the dictionary has no directories
    ) -> None:
        """Keep the file."""
        self.files[path] = FakeFile(content, mode, owner, group)

    async def get(self, path: str) -> bytes | None:
        """Return a file that was given or put."""
        file = self.files.get(path)
        return file.content if file else None

    async def stream(self, command: Command) -> AsyncGenerator[str, None]:
        """Yield the lines of the scripted answer."""
        self.ran.append(command)
        for line in self._answer(command).stdout.splitlines():
            yield line

    def apart(self) -> "FakeHost":
        """Return itself: what it is asked is scripted together."""
        return self

    async def reconnect(self, *, timeout_s: float = 10) -> None:  # noqa: ARG002
        """Count it; a scripted machine is always there."""
        self.reconnects += 1
        self.closed = False

    async def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True


_ONE = (str, Answer, QuorateError)
