"""`pcs property set|unset`, `pcs resource defaults`, `pcs resource op defaults`. Pure."""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal, TypeAlias

from lxml.etree import _Element as Element

from quorate.dialect.cib.parts import children
from quorate.dialect.model import Attributes, Expression, Properties, Raw
from quorate.dialect.pcs import elements, quoting, rules
from quorate.dialect.pcs.command import Command
from quorate.dialect.pcs.state import State, updated

Kind: TypeAlias = Literal["property", "rsc_defaults", "op_defaults"]
READ_ONLY = ("cluster-infrastructure", "cluster-name", "dc-version", "have-watchdog", "last-lrm-refresh")
"""Properties that the cluster sets itself; pcs refuses to."""

_COMMANDS = {"rsc_defaults": ("resource", "defaults"), "op_defaults": ("resource", "op", "defaults")}


def _changed(command: Command, state: State, kind: Kind, id_: str | None) -> None:
    """Set name=value in the properties of a kind: those with this id; without one the only ones, or new ones."""
    begin = command.tokens[min(command.at, len(command.tokens) - 1)]
    pairs = command.pairs(command.rest())
    known = _all(state, kind)
    chosen = [one for one in known if id_ is None or one.id == id_]
    if not chosen and id_ is None:
        kept = updated((), pairs)
        if kept:
            state.add(Properties(kind=kind, pairs=kept), command.tokens)
    elif len(chosen) == 1 and isinstance(chosen[0], Properties):
        state.change(chosen[0], replace(chosen[0], pairs=updated(chosen[0].pairs, pairs)), command.tokens)
    else:
        raise command.refuse(begin, "ambiguous-set", "it cannot be told which set of defaults is meant",
                             f"there are {len(known)} of them, and pcs changes one without its id only if it is alone",
                             "name the set: set update ID meta …")  # fmt: skip


def _all(state: State, kind: Kind) -> list[Properties | Raw]:
    return [
        placed.statement
        for placed in state.statements
        if (isinstance(placed.statement, Properties) and placed.statement.kind == kind)
        or (isinstance(placed.statement, Raw) and placed.statement.xml.startswith(f"<{kind}>"))
    ]


def set_properties(command: Command, state: State) -> None:
    """Read `pcs property set name=value …`."""
    _changed(command, state, "property", None)


def unset_properties(command: Command, state: State) -> None:
    """Read `pcs property unset NAME …`."""
    names = {token.text for token in command.rest()}
    old = state.find(Properties, lambda one: one.kind == "property")
    if old is not None:
        kept = tuple(pair for pair in old.pairs if pair.name not in names)
        state.change(old, replace(old, pairs=kept), command.tokens)


def _defaults(kind: Kind) -> Callable[[Command, State], None]:
    def read(command: Command, state: State) -> None:
        word = command.peek()
        if word is None or word in {"config", "show"}:
            command.rest()
        elif word == "set":
            command.take("set")
            _set(command, state, kind)
        else:
            if word == "update":
                command.take("update")
            _changed(command, state, kind, None)

    return read


def _set(command: Command, state: State, kind: Kind) -> None:
    verb = command.take("create, update or delete")
    if verb.text == "create":
        _create(command, state, kind)
    elif verb.text == "update":
        id_ = command.take("the id of a set").text
        if command.peek() == "meta":
            command.take("meta")
        _changed(command, state, kind, id_)
    elif verb.text in {"delete", "remove"}:
        names = {token.text for token in command.rest()}
        for placed in list(state.statements):
            if (
                isinstance(placed.statement, Properties)
                and placed.statement.kind == kind
                and placed.statement.id in names
            ):
                state.remove(placed.statement)
    else:
        raise command.refuse(verb, "unexpected-word", f'"{verb.text}" is not expected here',
                             "create, update or delete stand here", "write one of them")  # fmt: skip


def _create(command: Command, state: State, kind: Kind) -> None:
    groups = command.groups(("meta", "rule"))
    given = dict(command.attributes(groups[""][0]))
    section = command.element(kind)
    element = command.element("meta_attributes", {"id": given.get("id"), "score": given.get("score")})
    for part in groups.get("rule", ()):
        element.append(rules.element(command, part, defaults=True))
    for name, value in command.attributes(token for part in groups.get("meta", ()) for token in part):
        element.append(command.element("nvpair", {"name": name, "value": value}))
    section.append(element)
    if "id" not in given:
        element.set("id", _free(state, f"{kind}-meta_attributes", kind))
    made = elements.statement(element)
    if isinstance(made, Properties) and "id" not in given and element.get("id") == f"{kind}-meta_attributes":
        made = replace(made, id=None)
    state.add(made, command.tokens)


def _free(state: State, id_: str, kind: Kind) -> str:
    used = {one.id or f"{kind}-meta_attributes" for one in _all(state, kind)}
    number, free = 1, id_
    while free in used:
        free, number = f"{id_}-{number}", number + 1
    return free


COMMANDS = {
    "property set": set_properties,
    "property unset": unset_properties,
    "resource defaults": _defaults("rsc_defaults"),
    "stonith defaults": _defaults("rsc_defaults"),
    "resource op defaults": _defaults("op_defaults"),
    "stonith op defaults": _defaults("op_defaults"),
}


def written(properties: Properties) -> list[str]:
    """Return the command that sets properties or defaults; for defaults pcs knows no rule about node attributes."""
    if any(isinstance(one, Expression) for rule in properties.rules for one in rule.expressions):
        return []
    kept = [pair for pair in properties.pairs if pair.name not in READ_ONLY]
    said = quoting.pairs(kept)
    if properties.kind == "property":
        return [quoting.laid_out("pcs property set --force --", [said])] if said else []
    words = _COMMANDS[properties.kind]
    if properties.id is None and not properties.rules:
        return [quoting.laid_out(quoting.line("pcs", "--", *words, "update"), [said])] if said else []
    given = quoting.attributes((("id", properties.id),)) if properties.id is not None else ""
    rule = quoting.line("rule", *rules.written(properties.rules[0])) if properties.rules else ""
    head = quoting.line("pcs", "--", *words, "set", "create")
    return [quoting.laid_out(head, [given, quoting.under("meta", said), rule])]


def written_element(section: Element) -> list[str]:
    """Return the commands that make sets of defaults whose rules, or whose score, the model has no place for."""
    commands = []
    for element in children(section):
        if element.find(".//expression") is not None:
            continue  # about a node's attribute: pcs knows no such rule for defaults
        given = quoting.attributes(_attributes(element))
        pairs = tuple((pair.get("name", ""), pair.get("value", "")) for pair in children(element, "nvpair"))
        parts = [given, quoting.under("meta", quoting.attributes(pairs))]
        parts += [quoting.line("rule", *rules.words(rule)) for rule in children(element, "rule")[:1]]
        head = quoting.line("pcs", "--", *_COMMANDS[str(section.tag)], "set", "create")
        commands.append(quoting.laid_out(head, parts))
    return commands


def _attributes(element: Element) -> Attributes:
    return tuple((str(name), str(value)) for name, value in element.items())


WRITERS = {Properties: written}
