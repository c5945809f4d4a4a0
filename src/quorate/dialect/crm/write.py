"""A Configuration -> text of the crm shell, as `crm configure show` prints it. Pure.

What is read from the text is the configuration again. A statement of which that would not be true is written as XML.
"""

from types import ModuleType

from quorate import registry
from quorate.dialect.crm import statements
from quorate.dialect.model import Configuration, Statement

_JOIN = " \\\n\t"


def write(configuration: Configuration) -> str:
    """Return the text, ending in a newline unless there is nothing to say."""
    lines = [_statement(statement) for statement in configuration.statements]
    return "".join(f"{line}\n" for line in [*lines, *configuration.trailing])


def _statement(statement: Statement) -> str:
    parts = _WRITERS[type(statement)].written(statement)
    return "\n".join([*statement.comments, _JOIN.join(parts)])


def _writers() -> dict[type[Statement], ModuleType]:
    return {model: module for module in registry.modules(statements).values() for model in module.MODELS}


_WRITERS = _writers()
