"""`pcs constraint colocation|order|ticket …`, of two resources or of sets, and `constraint remove`. Pure."""

import re
from collections.abc import Iterable

from lxml.etree import _Element as Element

from quorate.dialect.crm.lexer import Token
from quorate.dialect.crm.vocabulary import ACTIONS, ROLES, canonical
from quorate.dialect.model import Attributes, Colocation, Location, Member, Order, Raw, ResourceSet, Ticket
from quorate.dialect.pcs import elements, quoting
from quorate.dialect.pcs.command import Command
from quorate.dialect.pcs.state import State

_SHOWN = ("config", "show")
BOOTH_NAME = "[A-Za-z0-9-]{1,63}"


def _sets(command: Command, state: State, kind: str) -> None:
    """Read `set A B name=value … [set …] [setoptions …]`; the first word `set` is taken."""
    command.at -= 1
    groups = command.groups(("set", "setoptions"))
    options = dict(command.attributes(token for part in groups.get("setoptions", ()) for token in part))
    sets = groups.get("set", [])
    if not sets or not all(_members(one) for one in sets):
        command.take("the resources of a set")
        raise command.refuse(command.tokens[-1], "unfinished", "a set has no resources",
                             "a set is made of at least one resource", "name the resources")  # fmt: skip
    names = [name for one in sets for name in _members(one)]
    default = f"{kind}_set_{''.join(name[0] + name[-1] for name in names[:3])}"
    id_ = options.pop("id", "") or state.free(default)
    if kind == "colocation" and not {"score", "score-attribute", "score-attribute-mangle"} & set(options):
        options["score"] = "INFINITY"
    element = command.element(f"rsc_{kind}", {"id": id_, **options})
    for one in sets:
        given = dict(command.attributes(token for token in one if "=" in token.text))
        if "role" in given:
            given["role"] = canonical(given["role"], ROLES) or given["role"]
        made = command.element("resource_set", {**given})
        made.extend(command.element("resource_ref", {"id": name}) for name in _members(one))
        element.append(made)
    state.add(elements.statement(element), command.tokens)


def _members(tokens: Iterable[Token]) -> list[str]:
    return [token.text for token in tokens if "=" not in token.text]


def colocation(command: Command, state: State) -> None:
    """Read `pcs constraint colocation add|set …`."""
    word = command.take("add or set").text
    if word == "set":
        _sets(command, state, "colocation")
    elif word == "add":
        _colocate(command, state)
    elif word in _SHOWN:
        command.rest()
    else:
        _remove(command, state, word, Colocation)


def _colocate(command: Command, state: State) -> None:
    role, first = _with_role(command, ("with",))
    if command.peek() == "with":
        command.take("with")
        with_role, second = _with_role(command, ())
    else:
        with_role, second = None, command.take("with, and another resource").text  # as pcs 0.9 took it
    score = "INFINITY"
    if command.more and "=" not in (command.peek() or ""):
        score = command.take("a score").text
    given = dict(command.attributes(command.rest()))
    score = given.pop("score", score)
    id_ = given.pop("id", "") or state.free(f"colocation-{first}-{second}-{score}")
    element = command.element("rsc_colocation", {"id": id_, "rsc": first, "rsc-role": role, "with-rsc": second,
                                     "with-rsc-role": with_role, "score": score, **given})  # fmt: skip
    state.add(elements.statement(element), command.tokens)


def _with_role(command: Command, ends: tuple[str, ...]) -> tuple[str | None, str]:
    """Take `[ROLE] RESOURCE`: a role if one stands before another word that is no score, option or end."""
    word = command.take("a resource").text
    role = canonical(word, ROLES)
    following = command.peek()
    if role is None or following is None or following in ends or "=" in following or _is_score(following):
        return None, word
    return role, command.take("a resource").text


def _is_score(word: str) -> bool:
    return word.lstrip("+-").isdigit() or word.lstrip("+-").upper() == "INFINITY"


def order(command: Command, state: State) -> None:
    """Read `pcs constraint order [ACTION] A then [ACTION] B …`, or of sets."""
    word = command.peek()
    if word == "set":
        command.take("set")
        _sets(command, state, "order")
    elif word in _SHOWN:
        command.rest()
    elif word in {"remove", "delete"}:
        _remove(command, state, command.take("remove").text, Order)
    else:
        _in_order(command, state)


def _in_order(command: Command, state: State) -> None:
    first_action, first = _with_action(command)
    between = command.take('"then"')
    if between.text != "then":
        raise command.refuse(between, "unexpected-word", f'"{between.text}" is not expected here',
                             'the word "then" stands between the two resources', 'write "then"')  # fmt: skip
    then_action, then = _with_action(command)
    words = {"symmetrical": "symmetrical=true", "nonsymmetrical": "symmetrical=false"}
    given: dict[str, str] = {}
    for token in command.rest():
        if token.text in words:
            given["symmetrical"] = words[token.text].partition("=")[2]
        else:
            given |= dict(command.attributes([token]))
    kind = given.get("kind", given.get("score", "mandatory"))
    id_ = given.pop("id", "") or state.free(f"order-{first}-{then}-{kind}")
    element = command.element("rsc_order", {"id": id_, "first": first, "first-action": first_action, "then": then,
                                "then-action": then_action, **given})  # fmt: skip
    state.add(elements.statement(element), command.tokens)


def _with_action(command: Command) -> tuple[str | None, str]:
    word = command.take("a resource").text
    if word in ACTIONS and command.more and command.peek() != "then" and "=" not in (command.peek() or ""):
        return word, command.take("a resource").text
    return None, word


