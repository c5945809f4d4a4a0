"""Syntax: what a YAML parser's complaint means to the person who wrote the file. Pure.

Each pattern is a message of ruamel.yaml's scanner or parser; the sentences say why it came and what to do.
"""

import re

from ruamel.yaml.error import MarkedYAMLError, YAMLError

from quorate.findings import Finding, Severity
from quorate.lines import Lines, Span

SEVERAL = (
    "a second document begins here",
    "a cluster file is one YAML document; what follows would be ignored",
    "remove the line with --- and all of the other document",
)
TAG = ("quorate knows YAML's own types only", "remove the tag")
RECURSIVE = ("a value that contains itself has no end", "give the alias another anchor, or write the value out")
NO_ANCHOR = (
    "an alias repeats what an anchor marked earlier in the file",
    "mark the value with & first, or write it out",
)
DEEP = (
    "no cluster file is nested that deep; brackets may be unbalanced",
    "close the brackets, or check the indentation",
)
KEY = ("keys of a cluster file are plain words", "write a word before the colon")
MERGE = ("<< copies the keys of a mapping that an anchor marked", "write <<: *name, where &name marks a mapping")
SURROGATE = (
    "an escape stands for half of a character",
    "U+D800 to U+DFFF are halves of which UTF-16 makes one character; YAML has whole ones only",
    "write the character itself, or its \\U escape of eight digits",
)
BOMB = ("such a file exhausts the memory of whatever reads it", "write the file with fewer aliases")

# message -> code, summary, why, fix
_MEANINGS: list[tuple[str, str, str, str, str]] = [
    (
        r"found character '\\t' that cannot start any token",
        "tab",
        "a tab stands where indentation or a value belongs",
        "YAML forbids tabs in indentation, because their width differs from editor to editor",
        "replace the tab by spaces",
    ),
    (
        r"found character '[@`]'",
        "yaml-reserved",
        "a value begins with @ or `, which YAML reserves",
        "no plain value may begin with these",
        "put the value in quotes",
    ),
    (
        r"found character '%'",
        "yaml-reserved",
        "a value begins with %, which YAML keeps for directives",
        "no plain value may begin with it",
        "put the value in quotes",
    ),
    (
        "mapping values are not allowed here",
        "yaml-colon",
        "a second colon, or wrong indentation, makes this no valid key",
        "YAML reads ': ' as the end of a key; the line above may also lack its colon",
        "put a value that contains ': ' in quotes, and give keys of one mapping the same indentation",
    ),
    (
        "could not find expected ':'",
        "yaml-missing-colon",
        "a key without a colon",
        "each line of a mapping is 'key: value', with a space after the colon",
        "write a colon and a space after the key, or indent the line if it belongs to the value above",
    ),
    (
        r"expected <block end>",
        "yaml-indentation",
        "the indentation does not fit what stands above",
        "keys of one mapping, and the dashes of one list, begin in the same column",
        "indent this line like its neighbours",
    ),
    (
        r"(sequence entries|mapping keys) are not allowed here",
        "yaml-indentation",
        "a list or mapping begins where none can",
        "a list begins on a line of its own below its key",
        "move it to a new line, indented deeper than its key",
    ),
    (
        r"expected ',' or '[\]}]'",
        "yaml-bracket",
        "a bracket is not closed, or a comma is missing",
        "inside [ ] and { } values are separated by commas",
        "close the bracket, or write the comma",
    ),
    (
        r"expected the node content",
        "yaml-bracket",
        "a value is missing here",
        "between brackets, commas and colons there must be a value",
        "write the value, or remove what is too much",
    ),
    (
        r"found unexpected end of stream|unexpected document separator",
        "yaml-quote",
        "a quotation mark is not closed",
        "everything up to the end of the file would belong to this text",
        "close the quotation mark",
    ),
    (
        r"unknown escape character|escape sequence|hexdecimal",
        "yaml-escape",
        "a backslash in double quotes begins an escape that YAML does not know",
        "in double quotes the backslash is special",
        "use single quotes, or write two backslashes",
    ),
    (
        r"directive|incompatible YAML|tag handle|<document start>|document end",
        "yaml-directive",
        "a directive or document mark is not understood",
        "a cluster file is one YAML document and needs no directives",
        "remove lines that begin with %, --- or ...",
    ),
]
_AT_CONTEXT = {
    "yaml-quote",
    "yaml-bracket",
    "yaml-missing-colon",
}  # the opening mark says more than the place where hope was given up


def finding(error: YAMLError, lines: Lines) -> Finding:
    """Return the finding for an error of the YAML parser, at the place that helps most."""
    said = " ".join(str(part) for part in (getattr(error, "problem", None), getattr(error, "context", None)) if part)
    said = said or str(error)
    for message, code, summary, why, fix in _MEANINGS:
        if re.search(message, said):
            return Finding(code, Severity.ERROR, summary, why, fix, place=lines.place(_where(error, code)))
    summary = f"this is not valid YAML: {' '.join(said.split())[:120]}"
    why = "nothing behind this place can be read"
    return Finding("yaml", Severity.ERROR, summary, why, "correct the line", place=lines.place(_where(error, "")))


def _where(error: YAMLError, code: str) -> Span:
    if not isinstance(error, MarkedYAMLError):
        return Span(0, 0, 0, 1)
    mark = error.problem_mark or error.context_mark
    if code in _AT_CONTEXT and error.context_mark is not None:
        mark = error.context_mark
    return Span(mark.line, mark.column, mark.line, mark.column + 1) if mark is not None else Span(0, 0, 0, 1)
