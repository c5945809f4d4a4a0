"""`pcs constraint location …` and `constraint rule add`. Pure."""

from dataclasses import replace

from lxml.etree import _Element as Element

from quorate.dialect.cib import constraints
from quorate.dialect.cib.parts import children
from quorate.dialect.crm.lexer import Token
from quorate.dialect.crm.vocabulary import ROLES, canonical
from quorate.dialect.model import Attributes, Location, Rule
from quorate.dialect.pcs import elements, quoting, rules
from quorate.dialect.pcs.command import Command
from quorate.dialect.pcs.state import State

_RULE_OPTIONS = ("id", "role", "score", "score-attribute")


def location(command: Command, state: State) -> None:
    """Read `pcs constraint location …`, whatever stands next."""
    word = command.take("a resource, or add").text
    if word in {"config", "show"}:
        command.rest()
    elif word == "add" and len(command.tokens) - command.at >= 4:
        _add(command, state)
    else:
        token = command.tokens[command.at - 1]
        verb = command.take("prefers, avoids or rule")
        if verb.text == "rule":
            _with_rule(command, state, token)
        elif verb.text in {"prefers", "avoids"}:
            _prefer(command, state, token, away=verb.text == "avoids")
        else:
            raise command.refuse(verb, "unexpected-word", f'"{verb.text}" is not expected here',
                                 "a location is told by prefers, avoids or a rule", "write one of them")  # fmt: skip


def _about(token: Token) -> dict[str, str | None]:
    """Return what a constraint is about: a resource, or all whose ids match a pattern."""
    kind, percent, name = token.text.partition("%")
    if not percent:
        return {"rsc": token.text}
    return {"rsc-pattern": name} if kind == "regexp" else {"rsc": name}


def _add(command: Command, state: State) -> None:
    id_ = command.id("the constraint")
    about = _about(command.take("a resource"))
    node = command.take("a node").text
    score = command.take("a score").text.removeprefix("score=")
    given = dict(command.attributes(command.rest()))
    _put(command, state, {"id": id_, **about, **given, "score": score, "node": node})


def _put(command: Command, state: State, given: dict[str, str | None]) -> None:
    """Add a constraint; as in pcs it takes the place of one of the same id, or of the same resource and node."""
    made = elements.statement(command.element("rsc_location", given))
    node = given.get("node")
    for placed in list(state.statements):
        old = placed.statement
        if isinstance(old, Location) and (
            old.id == given["id"]
            or (old.node == node and (old.resource, old.pattern) == (given.get("rsc"), given.get("rsc-pattern")))
        ):
            state.remove(old)
    state.add(made, command.tokens)


def _prefer(command: Command, state: State, token: Token, *, away: bool) -> None:
    about = _about(token)
    name = about.get("rsc") or about.get("rsc-pattern") or ""
    first = command.take("a node")
    for word in [first, *command.rest()]:
        node, _, score = word.text.partition("=")
        score = score or "INFINITY"
        if away:
            score = score[1:] if score.startswith("-") else f"-{score}"
        _put(command, state, {"id": elements.sanitized(f"location-{name}-{node}-{score}"), **about, "score": score,
                              "node": node})  # fmt: skip


def _options(command: Command, names: tuple[str, ...]) -> dict[str, str]:
    """Take name=value of these names, up to the first other word."""
    found = {}
    while command.more and (command.peek() or "").partition("=")[0] in names and "=" in (command.peek() or ""):
        name, _, value = command.take("an option").text.partition("=")
        found[name] = value
    return found


def _with_rule(command: Command, state: State, token: Token) -> None:
    given = _options(command, (*_RULE_OPTIONS, "constraint-id", "resource-discovery"))
    about = _about(token)
    name = about.get("rsc") or about.get("rsc-pattern") or ""
    id_ = given.get("constraint-id") or state.free(elements.sanitized(f"location-{name}"))
    element = command.element(
        "rsc_location", {"id": id_, **about, "resource-discovery": given.get("resource-discovery")}
    )
    element.append(_rule(command, given))
    state.add(elements.statement(element, tuple(filter(None, [given.get("id")]))), command.tokens)


