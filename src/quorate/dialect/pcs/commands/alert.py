"""`pcs alert create|update|remove`, `pcs alert recipient add|update|remove`. Pure."""

from dataclasses import replace

from quorate.dialect.crm.lexer import Token
from quorate.dialect.model import Alert, NvSet, Recipient
from quorate.dialect.pcs import quoting
from quorate.dialect.pcs.command import Command
from quorate.dialect.pcs.state import State, set_in

_PARTS = ("options", "meta")


def _sets(command: Command, groups: dict[str, list[list[Token]]], sets: tuple[NvSet, ...] = ()) -> tuple[NvSet, ...]:
    sets = set_in(sets, "attributes", command.pairs(token for part in groups.get("options", ()) for token in part))
    return set_in(sets, "meta", command.pairs(token for part in groups.get("meta", ()) for token in part))


def create(command: Command, state: State) -> None:
    """Read `pcs alert create path=… [id=…] [description=…] [options …] [meta …]`."""
    groups = command.groups(_PARTS)
    given = dict(command.attributes(groups[""][0]))
    if not given.get("path"):
        command.take("path=…")
    used = {placed.statement.id for placed in state.statements if isinstance(placed.statement, Alert)}
    free = next(name for name in ("alert", *(f"alert-{n}" for n in range(1, len(used) + 2))) if name not in used)
    alert = Alert(id=given.get("id", free), path=given.get("path", ""), description=given.get("description"),
                  sets=_sets(command, groups))  # fmt: skip
    state.add(alert, command.tokens)


def _alert(command: Command, state: State) -> Alert:
    token = command.take("the id of an alert")
    found = state.named(Alert, token.text)
    if found is None:
        raise command.refuse(token, "undefined-name", f'"{token.text}" is no alert made before',
                             "what is not there cannot be changed", "create it before")  # fmt: skip
    return found


def update(command: Command, state: State) -> None:
    """Read `pcs alert update ID …`."""
    alert = _alert(command, state)
    groups = command.groups(_PARTS)
    given = dict(command.attributes(groups[""][0]))
    new = replace(alert, path=given.get("path", alert.path),
                  description=given.get("description", alert.description or "") or None,
                  sets=_sets(command, groups, alert.sets))  # fmt: skip
    state.change(alert, new, command.tokens)


def remove(command: Command, state: State) -> None:
    """Read `pcs alert remove ID …`."""
    while command.more:
        state.remove(_alert(command, state))


def add_recipient(command: Command, state: State) -> None:
    """Read `pcs alert recipient add ALERT value=… [id=…] [description=…] [options …] [meta …]`."""
    alert = _alert(command, state)
    groups = command.groups(_PARTS)
    given = dict(command.attributes(groups[""][0]))
    if not given.get("value"):
        command.take("value=…")
    counted = f"{alert.id}-recipient-{len(alert.recipients) + 1}"
    recipient = Recipient(given.get("value", ""), given.get("description"), _sets(command, groups),
                          None if given.get("id") == counted else given.get("id"))  # fmt: skip
    state.change(alert, replace(alert, recipients=(*alert.recipients, recipient)), command.tokens)


def _recipient(command: Command, state: State) -> tuple[Alert, Recipient]:
    token = command.take("the id of a recipient")
    for placed in state.statements:
        for number, one in enumerate(getattr(placed.statement, "recipients", ()), 1):
            if token.text in {one.id, f"{getattr(placed.statement, 'id', '')}-recipient-{number}"}:
                assert isinstance(placed.statement, Alert)
                return placed.statement, one
    raise command.refuse(token, "undefined-name", f'"{token.text}" is no recipient added before',
                         "what is not there cannot be changed", "add it before")  # fmt: skip


def update_recipient(command: Command, state: State) -> None:
    """Read `pcs alert recipient update ID …`."""
    alert, old = _recipient(command, state)
    groups = command.groups(_PARTS)
    given = dict(command.attributes(groups[""][0]))
    new = replace(old, value=given.get("value", old.value),
                  description=given.get("description", old.description or "") or None,
                  sets=_sets(command, groups, old.sets))  # fmt: skip
    changed = tuple(new if one is old else one for one in alert.recipients)
    state.change(alert, replace(alert, recipients=changed), command.tokens)


def remove_recipient(command: Command, state: State) -> None:
    """Read `pcs alert recipient remove ID …`."""
    while command.more:
        alert, gone = _recipient(command, state)
        state.change(alert, replace(alert, recipients=tuple(one for one in alert.recipients if one is not gone)),
                     command.tokens)  # fmt: skip


COMMANDS = {
    "alert create": create,
    "alert update": update,
    "alert remove": remove,
    "alert delete": remove,
    "alert recipient add": add_recipient,
    "alert recipient update": update_recipient,
    "alert recipient remove": remove_recipient,
    "alert recipient delete": remove_recipient,
}


def written(alert: Alert) -> list[str]:
    """Return the commands that make an alert and its recipients."""
    given = (("path", alert.path), ("id", alert.id), ("description", alert.description))
    commands = [_laid_out(quoting.line("pcs", "--", "alert", "create"), given, alert.sets)]
    for number, one in enumerate(alert.recipients, 1):
        id_ = one.id or f"{alert.id}-recipient-{number}"
        head = quoting.line("pcs", "--", "alert", "recipient", "add", alert.id)
        commands.append(
            _laid_out(head, (("value", one.value), ("id", id_), ("description", one.description)), one.sets)
        )
    return commands


def _laid_out(head: str, given: tuple[tuple[str, str | None], ...], sets: tuple[NvSet, ...]) -> str:
    said = quoting.attributes(tuple((name, value) for name, value in given if value))
    options = quoting.under("options", quoting.pairs(quoting.first(sets, "attributes")))
    return quoting.laid_out(
        f"{head} {said}", [options, quoting.under("meta", quoting.pairs(quoting.first(sets, "meta")))]
    )


WRITERS = {Alert: written}
