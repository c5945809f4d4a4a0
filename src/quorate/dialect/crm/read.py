"""Text of the crm shell -> a Configuration, and everything that is wrong with it. Pure.

Comes in: what `crm configure show` prints, `crm configure load` takes, or a guide prints for typing in, prompts and
all. Goes out: what could be read, and findings with line and column; a statement that cannot be read is left out with
an error, and reading goes on behind it. Nothing is asked of a cluster: an id-ref stays a reference.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from types import ModuleType

from quorate import registry
from quorate.dialect.crm import damage, folding, references, statements
from quorate.dialect.crm.cursor import Cursor, Unreadable
from quorate.dialect.crm.lexer import LogicalLine, Token, hide_secrets, is_xml, logical_lines, tokens
from quorate.dialect.crm.vocabulary import COMMANDS
from quorate.dialect.model import Configuration, Statement
from quorate.dialect.text import Text
from quorate.findings import Finding, Severity
from quorate.lines import Lines


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says. findings: in reading order; with an error among them the configuration is not whole.

    placed: the statements of the configuration, each with the words it was read from.
    """

    configuration: Configuration
    findings: tuple[Finding, ...]
    placed: tuple[references.Placed, ...] = ()

    @property
    def whole(self) -> bool:
        """True if every statement was read and every name is defined."""
        return not any(finding.severity is Severity.ERROR for finding in self.findings)


@cache
def words() -> Mapping[str, ModuleType]:
    """Return the module that reads each kind of statement, by the words that begin one."""
    return {word: module for module in registry.modules(statements).values() for word in module.WORDS}


def read(text: str, file: str, agents: Iterable[str] = (), *, defined: Iterable[str] = ()) -> Reading:
    """Read a text of the crm shell.

    agents: names such as ocf:linbit:drbd by which one of the wrong case is recognised. defined: ids of resources that
    stand elsewhere, e.g. in the live CIB.
    """
    return read_lines(Lines(file, text), agents=agents, defined=defined)


def read_lines(
    lines: Lines,
    first: int = 0,
    end: int | None = None,
    *,
    agents: Iterable[str] = (),
    defined: Iterable[str] = (),
    services: Iterable[str] = (),
) -> Reading:
    """Read those lines of a file that are text of the crm shell, indented or not; places are places in the file.

    first, end: the lines, counted from 0, the last exclusive. services: names of a cluster file's services: these, and
    parts of them that are called NAME-…, may stand in constraints and tags, but be no members.
    """
    text = "\n".join("" if number < first else line for number, line in enumerate(list(lines)[:end]))
    reader = _Reader(Text(lines), damage.Mending(frozenset(words()), tuple(agents)))
    return reader.read(text, defined, tuple(services))


def alone(text: str) -> Statement | None:
    """Return the statement that a text is, whatever it refers to; None if it is not exactly one."""
    reader = _Reader(Text(Lines("", text)), damage.Mending(frozenset(words())))
    for line in logical_lines(reader.mending.segments(text, reader.text)):
        reader.add(line)
    return reader.read_[0].statement if len(reader.read_) == 1 else None


@dataclass(slots=True)
class _Reader:
    text: Text
    mending: damage.Mending
    words: Mapping[str, ModuleType] = field(default_factory=words)
    comments: list[str] = field(default_factory=list)
    read_: list[references.Placed] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)  # the second words of statements that could not be read

    def read(self, text: str, defined: Iterable[str], services: tuple[str, ...]) -> Reading:
        for line in logical_lines(self.mending.segments(text, self.text)):
            self.add(line)
        placed = references.checked(folding.folded(self.read_), self.text, {*self.lost, *defined}, services)
        configuration = Configuration(tuple(item.statement for item in placed), tuple(self.comments))
        return Reading(configuration, self.text.sorted(), tuple(placed))

    def add(self, line: LogicalLine) -> None:
        """Read one logical line."""
        if line[0].char == "#":
            self.comments.append("".join(char.char for char in line))
        elif is_xml(line):
            self._statement(_xml(line))
        else:
            found = tokens(line, self.text)
            if found is None:
                self.lost |= set("".join(char.char for char in line).split()[1:2])
                return
            hide_secrets(self.text, found)
            for statement in self.mending.statements(found, self.text):
                self._statement(statement)

    def _statement(self, found: list[Token]) -> None:
        word = found[0]
        module = self.words.get(word.text.lower())
        if module is None:
            self._unknown(found)
            return
        cursor = Cursor(found, self.text)
        try:
            statement: Statement = module.read(cursor)
            if cursor.more:
                raise cursor.refuse(cursor.token(), "unexpected-word", f'"{cursor.peek()}" is not expected here',
                                    f'a "{word.text}" statement has no such part at this place',
                                    "leave it out, or begin a new line before it")  # fmt: skip
        except Unreadable:
            self.lost |= {token.text for token in found[1:2]}
            return
        self.read_.append(references.Placed(replace(statement, comments=tuple(self.comments)), tuple(cursor.tokens)))
        self.comments = []

    def _unknown(self, found: list[Token]) -> None:
        word = found[0]
        if word.text.lower() in COMMANDS:
            self.text.say(Severity.INFO, word.span, "shell-command",
                          f'"{word.text}" is a command of the crm shell and configures nothing',
                          "it belongs to the dialogue", "leave it out")  # fmt: skip
            return
        self.text.say(Severity.ERROR, word.span, "unknown-statement", f'"{word.text}" begins no statement',
                      "the crm shell knows no such word, and what follows is not read",
                      "write a statement, or # before a comment")  # fmt: skip


def _xml(line: LogicalLine) -> list[Token]:
    def token(part: LogicalLine) -> Token:
        first, last = part[0], part[-1]
        text = "".join(char.char for char in part)
        return Token(text, tuple(part), first.line, first.column, last.line, last.column + 1)

    rest = line[3:]
    while rest and rest[0].char.isspace():
        rest = rest[1:]
    return [token(line[:3]), *([token(rest)] if rest else [])]