def _rule(command: Command, given: dict[str, str]) -> Element:
    rule = rules.element(command, command.rest(), score=None)
    role, attribute = given.get("role"), given.get("score-attribute")
    own = {
        "id": given.get("id"),
        "role": canonical(role, ROLES) or role if role else None,
        "score": given.get("score", None if attribute else "INFINITY"),
        "score-attribute": attribute,
    }
    rule.attrib.update(command.element("rule", {name: value or None for name, value in own.items()}).attrib)
    return rule


def add_rule(command: Command, state: State) -> None:
    """Read `pcs constraint rule add CONSTRAINT …`: one rule more, which takes the place of a node and its score."""
    token = command.take("the id of a location constraint")
    old = state.named(Location, token.text)
    if old is None:
        raise command.refuse(token, "undefined-name", f'"{token.text}" is no location made before',
                             "a rule is added to a constraint that is there", "create it before")  # fmt: skip
    given = _options(command, _RULE_OPTIONS)
    element = constraints.location_element(replace(old, score=None, score_attribute=None, node=None))
    element.append(_rule(command, given))
    ids = [rule.id for rule in old.rules] + [given.get("id")]
    new_ = elements.statement(element, tuple(filter(None, ids)))
    state.change(old, new_, command.tokens)


COMMANDS = {"constraint location": location, "constraint rule add": add_rule}


def written(location: Location) -> list[str]:
    """Return the commands that make a constraint."""
    if location.resource is None and location.pattern is None:
        return []
    about = f"regexp%{location.pattern}" if location.resource is None else f"resource%{location.resource}"
    if location.node is not None:
        force = any(name != "resource-discovery" for name, _ in location.attributes)
        head = quoting.line("pcs", "constraint", "location", "add", *(["--force"] if force else []), "--", location.id,
                            about, location.node, location.score or "")  # fmt: skip
        return [quoting.laid_out(head, [quoting.attributes(location.attributes)])]
    commands = []
    for number, rule in enumerate(location.rules):
        if number:
            head = quoting.line("pcs", "constraint", "rule", "add", "--force", "--", location.id)
            given = _given(rule)
        else:
            head = quoting.line("pcs", "constraint", "location", "--force", "--", about, "rule")
            discovery = tuple(pair for pair in location.attributes if pair[0] == "resource-discovery")
            given = quoting.attributes((("constraint-id", location.id), *discovery)) + " " + _given(rule)
        commands.append(quoting.laid_out(head, [given.strip(), quoting.line(*rules.written(rule))]))
    return commands


def _given(rule: Rule) -> str:
    given = (("id", rule.id), ("role", rule.role), ("score", rule.score), ("score-attribute", rule.score_attribute))
    return quoting.attributes(tuple((name, value) for name, value in given if value))


def _some(element: Element, names: tuple[str, ...]) -> Attributes:
    return tuple((name, element.get(name, "")) for name in names if element.get(name))


def written_element(element: Element) -> list[str]:
    """Return the commands that make a <rsc_location> whose rules have rules in them."""
    about = f"regexp%{element.get('rsc-pattern')}" if element.get("rsc") is None else f"resource%{element.get('rsc')}"
    commands = []
    for number, rule in enumerate(children(element, "rule")):
        own = _some(rule, _RULE_OPTIONS)
        head = quoting.line("pcs", "constraint", "rule", "add", "--force", "--", element.get("id", ""))
        if not number:
            head = quoting.line("pcs", "constraint", "location", "--force", "--", about, "rule")
            own = (("constraint-id", element.get("id", "")), *_some(element, ("resource-discovery",)), *own)
        commands.append(quoting.laid_out(head, [quoting.attributes(own), quoting.line(*rules.words(rule))]))
    return commands


WRITERS = {Location: written}
