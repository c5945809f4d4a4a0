"""A Configuration -> text of the crm shell, as `crm configure show` prints it. Pure.

What is read from the text is the configuration again. A statement of which that would not be true is written as XML.
"""

from dataclasses import replace
from types import ModuleType

from lxml import etree

from quorate import registry
from quorate.dialect.cib import write as cib
from quorate.dialect.cib.ids import Ids
from quorate.dialect.cib.resources import MEMBER
from quorate.dialect.crm import statements
from quorate.dialect.crm.read import alone
from quorate.dialect.crm.statements import xml
from quorate.dialect.model import DEFAULT_IDS, Configuration, Properties, Raw, Statement

_JOIN = " \\\n\t"


def write(configuration: Configuration) -> str:
    """Return the text, ending in a newline unless there is nothing to say."""
    lines = [_statement(statement) for statement in configuration.statements]
    return "".join(f"{line}\n" for line in [*lines, *configuration.trailing])


def _statement(statement: Statement) -> str:
    bare = replace(statement, comments=())
    text = _JOIN.join(_WRITERS[type(bare)].written(bare))
    if not isinstance(bare, Raw) and alone(text) != bare:
        text = _as_xml(bare) or text
    return "\n".join([*statement.comments, text])


def _as_xml(statement: Statement) -> str | None:
    """Return the statement as XML; None for one whose members stand in other statements."""
    element = cib.element(statement)
    if element is None or element.find(MEMBER) is not None:
        return None
    if isinstance(statement, Properties):
        if statement.kind != "property":
            return None
        element.set("id", statement.id or DEFAULT_IDS["property"])
    Ids().give(element)
    text = etree.tostring(element, method="c14n").decode()
    return f"xml {xml.one_line(text)}"


def _writers() -> dict[type[Statement], ModuleType]:
    return {model: module for module in registry.modules(statements).values() for model in module.MODELS}


_WRITERS = _writers()
