"""What typing, word processors and web pages do to crm shell text: found by name, mended where the meaning is certain.

Lines first: prompts of the shell before statements, `crm configure` before one, an empty line within a continued
statement, a backslash that was lost. Then words: dashes, a score glued to a resource, a value behind a space, two
statements on one line, the case of words that Pacemaker knows. Pure.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from quorate.dialect.crm import spelling
from quorate.dialect.crm.lexer import Segment, Token, physical_lines
from quorate.dialect.crm.vocabulary import COMMANDS
from quorate.dialect.text import Text
from quorate.findings import Severity
from quorate.lines import Span

_PROMPT = re.compile(r"crm\s*\(\s*\w+\s*\)\s*(?:configure\s*)?#", re.IGNORECASE)
_COMMAND = re.compile(r"^[^#=\"]*?\b(?:sudo\s+)?crm\s+configure\s+(?=[\w-])")
_PART = re.compile(r"\s*(params|meta|op|operations|utilization|op_params|op_meta)\s+\S", re.IGNORECASE)
_GOES_ON = re.compile(r"\s*([\w-]+=\S|[$][\w-]+=)")
_DASHES = "‐‑‒–—―−﹣－"
_GLUED = re.compile(r"([+-]?(?:inf|infinity|\d+|mandatory|optional|serialize|advisory):)(.+)", re.IGNORECASE)
_SCORED = {"colocation": 2, "collocation": 2, "order": 2, "location": 3}
_NO_DIALOGUE = re.compile(r"""\s*(#|xml\s|["'$@]|[\w$-]+=)""")
_PARTS = frozenset(("params", "meta", "utilization", "operations", "op", "op_params", "op_meta", "rule", "attributes"))
_URL = re.compile(r"https?://[^\s,]+")


@dataclass(frozen=True, slots=True)
class Mending:
    """statement_words: what begins a statement; agents: names of agents as they are spelled."""

    statement_words: frozenset[str]
    agents: tuple[str, ...] = ()

    def segments(self, text: str, source: Text) -> list[Segment]:
        """Return the lines that are to be read: of a dialogue only what was typed in."""
        lines = physical_lines(text)
        if any(_prompts(line.text) for line in lines):
            lines = [part for line in lines for part in _typed(line, source)]
        return self._joined([self._bare(line, source) for line in lines], source)

    def _bare(self, line: Segment, source: Text) -> Segment:
        """Without `crm configure`, which a shell is told."""
        found = _COMMAND.match(line.text)
        words = line.text[found.end() :].split() if found else []
        if not found or words[0].lower() not in self.statement_words | COMMANDS | {"load"}:
            return line
        span = _span(line, found.start() + len(found[0]) - len(found[0].lstrip()), found.end())
        source.say(Severity.INFO, span, "shell-command", '"crm configure" before a statement is for a shell',
                   "only the statement behind it configures the cluster", "leave it out")  # fmt: skip
        return Segment(line.text[found.end() :], line.line, line.column + found.end())

    def _joined(self, lines: list[Segment], source: Text) -> list[Segment]:
        """With statements that empty lines or a lost backslash have cut whole again."""
        done: list[Segment] = []
        last: int | None = None  # where in `done` the last line that says something stands
        for line in lines:
            if not line.text.strip() or line.text.lstrip().startswith("#"):
                done.append(line)
                last = last if not line.text.strip() else None
                continue
            if last is not None:
                continued = done[last].text.rstrip().endswith("\\")
                if continued and last < len(done) - 1 and (_PART.match(line.text) or _GOES_ON.match(line.text)):
                    _say_cut(line, source, "blank-line", "an empty line cuts the statement")
                    done[last + 1 :] = []
                elif not continued and _PART.match(line.text):
                    _say_cut(line, source, "missing-continuation", "the line above lacks its backslash")
                    done[last:] = [replace(done[last], joins=True)]
            last = len(done)
            done.append(line)
        return done

    def statements(self, tokens: list[Token], source: Text) -> Iterator[list[Token]]:
        """Yield the statements that stand in one logical line, each with its words mended."""
        begin = 0
        for at in range(2, len(tokens)):
            if self._begins(tokens, at) and at > begin + 1:
                source.say(Severity.WARNING, tokens[at].span, "missing-line-break",
                           f'a "{tokens[at].text}" statement begins within the line; read as one of its own',
                           "the crm shell takes its words for parts of the statement before",
                           "begin a new line here")  # fmt: skip
                yield self._words(tokens[begin:at], source)
                begin = at
        yield self._words(tokens[begin:], source)

    def _begins(self, tokens: list[Token], at: int) -> bool:
        """True where a statement begins for certain: by its word and by the shape of what follows."""
        word, rest = tokens[at].text.lower(), tokens[at + 1 : at + 5]
        if tokens[at].quoted or word not in self.statement_words or not rest:
            return False
        if tokens[0].text.lower() == "bundle" and word == "primitive" and len(rest) < 2:
            return False
        if word in {"primitive", "rsc_template"}:
            return len(rest) > 1 and ":" in rest[1].text
        if word in {"group", "clone", "ms", "master"}:
            return len(rest) > 1 and "=" not in rest[1].text and rest[1].text.lower() not in _PARTS
        if word in {"location", "colocation", "order", "rsc_ticket"}:
            return any(token.text.endswith(":") or _GLUED.fullmatch(token.text) for token in rest[1:])
        return word in {"property", "rsc_defaults", "op_defaults"} and "=" in "".join(token.text for token in rest[:2])

    def _words(self, tokens: list[Token], source: Text) -> list[Token]:
        tokens = [self._plain_dashes(token, source) for token in tokens]
        tokens = list(_with_values(tokens, source))
        tokens = list(_unglued(tokens, source))
        _say_scraped(tokens, source)
        return spelling.mended(tokens, source, self.agents, self.statement_words)

    def _plain_dashes(self, token: Token, source: Text) -> Token:
        name, equals, value = token.text.partition("=")
        if token.bare < len(name) or not any(dash in token.text for dash in _DASHES):
            return token
        plain = re.sub(f"[{_DASHES}]", "-", name)
        if plain == name:
            if value[:1] in _DASHES:
                source.say(Severity.WARNING, token.span, "typographic-dash",
                           f'the value of "{name}" begins with a dash that is no hyphen; left as it is',
                           "one or two hyphens may have stood there", "write it with hyphens")  # fmt: skip
            return token
        source.say(Severity.WARNING, token.span, "typographic-dash", f'"{name}" is read as "{plain}"',
                   "a dash of a word processor is no hyphen, and ids and names have none",
                   f"write {plain}")  # fmt: skip
        return replace(token, text=f"{plain}{equals}{value}")


def _prompts(line: str) -> "list[re.Match[str]]":
    """Return the prompts of a line; what begins as a comment or with name=value has none."""
    return [] if _NO_DIALOGUE.match(line) else list(_PROMPT.finditer(line))


def _typed(line: Segment, source: Text) -> Iterator[Segment]:
    """Yield what stands behind the prompts of a line."""
    prompts = _prompts(line.text)
    if not prompts:
        if line.text.strip():
            at = len(line.text) - len(line.text.lstrip())
            source.say(Severity.INFO, _span(line, at, len(line.text.rstrip())), "not-typed",
                       "this line has no prompt of the crm shell; not read",
                       "in a dialogue only what follows a prompt was typed in", "leave it out")  # fmt: skip
        return
    for found, end in zip(prompts, [*(after.start() for after in prompts[1:]), len(line.text)], strict=True):
        said = line.text[found.end() : end]
        comment = re.search(r"(?<=\S)\s*#\s", f"{said} ")
        yield Segment(said[: comment.start()] if comment else said, line.line, line.column + found.end())


def _say_cut(line: Segment, source: Text, code: str, said: str) -> None:
    at = len(line.text) - len(line.text.lstrip())
    source.say(Severity.WARNING, _span(line, at, len(line.text.rstrip())), code, f"{said}; read as if it went on",
               "the crm shell ends the statement there and refuses this line",
               "end every line but the last of a statement with a backslash")  # fmt: skip


def _span(line: Segment, start: int, end: int) -> Span:
    return Span(line.line, line.column + start, line.line, line.column + end)


def _with_values(tokens: list[Token], source: Text) -> Iterator[Token]:
    """Yield the tokens; a value that a space has cut from its name is put behind it again."""
    at = 0
    while at < len(tokens):
        token, after = tokens[at], tokens[at + 1] if at + 1 < len(tokens) else None
        at += 1
        if token.text.endswith("=") and not token.quoted and after is not None and _is_value(after):
            source.say(Severity.WARNING, token.span, "space-after-equals",
                       f'a space stands between "{token.text}" and its value; read without it',
                       "the crm shell takes the value for a name of its own", "leave the space out")  # fmt: skip
            joined = replace(token, text=token.text + after.text, parts=(*token.parts, *after.parts), quoted=True)
            token = replace(joined, end_line=after.end_line, end_column=after.end_column)
            at += 1
            token = replace(token, text=f"{token.text[: len(tokens[at - 2].text)]}{after.text.strip()}")
        _say_stray_blanks(token, source)
        yield token


def _is_value(token: Token) -> bool:
    return token.quoted or ("=" not in token.text and token.text.lower() not in _PARTS)


def _say_stray_blanks(token: Token, source: Text) -> None:
    name, equals, value = token.text.partition("=")
    if equals and value.strip() and value != value.strip() and not re.search(r"\s", value.strip()):
        source.say(Severity.WARNING, token.span, "stray-blanks", f'blanks stand around the value of "{name}"',
                   "they are part of the value", f"write {name} without them, unless they are meant")  # fmt: skip


def _unglued(tokens: list[Token], source: Text) -> Iterator[Token]:
    """Yield the tokens; a score is a word of its own."""
    place = _SCORED.get(tokens[0].text.lower())
    for number, token in enumerate(tokens):
        found = _GLUED.fullmatch(token.text) if number == place and not token.quoted else None
        if not found:
            yield token
            continue
        source.say(Severity.WARNING, token.span, "missing-space", f'a space is missing behind "{found[1]}"',
                   "the crm shell does not see the score", f"write {found[1]} {found[2]}")  # fmt: skip
        cut = token.column + len(found[1])
        yield replace(token, text=found[1], end_line=token.line, end_column=cut)
        yield replace(token, text=found[2], column=cut)


def _say_scraped(tokens: list[Token], source: Text) -> None:
    for token in tokens[2:]:
        name, equals, value = token.text.partition("=")
        if equals and value.startswith("/") and _URL.search(value):
            source.say(Severity.ERROR, token.span, "address-in-path",
                       f'an address of the web stands in the path of "{name}"',
                       "a web page has put it in the place of part of the name, and what stood there is not known",
                       "write the path of the file")  # fmt: skip