def ticket(command: Command, state: State) -> None:
    """Read `pcs constraint ticket add TICKET [ROLE] RESOURCE …`, or of sets."""
    word = command.take("add or set").text
    if word == "set":
        _sets(command, state, "ticket")
    elif word == "add":
        name = command.take("the ticket").text
        role, resource = _with_role(command, ())
        given = dict(command.attributes(command.rest()))
        id_ = given.pop("id", "") or state.free("-".join(filter(None, ("ticket", name, resource, role))))
        element = command.element("rsc_ticket", {"id": id_, "ticket": name, "rsc": resource, "rsc-role": role, **given})
        state.add(elements.statement(element), command.tokens)
    elif word in _SHOWN:
        command.rest()
    else:
        _remove(command, state, word, Ticket)


def _remove(command: Command, state: State, word: str, kind: type[Colocation | Order | Ticket]) -> None:
    """Take away the constraints of a kind between these resources."""
    if word not in {"remove", "delete"}:
        raise command.refuse(command.tokens[command.at - 1], "unexpected-word", f'"{word}" is not expected here',
                             "add, set or remove stand here", "write one of them")  # fmt: skip
    names = {token.text for token in command.rest()}
    for placed in list(state.statements):
        one = placed.statement
        if isinstance(one, kind):
            about = {member.id for member in one.members} | ({one.ticket} if isinstance(one, Ticket) else set())
            if about and (names <= about if kind is not Order else names & about):
                state.remove(one)


def remove(command: Command, state: State) -> None:
    """Read `pcs constraint remove ID …`."""
    for token in [command.take("the id of a constraint"), *command.rest()]:
        found = next((placed.statement for placed in state.statements
                      if isinstance(placed.statement, Location | Colocation | Order | Ticket | Raw)
                      and placed.statement.id == token.text), None)  # fmt: skip
        if found is None:
            raise command.refuse(token, "undefined-name", f'"{token.text}" is no constraint made before',
                                 "what is not there cannot be taken away", "leave the command out")  # fmt: skip
        state.remove(found)


COMMANDS = {
    "constraint colocation": colocation,
    "constraint order": order,
    "constraint ticket": ticket,
    **dict.fromkeys(("constraint remove", "constraint delete", "constraint location remove",
                     "constraint location delete"), remove),
}  # fmt: skip


def _spoken(member: Member, words: tuple[str, ...]) -> list[str]:
    return [*([member.qualifier] if member.qualifier in words else []), member.id]


def _of_sets(kind: str, sets: Iterable[ResourceSet], word: str, options: Attributes) -> list[str]:
    parts = []
    for one in sets:
        given = {"sequential": None if one.sequential else "false", "require-all": None if one.require_all else "false",
                 word: one.qualifier}  # fmt: skip
        said = quoting.attributes(tuple((name, value) for name, value in given.items() if value))
        parts.append(quoting.line("set", *one.members) + (f" {said}" if said else ""))
    parts.append(f"setoptions {quoting.attributes(options)}")
    return [quoting.laid_out(quoting.line("pcs", "constraint", kind, "--force", "--"), parts)]


def _said(*options: tuple[str, str | None]) -> Attributes:
    return tuple((name, value) for name, value in options if value)


def written_colocation(one: Colocation) -> list[str]:
    """Return the command that makes a colocation."""
    if one.resource_sets:
        options = _said(("id", one.id), ("score", one.score), ("score-attribute", one.score_attribute))
        return _of_sets("colocation", one.resource_sets, "role", options)
    first, second = (_spoken(member, ROLES) for member in one.members)
    head = quoting.line("pcs", "constraint", "colocation", "add", "--force", "--", *first, "with", *second,
                        one.score or "INFINITY")  # fmt: skip
    return [quoting.laid_out(head, [quoting.attributes(_said(("id", one.id), ("node-attribute", one.node_attribute)))])]


def written_order(one: Order) -> list[str]:
    """Return the command that makes an order."""
    symmetrical = None if one.symmetrical is None else str(one.symmetrical).lower()
    options = _said(("id", one.id), ("kind", one.kind), ("symmetrical", symmetrical))
    if one.resource_sets:
        return _of_sets("order", one.resource_sets, "action", options)
    first, then = (_spoken(member, ACTIONS) for member in one.members)
    head = quoting.line("pcs", "constraint", "order", "--force", "--", *first, "then", *then)
    return [quoting.laid_out(head, [quoting.attributes(options)])]


def written_element(element: Element) -> list[str]:
    """Return the command that makes a <rsc_order> of two resources with attributes the model has no place for."""
    named = ("first", "first-action", "then", "then-action")
    first, then = (
        [word for word in (element.get(f"{end}-action"), element.get(end)) if word] for end in ("first", "then")
    )
    options = tuple((str(name), str(value)) for name, value in element.items() if name not in named)
    head = quoting.line("pcs", "constraint", "order", "--force", "--", *first, "then", *then)
    return [quoting.laid_out(head, [quoting.attributes(options)])]


def written_ticket(one: Ticket) -> list[str]:
    """Return the command that makes a ticket constraint; pcs refuses a name that booth would not take."""
    if not re.fullmatch(BOOTH_NAME, one.ticket):
        return []
    options = _said(("id", one.id), ("loss-policy", one.loss_policy))
    if one.resource_sets:
        return _of_sets("ticket", one.resource_sets, "role", (("ticket", one.ticket), *options))
    head = quoting.line(
        "pcs", "constraint", "ticket", "add", "--force", "--", one.ticket, *_spoken(one.members[0], ROLES)
    )
    return [quoting.laid_out(head, [quoting.attributes(options)])]


WRITERS = {Colocation: written_colocation, Order: written_order, Ticket: written_ticket}
